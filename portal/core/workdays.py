"""
Workdays: which days are worked, and how to count and roll over those that are not.

The calendar is given its holidays; where they come from (a country's list, the company's own
days) is not known here.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6
_LONGEST_CLOSURE_DAYS = 366


@dataclass(frozen=True)
class Calendar:
    """
    A weekend, the holidays, and the days that are worked although they would be off (调休).

    Rule: R6 — a make-up workday is worked even on a weekend or holiday (INTERFACES 7).

    >>> holiday, sunday = date(2026, 1, 1), date(2026, 1, 4)
    >>> calendar = Calendar(holidays={holiday}, made_up={sunday})
    >>> calendar.is_workday(holiday), calendar.is_workday(sunday)
    (False, True)
    """

    weekend: frozenset[int] = frozenset({_SATURDAY, _SUNDAY})
    holidays: Container[date] = frozenset()
    made_up: Container[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        """
        Whether the company works on a day.

        >>> MONDAY_TO_FRIDAY.is_workday(date(2026, 10, 31))
        False
        """
        if day in self.made_up:
            return True
        return day.weekday() not in self.weekend and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """
        The day itself when it is worked, else the next workday.

        >>> MONDAY_TO_FRIDAY.on_or_after(date(2026, 10, 31))
        datetime.date(2026, 11, 2)
        """
        return self._nearest(day, ONE_DAY)

    def on_or_before(self, day: date) -> date:
        """
        The day itself when it is worked, else the last workday before it.

        >>> MONDAY_TO_FRIDAY.on_or_before(date(2026, 11, 1))
        datetime.date(2026, 10, 30)
        """
        return self._nearest(day, -ONE_DAY)

    def add_workdays(self, day: date, count: int) -> date:
        """
        The workday so many workdays after a day, before it when negative; 0 is the day itself.

        Rule: R7 — 'within n workdays' ends with the n-th workday after the day itself (RULES 1).

        >>> MONDAY_TO_FRIDAY.add_workdays(date(2026, 11, 4), 10)
        datetime.date(2026, 11, 18)
        """
        step = ONE_DAY if count > 0 else -ONE_DAY
        for _ in range(abs(count)):
            day = self._nearest(day + step, step)
        return day

    def nth_workday(self, year: int, month: int, nth: int) -> date:
        """
        The nth workday of a month; a month that has fewer gives its last one.

        Rule: R8 — the statement day is a fixed workday of the month, the 3rd by default (S-075).

        >>> MONDAY_TO_FRIDAY.nth_workday(2026, 11, 3)
        datetime.date(2026, 11, 4)
        """
        first = self.on_or_after(date(year, month, 1))
        day = self.add_workdays(first, nth - 1)
        following = date(year + month // 12, month % 12 + 1, 1)
        return day if day < following else self.on_or_before(following - ONE_DAY)

    def _nearest(self, day: date, step: timedelta) -> date:
        for _ in range(_LONGEST_CLOSURE_DAYS):
            if self.is_workday(day):
                return day
            day += step
        raise ValueError("this calendar has no workday within a year")


MONDAY_TO_FRIDAY = Calendar()
