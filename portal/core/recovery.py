"""
How much of a debt still comes in, by how long it is overdue, and what waiting one more month costs.

The shipped curve is a figure of the field; a house whose own books say enough takes its own. It
tells what to expect of many debts, never of one; provisions have rules of their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache

from portal.core.money import Money

#: A twelfth of a year, in days: 365.25 / 12.
DAYS_OF_MONTH = Fraction(304375, 10000)
#: Months overdue → per cent that still comes in.
SHIPPED_PERCENT = {1: 93, 2: 85, 3: 73, 6: 57, 9: 42, 12: 25, 24: 13}
#: So many items of one's own must have reached a point before its share is believed.
LEAST_ITEMS = 30
#: Without these points of one's own the shipped curve stays.
NEEDED = (1, 2, 3)
#: How long ago an item must have reached a point, so that what came since can be told.
SEEN_FOR_DAYS = 182


@dataclass(frozen=True)
class Curve:
    """Shares that still come in at so many months overdue; everything at nought."""

    points: tuple[tuple[int, Fraction], ...]
    is_own: bool = False

    @cached_property
    def corners(self) -> tuple[tuple[int, Fraction], ...]:
        """The points with the beginning, where everything is still expected."""
        return ((0, Fraction(1)), *self.points)

    @cached_property
    def costs(self) -> tuple[int, ...]:
        """The cost of waiting by days overdue, in millionths."""
        return costs_by_day(self)


SHIPPED = Curve(tuple((month, Fraction(share, 100)) for month, share in SHIPPED_PERCENT.items()))


@dataclass(frozen=True, slots=True)
class Reached:
    """Items of the house that were once open so long, and what of them has come in since."""

    items: int
    #: The mean of what each of them paid since, between 0 and 1.
    share: Fraction


def months_overdue(due_on: date, as_of: date) -> Fraction:
    """
    How long something is overdue, in months of 30.4375 days; nought until its day is over.

    >>> (
    ...     months_overdue(date(2026, 1, 1), date(2026, 1, 1)),
    ...     months_overdue(date(2026, 2, 1), date(2026, 1, 1)),
    ... )
    (Fraction(0, 1), Fraction(0, 1))
    >>> round(months_overdue(date(2025, 1, 1), date(2026, 1, 1)), 1)
    Fraction(12, 1)
    """
    return max(Fraction((as_of - due_on).days), Fraction(0)) / DAYS_OF_MONTH


def share_left(curve: Curve, months: Fraction) -> Fraction:
    """
    What share of a debt still comes in when it is so many months overdue.

    Rule: R355 — of what is 1, 2, 3, 6, 9, 12 and 24 months overdue 93, 85, 73, 57, 42, 25 and 13
    per cent come in; between the points the share falls in a straight line, it is all at the due
    date and stays as it is after the last point (S-149, RULES 2 'Recovery curve').

    >>> [str(100 * share_left(SHIPPED, Fraction(m))) for m in (0, 1, Fraction(3, 2), 18, 60)]
    ['100', '93', '89', '19', '13']
    """
    before, after, way = _between(curve, months)
    return before + (after - before) * way


def share_left_by_logarithm(curve: Curve, months: Fraction) -> Decimal:
    """
    The same with a constant rate of loss between two points, for those who prefer it.

    >>> round(100 * share_left_by_logarithm(SHIPPED, Fraction(4)), 1)
    Decimal('67.2')
    """
    before, after, way = _between(curve, months)
    low, high = (Decimal(each.numerator) / each.denominator for each in (before, after))
    turn = Decimal(way.numerator) / way.denominator
    return (low.ln() + (high.ln() - low.ln()) * turn).exp()


def _between(curve: Curve, months: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """The shares at the corners before and after, and how far it is from the one to the other."""
    corners = curve.corners
    last_month, last = corners[-1]
    if months >= last_month:
        return last, last, Fraction(0)
    turn = next(index for index, (month, _) in enumerate(corners) if month > months)
    (first_month, first), (second_month, second) = corners[turn - 1], corners[turn]
    return first, second, (months - first_month) / (second_month - first_month)


def cost_of_waiting(curve: Curve, months: Fraction) -> Fraction:
    """
    What share of a debt is lost by waiting one more month.

    Rule: R356 — waiting a month costs the share that is expected now less the one that is expected
    a month later; it is dearest in the third month (S-149, RULES 2 'Recovery curve').

    >>> [round(100_000 * cost_of_waiting(SHIPPED, Fraction(m))) for m in (0, 1, 2, 3, 8, 11)]
    [7000, 8000, 12000, 5333, 5000, 5667]
    """
    return share_left(curve, months) - share_left(curve, months + 1)


@lru_cache(maxsize=8)
def costs_by_day(curve: Curve, days: int = 1100) -> tuple[int, ...]:
    """
    The cost of waiting of what is 0, 1, 2 … days overdue, in millionths; the last holds on.

    >>> costs_by_day(SHIPPED)[0], costs_by_day(SHIPPED)[-1]
    (70000, 0)
    """
    return tuple(
        round(1_000_000 * cost_of_waiting(curve, Fraction(day) / DAYS_OF_MONTH))
        for day in range(days)
    )


def expected(curve: Curve, owed: Iterable[tuple[Money, Fraction]], currency: str) -> Money:
    """
    What is still expected of debts in one currency, each so many months overdue.

    >>> expected(
    ...     SHIPPED,
    ...     [(Money(100_00, "CNY"), Fraction(0)), (Money(100_00, "CNY"), Fraction(3))],
    ...     "CNY",
    ... ).major()
    '173.00'
    """
    return Money.total((each.times(share_left(curve, months)) for each, months in owed), currency)


def curve_of(history: Mapping[int, Reached]) -> Curve:
    """
    The curve to go by: one's own where the books say enough, else the shipped one.

    Rule: R357 — a point is the house's own where at least 30 of its items were open that long, half
    a year ago or more: the mean share of them that has come in since; the curve is its own once the
    first, second and third month are; a point without enough items keeps the shipped share, and no
    share is above the one before it (S-149).

    >>> curve_of({1: Reached(30, Fraction(9, 10))}).is_own
    False
    >>> own = curve_of({month: Reached(30, Fraction(8, 10)) for month in (1, 2, 3)})
    >>> own.is_own, [str(100 * share) for _, share in own.points]
    (True, ['80', '80', '80', '57', '42', '25', '13'])
    """
    known = {month: each for month, each in history.items() if each.items >= LEAST_ITEMS}
    if not all(month in known for month in NEEDED):
        return SHIPPED
    points: list[tuple[int, Fraction]] = []
    highest = Fraction(1)
    for month, shipped in SHIPPED.points:
        share = known[month].share if month in known else shipped
        highest = min(highest, share)
        points.append((month, highest))
    return Curve(tuple(points), is_own=True)
