"""
How well money comes in: days of sales, lateness, overdue rate, turnover, collection effectiveness.

Over plain figures of one currency, in exact fractions; nothing is rounded before it is shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

#: Why a measure has no value.
NO_SALES = "no_sales"
NOTHING_OPEN = "nothing_open"
NOTHING_PAID = "nothing_paid"
NOTHING_TO_COLLECT = "nothing_to_collect"
BEYOND_HISTORY = "beyond_history"


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure, or why there is none; a figure that is there may have a flag for its reason."""

    value: Fraction | None
    reason: str = ""

    def shown(self, decimals: int = 2) -> str | None:
        """
        The figure as a plain decimal, rounded half up.

        >>> Measure(Fraction(149, 2)).shown(), Measure(None, NO_SALES).shown()
        ('74.50', None)
        """
        if self.value is None:
            return None
        exact = Decimal(self.value.numerator) / Decimal(self.value.denominator)
        return str(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def ratio(part: int | Fraction, whole: int | Fraction, reason: str) -> Measure:
    """
    A part of a whole; none, with the reason, where the whole is nothing.

    Rule: R96 — a measure whose divisor is nothing has no value and says why; it is never 0 and
    never without end (RULES 2).

    >>> ratio(30, 100, NOTHING_OPEN).value, ratio(30, 0, NOTHING_OPEN)
    (Fraction(3, 10), Measure(value=None, reason='nothing_open'))
    """
    return Measure(Fraction(part) / whole) if whole else Measure(None, reason)


def dso(open_minor: int, sales_minor: int, days: int) -> Measure:
    """
    Days of sales outstanding: what is open, in days of what was sold in a window.

    What is open may be only what is not yet due: that gives the best possible figure.

    >>> dso(15000, 10000, 30).value, dso(4000, 10000, 30).value, dso(1, 0, 30).reason
    (Fraction(45, 1), Fraction(12, 1), 'no_sales')
    """
    return ratio(open_minor * days, sales_minor, NO_SALES)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A calendar month, or the part of one up to a day, and what was sold in it."""

    days: int
    sales_minor: int


def countback(open_minor: int, months: Iterable[Stretch]) -> Measure:
    """
    Days of sales that what is open stands for, counted back month by month from the newest.

    Rule: R97 — a month is used up wholly while what is open is as much or more, then by its share;
    where the sales run out first, the days so far are told and flagged (RULES 2).

    >>> march, february, january = Stretch(31, 40), Stretch(28, 30), Stretch(31, 60)
    >>> countback(100, [march, february, january]).value
    Fraction(149, 2)
    >>> countback(100, [march, february])
    Measure(value=Fraction(59, 1), reason='beyond_history')
    >>> countback(0, [march]).value
    Fraction(0, 1)
    """
    rest, days = open_minor, Fraction(0)
    for month in months:
        if rest <= 0:
            break
        if rest < month.sales_minor:
            return Measure(days + Fraction(rest * month.days, month.sales_minor))
        days += month.days
        rest -= month.sales_minor
    return Measure(days, BEYOND_HISTORY if rest > 0 else "")


def months_back(as_of: date, first: date, sales: Sequence[tuple[date, int]]) -> list[Stretch]:
    """
    The months from that of a day back to that of a first one, each with its sales.

    >>> told = [(date(2026, 1, 31), 5), (date(2026, 3, 1), 7), (date(2026, 3, 9), 9)]
    >>> [(m.days, m.sales_minor) for m in months_back(date(2026, 3, 8), date(2026, 1, 31), told)]
    [(8, 7), (28, 0), (31, 5)]
    """
    by_month: dict[tuple[int, int], int] = {}
    for day, minor in sales:
        if day <= as_of:
            by_month[day.year, day.month] = by_month.get((day.year, day.month), 0) + minor
    stretches, last = [], as_of
    while (last.year, last.month) >= (first.year, first.month):
        stretches.append(Stretch(last.day, by_month.get((last.year, last.month), 0)))
        last = last.replace(day=1) - timedelta(days=1)
    return stretches


def average_days_late(weighted: int, paid: int) -> Measure:
    """
    How many days late what was paid was paid on average: Σ amount × days late / Σ amount.

    Nothing is earned by paying early: an item paid before its due date counts 0 days.

    >>> average_days_late(100 * 10 + 300 * 0, 100 + 300).value
    Fraction(5, 2)
    """
    return ratio(weighted, paid, NOTHING_PAID)


def turnover(net_sales_minor: int, begin_minor: int, end_minor: int) -> Measure:
    """
    How often in a year the average of what is open is sold.

    >>> turnover(1200, 90, 110).value
    Fraction(12, 1)
    """
    return ratio(net_sales_minor * 2, begin_minor + end_minor, NOTHING_OPEN)


def collection_effectiveness(
    begin_minor: int, sales_minor: int, end_minor: int, end_current_minor: int
) -> Measure:
    """
    Of what could be collected in a month, how much was: 100 where nothing is overdue at its end.

    >>> collection_effectiveness(100, 80, 90, 60).value
    Fraction(75, 1)
    >>> collection_effectiveness(50, 10, 60, 60).reason
    'nothing_to_collect'
    """
    could = begin_minor + sales_minor - end_current_minor
    return ratio((begin_minor + sales_minor - end_minor) * 100, could, NOTHING_TO_COLLECT)
