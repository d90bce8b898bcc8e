"""When a message to a customer may leave: not at night by its clock, not on a day off of ours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from portal.base.work import Reader
from portal.core.notice_text import Strength
from portal.core.quiet_time import next_loud, zone_of


def leaves_at(r: Reader, country: str) -> dt.datetime | None:
    """The moment from which a message to a customer of a country may leave; None: at once."""
    start, end = (dt.time.fromisoformat(told) for told in r.policy.values["reminders_quiet_hours"])
    zone = ZoneInfo(zone_of(country, r.company.timezone))
    at = next_loud(r.now, zone, (start, end), is_worked(r))
    return None if at == r.now else at


def is_worked(r: Reader) -> Callable[[dt.date], bool]:
    """Whether messages leave on a day: every day, unless the house rests on its days off."""
    return r.calendar().is_workday if r.policy.rests_on_days_off else lambda _day: True


def counted_on(r: Reader, due_on: dt.date) -> dt.date:
    """The day from which reminders are counted: a workday, where the house rests on days off."""
    return r.calendar().on_or_after(due_on) if r.policy.rests_on_days_off else due_on


def reminder_speaks(r: Reader, days: Iterable[dt.date]) -> Strength | None:
    """How a reminder of items due on some days speaks today; None once all of them are past."""
    counted = [counted_on(r, day) for day in days]
    if max(counted) < r.today:
        return None
    return Strength.DUE_TODAY if max(counted) == r.today else Strength.REMINDER_BEFORE
