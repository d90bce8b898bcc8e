"""
Ageing: how late open items are, in buckets of days or in grades.

One scheme makes the bucket of a Python item and the cut-off days of the SQL, so that statement,
report and portal cannot disagree. Unapplied credits are no item and stand beside the buckets.
"""

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.core.errors import RuleBroken
from portal.core.ledger import OpenItem
from portal.core.money import Money


class Basis(StrEnum):
    """The day from which lateness is counted."""

    DUE = "due"
    INVOICE = "invoice"


class Grade(StrEnum):
    """The eight grades: the first four follow from dates, the last four from what was decided."""

    IN_TERM = "in_term"
    ALERT = "alert"
    DUE = "due"
    OVERDUE = "overdue"
    FINAL_DEMAND = "final_demand"
    AGENCY = "agency"
    LEGAL = "legal"
    BAD_DEBT = "bad_debt"


class AgeingScheme(ABC):
    """Names for stretches of days late, without gap or overlap."""

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names, the least late first."""

    @property
    @abstractmethod
    def starts(self) -> tuple[int, ...]:
        """The days late from which each name but the first holds, as far as days say so."""

    @property
    def is_decided(self) -> bool:
        """Whether its last names follow from what was decided rather than from days."""
        return False

    def index_of(self, days_late: int | None) -> int:
        """
        Which of the names holds; an item without a due date is not due.

        Rule: R31 — the buckets cover every number of days late exactly once, and what has no due
        date yet is in the first (SECURITY 4.15).

        >>> [Scheme().index_of(days) for days in (None, 0, 1, 30, 31)]
        [0, 0, 1, 1, 2]
        """
        return 0 if days_late is None else bisect_right(self.starts, days_late)

    def bucket_of(self, days_late: int | None) -> str:
        """
        The name that holds.

        >>> Scheme().bucket_of(91), GRADES.bucket_of(-7)
        ('91+', 'alert')
        """
        return self.names[self.index_of(days_late)]

    def cut_offs(self, as_of: date) -> tuple[date, ...]:
        """
        The days that bound the names, for SQL: the bucket is the number of them after the due date.

        >>> [str(day) for day in Scheme().cut_offs(date(2026, 3, 31))]
        ['2026-03-31', '2026-03-01', '2026-01-30', '2025-12-31']
        >>> str(Scheme().cut_offs(date(1, 1, 1))[-1])  # the calendar has no day before it
        '0001-01-01'
        """
        days = (as_of.toordinal() - start + 1 for start in self.starts)
        return tuple(date.fromordinal(min(max(day, 1), date.max.toordinal())) for day in days)


@dataclass(frozen=True)
class Scheme(AgeingScheme):
    """
    Buckets of days late between bounds, each bound the last day of its bucket.

    Rule: R32 — not due up to the due date itself, then 1–30, 31–60, 61–90, 91 and more; the bounds
    are data and the names follow them (S-089, INTERFACES 5).
    Raises: ageing.bounds_not_rising.

    >>> Scheme((30, 60, 90, 120)).names
    ('not_due', '1-30', '31-60', '61-90', '91-120', '121+')
    """

    bounds: tuple[int, ...] = (30, 60, 90)

    def __post_init__(self) -> None:
        """Refuse bounds that leave a bucket without a day."""
        if any(low >= high for low, high in zip((0, *self.bounds), self.bounds, strict=False)):
            raise RuleBroken("ageing.bounds_not_rising", bounds=self.bounds)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the buckets."""
        between = zip(self.starts, self.bounds, strict=False)
        return ("not_due", *(f"{low}-{high}" for low, high in between), f"{self.starts[-1]}+")

    @property
    def starts(self) -> tuple[int, ...]:
        """The first day late of each bucket but the first."""
        return (1, *(bound + 1 for bound in self.bounds))


@dataclass(frozen=True)
class GradeScheme(AgeingScheme):
    """
    The eight grades: four that follow from dates, four from what was decided.

    Rule: R33 — in term, alert in the last days before the due date (7 by default), due on the day
    itself, overdue from the day after; final demand, agency, legal and bad debt follow from the
    last step of the ladder that was done, from a case that stands, or from a write-off (S-129).

    >>> [GRADES.bucket_of(days) for days in (-8, -7, 0, 1)]
    ['in_term', 'alert', 'due', 'overdue']
    >>> GRADES.raised(GRADES.index_of(-8), "legal"), GRADES.raised(GRADES.index_of(40), None)
    ('legal', 'overdue')
    """

    alert_days: int = 7

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the grades."""
        return tuple(grade.value for grade in Grade)

    @property
    def starts(self) -> tuple[int, ...]:
        """The first day late of each grade that follows from dates, but the first."""
        return (-self.alert_days, 0, 1)

    @property
    def is_decided(self) -> bool:
        """The last four are."""
        return True

    def raised(self, place: int, grade: str | None) -> str:
        """The grade of an item by its days and by what it was raised to: the later of both."""
        return self.names[place if grade is None else max(place, self.names.index(grade))]


BUCKETS = Scheme()
GRADES = GradeScheme()
#: Short and long: up to a year late, and by years after it (S-169).
YEARS = Scheme((365, 730, 1095))


@dataclass(frozen=True, slots=True)
class Ageing:
    """Open amounts of one currency by name, and what of them is disputed."""

    names: tuple[str, ...]
    amounts: tuple[Money, ...]
    disputed: Money

    @property
    def open(self) -> Money:
        """
        The sum of the buckets.

        Rule: R34 — the buckets sum to what is open (INTERFACES 5).
        """
        return Money.total(self.amounts, self.disputed.currency)


def days_late(day: date | None, as_of: date) -> int | None:
    """
    How many days after a due date it is; negative before it, None without one.

    >>> days_late(date(2016, 8, 10), as_of=date(2016, 8, 10))
    0
    """
    return None if day is None else (as_of - day).days


def is_overdue(due_on: date | None, as_of: date) -> bool:
    """
    Whether a due date is past.

    Rule: R35 — an item due on the day is not overdue; it is from the day after (S-089).

    >>> (
    ...     is_overdue(date(2025, 1, 3), date(2025, 1, 3)),
    ...     is_overdue(date(2025, 1, 3), date(2025, 1, 4)),
    ... )
    (False, True)
    """
    return due_on is not None and due_on < as_of


def age(
    items: Iterable[OpenItem],
    as_of: date,
    currency: str,
    scheme: AgeingScheme = BUCKETS,
    *,
    basis: Basis = Basis.DUE,
    inside: bool = False,
) -> Ageing:
    """
    Open items of one currency by how late they are; `inside` leaves out what was written off.

    Rule: R36 — what is aged is the due part, by its due date or by its invoice's date; a write-off
    leaves the ageing of the house but not the customer's (RULES 1).
    """
    nothing = Money.zero(currency)
    amounts = [nothing] * len(scheme.names)
    disputed = nothing
    for item in items:
        day = item.part.due_on if basis is Basis.DUE else item.entry.dated_on
        place = scheme.index_of(days_late(day, as_of))
        if inside and scheme.is_decided and item.house != item.claim:
            place = len(amounts) - 1  # the rest of what was written off in part
        amounts[place] += item.house if inside else item.claim
        disputed += item.disputed
    return Ageing(scheme.names, tuple(amounts), disputed)
