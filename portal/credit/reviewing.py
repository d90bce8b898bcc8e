"""
A person reviews a customer's credit: figures and judgements, the score, and the grade from a day.

What the score says is followed or credit is stopped; a grade against the score is an override and
needs a second person (`overriding`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.approvals.tasks import close_tasks
from portal.base.access import Permission, visible_to
from portal.base.language import N_
from portal.base.locks import lock_customer
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.payment_record import YEAR_MONTHS
from portal.core.readable import readable
from portal.core.review import Outcome, Rhythm, check_figures, outcome_of, plus_months
from portal.credit.exemptions import exempt_on
from portal.credit.facts import NoteFact, note_fact
from portal.credit.grades import GradeInForce, grade_of
from portal.credit.ratings import rate
from portal.credit.score_names import factor_name
from portal.credit.scoring import CustomerScore, score_of_customer
from portal.credit.signals import close_warnings
from portal.tables.approvals import Task
from portal.tables.credit import CreditReview, CustomerGrade
from portal.tables.customers import Customer

LONGEST_NOTE = 4_000
#: No review is put off for longer.
FURTHEST = dt.timedelta(days=731)
REVIEWED = N_("Reviewed")
TASKS = ("review_due", "late_pattern")


@dataclass(frozen=True)
class ReviewCustomer:
    """What a review found and decides, on figures as they were shown."""

    customer_id: int
    #: Of what was shown; see `seen_of`.
    seen: str
    note: str
    effective_on: dt.date
    figures: tuple[NoteFact, ...] = ()
    #: The grade where the score gives none.
    grade: str = ""
    next_due_on: dt.date | None = None
    is_stopped: bool = False
    #: Stale figures stay unknown, and that is known.
    leaves_out_stale: bool = False


def seen_of(found: CustomerScore, last_review: int | None) -> str:
    """A digest of what a review stands on: the score as it is, the grade, the last review."""
    told = (found.score.hundredths, found.grade, found.held_id, last_review, str(found.on))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]


def last_review_of(r: Reader, customer_id: int) -> int | None:
    """The id of the last review of a customer; None where none ever was."""
    rows = select(func.max(CreditReview.id)).where(CreditReview.customer_id == customer_id)
    return r.session.scalar(visible_to(rows, r.actor, CreditReview.customer_id))


def review_customer(w: Work, c: ReviewCustomer) -> int:
    """
    The id of the review; figures are kept, the score is written, the grade holds from its day.

    Raises: review.changed, review.exempt, review.note_missing, review.day_wrong,
    review.next_wrong, review.stale_figures, review.grade_missing, grade.name_unknown, and what
    `note_fact` raises.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.CREDIT_DECIDE, customer)
    shown = score_of_customer(w, customer.id, w.today)
    if seen_of(shown, last_review_of(w, customer.id)) != c.seen:
        raise RuleBroken("review.changed")
    _check(w, c, customer)
    for figure in c.figures:
        note_fact(w, figure)
    found = score_of_customer(w, customer.id, w.today)
    if not c.leaves_out_stale:
        check_figures([factor_name(name) for name in stale_of(found)])
    return _decide(w, c, customer, found)


def stale_of(found: CustomerScore) -> list[str]:
    """The factors of a score that were told once and are too old now."""
    return [each.name for each in found.inputs if each.reason == "stale"]


def _check(w: Work, c: ReviewCustomer, customer: Customer) -> None:
    if customer.id in exempt_on(w, w.today, [customer.id]):
        raise RuleBroken("review.exempt")
    if not readable(c.note):
        raise RuleBroken("review.note_missing", field="note")
    if c.effective_on < w.today:
        raise RuleBroken("review.day_wrong", field="effective_on")
    if c.next_due_on and not w.today < c.next_due_on <= w.today + FURTHEST:
        raise RuleBroken("review.next_wrong", field="next_due_on")


def _decide(w: Work, c: ReviewCustomer, customer: Customer, found: CustomerScore) -> int:
    held = grade_of(w, customer.id, w.today)
    name = _grade(w, c, found, held)
    names = [grade.name for grade in w.policy.grades]
    outcome = Outcome.STOPPED if c.is_stopped else _outcome(held, name, names)
    assert w.actor.user_id is not None
    review = CreditReview(
        customer_id=customer.id,
        reviewed_on=w.today,
        rating_id=rate(w, found),
        grade=name,
        outcome=outcome.value,
        note=c.note.strip()[:LONGEST_NOTE],
        next_due_on=c.next_due_on or _next_due(w, customer, name),
        reviewer_id=w.actor.user_id,
        at=w.now,
    )
    w.session.add(review)
    w.session.flush()
    if not _holds_already(held, name):
        _give(w, c, review)
    close_warnings(w, customer.id, REVIEWED)
    _close_tasks(w, customer.id)
    w.audit(
        "score.reviewed",
        f"review/{review.id}",
        customer_id=customer.id,
        grade=name,
        outcome=outcome.value,
        score=str(found.score.points),
        next_due_on=review.next_due_on,
    )
    return review.id


def _grade(w: Work, c: ReviewCustomer, found: CustomerScore, held: GradeInForce | None) -> str:
    """The grade that the score gives; where it gives none, the one that was chosen or held."""
    if found.grade:
        return found.grade
    if c.grade:
        if w.policy.grade(c.grade) is None:
            raise RuleBroken("grade.name_unknown", field="grade", grade=c.grade, known=_known(w))
        return c.grade
    if held is not None:
        return held.grade
    raise RuleBroken("review.grade_missing", field="grade")


def _known(w: Work) -> str:
    return ", ".join(grade.name for grade in w.policy.grades)


def _outcome(held: GradeInForce | None, name: str, best_first: list[str]) -> Outcome:
    return outcome_of(held.grade if held else "", name, best_first)


def _next_due(w: Work, customer: Customer, grade: str) -> dt.date:
    months, _why = rhythm_of(w, grade).months_of(customer.customer_type or "")
    return plus_months(w.today, months)


def rhythm_of(r: Reader, grade: str) -> Rhythm:
    """How often who has a grade is reviewed; without one yearly."""
    found = r.policy.grade(grade)
    values: Mapping[str, Any] = r.policy.values
    return Rhythm(
        found.review_months if found else YEAR_MONTHS,
        int(values["credit_review_dealer_months"]),
        tuple(str(each) for each in values["credit_review_dealer_types"]),
    )


def _holds_already(held: GradeInForce | None, name: str) -> bool:
    return held is not None and held.grade == name and held.until_on is None


def _give(w: Work, c: ReviewCustomer, review: CreditReview) -> None:
    row = CustomerGrade(
        customer_id=review.customer_id,
        effective_on=c.effective_on,
        grade=review.grade,
        is_override=False,
        rating_id=review.rating_id,
        reason=review.note,
        author=w.actor.name,
        at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    w.audit(
        "score.grade_given",
        f"customer_grade/{row.id}",
        customer_id=row.customer_id,
        grade=row.grade,
        effective_on=row.effective_on,
    )


def _close_tasks(w: Work, customer_id: int) -> None:
    """What asked for this review is done by it."""
    waiting = select(Task.kind, Task.subject).where(
        Task.customer_id == customer_id, Task.kind.in_(TASKS), Task.done_at.is_(None)
    )
    for kind, subject in w.session.execute(waiting).all():
        close_tasks(w, kind, [subject], REVIEWED)
