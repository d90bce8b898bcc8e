"""
How much of ours a customer holds on a day, with all below it, in the currency of its limit.

`exposure_of` answers for one, `exposures` for everybody at once; both add up the same sums.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, union

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.exposure import Exposure, Figures, expose
from portal.core.money import Money
from portal.credit.exposure_sums import Added, Sums, figures_by_customer
from portal.credit.groups import Group, group_of, member_of
from portal.credit.rates import rates_on
from portal.customers.limits import newest_rows
from portal.invoices.ageing import run_serially
from portal.tables.credit import CreditLimit
from portal.tables.customers import Customer


@dataclass(frozen=True, slots=True)
class Exposed:
    """A customer with its exposure and the limit that it has on a day."""

    customer_id: int
    code: str
    name: str
    exposure: Exposure
    limit: Money | None
    valid_until: dt.date | None
    parent_id: int | None

    @property
    def available(self) -> Money | None:
        """What is left of the limit; None where none is set or a rate is missing."""
        if self.limit is None or self.exposure.total is None:
            return None
        return self.limit - self.exposure.total

    @property
    def is_over(self) -> bool:
        """Whether the limit is exceeded."""
        return self.available is not None and self.available.minor < 0


def exposure_of(r: Reader, customer_id: int, on: dt.date) -> Exposure:
    """What a customer and all below it hold of ours; `NotFound` where the actor may not see it."""
    group = group_of(r, customer_id, on)
    below = group.below(customer_id)
    sums = figures_by_customer(r, on, below)
    currency = group.customer.counted_in
    rates = rates_on(r, on, currencies_of(sums) | {currency})
    return expose(together(sums, below), currency, rates, on)


def exposures(r: Reader, on: dt.date) -> list[Exposed]:
    """Every customer that the actor sees, by code, each with all below it; one sum for all."""
    run_serially(r.session)
    sums = figures_by_customer(r, on, None)
    rates = rates_on(r, on, currencies_of(sums) | _limit_currencies(r))
    rows = r.session.execute(_members(on)).all()
    children: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        children[row.parent_id or 0].append(row.id)
    seen = set(r.session.scalars(visible_to(select(Customer.id), r.actor, Customer.id)))
    found = []
    for row in rows:
        if row.id in seen:
            member = member_of(row, r.company.currency)
            group = Group(member, {}, children)
            figures = together(sums, group.below(row.id))
            exposure = expose(figures, member.counted_in, rates, on)
            found.append(
                Exposed(
                    *(member.id, member.code, member.name, exposure),
                    *(member.limit, member.valid_until, member.parent_id),
                )
            )
    return found


def together(sums: Sums, customer_ids: Iterable[int]) -> Figures:
    """The figures of several customers as one."""
    found: Added = defaultdict(int)
    for customer_id in customer_ids:
        for key, minor in sums.get(customer_id, {}).items():
            found[key] += minor
    return found


def currencies_of(sums: Sums) -> set[str]:
    """The currencies in which anything stands."""
    found: set[str] = set()
    for figures in sums.values():
        for (_, own), minor in figures.items():
            if minor:
                found.update((own,) if isinstance(own, str) else (own.currency, own.other))
    return found


def _limit_currencies(r: Reader) -> set[str]:
    columns = (CreditLimit.currency, Customer.credit_limit_currency, Customer.currency)
    named = union(*(select(each).distinct() for each in columns))
    return {code for code in r.session.scalars(named) if code} | {r.company.currency}


def _members(on: dt.date) -> Select[Any]:
    """Every customer with its limit in force, in the shape that `groups.member_of` reads."""
    newest = newest_rows(on)
    columns: list[Any] = [
        *(Customer.id, Customer.parent_id, Customer.code, Customer.name, Customer.currency),
        *(Customer.credit_limit_minor, Customer.credit_limit_currency),
        CreditLimit.id.label("limit_id"),
        CreditLimit.amount_minor,
        CreditLimit.currency.label("limit_currency"),
        CreditLimit.valid_until,
    ]
    return (
        select(*columns)
        .outerjoin(newest, newest.c.customer_id == Customer.id)
        .outerjoin(CreditLimit, CreditLimit.id == newest.c.id)
        .order_by(Customer.code)
    )
