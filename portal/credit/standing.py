"""
What holds about a customer besides figures: barred, stopped, prepaying, or not to be looked into.

Whoever decides about credit bars at once; that a blacklisting is lifted a second person agrees to.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound, Permission, visible_to
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.readable import readable
from portal.credit.lifting_bars import ask_lifting, end
from portal.credit.names import STANDINGS
from portal.customers.standings import standing_holds
from portal.tables.approvals import Approval
from portal.tables.credit import CreditStanding
from portal.tables.people import User

LONGEST_REASON = 1_000


@dataclass(frozen=True)
class SetStanding:
    """That something holds about a customer from today, to a day where one is said."""

    customer_id: int
    kind: str
    reason: str
    until_on: dt.date | None = None


@dataclass(frozen=True)
class EndStanding:
    """That a standing does not hold any more, and why."""

    standing_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class StandingRow:
    """A standing as people read it."""

    row: CreditStanding
    set_by: str
    holds: bool
    #: Somebody asked that it be lifted, and a second person has not decided yet.
    is_lift_asked: bool


def set_standing(w: Work, c: SetStanding) -> int:
    """
    The standing that holds from today on.

    Raises: standing.kind_unknown, standing.reason_missing, standing.day_over, standing.set_already.
    """
    w.require(Permission.CREDIT_DECIDE, lock_customer(w, c.customer_id))
    if c.kind not in STANDINGS:
        raise RuleBroken("standing.kind_unknown", field="kind")
    if not readable(c.reason):
        raise RuleBroken("standing.reason_missing", field="reason")
    if c.until_on is not None and c.until_on < w.today:
        raise RuleBroken("standing.day_over", field="until_on")
    same = select(CreditStanding.id).where(
        CreditStanding.customer_id == c.customer_id,
        CreditStanding.kind == c.kind,
        standing_holds(w.today),
    )
    if w.session.scalar(same.limit(1)) is not None:
        raise RuleBroken("standing.set_already", field="kind")
    assert w.actor.user_id is not None
    row = CreditStanding(
        customer_id=c.customer_id,
        kind=c.kind,
        from_on=w.today,
        until_on=c.until_on,
        reason=c.reason.strip()[:LONGEST_REASON],
        set_by=w.actor.user_id,
        set_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    w.audit(
        "standing.set",
        f"standing/{row.id}",
        customer_id=c.customer_id,
        what=c.kind,
        until_on=c.until_on.isoformat() if c.until_on else None,
        reason=row.reason,
    )
    return row.id


def end_standing(w: Work, c: EndStanding) -> bool:
    """
    Ends a standing from today; whether it ended at once: a blacklisting waits for somebody else.

    Raises: standing.over_already, standing.reason_missing, standing.lift_waits.
    """
    row = lock_row(w, CreditStanding, c.standing_id)
    w.require(Permission.CREDIT_DECIDE, row)
    reason = readable(c.reason)[:LONGEST_REASON]
    if not reason:
        raise RuleBroken("standing.reason_missing", field="reason")
    if row.ended_on is not None or (row.until_on is not None and row.until_on < w.today):
        raise RuleBroken("standing.over_already")
    if row.kind == "blacklisted":
        if f"standing/{row.id}" in _asked_for(w, row.customer_id):
            raise RuleBroken("standing.lift_waits")
        ask_lifting(w, row, reason)
        return False
    assert w.actor.user_id is not None
    end(w, row, reason, w.actor.user_id)
    return True


def list_standings(r: Reader, customer_id: int) -> list[StandingRow]:
    """The standings of a customer, those in force first, then the latest first."""
    wanted = visible_to(
        select(CreditStanding, User.name, User.email).join(User, User.id == CreditStanding.set_by),
        r.actor,
        CreditStanding.customer_id,
    ).where(CreditStanding.customer_id == customer_id)
    asked = _asked_for(r, customer_id)
    rows = [
        StandingRow(row, name or email, _holds(row, r.today), f"standing/{row.id}" in asked)
        for row, name, email in r.session.execute(wanted.order_by(CreditStanding.id.desc()))
    ]
    return sorted(rows, key=lambda each: not each.holds)


def get_standing(r: Reader, standing_id: int) -> CreditStanding:
    """A standing of a customer that the actor may see; else `NotFound`."""
    wanted = select(CreditStanding).where(CreditStanding.id == standing_id)
    row = r.session.scalars(visible_to(wanted, r.actor, CreditStanding.customer_id)).first()
    if row is None:
        raise NotFound("standing")
    return row


def _holds(row: CreditStanding, on: dt.date) -> bool:
    is_over = row.until_on is not None and row.until_on < on
    is_ended = row.ended_on is not None and row.ended_on <= on
    return row.from_on <= on and not is_over and not is_ended


def _asked_for(r: Reader, customer_id: int) -> set[str]:
    """The subjects of this customer of which a second person still has to decide."""
    waiting = select(Approval.subject).where(
        Approval.customer_id == customer_id,
        Approval.kind == "release",
        Approval.state == "waiting",
    )
    return set(r.session.scalars(waiting))
