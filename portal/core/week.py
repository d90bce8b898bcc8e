"""The week's rhythm: what is planned on Monday, what came by Friday, and how far they are apart."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.core.errors import RuleBroken
from portal.core.money import Money


def monday_of(day: date) -> date:
    """
    The Monday of a day's week.

    >>> monday_of(date(2026, 11, 22)), monday_of(date(2026, 11, 23))
    (datetime.date(2026, 11, 16), datetime.date(2026, 11, 23))
    """
    return day - timedelta(days=day.weekday())


def sunday_of(monday: date) -> date:
    """
    The last day of the week that begins on a Monday.

    >>> sunday_of(date(2026, 11, 16))
    datetime.date(2026, 11, 22)
    """
    return monday + timedelta(days=6)


def check_plan(amount: Money, planned_on: date, monday: date, today: date) -> None:
    """
    Refuse a plan that cannot be.

    Rule: R367 — a week is planned until it is over, with an amount above zero and a day in it
    (S-104).
    Raises: week.over, week.amount_missing, week.not_in_week.

    >>> check_plan(Money(1, "CNY"), date(2026, 11, 20), date(2026, 11, 16), date(2026, 11, 22))
    """
    if sunday_of(monday) < today:
        raise RuleBroken("week.over")
    if amount.minor <= 0:
        raise RuleBroken("week.amount_missing", field="amount")
    if not monday <= planned_on <= sunday_of(monday):
        raise RuleBroken("week.not_in_week", field="planned_on")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was planned in a currency, and what came of those who were planned and of the others."""

    planned: Money
    came: Money
    unplanned: Money

    @property
    def percent(self) -> int | None:
        """
        What came of the plan, rounded down; None where nothing was planned.

        >>> zero = Money(0, "CNY")
        >>> Outcome(Money(300, "CNY"), Money(200, "CNY"), zero).percent
        66
        >>> Outcome(zero, zero, zero).percent is None
        True
        """
        return self.came.minor * 100 // self.planned.minor if self.planned.minor else None
