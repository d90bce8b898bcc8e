"""
The demo's credit reviews: everybody scored, most reviewed, one grade by hand, a dealer in trouble.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.credit.facts import NoteFact
from portal.credit.grades import grade_of
from portal.credit.overriding import GRADE, ProposeGrade, propose_grade
from portal.credit.ratings import score_customers
from portal.credit.reviewing import ReviewCustomer, last_review_of, review_customer, seen_of
from portal.credit.scoring import score_of_customer
from portal.credit.signals import ClearSignal, NoteSignal, clear_signal, note_signal
from portal.credit.visits import NoteVisit, note_visit
from portal.demo_stage import ADMIN, CLERK, LEAD, MANAGER, Stage, approve, customer_id, do
from portal.tables.credit import GradeOverride

#: Everybody is scored so many days before the demo's own.
SCORED_DAYS_AGO = (182, 91, 0)
DEALER = "DONGFANG"
BY_HAND = "MISTRAL"


@dataclass(frozen=True)
class Review:
    """Who was reviewed when, what the manager wrote, and the figures that came with it."""

    code: str
    days_ago: int
    note: str
    figures: dict[str, str] = field(default_factory=dict)
    #: Where the score gives none.
    grade: str = ""


#: A dealer's holds half a year, so that of the dealer is over; that of Bergmann soon will be.
REVIEWS = (
    Review(
        "HUADONG",
        64,
        "年度复审：付款稳定，集团四家公司对账无差异；资产负债率略升，维持额度。",
        {"debt_ratio": "54", "current_ratio": "1.6", "external_report": "82", "management": "80"},
    ),
    Review(
        "BERGMANN",
        346,
        "Pays ahead of time and takes every discount; no reason to change anything.",
        {"external_report": "91", "debt_ratio": "38", "net_margin": "7.4"},
    ),
    Review("XINGHAI", 120, "付款准时但质量争议多；现金流由客户确认。", {"cash_flow": "6.5"}),
    Review(DEALER, 214, "旺季备货，回款略慢；下半年再看。", {"market": "60", "reputation": "65"}),
    Review("BEIFANG", 30, "连续逾期，承诺未兑现，降级并停止赊销新增订单。", {"reputation": "30"}),
    Review(BY_HAND, 75, "Late by a week or two after every month's end; always pays in the end."),
    Review("OAKLEY", 160, "Often a few days late, never lost a penny with them."),
    Review("PINNACLE", 390, "Slow for two quarters: prepayment until the overdue is paid."),
    Review("HELVETIA", 200, "Pays each part on its day.", {"external_report": "88"}),
    Review("YUNTAI", 140, "按验收付款，工程进度可查。"),
    Review("ZHIYUAN", 96, "预付款充足，无逾期。"),
    Review("LINHAI", 150, "七个月未付款，列入黑名单并移交法务。"),
)
#: Signals that were noticed at the dealer, by whom and how many days ago.
SIGNALS = (
    (
        *("cheaper_office", CLERK, 33),
        "客户从市中心搬到城郊仓库旁办公，称为节省租金。",
    ),
    (
        *("slower_payments", LEAD, 18),
        "Money comes ten days later than in spring, each time with another reason.",
    ),
    ("staff_changes", CLERK, 6, "三个月内第二次更换出纳，新人不掌握对账资料。"),
)
CLEARED = (
    *("boss_unreachable", LEAD, 47),
    "The owner did not answer for a week.",
    "He was at a trade fair; called back on Monday.",
)


def score_all(stage: Stage) -> None:
    """Everything on its day; what is shown is what the books of that day give."""
    know_kinds((GRADE,))
    for days in SCORED_DAYS_AGO[:-1]:
        _score(stage, days)
    for review in REVIEWS:
        _review(stage, review)
    _by_hand(stage)
    _watch(stage)
    _score(stage, SCORED_DAYS_AGO[-1])


def _score(stage: Stage, days_ago: int) -> None:
    then = stage.ago(days_ago, 7)
    with then.work(SYSTEM) as w:
        score_customers(w, w.today)


def _review(stage: Stage, review: Review) -> None:
    then = stage.ago(review.days_ago, 15)
    found_id = customer_id(then, review.code)
    with then.reading(SYSTEM) as r:
        found = score_of_customer(r, found_id, r.today)
        seen, today = seen_of(found, last_review_of(r, found_id)), r.today
    figures = tuple(
        NoteFact(found_id, factor, value, today - dt.timedelta(days=14))
        for factor, value in review.figures.items()
    )
    command = ReviewCustomer(
        found_id,
        seen,
        review.note,
        today,
        figures,
        grade=review.grade or ("" if found.grade else "C"),
        leaves_out_stale=True,
    )
    do(then, MANAGER, review_customer, command)


def _by_hand(stage: Stage) -> None:
    """A grade better than the score, agreed to by the admin, that ends in some days."""
    then = stage.ago(74, 10)
    with then.reading(SYSTEM) as r:
        held = grade_of(r, customer_id(then, BY_HAND), r.today)
        names = [grade.name for grade in r.policy.grades]
    place = names.index(held.grade) if held else len(names) - 1
    if place == 0:
        return
    until_on = stage.on + dt.timedelta(days=11)
    reason = "Family firm, twenty years with us; the owners answer for it in person."
    wanted = ProposeGrade(customer_id(then, BY_HAND), names[place - 1], until_on, reason)
    override_id = do(then, MANAGER, propose_grade, wanted)
    with then.reading(SYSTEM) as r:
        approval_id = r.session.get_one(GradeOverride, override_id).approval_id
    approve(stage.ago(73, 9), ADMIN, approval_id, "Until the new accounts are there.")


def _watch(stage: Stage) -> None:
    """The dealer's signals, one of which was none, and a visit."""
    signal, who, days, seen, why = CLEARED
    cleared = _noted(stage.ago(days, 11), signal, who, seen)
    do(stage.ago(days - 7, 9), who, clear_signal, ClearSignal(cleared, why))
    for signal, who, days, seen in SIGNALS:
        _noted(stage.ago(days, 11), signal, who, seen)
    then = stage.ago(5, 16)
    with then.reading(SYSTEM) as r:
        visited_on = r.today
    visit = NoteVisit(
        customer_id(then, DEALER),
        visited_on,
        "孙丽（总经理）、新任出纳",
        "承诺本月底前付清两张到期发票，其余按月支付。",
        "展厅缩小一半，库存偏高，下游两家客户拖欠。",
        stage.on + dt.timedelta(days=24),
    )
    do(then, LEAD, note_visit, visit)


def _noted(then: Installation, signal: str, who: str, note: str) -> int:
    command = NoteSignal(customer_id(then, DEALER), signal, note)
    noted: int = do(then, who, note_signal, command)
    return noted
