"""
The promise board: which group of days a promise stands in, and how reliably promises are kept.

Over states that `promise_kept` tells; nothing here knows whose promises they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.core.measures import Measure, ratio
from portal.core.promise_kept import JUDGED, Leniency, State
from portal.core.workdays import Calendar

ONE_DAY = timedelta(days=1)
SUNDAY = 6
#: Why there is no rate.
NOTHING_JUDGED = "nothing_judged"


class Group(StrEnum):
    """How near the day of something is; in the order in which they press."""

    OVERDUE = "overdue"
    TODAY = "today"
    TOMORROW = "tomorrow"
    THIS_WEEK = "this_week"
    LATER = "later"


def group_of(day: date, today: date) -> Group:
    """
    The group that a day falls into.

    Rule: R116 — before today is overdue; then today, tomorrow, what is left of the week that ends
    on Sunday, and later; each day is in one group only (S-178, UX S4).

    >>> tuesday = date(2026, 11, 3)
    >>> [group_of(date(2026, 11, day), tuesday).value for day in (2, 3, 4, 5, 8, 9)]
    ['overdue', 'today', 'tomorrow', 'this_week', 'this_week', 'later']
    >>> group_of(date(2026, 11, 9), date(2026, 11, 8)).value
    'tomorrow'
    """
    if day < today:
        return Group.OVERDUE
    if day == today:
        return Group.TODAY
    if day == today + ONE_DAY:
        return Group.TOMORROW
    return Group.THIS_WEEK if day <= end_of_week(today) else Group.LATER


def end_of_week(day: date) -> date:
    """
    The Sunday that ends the week of a day.

    >>> end_of_week(date(2026, 11, 3))
    datetime.date(2026, 11, 8)
    """
    return day + timedelta(days=SUNDAY - day.weekday())


@dataclass(frozen=True, slots=True)
class Judged:
    """One promise for the rate: its state, what was promised, and what of it came in time."""

    state: State
    promised_minor: int
    in_time_minor: int


@dataclass(frozen=True, slots=True)
class KeptRate:
    """How many promises were kept of those that are over, and how much of their money came."""

    kept: int = 0
    late_kept: int = 0
    partly_kept: int = 0
    broken: int = 0
    promised_minor: int = 0
    in_time_minor: int = 0

    @property
    def judged(self) -> int:
        """How many are over."""
        return self.kept + self.late_kept + self.partly_kept + self.broken

    @property
    def by_number(self) -> Measure:
        """The share of promises that were kept in time."""
        return ratio(self.kept, self.judged, NOTHING_JUDGED)

    @property
    def by_amount(self) -> Measure:
        """The share of the promised money that came in time."""
        return ratio(self.in_time_minor, self.promised_minor, NOTHING_JUDGED)


def kept_rate(promises: Iterable[Judged]) -> KeptRate:
    """
    The promise-kept rate of some promises of one currency.

    Rule: R117 — kept in time of all that are over, by number, and the money that came in time of
    what was promised, by amount; open ones, those being checked and ended ones are left out, and
    one kept late counts among those not kept (S-113, RULES 2 'promise-kept rate').

    >>> rate = kept_rate([Judged(State.KEPT, 100, 100)] * 7 + [Judged(State.BROKEN, 100, 0)] * 3)
    >>> rate.by_number.shown(), rate.by_amount.shown()
    ('0.70', '0.70')
    >>> kept_rate([Judged(State.OPEN, 100, 0)]).by_number.reason
    'nothing_judged'
    """
    counted = dict.fromkeys(JUDGED, 0)
    promised = in_time = 0
    for each in promises:
        if each.state in JUDGED:
            counted[each.state] += 1
            promised += each.promised_minor
            in_time += min(each.in_time_minor, each.promised_minor)
    return KeptRate(
        kept=counted[State.KEPT],
        late_kept=counted[State.LATE_KEPT],
        partly_kept=counted[State.PARTLY_KEPT],
        broken=counted[State.BROKEN],
        promised_minor=promised,
        in_time_minor=in_time,
    )


def look_again_on(promised_on: date, leniency: Leniency, calendar: Calendar) -> date:
    """
    The workday on which somebody looks after a promise that was not kept.

    Rule: R119 — the first workday after the last day on which money for it was in time (S-113).

    >>> from portal.core.workdays import MONDAY_TO_FRIDAY
    >>> look_again_on(date(2026, 11, 6), Leniency(), MONDAY_TO_FRIDAY)
    datetime.date(2026, 11, 9)
    """
    return calendar.on_or_after(leniency.last_day(promised_on) + ONE_DAY)
