"""
The agreement on electronic reconciliation: when silence counts as agreeing, and when it never does.

Who may accept it, and what it says word for word, is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.core.workdays import Calendar

NEXT_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Acceptance:
    """An acceptance of the agreement; without `silence_workdays` silence says nothing."""

    accepted_at: datetime
    ended_at: datetime | None = None
    silence_workdays: int | None = None

    def is_in_force(self, at: datetime) -> bool:
        """Whether it holds at a moment; the moment of its end is no longer within."""
        return self.accepted_at <= at and (self.ended_at is None or at < self.ended_at)


def counts_silence(acceptance: Acceptance | None, issued_at: datetime) -> bool:
    """
    Whether silence about a statement can count as agreeing to it at all.

    Rule: R67 — a statement can count as agreed without an answer only where an accepted agreement
    in force when it was issued says so; without one silence says nothing (S-079, EVIDENCE 1).

    >>> from datetime import UTC
    >>> issued_at = datetime(2026, 11, 4, 9, tzinfo=UTC)
    >>> before, after = issued_at - NEXT_DAY, issued_at + NEXT_DAY
    >>> counts_silence(Acceptance(before, None, 10), issued_at)
    True
    >>> [
    ...     counts_silence(each, issued_at)
    ...     for each in (
    ...         None,
    ...         Acceptance(before, None, None),
    ...         Acceptance(after, None, 10),
    ...         Acceptance(before, issued_at, 10),
    ...     )
    ... ]
    [False, False, False, False]
    """
    return (
        acceptance is not None
        and acceptance.silence_workdays is not None
        and acceptance.is_in_force(issued_at)
    )


def counts_as_agreed_on(answer_by: date, workdays: int, calendar: Calendar) -> date:
    """
    The first day on which a statement that nobody answered counts as agreed.

    Rule: R68 — so many workdays after the day by which to answer have passed whole: the last of
    them still belongs to the customer (EVIDENCE 1, RULES 1).

    >>> from portal.core.workdays import MONDAY_TO_FRIDAY
    >>> counts_as_agreed_on(date(2026, 11, 18), 10, MONDAY_TO_FRIDAY)
    datetime.date(2026, 12, 3)
    """
    return calendar.add_workdays(answer_by, workdays) + NEXT_DAY
