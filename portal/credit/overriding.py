"""
A grade against the score: proposed with a reason and an end, decided by a second person.

Once approved it holds from that day until its end; the day after, the grade before it is back. The
score is made by itself and put right by people alone (S-025).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.approvals.asking import Proposal, ask_approval, withdraw_request
from portal.approvals.kinds import Facts, Kind
from portal.base.access import NotFound, Permission, visible_to
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.readable import readable
from portal.core.review import plus_months
from portal.credit.grades import grade_of
from portal.credit.ratings import rate
from portal.credit.scoring import score_of_customer
from portal.tables.approvals import Approval
from portal.tables.credit import CustomerGrade, GradeOverride
from portal.tables.people import User

KIND = "grade"
#: A grade against the score holds for so many months at most.
MOST_MONTHS = 12
LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """A grade that was proposed against the score, and what became of it."""

    id: int
    ref: str
    grade: str
    until_on: dt.date
    reason: str
    author: str
    at: dt.datetime
    #: waiting | approved | refused | withdrawn
    state: str
    approval_ref: str


@dataclass(frozen=True)
class ProposeGrade:
    """That another grade than that of the score shall hold until a day."""

    customer_id: int
    grade: str
    until_on: dt.date | None
    reason: str


@dataclass(frozen=True)
class WithdrawGrade:
    """That a grade is not proposed any longer."""

    override_id: int


def list_overrides(r: Reader, customer_id: int) -> list[OverrideRow]:
    """The grades that were proposed for a customer, the last first."""
    columns: list[Any] = [GradeOverride, User.name, User.email]
    rows = (
        select(*columns)
        .join(User, User.id == GradeOverride.author_id)
        .where(GradeOverride.customer_id == customer_id)
        .order_by(GradeOverride.id.desc())
    )
    found = r.session.execute(visible_to(rows, r.actor, GradeOverride.customer_id))
    return [_row(r, row, name or email) for row, name, email in found]


def _row(r: Reader, row: GradeOverride, author: str) -> OverrideRow:
    approval_ref = r.refs.of("ap", row.approval_id) if row.approval_id else ""
    told = (row.grade, row.until_on, row.reason, author, row.at, row.state)
    return OverrideRow(row.id, r.refs.of("go", row.id), *told, approval_ref)


def whose_override(r: Reader, ref: str) -> int:
    """The customer whom a proposed grade is of; `NotFound` where it is not the reader's to see."""
    rows = select(GradeOverride.customer_id).where(GradeOverride.id == r.id_of("go", ref))
    found = r.session.scalar(visible_to(rows, r.actor, GradeOverride.customer_id))
    if found is None:
        raise NotFound(ref)
    return found


def propose_grade(w: Work, c: ProposeGrade) -> int:
    """
    The id of the proposal, which waits for a second person.

    Raises: grade.name_unknown, grade.reason_missing, grade.until_wrong, grade.until_too_far,
    grade.is_in_force, grade.override_waits.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.CREDIT_DECIDE, customer)
    _check(w, c)
    _refuse_second(w, customer.id)
    assert w.actor.user_id is not None
    assert c.until_on is not None
    found = score_of_customer(w, customer.id, w.today)
    row = GradeOverride(
        customer_id=customer.id,
        rating_id=rate(w, found),
        grade=c.grade,
        until_on=c.until_on,
        reason=c.reason.strip()[:LONGEST_REASON],
        author_id=w.actor.user_id,
        at=w.now,
        state="waiting",
    )
    w.session.add(row)
    w.session.flush()
    row.approval_id = _ask(w, row, found.grade)
    w.audit(
        "score.grade_asked",
        f"grade_override/{row.id}",
        customer_id=customer.id,
        grade=c.grade,
        until_on=c.until_on,
        approval=row.approval_id,
    )
    return row.id


def _check(w: Work, c: ProposeGrade) -> None:
    known = [grade.name for grade in w.policy.grades]
    if c.grade not in known:
        raise RuleBroken("grade.name_unknown", field="grade", grade=c.grade, known=", ".join(known))
    if not readable(c.reason):
        raise RuleBroken("grade.reason_missing", field="reason")
    if c.until_on is None or c.until_on <= w.today:
        raise RuleBroken("grade.until_wrong", field="until_on")
    latest = plus_months(w.today, MOST_MONTHS)
    if c.until_on > latest:
        raise RuleBroken("grade.until_too_far", field="until_on", latest=latest)
    held = grade_of(w, c.customer_id, w.today)
    if held and held.grade == c.grade:
        raise RuleBroken("grade.is_in_force", field="grade", grade=c.grade)


def _refuse_second(w: Work, customer_id: int) -> None:
    waiting = select(GradeOverride.id).where(
        GradeOverride.customer_id == customer_id, GradeOverride.state == "waiting"
    )
    if w.session.scalar(waiting) is not None:
        raise RuleBroken("grade.override_waits", field="grade")


def _ask(w: Work, row: GradeOverride, by_score: str) -> int:
    facts = _facts(w, row, by_score)
    after = {"grade": row.grade, "until": row.until_on.isoformat()}
    return ask_approval(
        w,
        Proposal(
            kind=KIND,
            subject=f"grade_override/{row.id}",
            customer_id=row.customer_id,
            amount=Money.zero(w.company.currency),
            before=facts.before,
            after=after,
            fingerprint=facts.fingerprint,
            reason=row.reason,
        ),
    )


def _facts(r: Reader, row: GradeOverride, by_score: str) -> Facts:
    """What the proposal stands on: the grade in force and the one that the score gives."""
    held = grade_of(r, row.customer_id, r.today)
    before = {"grade": held.grade if held else "—", "by_score": by_score or "—"}
    told = repr((held.id if held else None, by_score))
    return Facts(hashlib.sha256(told.encode()).hexdigest()[:32], before)


def withdraw_grade(w: Work, c: WithdrawGrade) -> None:
    """
    A grade is not proposed any longer; its author takes it back, or whoever decides on credit.

    Raises: approval.not_in_this_state.
    """
    row = lock_row(w, GradeOverride, c.override_id)
    w.require(Permission.CREDIT_DECIDE, row)
    if row.state == "withdrawn":
        return
    if row.state != "waiting":
        raise RuleBroken("approval.not_in_this_state")
    row.state = "withdrawn"
    withdraw_request(w, KIND, f"grade_override/{row.id}")
    w.audit("score.grade_withdrawn", f"grade_override/{row.id}", customer_id=row.customer_id)


# ── The decision ─────────────────────────────────────────────────────────────


def _proposed(r: Reader, approval: Approval) -> GradeOverride:
    row = r.session.get(GradeOverride, int(approval.subject.partition("/")[2]))
    if row is None:
        raise NotFound("grade")
    return row


def facts_now(r: Reader, approval: Approval) -> Facts:
    """What a proposed grade stands on, as it is now."""
    row = _proposed(r, approval)
    return _facts(r, row, score_of_customer(r, row.customer_id, r.today).grade)


def approve(w: Work, approval: Approval) -> None:
    """
    The grade holds from today until its end.

    Raises: grade.until_wrong where that day is over.
    """
    row = _proposed(w, approval)
    if row.until_on < w.today:
        raise RuleBroken("grade.until_wrong")
    row.state = "approved"
    author = w.session.get_one(User, row.author_id)
    grade = CustomerGrade(
        customer_id=row.customer_id,
        effective_on=w.today,
        until_on=row.until_on,
        grade=row.grade,
        is_override=True,
        rating_id=row.rating_id,
        approval_id=approval.id,
        reason=row.reason,
        author=author.name or author.email,
        at=w.now,
    )
    w.session.add(grade)
    w.session.flush()
    w.audit(
        "score.grade_given",
        f"customer_grade/{grade.id}",
        customer_id=row.customer_id,
        grade=row.grade,
        effective_on=w.today,
        until_on=row.until_on,
    )


def refuse(w: Work, approval: Approval) -> None:
    """Nothing changes but the proposal's own state."""
    row = _proposed(w, approval)
    row.state = "refused"
    w.audit("score.grade_refused", f"grade_override/{row.id}", customer_id=row.customer_id)


GRADE = Kind(
    name=KIND,
    facts=facts_now,
    approve=approve,
    refuse=refuse,
    page=("desk_reviews.override", "go"),
)
