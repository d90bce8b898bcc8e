"""
The demo's credit: limits that hold, end and are passed, what covers them, and orders that wait.

Exchange rates come with the books. Who is near a limit is so by the books of the demo's own day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.application import Asks, Step
from portal.core.bill import State
from portal.core.limit import AskedLimit
from portal.core.money import Money
from portal.credit.applications import (
    AddFiles,
    BeginApplication,
    SaveStep,
    SubmitApplication,
    add_files,
    begin_application,
    save_step,
    submit_application,
)
from portal.credit.exposure import exposure_of
from portal.credit.orders import AskToShip, ask_to_ship
from portal.credit.proposing import LARGE_LIMIT, LIMIT, ProposeLimit, propose_limit
from portal.credit.releases import RELEASE, RequestRelease, request_release
from portal.credit.securities import NoteSecurity, note_security
from portal.credit.standing import SetStanding, set_standing
from portal.demo_books import MONTHS, Books
from portal.demo_file import Dice, first_of_month
from portal.demo_scores import score_all
from portal.demo_stage import (
    ADMIN,
    CLERK,
    LEAD,
    MANAGER,
    At,
    Stage,
    approve,
    customer_id,
    do,
    paper,
    papers,
    refuse,
)
from portal.payments.bills.commands import MoveBill, NoteBill, move_bill, note_bill
from portal.tables.credit import Bill, CreditApplication, LimitProposal
from portal.tables.orders import HoldRelease

CHEN, PEKKA = "chen.wei@huadong.example", "pekka@aurora.example"
LI_NA, MARTA = "li.na@lindqvist-motion.example", "marta.klein@lindqvist-motion.example"
#: What one of each was worth in CNY, about.
RATES = {"EUR": 83150, "USD": 70920, "GBP": 95480, "CHF": 89210, "JPY": 461, "KWD": 231400}
NEAR, NEAR_SHARE = "XINGHAI", Fraction(93, 100)
THOUSAND = 1_000_00


@dataclass(frozen=True)
class Limit:
    """A limit: decided when, from the next day until so many days after the demo's own."""

    code: str
    amount: str
    currency: str
    days_ago: int
    until_after_days: int
    reason: str
    insured: str = ""
    #: waiting | approved | refused
    ends: str = "approved"
    comment: str = ""


LIMITS = (
    Limit(
        "BERGMANN",
        *("150000.00", "EUR", 340, 25),
        "Limit kept; two thirds of it are insured.",
        insured="100000.00",
    ),
    Limit("OAKLEY", "40000.00", "GBP", 372, -9, "Kept for a year; nothing speaks against it."),
    Limit("MARENGO", "60000.00", "EUR", 100, 265, "Covered in part by the bank's guarantee."),
    Limit("FUMIN", "0.00", "CNY", 200, 165, "零售客户，款到发货。"),
    Limit(
        "HELVETIA",
        *("90000.00", "CHF", 1, 364),
        "Asks for room for the line in Aarau; pays each part on its day.",
        ends="waiting",
    ),
    Limit(
        "MISTRAL",
        *("95000.00", "EUR", 22, 340),
        "Mistral wants to stock for the spring.",
        ends="refused",
        comment="Late for half a year: first the overdue invoices, then more room.",
    ),
)


def write_rates(books: Books, on: dt.date) -> None:
    """The rate of each currency at the turn of each month, as a file brings them."""
    for ago in range(MONTHS - 1, -1, -1):
        day = first_of_month(on, ago)
        for currency, middle in RATES.items():
            moved = middle * (980 + Dice(currency, day).below(41)) // 1000
            text = f"{moved // 10000}.{moved % 10000:04d}"
            books.add("rates", **{"rate_date": day.isoformat(), "from": currency, "to": "CNY"})
            books.rows["rates"][-1]["rate"] = text


def decide_credit(at: At, on: dt.date) -> None:
    """Whom the house trusts how far, each decision on its own day."""
    know_kinds((LIMIT, LARGE_LIMIT, RELEASE))
    stage = Stage(at, on)
    for limit in LIMITS:
        _limit(stage, limit)
    _near(stage)
    _secure(stage)
    _bar(stage)
    _grown(stage)
    _opening(stage)
    score_all(stage)
    _bills(stage)
    _orders(stage)


# ── Limits ───────────────────────────────────────────────────────────────────


def _limit(stage: Stage, each: Limit) -> None:
    then = stage.ago(each.days_ago, 10)
    amount = Money.parse(each.amount, each.currency)
    insured = Money.parse(each.insured, each.currency) if each.insured else None
    _proposed(stage, then, each, (amount, insured))


def _proposed(
    stage: Stage, then: Installation, each: Limit, told: tuple[Money, Money | None]
) -> None:
    with then.reading(SYSTEM) as r:
        today = r.today
    until_on = stage.on + dt.timedelta(days=each.until_after_days)
    asked = AskedLimit(told[0], today, until_on, told[1])
    wanted = ProposeLimit(customer_id(then, each.code), asked, each.reason)
    proposal_id = do(then, MANAGER, propose_limit, wanted)
    _decided(stage, each, proposal_id)


def _decided(stage: Stage, each: Limit, proposal_id: int) -> None:
    later = stage.ago(each.days_ago, 15)
    with later.reading(SYSTEM) as r:
        approval_id = r.session.get_one(LimitProposal, proposal_id).approval_id
    if each.ends == "approved":
        approve(later, ADMIN, approval_id, each.comment)
    elif each.ends == "refused":
        refuse(later, ADMIN, approval_id, each.comment)


def _near(stage: Stage) -> None:
    """A limit of which 93 % are used today."""
    now = stage.ago(0, 8)
    with now.reading(SYSTEM) as r:
        total = exposure_of(r, customer_id(now, NEAR), r.today).total
    if total is None or total.minor <= 0:
        return
    minor = int(total.minor / NEAR_SHARE) // THOUSAND * THOUSAND + THOUSAND
    limit = Limit(NEAR, "", total.currency, 118, 245, "按复审结论首次设定额度。")
    _proposed(stage, stage.ago(limit.days_ago, 10), limit, (Money(minor, total.currency), None))


def _secure(stage: Stage) -> None:
    """What covers a limit: a bank's guarantee that ends soon, a mortgage, a deposit."""
    for code, kind, giver, amount, accepted, days in (
        ("MARENGO", "bank_guarantee", "Banca di Piacenza", "20000.00 EUR", "15000.00", 21),
        ("YUNTAI", "mortgage", "云台装配工程有限公司（厂房）", "600000.00 CNY", "100000.00", 700),
        (NEAR, "deposit", "星海电子科技有限公司", "30000.00 CNY", "0.00", 330),
    ):
        then = stage.ago(110, 14)
        given, currency = amount.split()
        with then.reading(SYSTEM) as r:
            today = r.today
        files = papers(then, (f"{kind}-{code}.pdf", paper(f"{kind} {code}", f"{amount}")))
        security = NoteSecurity(
            customer_id(then, code),
            kind,
            giver,
            Money.parse(given, currency),
            Money.parse(accepted, currency),
            today,
            stage.on + dt.timedelta(days=days),
            f"{kind[:2].upper()}-{today:%Y}-{len(code):03d}",
            files,
        )
        do(then, MANAGER, note_security, security)


def _bar(stage: Stage) -> None:
    """One is blacklisted, one of good credit needs no review."""
    then = stage.ago(149, 16)
    barred = SetStanding(customer_id(then, "LINHAI"), "blacklisted", "七个月未付款，电话无人接听。")
    do(then, MANAGER, set_standing, barred)
    exempt = SetStanding(customer_id(then, "FUMIN"), "exempt_small", "小额现款零售，无需评级。")
    do(then, MANAGER, set_standing, exempt)


# ── Applications ─────────────────────────────────────────────────────────────


def _grown(stage: Stage) -> None:
    """Huadong asked for more room in summer, and was given most of it."""
    then = stage.ago(62, 11)
    told = {
        Step.ASK: {"asked_limit": "2500000", "reason": "新增苏州分公司，第四季度备货。"},
        Step.FINANCES: {
            "source_of_funds": "自有资金与银行授信",
            "ability_to_repay": "月均回款稳定",
        },
        Step.FIGURES: _figures(then, (31_200, 46_800, 29_500, 42_300)),
    }
    file = ("balance-sheet-2025.pdf", paper("Huadong Trading", "Balance sheet", "CNY thousand"))
    application_id = _filled(then, ("HUADONG", CHEN), Asks.LIMIT, told, file)
    later = stage.ago(58, 10)
    with later.reading(SYSTEM) as r:
        today = r.today
    asked = AskedLimit(Money.parse("2000000.00", "CNY"), today, stage.on + dt.timedelta(days=24))
    wanted = ProposeLimit(
        customer_id(later, "HUADONG"),
        asked,
        "复审评级 B，按上限授信；到期前重新评估。",
        application_id,
        "额度按集团合并计算，年底前有效；增加部分请提供审计报告后再申请。",
    )
    proposal_id = do(later, MANAGER, propose_limit, wanted)
    _decided(stage, Limit("HUADONG", "", "CNY", 58, 24, ""), proposal_id)


def _opening(stage: Stage) -> None:
    """Aurora Pumps wants its first order on credit; nobody has answered yet."""
    then = stage.ago(3, 13)
    told = {
        Step.ASK: {"asked_limit": "40000"},
        Step.STANDING: {
            "development": "growing",
            "founded": "2011",
            "reputation": "Member of the Finnish pump makers' association since 2014.",
            "references": "Helvetia Dosiertechnik AG, Winterthur.",
        },
        Step.FINANCES: {"entity_type": "limited", "registered_capital": "250000"},
        Step.FIGURES: _figures(then, (1_450, 2_610, 980, 1_320)),
        Step.OPERATIONS: {"direction": "Dosing pumps for water works", "employees": "43"},
    }
    file = ("balance-sheet.pdf", paper("Aurora Pumps Oy", "Balance sheet", "EUR thousand"))
    _filled(then, ("NEWBORN", PEKKA), Asks.OPENING, told, file)


def _figures(then: Installation, thousands: tuple[int, int, int, int]) -> dict[str, str]:
    """The last year end, from current assets, all assets, debts and sales."""
    current, assets, debts, sales = (each * 1000 for each in thousands)
    with then.reading(SYSTEM) as r:
        year_end = dt.date(r.today.year - 1, 12, 31)
    return {
        "year_end_1": year_end.isoformat(),
        "current_assets_1": str(current),
        "assets_1": str(assets),
        "current_debts_1": str(debts * 7 // 10),
        "debts_1": str(debts),
        "sales_1": str(sales),
        "profit_1": str(sales // 16),
        "cash_flow_1": str(sales // 12),
    }


def _filled(
    then: Installation,
    whose: tuple[str, str],
    asks: Asks,
    told: Mapping[Step, Mapping[str, str]],
    *files: tuple[str, bytes],
) -> int:
    """An application that a customer's person filled in, page by page, and handed in."""
    code, email = whose
    begun = BeginApplication(customer_id(then, code), asks)
    application_id: int = do(then, email, begin_application, begun)
    with then.reading(SYSTEM) as r:
        version = r.session.get_one(CreditApplication, application_id).row_version
    for step, answers in told.items():
        version = do(then, email, save_step, SaveStep(application_id, step, answers, version))
    for file in files:
        command = AddFiles(application_id, "balance_sheet", papers(then, file))
        do(then, email, add_files, command)
    do(then, email, submit_application, SubmitApplication(application_id))
    return application_id


# ── Bills and orders ─────────────────────────────────────────────────────────


def _bills(stage: Stage) -> None:
    """Notes receivable: one held, one that was honoured, one that was not."""
    for code, number, kind, amount, received, matures, state in (
        ("BEIFANG", "1302 0026 4471", "commercial_acceptance", "38000.00", 70, 50, None),
        ("ZHIYUAN", "1104 0019 2208", "bank_acceptance", "120000.00", 120, -6, "honoured"),
        ("LINHAI", "1302 0011 9034", "commercial_acceptance", "26400.00", 210, -34, "dishonoured"),
    ):
        then = stage.ago(received, 15)
        with then.reading(SYSTEM) as r:
            received_on = r.today
        told = NoteBill(
            customer_id(then, code),
            number,
            kind,
            Money.parse(amount, "CNY"),
            received_on,
            stage.on + dt.timedelta(days=matures),
            drawer=code.title(),
            acceptor="交通银行" if kind == "bank_acceptance" else code.title(),
        )
        bill_id = do(then, CLERK, note_bill, told)
        if state is not None:
            _moved(stage.ago(-matures - 4, 16), bill_id, State(state))


def _moved(then: Installation, bill_id: int, state: State) -> None:
    with then.reading(SYSTEM) as r:
        version, today = r.session.get_one(Bill, bill_id).row_version, r.today
    do(then, CLERK, move_bill, MoveBill(bill_id, state, today, version))


def _orders(stage: Stage) -> None:
    """Allowed, held, released, waiting for a release, and refused."""
    asked = (
        ("SO-26-1181", "HUADONG", "86400.00 CNY", LI_NA, 4),
        ("SO-26-1190", "BERGMANN", "12650.00 EUR", MARTA, 3),
        ("SO-26-1193", "MARENGO", "9800.00 EUR", MARTA, 2),
        ("SO-26-1174", "OAKLEY", "6420.00 GBP", MARTA, 6),
        ("SO-26-1195", "BEIFANG", "64000.00 CNY", LEAD, 2),
        ("SO-26-1196", NEAR, "58600.00 CNY", LI_NA, 1),
        ("SO-26-1198", "LINHAI", "18500.00 CNY", CLERK, 1),
        ("SO-26-1201", "MISTRAL", "22300.00 EUR", MARTA, 0),
        ("SO-26-1202", "DONGFANG", "31200.00 CNY", LEAD, 0),
    )
    ids = {}
    for code, customer, amount, who, days in asked:
        then, (figure, currency) = stage.ago(days, 12), amount.split()
        command = AskToShip(code, customer_id(then, customer), Money.parse(figure, currency))
        ids[code] = do(then, who, ask_to_ship, command).order_id
    until_on = stage.on + dt.timedelta(days=9)
    wanted = RequestRelease(
        ids["SO-26-1174"], until_on, "The limit is being renewed; half of the order is prepaid."
    )
    then = stage.ago(5, 9)
    release_id = do(then, MARTA, request_release, wanted)
    with then.reading(SYSTEM) as r:
        approval_id = r.session.get_one(HoldRelease, release_id).approval_id
    approve(stage.ago(5, 14), MANAGER, approval_id, "Once, for this order.")
    said = "客户承诺发货前先付两张到期发票。"
    waits = RequestRelease(ids["SO-26-1196"], stage.on + dt.timedelta(days=5), said)
    do(stage.ago(0, 13), LEAD, request_release, waits)
