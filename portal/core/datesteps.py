"""
Date steps: the words of the terms notation that move a day, such as `30d`, `eom`, `day 15`.

They are applied left to right; what share of an amount falls due on the day is the matter of
`terms`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.core.errors import RuleBroken
from portal.core.period import Month
from portal.core.workdays import Calendar


class StepKind(StrEnum):
    """What a step does to a day."""

    DAYS = "d"
    WEEKS = "w"
    MONTHS = "m"
    DAY_OF_MONTH = "day"
    END_OF_MONTH = "eom"
    BUSINESS_DAY = "bd"


# Ten years: whatever is longer is a slip of the pen, and days stay inside the calendar.
_LARGEST = {
    StepKind.DAYS: 3660,
    StepKind.WEEKS: 522,
    StepKind.MONTHS: 120,
    StepKind.DAY_OF_MONTH: 31,
}
_COUNTED = re.compile(r"([0-9]+)([dwm])", re.ASCII)
_BARE = {kind.value: kind for kind in (StepKind.END_OF_MONTH, StepKind.BUSINESS_DAY)}


@dataclass(frozen=True, slots=True)
class Step:
    """
    One move of a day; `count` is the number of days, weeks or months, or the day of the month.

    >>> str(Step(StepKind.DAYS, 30)), str(Step(StepKind.DAY_OF_MONTH, 15))
    ('30d', 'day 15')
    """

    kind: StepKind
    count: int = 0

    def __str__(self) -> str:
        """Write the step as the notation has it."""
        if self.kind is StepKind.DAY_OF_MONTH:
            return f"day {self.count}"
        return f"{self.count}{self.kind}" if self.kind in _LARGEST else str(self.kind)

    def applied(self, day: date, calendar: Calendar) -> date:
        """
        The day that this step leads to.

        Rule: R11 — a month step keeps the day and clamps to the end of a shorter month; `day 15` is
        the next 15th, the same day included, in a shorter month its last day (INTERFACES 4).

        >>> Step(StepKind.MONTHS, 1).applied(date(2024, 1, 31), Calendar())
        datetime.date(2024, 2, 29)
        >>> Step(StepKind.DAY_OF_MONTH, 30).applied(date(2026, 1, 31), Calendar())
        datetime.date(2026, 2, 28)
        """
        match self.kind:
            case StepKind.DAYS:
                return day + timedelta(days=self.count)
            case StepKind.WEEKS:
                return day + timedelta(weeks=self.count)
            case StepKind.MONTHS:
                return _clamped(Month.of(day).plus(self.count), day.day)
            case StepKind.DAY_OF_MONTH:
                return _next_day_of_month(day, self.count)
            case StepKind.END_OF_MONTH:
                return Month.of(day).last_on
            case _:
                return calendar.on_or_after(day)


def walk(steps: Iterable[Step], start_on: date, calendar: Calendar) -> date:
    """
    The day that steps lead to, applied left to right.

    Rule: R12 — the order of steps matters: `eom 1m` from 11 June is 30 July, `1m eom` is 31 July
    (INTERFACES 4).

    >>> steps = parse_steps(["eom", "1m"], part="eom 1m")
    >>> walk(steps, date(2020, 6, 11), Calendar())
    datetime.date(2020, 7, 30)
    """
    day = start_on
    for step in steps:
        day = step.applied(day, calendar)
    return day


def parse_steps(words: Sequence[str], part: str) -> tuple[Step, ...]:
    """
    The steps that words write; the part they come from is named when one of them is none.

    Raises: terms.unknown_word, terms.number_out_of_range, terms.day_missing.

    >>> [str(step) for step in parse_steps(["30d", "eom", "day", "15"], part="30d eom day 15")]
    ['30d', 'eom', 'day 15']
    """
    steps = []
    rest = iter(words)
    for word in rest:
        counted = _COUNTED.fullmatch(word)
        if counted:
            steps.append(_counted(StepKind(counted[2]), counted[1], part))
        elif word == StepKind.DAY_OF_MONTH:
            steps.append(_counted(StepKind.DAY_OF_MONTH, next(rest, ""), part))
        elif word in _BARE:
            steps.append(Step(_BARE[word]))
        else:
            raise RuleBroken("terms.unknown_word", part=part, word=word)
    return tuple(steps)


def _counted(kind: StepKind, digits: str, part: str) -> Step:
    if not (digits.isascii() and digits.isdigit()):
        raise RuleBroken("terms.day_missing", part=part)
    count, smallest = int(digits), int(kind is StepKind.DAY_OF_MONTH)
    if not smallest <= count <= _LARGEST[kind]:
        raise RuleBroken(
            "terms.number_out_of_range", part=part, number=digits, largest=_LARGEST[kind]
        )
    return Step(kind, count)


def _clamped(month: Month, day_of_month: int) -> date:
    return month.first_on.replace(day=min(day_of_month, month.last_on.day))


def _next_day_of_month(day: date, day_of_month: int) -> date:
    this_month = _clamped(Month.of(day), day_of_month)
    return this_month if this_month >= day else _clamped(Month.of(day).plus(1), day_of_month)
