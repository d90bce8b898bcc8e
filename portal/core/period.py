"""
Months, cycles and periods: which days a statement covers.

What stands on the statement of a period is the matter of `statement`; here are only calendar days.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from portal.core.errors import RuleBroken
from portal.core.workdays import ONE_DAY

_WRITTEN = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """
    A calendar month.

    >>> str(Month(2026, 10)), Month(2026, 10).last_on
    ('2026-10', datetime.date(2026, 10, 31))
    """

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """
        The month that `YYYY-MM` writes.

        Raises: period.malformed_month.

        >>> Month.parse("2026-02").last_on
        datetime.date(2026, 2, 28)
        """
        written = _WRITTEN.fullmatch(text.strip())
        if written is None or written[1] in {"0000", "9999"}:
            raise RuleBroken("period.malformed_month", value=text)
        return cls(int(written[1]), int(written[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        """
        The month that a day lies in.

        >>> Month.of(date(2026, 10, 31))
        Month(year=2026, month=10)
        """
        return cls(day.year, day.month)

    def plus(self, months: int) -> "Month":
        """
        The month that many months later, or earlier when negative.

        >>> Month(2026, 11).plus(2), Month(2026, 1).plus(-1)
        (Month(year=2027, month=1), Month(year=2025, month=12))
        """
        years, month = divmod(self.month - 1 + months, 12)
        return Month(self.year + years, month + 1)

    @property
    def first_on(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last_on(self) -> date:
        """The last day of the month."""
        return self.plus(1).first_on - ONE_DAY

    def __str__(self) -> str:
        """Write the month as files and commands do."""
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """
    The days from one to another, both included.

    >>> date(2026, 10, 31) in Period(date(2026, 10, 1), date(2026, 10, 31))
    True
    """

    from_on: date
    to_on: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it begins."""
        if self.to_on < self.from_on:
            raise ValueError(f"a period from {self.from_on} to {self.to_on}")

    def __contains__(self, day: date) -> bool:
        """Say whether a day is one of the period's."""
        return self.from_on <= day <= self.to_on


class Cycle(StrEnum):
    """How often a customer gets a statement."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"

    @property
    def months(self) -> int:
        """The number of months in one turn of the cycle."""
        return {Cycle.MONTHLY: 1, Cycle.QUARTERLY: 3, Cycle.HALF_YEARLY: 6}[self]

    def ends_in(self, month: Month) -> bool:
        """
        Whether a turn of the cycle ends in a month.

        Rule: R9 — quarters end in March, June, September and December, half-years in June and
        December (S-076).

        >>> Cycle.QUARTERLY.ends_in(Month(2026, 9)), Cycle.HALF_YEARLY.ends_in(Month(2026, 9))
        (True, False)
        """
        return month.month % self.months == 0

    def first_month(self, month: Month) -> Month:
        """
        The month in which the turn began that a month ends.

        >>> Cycle.QUARTERLY.first_month(Month(2026, 9))
        Month(year=2026, month=7)
        """
        return month.plus(1 - self.months)


def month_period(month: Month) -> Period:
    """
    The days of one month.

    >>> month_period(Month(2024, 2)).to_on
    datetime.date(2024, 2, 29)
    """
    return Period(month.first_on, month.last_on)


def statement_period(cycle: Cycle, month: Month, last_to_on: date | None) -> Period:
    """
    The days that the statement of a month covers.

    Rule: R10 — a period begins the day after the last issued statement's end; a customer's first
    statement begins with the first day of its cycle (INTERFACES 5, S-076).
    Raises: period.already_stated.

    >>> statement_period(Cycle.QUARTERLY, Month(2026, 9), last_to_on=None).from_on
    datetime.date(2026, 7, 1)
    >>> statement_period(Cycle.MONTHLY, Month(2026, 9), last_to_on=date(2026, 7, 31)).from_on
    datetime.date(2026, 8, 1)
    """
    if last_to_on is None:
        return Period(cycle.first_month(month).first_on, month.last_on)
    if last_to_on >= month.last_on:
        raise RuleBroken("period.already_stated", month=str(month), until=last_to_on)
    return Period(last_to_on + ONE_DAY, month.last_on)


def last_closed_month(today: date) -> Month:
    """
    The newest month that is wholly past.

    >>> str(last_closed_month(date(2024, 5, 31)))
    '2024-04'
    """
    return Month.of(today).plus(-1)
