"""The calendar of a promise: months as tables, each day offered or with the reason why not."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from babel.dates import get_day_names

from portal.base.language import current_locale
from portal.base.language import gettext as _
from portal.core.promise import Limit, Unfit, last_offered, unfit
from portal.core.workdays import Calendar

#: A promise further away is typed.
MOST_MONTHS = 6
FRIDAY = 4


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day of a month; `problem` is empty where it can be chosen."""

    on: dt.date
    problem: str
    is_day_off: bool

    @property
    def value(self) -> str:
        """As a form sends it."""
        return self.on.isoformat()


@dataclass(frozen=True, slots=True)
class MonthTable:
    """A month in weeks from Monday to Sunday; a place of another month is empty."""

    first: dt.date
    weeks: tuple[tuple[DayCell | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """The days that can be chosen: by months, and those that one asks for most."""

    months: tuple[MonthTable, ...]
    #: (words, day)
    shortcuts: tuple[tuple[str, dt.date], ...]
    last_on: dt.date

    @property
    def shortcut_days(self) -> frozenset[dt.date]:
        """The days that stand above the calendar too."""
        return frozenset(day for _words, day in self.shortcuts)


def weekday_names() -> list[str]:
    """The heads of a month's columns, Monday first."""
    names = get_day_names("short", locale=current_locale())
    return [names[place] for place in range(7)]


def offered_days(
    limit: Limit, today: dt.date, company: Calendar, due_days: Iterable[dt.date]
) -> Offered | None:
    """What the calendar offers under a limit; None where no day is left."""
    last_on = last_offered(limit, today, company)
    if last_on is None or limit.latest_on is None:
        return None
    months = tuple(
        MonthTable(first, _weeks(first, today, limit.latest_on, company))
        for first in _months(today, last_on)
    )
    return Offered(months, tuple(_shortcuts(today, last_on, company, due_days)), last_on)


def _months(today: dt.date, last_on: dt.date) -> list[dt.date]:
    count = (last_on.year - today.year) * 12 + last_on.month - today.month + 1
    before = today.year * 12 + today.month - 1
    return [
        dt.date((before + turn) // 12, (before + turn) % 12 + 1, 1)
        for turn in range(min(count, MOST_MONTHS))
    ]


def _weeks(
    first: dt.date, today: dt.date, latest_on: dt.date, company: Calendar
) -> tuple[tuple[DayCell | None, ...], ...]:
    days = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return tuple(
        tuple(
            _cell(day, today, latest_on, company) if day.month == first.month else None
            for day in week
        )
        for week in days
    )


def _cell(day: dt.date, today: dt.date, latest_on: dt.date, company: Calendar) -> DayCell:
    found = unfit(day, today, latest_on, company)
    words = {
        None: "",
        Unfit.PAST: _("over"),
        Unfit.DAY_OFF: _("day off"),
        Unfit.TOO_LATE: _("after the limit"),
    }
    return DayCell(day, words[found], not company.is_workday(day))


def _shortcuts(
    today: dt.date, last_on: dt.date, company: Calendar, due_days: Iterable[dt.date]
) -> Iterable[tuple[str, dt.date]]:
    due = min((day for day in due_days if day >= today), default=None)
    in_time = company.on_or_before(due) if due else None
    friday = today + dt.timedelta(days=(FRIDAY - today.weekday()) % 7)
    wanted = [
        (_("On the due date") if in_time == due else _("Before the due date"), in_time),
        (_("This Friday"), friday if company.is_workday(friday) else None),
        (_("The latest day allowed"), last_on),
    ]
    told: set[dt.date] = set()
    for words, day in wanted:
        if day is not None and today <= day <= last_on and day not in told:
            told.add(day)
            yield words, day
