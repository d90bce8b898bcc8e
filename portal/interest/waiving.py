"""Waiving late interest: what has accrued by a day is not asked for, and never is again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import Permission
from portal.base.locks import lock_customer
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.readable import readable
from portal.interest.workings import worked_of
from portal.tables.interest import InterestWaiver

LONGEST_REASON = 1_000


@dataclass(frozen=True)
class WaiveInterest:
    """That late interest of an account, or of one invoice of it, up to a day is not asked for."""

    customer_id: int
    currency: str
    through_on: dt.date
    reason: str
    key: str
    #: None: of all that are late.
    entry_id: int | None = None


def waive_interest(w: Work, c: WaiveInterest) -> Money:
    """
    How much is waived; the same page sent twice waives nothing more.

    What accrues after the day is asked for as ever. What waits to be approved is withdrawn by hand.
    Raises: interest.day_in_future, interest.reason_missing, interest.nothing_to_waive.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.INTEREST_CHARGE, customer)
    same = select(InterestWaiver.amount_minor).where(
        InterestWaiver.idempotency_key == c.key, InterestWaiver.customer_id == customer.id
    )
    known = w.session.scalars(same).all()
    if known:
        return Money(sum(known), c.currency)
    if not readable(c.reason):
        raise RuleBroken("interest.reason_missing", field="reason")
    if c.through_on > w.today:
        raise RuleBroken("interest.day_in_future", field="through_on", today=w.today)
    worked = worked_of(w, customer.id, c.currency, c.through_on, c.entry_id)
    open_ones = [each for each in worked if each.open.minor]
    if not open_ones:
        raise RuleBroken("interest.nothing_to_waive")
    for each in open_ones:
        w.session.add(
            InterestWaiver(
                customer_id=customer.id,
                entry_id=each.entry_id,
                part=each.part,
                through_on=c.through_on,
                amount_minor=each.open.minor,
                reason=c.reason.strip()[:LONGEST_REASON],
                user_id=w.actor.user_id,
                at=w.now,
                idempotency_key=c.key,
            )
        )
    w.session.flush()
    total = Money.total((each.open for each in open_ones), c.currency)
    numbers = sorted({each.number for each in open_ones})
    told = {"amount": total.major(), "currency": c.currency, "documents": ", ".join(numbers)}
    w.audit(
        "interest.waived",
        f"customer/{customer.id}",
        customer_id=customer.id,
        through_on=c.through_on.isoformat(),
        reason=c.reason.strip()[:LONGEST_REASON],
        **told,
    )
    return total
