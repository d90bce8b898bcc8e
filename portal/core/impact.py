"""
What a change of terms does: which due dates move, when money is expected then, who crosses a limit.

It looks at items as they are and as they would be; whose terms they have, and what is asked of the
books for it, is not decided here. Nothing is moved by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from portal.core.datesteps import walk
from portal.core.errors import RuleBroken
from portal.core.exposure import usage
from portal.core.money import Money
from portal.core.promise import promise_limit
from portal.core.terms import Terms
from portal.core.workdays import MONDAY_TO_FRIDAY, ONE_DAY, Calendar

WEEK = timedelta(days=7)
#: How far ahead money is told by week: a quarter.
WEEKS = 13

#: The due day and the term days of each part.
Dates = tuple[tuple[date, int], ...]


def dates_by(
    terms: Terms, baseline: date | None, parts: int, calendar: Calendar = MONDAY_TO_FRIDAY
) -> Dates | None:
    """
    The due day and term days that terms give the parts of a posted invoice; None: it stays.

    Rule: R160 — amounts that were posted stay: where the terms have as many parts as the invoice,
    each part takes the day of its place, where they have one, all parts take it, and otherwise the
    invoice stays as it is; so it does while its baseline is not known (INTERFACES 4, SECURITY
    4.46).
    Raises: terms.beyond_calendar.

    >>> from portal.core.terms import parse_terms
    >>> halves = parse_terms("50% 30d, balance 60d")
    >>> [str(day) for day, _ in dates_by(halves, date(2026, 1, 1), 2)]
    ['2026-01-31', '2026-03-02']
    >>> dates_by(parse_terms("net 60"), date(2026, 1, 1), 2)[1][1], dates_by(halves, None, 2)
    (60, None)
    >>> dates_by(halves, date(2026, 1, 1), 3) is None
    True
    """
    if baseline is None or len(terms.parts) not in {1, parts}:
        return None
    days = []
    for part in terms.parts:
        try:
            due_on = walk(part.steps, baseline, calendar)
        except (OverflowError, ValueError) as beyond:
            raise RuleBroken("terms.beyond_calendar", part=part.text, baseline=baseline) from beyond
        days.append((due_on, (due_on - baseline).days))
    return tuple(days) * parts if len(days) == 1 else tuple(days)


@dataclass(frozen=True, slots=True)
class Item:
    """So many due parts alike, with what is open of them together: due when, and when then."""

    amount: Money
    due_on: date | None
    then_on: date | None
    term_days: int | None = None
    then_days: int | None = None
    count: int = 1

    @property
    def days(self) -> int:
        """By how many days it moves; nothing where it has no due date before or after."""
        if self.due_on is None or self.then_on is None:
            return 0
        return (self.then_on - self.due_on).days

    @property
    def does_move(self) -> bool:
        """Whether its due date becomes another one; one that it gets at last counts too."""
        return self.due_on != self.then_on


@dataclass(frozen=True, slots=True)
class Moves:
    """How many due dates move, what is open of them by currency, and how far they go."""

    count: int
    amounts: tuple[Money, ...]
    least_days: int = 0
    most_days: int = 0
    earliest_on: date | None = None
    latest_on: date | None = None
    #: Weighted by nothing: each item counts once.
    average_days: Fraction = Fraction(0)


def moves_of(items: Iterable[Item]) -> Moves:
    """
    The moves among items, together.

    Rule: R161 — what moves is counted by due part and summed by currency; its days are those of the
    new due date after the old one, and their average counts each part once (UX S8).

    >>> day, cny = date(2026, 1, 31), Money(100, "CNY")
    >>> stays, moves = Item(cny, day, day), Item(cny, day, date(2026, 2, 15), count=3)
    >>> found = moves_of([stays, moves])
    >>> found.count, found.amounts, found.most_days, str(found.average_days)
    (3, (Money(minor=100, currency='CNY'),), 15, '15')
    """
    moved = [item for item in items if item.does_move]
    if not moved:
        return Moves(0, ())
    count = sum(item.count for item in moved)
    days = [item.days for item in moved]
    then = [item.then_on for item in moved if item.then_on is not None]
    return Moves(
        count,
        sums(item.amount for item in moved),
        min(days),
        max(days),
        min(then, default=None),
        max(then, default=None),
        Fraction(sum(item.days * item.count for item in moved), count),
    )


def sums(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """
    Amounts summed by currency, in the order of its code.

    >>> [total.major() for total in sums([Money(5, "EUR"), Money(7, "CNY"), Money(1, "EUR")])]
    ['0.07', '0.06']
    """
    by_currency: dict[str, int] = {}
    for amount in amounts:
        by_currency[amount.currency] = by_currency.get(amount.currency, 0) + amount.minor
    return tuple(Money(minor, currency) for currency, minor in sorted(by_currency.items()))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Money of one currency that is due within some days, as it is and as it would be."""

    #: None: it has no due date.
    from_on: date | None
    to_on: date | None
    before: Money
    after: Money

    @property
    def difference(self) -> Money:
        """What comes more, or less, in these days."""
        return self.after - self.before


def cash_by_week(
    items: Iterable[Item], currency: str, today: date, weeks: int = WEEKS
) -> list[Stretch]:
    """
    What falls due before this week, in each week from this one on, after them, and without a day.

    Rule: R162 — weeks run from Monday to Sunday, the first is today's; what is due before and after
    them has a stretch of its own, so that both sides sum to the same (UX S8).

    >>> item = Item(Money(500, "CNY"), date(2026, 11, 27), date(2026, 12, 12))
    >>> told = cash_by_week([item], "CNY", today=date(2026, 11, 20), weeks=4)
    >>> [(str(week.from_on), week.difference.minor) for week in told if week.difference.minor]
    [('2026-11-23', -500), ('2026-12-07', 500)]
    """
    monday = today - timedelta(days=today.weekday())
    starts = [monday + week * WEEK for week in range(weeks)]
    end = monday + weeks * WEEK
    before, after = [0] * (weeks + 3), [0] * (weeks + 3)
    for item in items:
        if item.amount.currency == currency:
            before[_place(item.due_on, monday, weeks)] += item.amount.minor
            after[_place(item.then_on, monday, weeks)] += item.amount.minor
    bounds: list[tuple[date | None, date | None]] = [
        (date.min, monday - ONE_DAY),
        *((start, start + WEEK - ONE_DAY) for start in starts),
        (end, date.max),
        (None, None),
    ]
    return [
        Stretch(*bound, Money(was, currency), Money(will, currency))
        for bound, was, will in zip(bounds, before, after, strict=True)
    ]


def _place(day: date | None, monday: date, weeks: int) -> int:
    if day is None:
        return weeks + 2
    return min(max((day - monday).days // 7, -1), weeks) + 1


def limits_that_move(items: Iterable[Item], before: Fraction, after: Fraction) -> int:
    """
    Of how many items the last day that may be promised becomes another one.

    Rule: R163 — the latest day of a promise follows the due date and the term as they become, and
    the fraction that holds then (S-110, S-111).

    >>> item = Item(Money(1, "CNY"), date(2026, 1, 31), date(2026, 3, 2), 30, 60, count=4)
    >>> limits_that_move([item], Fraction(1, 3), Fraction(1, 3))
    4
    """
    return sum(
        item.count
        for item in items
        if promise_limit(item.due_on, item.term_days or 0, before).latest_on
        != promise_limit(item.then_on, item.then_days or 0, after).latest_on
    )


@dataclass(frozen=True, slots=True)
class Habit:
    """How a customer was invoiced of late: the average term, as it is and as it would be."""

    term_days: Fraction
    then_days: Fraction
    #: What was invoiced in so many days.
    invoiced: Money
    in_days: int = WEEKS * 7


def projected(owed: Money, habit: Habit | None) -> Money:
    """
    What a customer would come to owe once all their invoices have the new terms.

    Rule: R164 — who pays as they do now owes in proportion to their term: what is owed times new
    days by old; where they had no days, what is invoiced in a day times the new ones. It is a
    projection, half up; who is within the limit now and above it then crosses it, and exactly the
    limit is within it (UX S8).

    >>> cny = lambda minor: Money(minor, "CNY")
    >>> projected(cny(9000), Habit(Fraction(30), Fraction(45), cny(9100))).minor
    13500
    >>> projected(cny(0), Habit(Fraction(0), Fraction(30), cny(9100))).minor
    3000
    """
    if habit is None or habit.term_days == habit.then_days:
        return owed
    then_days = max(habit.then_days, Fraction(0))
    if habit.term_days > 0:
        return owed.times(then_days / habit.term_days)
    return owed + habit.invoiced.times(then_days / habit.in_days)


def crosses(limit: Money, owed: Money, then: Money) -> bool:
    """
    Whether a customer would come to owe more than their limit, who does not owe as much now.

    >>> cny = lambda minor: Money(minor, "CNY")
    >>> [crosses(cny(limit), cny(9000), cny(13_500)) for limit in (8999, 9000, 13_499, 13_500)]
    [False, True, True, False]
    """
    return owed <= limit < then


def is_newly_watched(limit: Money, owed: Money, before_percent: int, after_percent: int) -> bool:
    """
    Whether a customer comes to be watched by another share of the limit that is watched from.

    >>> cny = lambda minor: Money(minor, "CNY")
    >>> [is_newly_watched(cny(1000), cny(owed), 90, 80) for owed in (800, 801, 900, 901)]
    [False, True, True, False]
    """
    if before_percent == after_percent:
        return False
    was = usage(owed, limit, before_percent)
    return was == "ok" and usage(owed, limit, after_percent) == "watch"


def is_above_cap(limit: Money, before: Money | None, after: Money | None) -> bool:
    """
    Whether a limit that was within its grade's cap is above the new one.

    >>> limit, cap = Money(500, "CNY"), Money(400, "CNY")
    >>> is_above_cap(limit, None, cap), is_above_cap(limit, cap, cap), is_above_cap(cap, None, cap)
    (True, False, False)
    """
    if after is None or limit <= after:
        return False
    return before is None or limit <= before
