"""
How reliably promises are kept, per customer and per owner as of a day; for staff alone.

Counted are the promises whose day lay in the year before; what is still open is left out.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from portal.base.work import Reader
from portal.core.money import Money
from portal.core.promise_board import Judged, KeptRate, kept_rate
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow

#: How far back promises count.
YEAR = dt.timedelta(days=365)

By = Literal["customer", "owner"]


@dataclass(frozen=True, slots=True)
class KeptRow:
    """How one customer, or the customers of one owner, keep promises in one currency."""

    #: A customer's reference; empty for an owner.
    ref: str
    name: str
    currency: str
    rate: KeptRate

    @property
    def promised(self) -> Money:
        """What was promised in those that are over."""
        return Money(self.rate.promised_minor, self.currency)

    @property
    def in_time(self) -> Money:
        """What of it came in time."""
        return Money(self.rate.in_time_minor, self.currency)


def kept_by(r: Reader, by: By, as_of: dt.date | None = None) -> list[KeptRow]:
    """A row for each customer or owner and currency with promises that are over, worst first."""
    groups: defaultdict[tuple[str, str, str], list[PromiseRow]] = defaultdict(list)
    for row in _of_the_year(r, as_of):
        ref = r.refs.of("cu", row.customer_id) if by == "customer" else ""
        name = row.customer_name if by == "customer" else row.owner
        groups[ref, name, row.amount.currency].append(row)
    found = [KeptRow(*names, rate_of(made)) for names, made in groups.items()]
    judged = [each for each in found if each.rate.judged]
    return sorted(judged, key=lambda each: (each.rate.by_number.value, each.name, each.currency))


def rates_by_currency(
    r: Reader, as_of: dt.date | None = None, customer_id: int | None = None
) -> dict[str, KeptRate]:
    """How reliably everybody whom the reader may see keeps promises, or one customer."""
    by_currency: defaultdict[str, list[PromiseRow]] = defaultdict(list)
    for row in _of_the_year(r, as_of, customer_id):
        by_currency[row.amount.currency].append(row)
    return {currency: rate_of(rows) for currency, rows in by_currency.items()}


def customers_rates(rows: Iterable[PromiseRow], as_of: dt.date) -> list[KeptRow]:
    """One customer's rates by currency, of promises that were read already."""
    by_currency: defaultdict[str, list[PromiseRow]] = defaultdict(list)
    for row in rows:
        if as_of - YEAR <= row.promised_on <= as_of:
            by_currency[row.amount.currency].append(row)
    found = [KeptRow("", "", name, rate_of(made)) for name, made in sorted(by_currency.items())]
    return [each for each in found if each.rate.judged]


def rate_of(rows: Iterable[PromiseRow]) -> KeptRate:
    """The rate of promises of one currency."""
    return kept_rate(
        Judged(row.state, (row.came + row.awaited + row.lost).minor, row.in_time.minor)
        for row in rows
    )


def _of_the_year(
    r: Reader, as_of: dt.date | None, customer_id: int | None = None
) -> list[PromiseRow]:
    day = as_of or r.today
    asked = PromiseFilter(customer_id, from_on=day - YEAR, to_on=day, counts=True)
    return list_promises(r, asked, day)
