"""Reminders before an item is due: which of them has come on a day, and how it speaks."""

from collections.abc import Sequence
from datetime import date


def of_customers(offsets: Sequence[int]) -> tuple[int, ...]:
    """
    The days before the due day on which a customer is reminded, of those that a policy names.

    Rule: R349 — the first of several is the owner's alone; from the next one on the customer is
    reminded too (S-090, S-092, RULES 1 'reminders before due').

    >>> of_customers([7, 3, 0]), of_customers([5]), of_customers([])
    ((3, 0), (5,), ())
    """
    falling = sorted(set(offsets), reverse=True)
    return tuple(falling[1:] if len(falling) > 1 else falling)


def reminder_due(due_on: date, on: date, offsets: Sequence[int]) -> int | None:
    """
    The reminder whose time it is on a day, by its days before the due day; None where it is none's.

    Rule: R350 — a reminder that was missed is caught up with until the next one's day has come; of
    several that were missed only the last is sent, and none once the due day is past (S-093).

    >>> due = date(2026, 11, 20)
    >>> [reminder_due(due, date(2026, 11, day), (3, 0)) for day in (16, 17, 18, 20, 21)]
    [None, 3, 3, 0, None]
    """
    left = (due_on - on).days
    if left < 0:
        return None
    return min((offset for offset in offsets if offset >= left), default=None)
