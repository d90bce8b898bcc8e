"""What paying on time earns: a higher limit, which a person still decides over."""

from collections.abc import Sequence
from fractions import Fraction

from portal.core.money import Money
from portal.core.payment_record import Lateness

#: Of fewer payments nobody can say that they are a habit.
LEAST_ITEMS = 3
PER_CENT = 100


def has_earned(rows: Sequence[Lateness]) -> bool:
    """
    Whether a customer has paid everything on time for more than a year.

    Rule: R208 — who paid each of at least three due parts of the last 90 days and the year before
    them by its day, some of them in either time, and owes nothing overdue, has earned the policy's
    per cent more of its limit; a second person decides over it as over any limit (S-016).

    >>> has_earned([Lateness(recent_items=1, before_items=2)])
    True
    >>> has_earned([Lateness(recent_items=1, before_items=2, recent_weighted=100)])
    False
    """
    recent = sum(row.recent_items for row in rows)
    before = sum(row.before_items for row in rows)
    is_late = any(row.recent_weighted or row.before_weighted for row in rows)
    return not is_late and recent > 0 and before > 0 and recent + before >= LEAST_ITEMS


def rewarded(limit: Money | None, cap: Money | None, percent: int) -> Money | None:
    """
    The limit that was earned, up to the cap of the grade; None where it is no more than now.

    >>> limit = Money(100000, "CNY")
    >>> rewarded(limit, None, 10).major(), rewarded(limit, Money(105000, "CNY"), 10).major()
    ('1100.00', '1050.00')
    >>> rewarded(limit, Money(90000, "CNY"), 10) is None, rewarded(None, None, 10) is None
    (True, True)
    """
    if limit is None or not limit.minor:
        return None
    more = limit.times(Fraction(PER_CENT + percent, PER_CENT))
    if cap is not None and cap.currency == more.currency:
        more = min(more, cap)
    return more if more > limit else None
