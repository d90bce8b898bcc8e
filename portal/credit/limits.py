"""
The limit that a customer has on a day: the last dated row, before the first what the file said.

A row without an amount says that none is set; a customer without any row and without a limit in
the file has none set either, which is not the same as a limit of nothing (prepayment only).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.money import Money
from portal.tables.credit import CreditLimit
from portal.tables.customers import Customer


@dataclass(frozen=True, slots=True)
class LimitInForce:
    """A limit as it holds on a day."""

    #: None: none is set.
    amount: Money | None
    #: The last day on which it holds; past it orders are held.
    valid_until: dt.date | None = None
    #: The dated row that says so; None: what the file said, without a date.
    id: int | None = None


def limit_of(r: Reader, customer_id: int, on: dt.date) -> LimitInForce | None:
    """A customer's limit on a day, whether it has run out by then or not; None: never any said."""
    dated = (
        select(CreditLimit)
        .where(CreditLimit.customer_id == customer_id, CreditLimit.effective_on <= on)
        .order_by(CreditLimit.effective_on.desc(), CreditLimit.id.desc())
        .limit(1)
    )
    row = r.session.scalars(visible_to(dated, r.actor, CreditLimit.customer_id)).first()
    if row is not None:
        amount = None if row.amount_minor is None else Money(row.amount_minor, row.currency)
        return LimitInForce(amount, row.valid_until, row.id)
    told = select(Customer.credit_limit_minor, Customer.credit_limit_currency).where(
        Customer.id == customer_id
    )
    base = r.session.execute(visible_to(told, r.actor, Customer.id)).first()
    if base is None or base.credit_limit_minor is None:
        return None
    return LimitInForce(Money(base.credit_limit_minor, base.credit_limit_currency))
