"""
How well collecting works: what was recovered of what was overdue, contacts and their success, cost.

Rates are whole per cent, rounded down, so that none is told to be reached before it is.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from portal.core.money import Money

#: Outcomes of talks by which somebody was reached, and by which money is to come.
REACHED = frozenset({"promised", "will_answer", "disputes", "refuses", "paid"})
WON = frozenset({"promised", "paid"})
#: So many days after its shipment an open item is doubtful.
DOUBTFUL_DAYS = 60


def percent_of(part: int, whole: int) -> int | None:
    """
    The share in whole per cent, rounded down; None of nothing.

    >>> percent_of(60, 80), percent_of(2, 3), percent_of(0, 0)
    (75, 66, None)
    """
    return part * 100 // whole if whole else None


@dataclass(frozen=True, slots=True)
class Recovered:
    """A month's money in one currency: overdue when it began, paid of that, and what it cost."""

    overdue: Money
    came: Money
    cost: Money

    @property
    def rate(self) -> int | None:
        """
        The recovery rate.

        Rule: R368 — what was paid in a month of what was overdue when it began, by that; credit
        notes and write-offs recover nothing (S-174, RULES 2 'Recovery rate').

        >>> yuan = lambda major: Money(major * 100, "CNY")
        >>> Recovered(yuan(80), yuan(60), yuan(3)).rate
        75
        """
        return percent_of(self.came.minor, self.overdue.minor)

    @property
    def cost_percent(self) -> int | None:
        """
        The cost of collecting by what was recovered (S-174).

        >>> yuan = lambda major: Money(major * 100, "CNY")
        >>> Recovered(yuan(80), yuan(60), yuan(3)).cost_percent
        5
        """
        return percent_of(self.cost.minor, self.came.minor)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is open with somebody's customers at the end of a month, and what of it is overdue."""

    open: Money
    overdue: Money

    @property
    def overdue_rate(self) -> int | None:
        """
        The overdue rate, by amount: what people are appraised by beside what they recover (S-202).

        >>> Standing(Money(100, "CNY"), Money(30, "CNY")).overdue_rate
        30
        """
        return percent_of(self.overdue.minor, self.open.minor)


@dataclass(frozen=True, slots=True)
class Contacts:
    """How often customers were spoken to in a month, and what came of it."""

    made: int
    reached: int
    won: int

    @property
    def success(self) -> int | None:
        """
        The success rate of the talks that reached somebody.

        Rule: R369 — of the talks that reached somebody those that ended in a promise or a payment
        (S-175).

        >>> Contacts(20, 12, 9).success
        75
        """
        return percent_of(self.won, self.reached)


def contacts_of(outcomes: Collection[tuple[str, int]]) -> Contacts:
    """
    Talks counted by their outcomes.

    >>> contacts_of([("promised", 3), ("no_answer", 4), ("refuses", 1)])
    Contacts(made=8, reached=4, won=3)
    """
    return Contacts(
        sum(count for _outcome, count in outcomes),
        sum(count for outcome, count in outcomes if outcome in REACHED),
        sum(count for outcome, count in outcomes if outcome in WON),
    )


def doubtful_since(
    shipped_on: date | None, delivered_on: date | None, dated_on: date
) -> tuple[str, date]:
    """
    The day from which the second clock of an item runs, and which day that is.

    Rule: R370 — doubtful is what is open more than 60 days after its shipment, else its delivery,
    else its invoice date; the clock runs beside the days overdue and changes nothing in the books
    (S-107, S-168).

    >>> doubtful_since(None, date(2026, 3, 2), date(2026, 3, 5))
    ('delivered', datetime.date(2026, 3, 2))
    """
    if shipped_on is not None:
        return "shipped", shipped_on
    return ("delivered", delivered_on) if delivered_on is not None else ("invoiced", dated_on)
