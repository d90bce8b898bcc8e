"""
DSO and its kin, one row a currency: read in four statements, however many rows there are.

What is open is what the house still expects; what was sold is what invoices say, credit notes
apart. Nothing is summed across currencies.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, func, select, union_all

from portal.base.daycount import days_between
from portal.base.work import Reader
from portal.core import measures
from portal.core.ledger import Kind
from portal.core.measures import Measure, months_back
from portal.core.money import Money
from portal.core.promise_board import KeptRate
from portal.invoices.open_items import Scope, open_items, whose_items
from portal.invoices.paid_parts import paid_parts
from portal.tables.invoices import Entry, Part
from portal.tables.payments import Allocation

WINDOWS = (30, 90, 365)
YEAR = 365
MONTH_DAYS = 30
#: The month ends of the trend.
MONTHS = 12
Series = Sequence[tuple[dt.date, int]]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A month's end, or the day itself: what was open, and in how many days of sales."""

    on: dt.date
    open: Money
    dso_90: Measure
    dso_countback: Measure


@dataclass(frozen=True, slots=True)
class MeasuresRow:
    """The measures of one currency, and the figures that they are made of."""

    currency: str
    open: Money
    overdue: Money
    not_due: Money
    items: int
    overdue_items: int
    #: What was invoiced in the days up to the day, by their number.
    invoiced: Mapping[int, Money]
    credited_365: Money
    open_before: Mapping[int, Money]
    #: name → figure, as INTERFACES section 5 calls them
    figures: Mapping[str, Measure]
    trend: tuple[TrendPoint, ...]


@dataclass(slots=True)
class Books:
    """What is read of one currency, in minor units."""

    open: int = 0
    overdue: int = 0
    items: int = 0
    overdue_items: int = 0
    paid: int = 0
    weighted: int = 0
    paid_items: int = 0
    late_days: int = 0
    #: By day: invoiced, credited, and how much more is open.
    invoiced: list[tuple[dt.date, int]] = field(default_factory=list)
    credited: list[tuple[dt.date, int]] = field(default_factory=list)
    moved: list[tuple[dt.date, int]] = field(default_factory=list)


def measures_report(r: Reader, as_of: dt.date, customer_id: int | None = None) -> list[MeasuresRow]:
    """The measures as of a day, of everyone whom the reader may see or of one; by currency."""
    whose = whose_items(r.actor, customer_id)
    books: defaultdict[str, Books] = defaultdict(Books)
    _read_open(r, as_of, whose, books)
    _read_paid(r, as_of, whose, books)
    _read_sales(r, as_of, whose, books)
    _read_moves(r, as_of, whose, books)
    return [_row(currency, as_of, books[currency]) for currency in sorted(books)]


def _read_open(r: Reader, as_of: dt.date, whose: Scope, books: dict[str, Books]) -> None:
    items = open_items(as_of, whose, inside=True)
    is_late = items.c.due_on < as_of
    found = r.session.execute(
        select(
            items.c.currency,
            func.sum(items.c.open),
            func.sum(case((is_late, items.c.open), else_=0)),
            func.count(),
            func.sum(case((is_late, 1), else_=0)),
        ).group_by(items.c.currency)
    )
    for currency, is_open, overdue, count, late in found:
        told = books[currency]
        told.open, told.overdue = int(is_open), int(overdue)
        told.items, told.overdue_items = int(count), int(late)


def _read_paid(r: Reader, as_of: dt.date, whose: Scope, books: dict[str, Books]) -> None:
    """What was paid wholly by the day, by the value date of the credit that settled it."""
    settled = paid_parts(as_of, whose)
    is_late = settled.c.settled_on > Part.due_on
    late: Any = case((is_late, days_between(Part.due_on, settled.c.settled_on)), else_=0)
    wholly = (
        (settled.c.customer_id == Part.customer_id)
        & (settled.c.entry_id == Part.entry_id)
        & (settled.c.part == Part.part)
        & (settled.c.paid == Part.amount_minor)
    )
    found = r.session.execute(
        select(
            Part.currency,
            func.sum(Part.amount_minor),
            func.sum(Part.amount_minor * late),
            func.count(),
            func.sum(late),
        )
        .join(settled, wholly)
        .join(Entry, Entry.id == Part.entry_id)
        .where(
            Entry.kind.in_((Kind.INVOICE, Kind.CHARGE)),
            Part.dated_on <= as_of,
            Part.due_on.is_not(None),
            whose(Part.customer_id),
        )
        .group_by(Part.currency)
    )
    for currency, paid, weighted, count, days in found:
        told = books[currency]
        told.paid, told.weighted = int(paid), int(weighted)
        told.paid_items, told.late_days = int(count), int(days)


def _read_sales(r: Reader, as_of: dt.date, whose: Scope, books: dict[str, Books]) -> None:
    found = r.session.execute(
        select(Entry.currency, Entry.dated_on, Entry.kind, func.sum(Entry.amount_minor))
        .where(
            Entry.kind.in_((Kind.INVOICE, Kind.CREDIT_NOTE)),
            Entry.dated_on <= as_of,
            whose(Entry.customer_id),
        )
        .group_by(Entry.currency, Entry.dated_on, Entry.kind)
        .order_by(Entry.dated_on)
    )
    for currency, day, kind, minor in found:
        told = books[currency]
        series = told.invoiced if kind == Kind.INVOICE else told.credited
        series.append((day, int(minor)))


def _read_moves(r: Reader, as_of: dt.date, whose: Scope, books: dict[str, Books]) -> None:
    """How much more is open day by day: due parts come, applications begin and end."""
    amount = Allocation.amount_minor
    steps = [
        (Part.currency, Part.dated_on, Part.amount_minor, Part.customer_id),
        (Allocation.currency, Allocation.effective_on, -amount, Allocation.customer_id),
        (Allocation.currency, Allocation.ended_on, amount, Allocation.customer_id),
    ]
    every = union_all(
        *(
            select(
                currency.label("currency"),
                day.label("day"),
                func.sum(minor).label("minor"),
            )
            .where(day <= as_of, whose(customer_id))
            .group_by(currency, day)
            for currency, day, minor, customer_id in steps
        )
    ).subquery("move")
    found = r.session.execute(
        select(every.c.currency, every.c.day, func.sum(every.c.minor))
        .group_by(every.c.currency, every.c.day)
        .order_by(every.c.day)
    )
    for currency, day, minor in found:
        books[currency].moved.append((day, int(minor)))


def _within(series: Series, last: dt.date, days: int) -> int:
    """The sum over so many days, of which one is the last."""
    first = last - dt.timedelta(days=days - 1)
    return sum(minor for day, minor in series if first <= day <= last)


def _open_on(moved: Series, day: dt.date) -> int:
    return sum(minor for on, minor in moved if on <= day)


def _row(currency: str, as_of: dt.date, books: Books) -> MeasuresRow:
    before = {
        days: _open_on(books.moved, as_of - dt.timedelta(days=days)) for days in (MONTH_DAYS, YEAR)
    }
    invoiced = {days: _within(books.invoiced, as_of, days) for days in WINDOWS}
    credited = -_within(books.credited, as_of, YEAR)
    return MeasuresRow(
        currency=currency,
        open=Money(books.open, currency),
        overdue=Money(books.overdue, currency),
        not_due=Money(books.open - books.overdue, currency),
        items=books.items,
        overdue_items=books.overdue_items,
        invoiced={days: Money(minor, currency) for days, minor in invoiced.items()},
        credited_365=Money(credited, currency),
        open_before={days: Money(minor, currency) for days, minor in before.items()},
        figures=_figures(as_of, books, before),
        trend=tuple(_trend(currency, as_of, books)),
    )


def _figures(as_of: dt.date, books: Books, before: Mapping[int, int]) -> dict[str, Measure]:
    invoiced = {days: _within(books.invoiced, as_of, days) for days in WINDOWS}
    current = books.open - books.overdue
    best = measures.dso(current, invoiced[90], 90)
    dso_90 = measures.dso(books.open, invoiced[90], 90)
    net = invoiced[YEAR] + _within(books.credited, as_of, YEAR)
    times = measures.turnover(net, before[YEAR], books.open)
    return {
        "overdue_rate": measures.ratio(books.overdue, books.open, measures.NOTHING_OPEN),
        "overdue_rate_by_count": measures.ratio(
            books.overdue_items, books.items, measures.NOTHING_OPEN
        ),
        **{f"dso_{days}": measures.dso(books.open, invoiced[days], days) for days in WINDOWS},
        "dso_countback": _countback(as_of, books, books.open),
        "best_possible_dso": best,
        "average_days_delinquent": _difference(dso_90, best),
        "average_days_late": measures.average_days_late(books.weighted, books.paid),
        "average_days_late_by_count": measures.average_days_late(books.late_days, books.paid_items),
        "turnover": times,
        "turnover_days": _inverse(times),
        "cei": measures.collection_effectiveness(
            before[MONTH_DAYS], invoiced[MONTH_DAYS], books.open, current
        ),
    }


def _countback(as_of: dt.date, books: Books, is_open: int) -> Measure:
    first = books.invoiced[0][0] if books.invoiced else as_of + dt.timedelta(days=31)
    return measures.countback(is_open, months_back(as_of, first, books.invoiced))


def _difference(whole: Measure, part: Measure) -> Measure:
    if whole.value is None or part.value is None:
        return Measure(None, whole.reason or part.reason)
    return Measure(whole.value - part.value)


def _inverse(times: Measure) -> Measure:
    if times.value is None:
        return times
    return measures.ratio(YEAR, times.value, measures.NO_SALES)


def month_ends(as_of: dt.date) -> list[dt.date]:
    """
    The ends of the eleven months before a day's own, and the day.

    >>> [str(day) for day in month_ends(dt.date(2026, 3, 8))[-3:]]
    ['2026-01-31', '2026-02-28', '2026-03-08']
    """
    ends = [as_of]
    while len(ends) < MONTHS:
        ends.append(ends[-1].replace(day=1) - dt.timedelta(days=1))
    return ends[::-1]


def _trend(currency: str, as_of: dt.date, books: Books) -> Iterable[TrendPoint]:
    for day in month_ends(as_of):
        is_open = _open_on(books.moved, day)
        yield TrendPoint(
            day,
            Money(is_open, currency),
            measures.dso(is_open, _within(books.invoiced, day, 90), 90),
            _countback(day, books, is_open),
        )


def measures_json(
    as_of: dt.date, rows: Iterable[MeasuresRow], kept: Mapping[str, KeptRate]
) -> dict[str, Any]:
    """
    The report as INTERFACES section 5 has it; a measure that has no value is null.

    `kept` tells by currency how reliably promises were kept, beside what the books tell.
    """
    shown = [_row_json(row, kept.get(row.currency, KeptRate())) for row in rows]
    return {"as_of": as_of.isoformat(), "rows": shown}


def _row_json(row: MeasuresRow, kept: KeptRate) -> dict[str, Any]:
    figures = {
        **row.figures,
        "promise_kept_rate": kept.by_number,
        "promise_kept_rate_by_amount": kept.by_amount,
    }
    reasons = {name: each.reason for name, each in figures.items() if each.reason}
    return {
        "currency": row.currency,
        "open": row.open.major(),
        "overdue": row.overdue.major(),
        "not_due": row.not_due.major(),
        "items": row.items,
        "overdue_items": row.overdue_items,
        **{f"invoiced_{days}": amount.major() for days, amount in row.invoiced.items()},
        **{name: each.shown(6) for name, each in figures.items()},
        "reasons": reasons,
    }
