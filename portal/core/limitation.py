"""
The limitation clock: until when a claim can be taken to court, by law as data.

The laws themselves stand in a file, each with its sources. Here is how their figures are read. What
happened, and what proves it, is not known here. Days off move nothing: whoever acts by the last day
told here acts in time under every one of these laws.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Act(StrEnum):
    """What a debtor or creditor did about a claim."""

    PART_PAYMENT = "part_payment"
    PROMISE = "promise"
    PLAN = "plan"
    ACKNOWLEDGEMENT = "acknowledgement"
    DEMAND = "demand"
    RECEIPT = "receipt"


class Start(StrEnum):
    """From when a period runs."""

    DUE = "due"
    END_OF_YEAR = "end_of_year"


@dataclass(frozen=True)
class Law:
    """
    The limitation of claims under a law; without years it is not known here.

    Rule: R136 — a receipt acknowledges nothing: under no law does it begin a period anew
    (EVIDENCE 1, EVIDENCE 6).

    >>> Law(3, Start.DUE, frozenset({Act.RECEIPT}))
    Traceback (most recent call last):
    ...
    ValueError: a receipt begins no period anew
    """

    years: int | None
    starts: Start = Start.DUE
    #: What begins the period anew.
    resets: frozenset[Act] = frozenset()
    #: Those of them that must be in writing.
    written: frozenset[Act] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a law that takes a receipt for an acknowledgement."""
        if Act.RECEIPT in self.resets:
            raise ValueError("a receipt begins no period anew")


@dataclass(frozen=True, slots=True)
class Reset:
    """An act on a day that may begin a period anew."""

    act: Act
    on: date
    is_written: bool = True


@dataclass(frozen=True, slots=True)
class Lapse:
    """The last day of a claim, and the act since which the period runs; None: since it was due."""

    on: date
    since: Reset | None = None


def lapse_of(law: Law, due_on: date, resets: Iterable[Reset] = ()) -> Lapse | None:
    """
    The last day on which a claim due on `due_on` can be taken to court; None where no law says so.

    Rule: R135 — what the law names begins the whole period anew on its own day, while the period
    runs (Civil Code of China 195, BGB 212, Limitation Act 1980 s. 29, EVIDENCE 1).
    Rule: R137 — what comes before the period runs changes nothing, and what comes after it has
    ended revives nothing (Limitation Act 1980 s. 29 para 7, EVIDENCE 1).

    >>> china = Law(3, Start.DUE, frozenset({Act.PROMISE, Act.PART_PAYMENT}))
    >>> lapse_of(china, date(2023, 3, 31)).on
    datetime.date(2026, 3, 31)
    >>> lapse_of(china, date(2023, 3, 31), [Reset(Act.PROMISE, date(2025, 6, 10))]).on
    datetime.date(2028, 6, 10)
    >>> lapse_of(china, date(2023, 3, 31), [Reset(Act.PROMISE, date(2026, 4, 1))]).on
    datetime.date(2026, 3, 31)
    """
    if law.years is None:
        return None
    runs_from, found = _start(law, due_on), None
    ends_on = years_after(runs_from, law.years)
    for reset in sorted(resets, key=lambda each: each.on):
        if _counts(law, reset) and runs_from < reset.on <= ends_on:
            found, ends_on = reset, years_after(reset.on, law.years)
    return Lapse(ends_on, found)


def lapses_on(law: Law, due_on: date, resets: Iterable[Reset] = ()) -> date | None:
    """
    The last day of a claim, whatever it runs from.

    Rule: R134 — the period runs from the due date, or from the end of its year where the law says
    so, and ends with the day of its last year that has the same date (Civil Code of China 188 and
    202, BGB 195 and 199, Limitation Act 1980 s. 5).

    >>> germany = Law(3, Start.END_OF_YEAR)
    >>> lapses_on(germany, date(2023, 3, 31)), lapses_on(Law(6), date(2020, 2, 29))
    (datetime.date(2026, 12, 31), datetime.date(2026, 2, 28))
    """
    lapse = lapse_of(law, due_on, resets)
    return lapse.on if lapse else None


def years_after(day: date, years: int) -> date:
    """
    The same date so many years later; the last of February where there is no 29th.

    >>> years_after(date(2024, 2, 29), 3), years_after(date(2024, 2, 29), -4)
    (datetime.date(2027, 2, 28), datetime.date(2020, 2, 29))
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _start(law: Law, due_on: date) -> date:
    return date(due_on.year, 12, 31) if law.starts is Start.END_OF_YEAR else due_on


def _counts(law: Law, reset: Reset) -> bool:
    return reset.act in law.resets and (reset.is_written or reset.act not in law.written)
