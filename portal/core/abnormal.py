"""
Abnormal customers: those with something overdue beyond the grace that their terms leave them.

It is worked out from the books on a day and stored nowhere; what is disputed is no fault of theirs.
"""

from collections.abc import Iterable
from datetime import date, timedelta


def abnormal_since(due_days: Iterable[date | None], grace_days: int, as_of: date) -> date | None:
    """
    Since when a customer is abnormal, by the due days of what is open and undisputed; None: not.

    Rule: R362 — a customer is abnormal from the day after the days of grace of its terms are over,
    as long as something undisputed that was due before them is open (S-097).

    >>> abnormal_since([date(2026, 11, 10), date(2026, 10, 1)], 5, as_of=date(2026, 11, 20))
    datetime.date(2026, 10, 7)
    >>> abnormal_since([date(2026, 11, 15)], 5, as_of=date(2026, 11, 20)) is None
    True
    """
    first = min((day for day in due_days if day is not None), default=None)
    if first is None or (as_of - first).days <= grace_days:
        return None
    return first + timedelta(days=grace_days + 1)
