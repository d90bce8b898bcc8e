"""
The limit that a customer has on a day: the last dated row, before the first what the file said.

A row without an amount says that none is set; a customer without any row and without a limit in
the file has none set either, which is not the same as a limit of nothing (prepayment only).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.money import Money
from portal.tables.credit import CreditLimit
from portal.tables.customers import Customer

#: What a file says of a limit, and in which currency.
BASE = (
    Customer.id,
    Customer.credit_limit_minor,
    Customer.credit_limit_currency,
    Customer.currency,
)


#: Of `newest_rows`, where only the amount is wanted of many: read by `amount_in_force`.
AMOUNT = (
    CreditLimit.id.label("dated_id"),
    CreditLimit.amount_minor.label("dated_minor"),
    CreditLimit.currency.label("dated_currency"),
)


@dataclass(frozen=True, slots=True)
class LimitInForce:
    """A limit as it holds on a day."""

    #: None: none is set.
    amount: Money | None
    #: The last day on which it holds; past it orders are held.
    valid_until: dt.date | None = None
    #: The dated row that says so; None: what the file said, without a date.
    id: int | None = None
    insured: Money | None = None
    effective_on: dt.date | None = None

    def is_over_on(self, day: dt.date) -> bool:
        """Whether it has run out by that day."""
        return self.valid_until is not None and self.valid_until < day


def limit_of(r: Reader, customer_id: int, on: dt.date) -> LimitInForce | None:
    """A customer's limit on a day, whether it has run out by then or not; None: never any said."""
    return limits_on(r, on, [customer_id]).get(customer_id)


def limits_on(
    r: Reader, on: dt.date, customer_ids: Collection[int] | None = None
) -> dict[int, LimitInForce]:
    """
    By customer: the limit of each whom the reader may see, where one was ever said.

    Asked for nobody in particular it answers for all, in the same single question.
    """
    newest = newest_rows(on, customer_ids)
    rows = (
        visible_to(select(*BASE, CreditLimit), r.actor, Customer.id)
        .outerjoin(newest, newest.c.customer_id == Customer.id)
        .outerjoin(CreditLimit, CreditLimit.id == newest.c.id)
    )
    is_said = CreditLimit.id.is_not(None) | Customer.credit_limit_minor.is_not(None)
    wanted = is_said if customer_ids is None else Customer.id.in_(customer_ids)
    found: dict[int, LimitInForce] = {}
    for row in r.session.execute(rows.where(wanted)):
        limit = limit_in_force(row, row.CreditLimit, r.company.currency)
        if limit is not None:
            found[row.id] = limit
    return found


def newest_rows(on: dt.date, customer_ids: Collection[int] | None = None) -> Any:
    """By customer: the id of the dated row in force on a day, as a table to join."""
    place = func.row_number().over(
        partition_by=CreditLimit.customer_id,
        order_by=(CreditLimit.effective_on.desc(), CreditLimit.id.desc()),
    )
    dated = select(CreditLimit.customer_id, CreditLimit.id, place.label("place")).where(
        CreditLimit.effective_on <= on
    )
    if customer_ids is not None:
        dated = dated.where(CreditLimit.customer_id.in_(customer_ids))
    ranked = dated.subquery("ranked_limit")
    newest = select(ranked.c.customer_id, ranked.c.id).where(ranked.c.place == 1)
    return newest.subquery("newest_limit")


def amount_in_force(row: Any, house_currency: str) -> Money | None:
    """The limit that a row with `BASE` and `AMOUNT` says; None: none is set."""
    if row.dated_id is not None:
        minor, currency = row.dated_minor, row.dated_currency
    else:
        minor = row.credit_limit_minor
        currency = row.credit_limit_currency or row.currency or house_currency
    return None if minor is None else Money(minor, currency)


def limit_in_force(
    customer: Any, dated: CreditLimit | None, house_currency: str
) -> LimitInForce | None:
    """The limit that the newest dated row says, without one that of the file: `BASE` of it."""
    if dated is None:
        base = customer.credit_limit_minor
        currency = customer.credit_limit_currency or customer.currency or house_currency
        return None if base is None else LimitInForce(Money(base, currency))
    return LimitInForce(
        None if dated.amount_minor is None else Money(dated.amount_minor, dated.currency),
        dated.valid_until,
        dated.id,
        None if dated.insured_minor is None else Money(dated.insured_minor, dated.currency),
        dated.effective_on,
    )
