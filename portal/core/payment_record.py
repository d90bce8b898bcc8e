"""
How a customer has paid and bought so far, as figures of the scorecard; from sums over its books.

Sums are given by currency, as minor units never meet across currencies; averages do, by how many
items each of them stands on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from portal.core.money import Money
from portal.core.scorecard import as_figure

#: Lateness is compared over so many days, and those of a year before them.
RECENT_DAYS = 90
BEFORE_DAYS = 365
#: What was sold and asked is counted over so many days.
YEAR_DAYS = 365
YEAR_MONTHS = 12
PER_CENT = 100


class Lateness(NamedTuple):
    """
    What of one currency was paid wholly or is overdue: how many due parts, how much, how late.

    `weighted` sums amount × days late; of what is overdue the days so far.
    """

    items: int = 0
    on_time: int = 0
    minor: int = 0
    weighted: int = 0
    #: Of the last 90 days, by the day of payment; what is overdue is of the last.
    recent_items: int = 0
    recent_minor: int = 0
    recent_weighted: int = 0
    #: Of the year before those.
    before_items: int = 0
    before_minor: int = 0
    before_weighted: int = 0
    #: Sum of the days from invoice to due date.
    term_days: int = 0


class Trade(NamedTuple):
    """What was bought in one currency: the first invoice, the last year's, and what is owed."""

    currency: str
    first_on: date | None = None
    invoices: int = 0
    #: Of the last 365 days: invoices less credit notes.
    sales_minor: int = 0
    balance_minor: int = 0


def days_late(rows: Sequence[Lateness]) -> Decimal | None:
    """
    The average days late of what was paid and of what is overdue; None where nothing was due.

    Rule: R202 — Σ amount × max(0, paid − due) ÷ Σ amount over due parts that were paid wholly, by
    value date, and those that are overdue, late up to the day asked; by amount within a currency,
    and of several currencies by their number of items (RULES 2 'ADD, invoice-level').

    >>> days_late([Lateness(items=2, minor=400, weighted=1000)])
    Decimal('2.5')
    >>> days_late([Lateness(1, minor=5, weighted=50), Lateness(3, minor=9, weighted=0)])
    Decimal('2.5')
    """
    return _average((row.items, row.weighted, row.minor) for row in rows)


def late_trend(rows: Sequence[Lateness]) -> Decimal | None:
    """
    How many days later payments came of late than before; None where one of both is not known.

    Rule: R203 — the average days late (R202) of what was paid in the last 90 days or is overdue,
    less that of what was paid in the 365 days before them (RULES 2 'days late trend').

    >>> late_trend(
    ...     [
    ...         Lateness(
    ...             recent_items=1,
    ...             recent_minor=10,
    ...             recent_weighted=200,
    ...             before_items=1,
    ...             before_minor=10,
    ...             before_weighted=50,
    ...         )
    ...     ]
    ... )
    Decimal('15')
    """
    recent = _average((row.recent_items, row.recent_weighted, row.recent_minor) for row in rows)
    before = _average((row.before_items, row.before_weighted, row.before_minor) for row in rows)
    return None if recent is None or before is None else recent - before


def paid_on_time(rows: Sequence[Lateness]) -> Decimal | None:
    """
    Per cent of the due parts that were paid or are overdue that came in time.

    >>> paid_on_time([Lateness(items=3, on_time=2)])
    Decimal('66.6667')
    """
    return share(sum(row.on_time for row in rows), sum(row.items for row in rows))


def usual_term(rows: Sequence[Lateness]) -> int | None:
    """
    The usual days from invoice to due date, to the whole day.

    >>> usual_term([Lateness(items=2, term_days=75)])
    38
    """
    items = sum(row.items for row in rows)
    if not items:
        return None
    return (2 * sum(row.term_days for row in rows) + items) // (2 * items)


def share(part: int, whole: int) -> Decimal | None:
    """
    A share in per cent; None of nothing.

    >>> share(1, 4), share(0, 0)
    (Decimal('25'), None)
    """
    return as_figure(part * PER_CENT, whole) if whole else None


@lru_cache(maxsize=4096)
def dealing_months(first_on: date | None, on: date) -> int | None:
    """
    The whole months since the first invoice.

    >>> dealing_months(date(2026, 1, 31), date(2026, 3, 30)), dealing_months(None, date(2026, 1, 1))
    (1, None)
    """
    if first_on is None:
        return None
    months = (on.year - first_on.year) * YEAR_MONTHS + on.month - first_on.month
    return months - (on.day < first_on.day)


def counted_months(first_on: date, on: date) -> int:
    """
    Over how many months a year's figures are spread: twelve, of a younger customer fewer.

    >>> (
    ...     counted_months(date(2026, 1, 31), date(2026, 3, 30)),
    ...     counted_months(date(2020, 1, 1), date(2026, 3, 30)),
    ... )
    (2, 12)
    """
    return min(YEAR_MONTHS, (dealing_months(first_on, on) or 0) + 1)


def invoices_a_month(rows: Sequence[Trade], on: date) -> Decimal | None:
    """
    How many invoices a month there were in the last year.

    >>> invoices_a_month([Trade("CNY", date(2020, 1, 1), invoices=18)], date(2026, 1, 1))
    Decimal('1.5')
    """
    first_on = first_deal(rows)
    if first_on is None:
        return None
    months = counted_months(first_on, on)
    return as_figure(sum(row.invoices for row in rows), months)


def first_deal(rows: Iterable[Trade]) -> date | None:
    """The day of the first invoice in any currency."""
    return min((row.first_on for row in rows if row.first_on), default=None)


def monthly_sales(row: Trade | None, on: date) -> Money | None:
    """
    The average month's sales in one currency over the last year; None who never bought in it.

    >>> monthly_sales(Trade("CNY", date(2020, 1, 1), 18, 1200_00), date(2026, 1, 1)).major()
    '100.00'
    """
    if row is None or row.first_on is None:
        return None
    months = counted_months(row.first_on, on)
    return Money((2 * max(0, row.sales_minor) + months) // (2 * months), row.currency)


def limit_use(rows: Sequence[Trade], limit: Money | None) -> Decimal | None:
    """
    Per cent of the limit that is owed on account; None where no limit is set, or it is nothing.

    What is owed in another currency than the limit's says nothing without a rate: then it is not
    known either.

    >>> limit_use([Trade("CNY", balance_minor=820_00)], Money.parse("1000.00", "CNY"))
    Decimal('82')
    """
    if limit is None or not limit.minor:
        return None
    owed = {row.currency: row.balance_minor for row in rows if row.balance_minor > 0}
    if owed.keys() - {limit.currency}:
        return None
    return share(owed.get(limit.currency, 0), limit.minor)


def _average(rows: Iterable[tuple[int, int, int]]) -> Decimal | None:
    """The mean of the averages of rows, of items, weighted sum and weight each, by their items."""
    known = [row for row in rows if row[0] and row[2]]
    if not known:
        return None
    if len(known) == 1:
        return as_figure(known[0][1], known[0][2])
    items = sum(count for count, _, _ in known)
    total = sum((Fraction(weighted, minor) * count for count, weighted, minor in known), Fraction())
    return as_figure(total / items)
