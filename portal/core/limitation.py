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
from typing import TypeAlias

from portal.core.period import Month


class Act(StrEnum):
    """What a debtor or creditor did about a claim."""

    PART_PAYMENT = "part_payment"
    PROMISE = "promise"
    PLAN = "plan"
    ACKNOWLEDGEMENT = "acknowledgement"
    DEMAND = "demand"
    RECEIPT = "receipt"
    SUIT = "suit"
    ARBITRATION = "arbitration"


class Start(StrEnum):
    """From when a period runs."""

    DUE = "due"
    END_OF_YEAR = "end_of_year"


class Effect(StrEnum):
    """What a suit or an arbitration leaves of a period when it has ended without a judgment."""

    #: The whole period begins anew with the end.
    RESTART = "restart"
    #: The time that it took, and some months after it, are not counted.
    SUSPEND = "suspend"
    #: The period has run on.
    NOTHING = "nothing"


class End(StrEnum):
    """How a suit or an arbitration ended."""

    JUDGMENT = "judgment"
    WITHDRAWN = "withdrawn"
    OTHER = "other"


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
    #: What a suit does; None: it is not known here.
    proceedings: Effect | None = None
    #: Where it suspends: for so many months more after its end.
    months_after: int = 0
    #: How long what was decided can be enforced.
    judgment_years: int | None = None

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
class Proceeding:
    """A claim before a court or a tribunal: since when, and until when; None: it still is."""

    act: Act
    on: date
    ended_on: date | None = None
    end: End = End.OTHER


Fact: TypeAlias = Reset | Proceeding


@dataclass(frozen=True, slots=True)
class Lapse:
    """
    The last day of a claim, and the act since which the period runs; None: since it was due.

    Without a last day it stands still: a court has it.
    """

    on: date | None
    since: Fact | None = None


def lapse_of(law: Law, due_on: date, facts: Iterable[Fact] = ()) -> Lapse | None:
    """
    The last day on which a claim due on `due_on` can be taken to court; None where no law says so.

    Rule: R135 — what the law names begins the whole period anew on its own day, while the period
    runs (Civil Code of China 195, BGB 212, Limitation Act 1980 s. 29, EVIDENCE 1).
    Rule: R137 — what comes before the period runs changes nothing, and what comes after it has
    ended revives nothing (Limitation Act 1980 s. 29 para 7, EVIDENCE 1).
    Rule: R450 — no claim lapses while a court or tribunal has it that was asked in time; after that
    the period begins anew, has stood still, or has run on, as the law says (Civil Code of China
    195, BGB 204 and 209, Limitation Act 1980 s. 5).
    Rule: R451 — what was decided has a period of its own from the decision (Civil Procedure Law of
    China 250, BGB 197, Limitation Act 1980 s. 24).

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
    runs_from = _start(law, due_on)
    found = Lapse(years_after(runs_from, law.years))
    for fact in sorted(facts, key=lambda each: each.on):
        assert found.on is not None
        if fact.on > found.on:
            break
        if isinstance(fact, Proceeding):
            found = _after_court(law, runs_from, found, fact)
            if found.on is None or (found.since is fact and fact.end is End.JUDGMENT):
                break
        elif _counts(law, fact) and runs_from < fact.on:
            found = _later(found, years_after(fact.on, law.years), fact)
    return found


def _after_court(law: Law, runs_from: date, before: Lapse, court: Proceeding) -> Lapse:
    """What a suit makes of a period that ran until a day; what the law does not tell, nothing."""
    assert law.years is not None
    assert before.on is not None
    if law.proceedings is None:
        return before
    if court.ended_on is None:
        return Lapse(None, court)
    if court.end is End.JUDGMENT and law.judgment_years is not None:
        return Lapse(years_after(court.ended_on, law.judgment_years), court)
    if law.proceedings is Effect.SUSPEND:
        stood = months_after(court.ended_on, law.months_after) - max(court.on, runs_from)
        return Lapse(before.on + stood, court) if stood.days > 0 else before
    if law.proceedings is Effect.RESTART and court.end is not End.WITHDRAWN:
        return _later(before, years_after(court.ended_on, law.years), court)
    return before


def _later(before: Lapse, on: date, since: Fact) -> Lapse:
    """An act never ends a period earlier than without it."""
    return Lapse(on, since) if before.on is None or on >= before.on else before


def lapses_on(law: Law, due_on: date, facts: Iterable[Fact] = ()) -> date | None:
    """
    The last day of a claim, whatever it runs from; None where there is none.

    Rule: R134 — the period runs from the due date, or from the end of its year where the law says
    so, and ends with the day of its last year that has the same date (Civil Code of China 188 and
    202, BGB 195 and 199, Limitation Act 1980 s. 5).

    >>> germany = Law(3, Start.END_OF_YEAR)
    >>> lapses_on(germany, date(2023, 3, 31)), lapses_on(Law(6), date(2020, 2, 29))
    (datetime.date(2026, 12, 31), datetime.date(2026, 2, 28))
    """
    lapse = lapse_of(law, due_on, facts)
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


def months_after(day: date, months: int) -> date:
    """
    The same date so many months later, or the last one of a shorter month.

    >>> months_after(date(2026, 8, 31), 6)
    datetime.date(2027, 2, 28)
    """
    month = Month.of(day).plus(months)
    return month.first_on.replace(day=min(day.day, month.last_on.day))


def _start(law: Law, due_on: date) -> date:
    return date(due_on.year, 12, 31) if law.starts is Start.END_OF_YEAR else due_on


def _counts(law: Law, reset: Reset) -> bool:
    return reset.act in law.resets and (reset.is_written or reset.act not in law.written)
