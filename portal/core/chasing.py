"""
Chasing: which reminder of an unanswered statement is due on a day, and how it may speak.

Who is to be reminded, and that each step is sent once, is the matter of the acts.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from portal.core.errors import RuleBroken
from portal.core.workdays import Calendar

#: Days between a reminder and the next one, whoever sends it.
LEAST_GAP_DAYS = 2
MOST_STEPS = 6
LATEST_WORKDAY = 60
#: How a step by hand is named: hand/2026-11-20.
BY_HAND = "hand/"


class Tone(StrEnum):
    """How a reminder speaks."""

    POLITE = "polite"
    FIRM = "firm"
    FINAL = "final"


def check_timetable(days: Sequence[int]) -> tuple[int, ...]:
    """
    The workdays of a timetable, where they can be kept.

    Rule: R80 — reminders go out on workdays after issue that rise, at most six, at most sixty
    workdays later; no days at all is no reminder (S-079, RULES 1 'confirmation chase').
    Raises: chase.timetable.

    >>> check_timetable([3, 5, 8])
    (3, 5, 8)
    """
    rising = all(one < other for one, other in pairwise(days))
    in_range = all(1 <= day <= LATEST_WORKDAY for day in days)
    if not rising or not in_range or len(days) > MOST_STEPS:
        raise RuleBroken(
            "chase.timetable", field="remind_after", most=MOST_STEPS, latest=LATEST_WORKDAY
        )
    return tuple(days)


def step_days(since_on: date, days: Sequence[int], calendar: Calendar) -> tuple[date, ...]:
    """
    The day of each reminder.

    Rule: R81 — a step is due on its own workday, counted after the statement was issued, or
    after its held mails were let go (S-079).

    >>> from portal.core.workdays import MONDAY_TO_FRIDAY
    >>> [day.day for day in step_days(date(2026, 11, 4), (3, 5, 8), MONDAY_TO_FRIDAY)]
    [9, 11, 16]
    """
    return tuple(calendar.add_workdays(since_on, count) for count in days)


def step_due(steps: Sequence[date], on: date, done: int, last_on: date | None = None) -> int | None:
    """
    The reminder to send on a day, counted from 1; None where none is due.

    `done` is the highest step sent so far, `last_on` the day of the last reminder of any kind.
    Rule: R82 — a missed reminder is caught up with the one whose day has come last, never with two
    at once; a reminder follows another after two days at the earliest (S-079).

    >>> steps = (date(2026, 11, 9), date(2026, 11, 11), date(2026, 11, 16))
    >>> step_due(steps, date(2026, 11, 8), 0), step_due(steps, date(2026, 11, 12), 0)
    (None, 2)
    >>> step_due(steps, date(2026, 11, 12), 2), step_due(steps, date(2026, 11, 20), 2)
    (None, 3)
    """
    reached = sum(1 for day in steps if day <= on)
    if reached <= done or not is_far_enough(on, last_on):
        return None
    return reached


def is_far_enough(on: date, last_on: date | None) -> bool:
    """
    Whether a customer may be reminded again on a day.

    Rule: R83 — between two reminders of one statement lie two days, also where somebody sends one
    by hand (S-079).

    >>> is_far_enough(date(2026, 11, 11), date(2026, 11, 9))
    True
    >>> is_far_enough(date(2026, 11, 10), date(2026, 11, 9))
    False
    """
    return last_on is None or on >= last_on + timedelta(days=LEAST_GAP_DAYS)


def tone_of(step: int, of: int) -> Tone:
    """
    How the reminder of a step speaks.

    Rule: R84 — reminders begin politely, get firmer, and the last one says that it is the last;
    after it the statement is marked for the clerk and nothing more leaves by itself (S-079, S-096).

    >>> [tone_of(step, 3).value for step in (1, 2, 3)]
    ['polite', 'firm', 'final']
    """
    if step >= of > 1:
        return Tone.FINAL
    return Tone.FIRM if step > 1 else Tone.POLITE


def tone_by_hand(reminded: int) -> Tone:
    """
    How a reminder by hand speaks after so many others.

    >>> tone_by_hand(0).value, tone_by_hand(2).value
    ('polite', 'firm')
    """
    return Tone.FIRM if reminded else Tone.POLITE


def hand_step(on: date) -> str:
    """
    The name of a reminder by hand: one a day.

    >>> hand_step(date(2026, 11, 20))
    'hand/2026-11-20'
    """
    return f"{BY_HAND}{on.isoformat()}"
