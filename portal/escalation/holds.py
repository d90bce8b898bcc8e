"""
A customer, one of its accounts, or an invoice is left alone: for a time, and with a reason.

A hold wins over every step that would come by itself. It never runs in secret: it stands on the
customer's page, and what it keeps back is told with every run.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound, Permission
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.readable import readable
from portal.tables.escalation import DunningHold
from portal.tables.invoices import Entry

LONGEST_REASON = 1_000
#: Nobody is left alone for longer without somebody looking again.
FARTHEST = dt.timedelta(days=366)


@dataclass(frozen=True)
class Hold:
    """That a customer is left alone from today; one account or one invoice of it, where named."""

    customer_id: int
    reason: str
    #: The last day; None: until somebody ends it.
    until_on: dt.date | None = None
    currency: str | None = None
    entry_id: int | None = None


@dataclass(frozen=True)
class EndHold:
    """That the ladder goes on."""

    hold_id: int


def hold(w: Work, c: Hold) -> int:
    """
    The hold that runs from today; said twice it is one.

    Raises: dunning_hold.reason_missing, dunning_hold.day_over, dunning_hold.too_far.
    """
    w.require(Permission.ESCALATION_HOLD, lock_customer(w, c.customer_id))
    reason = readable(c.reason)[:LONGEST_REASON]
    _check(w, c, reason)
    known = _same(w, c, reason)
    if known is not None:
        return known
    assert w.actor.user_id is not None
    row = DunningHold(
        customer_id=c.customer_id,
        currency=None if c.entry_id else c.currency,
        entry_id=c.entry_id,
        from_on=w.today,
        until_on=c.until_on,
        reason=reason,
        set_by=w.actor.user_id,
        set_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    w.audit(
        "dunning_hold.set",
        f"dunning_hold/{row.id}",
        customer_id=c.customer_id,
        currency=row.currency,
        entry=row.entry_id,
        until_on=c.until_on.isoformat() if c.until_on else None,
        reason=reason,
    )
    return row.id


def _check(w: Work, c: Hold, reason: str) -> None:
    if not reason:
        raise RuleBroken("dunning_hold.reason_missing", field="reason")
    if c.until_on is not None and c.until_on < w.today:
        raise RuleBroken("dunning_hold.day_over", field="until_on")
    if c.until_on is not None and c.until_on > w.today + FARTHEST:
        farthest = w.today + FARTHEST
        raise RuleBroken("dunning_hold.too_far", field="until_on", farthest=farthest)
    if c.entry_id is not None:
        entry = w.session.get(Entry, c.entry_id)
        if entry is None or entry.customer_id != c.customer_id:
            raise NotFound("invoice")


def _same(w: Work, c: Hold, reason: str) -> int | None:
    """The same hold, set today: a second press is none."""
    rows = select(DunningHold.id).where(
        DunningHold.customer_id == c.customer_id,
        DunningHold.currency.is_not_distinct_from(None if c.entry_id else c.currency),
        DunningHold.entry_id.is_not_distinct_from(c.entry_id),
        DunningHold.until_on.is_not_distinct_from(c.until_on),
        DunningHold.from_on == w.today,
        DunningHold.reason == reason,
        DunningHold.ended_at.is_(None),
    )
    return w.session.scalar(rows.limit(1))


def end_hold(w: Work, c: EndHold) -> None:
    """The ladder goes on from the next run; ended twice, the first one counts."""
    row = lock_row(w, DunningHold, c.hold_id)
    w.require(Permission.ESCALATION_HOLD, row)
    if row.ended_at is not None:
        return
    assert w.actor.user_id is not None
    row.ended_by, row.ended_at = w.actor.user_id, w.now
    w.session.flush()
    w.audit("dunning_hold.ended", f"dunning_hold/{row.id}", customer_id=row.customer_id)
