"""
When a customer's credit is looked at again, and when what is known suffices for it.

Everybody's credit is looked at again within its rhythm (S-027, S-028, S-198).
Dates and words only; which signals there are is the matter of `signals`.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from portal.core.errors import RuleBroken

#: Government bodies, institutions and small cash customers are not investigated (S-012).
EXEMPT = frozenset({"exempt_government", "exempt_institution", "exempt_small"})
#: So many days before it is due, a review stands on the list.
NEAR_DAYS = 30
#: Paying so many days later than in the year before is a pattern.
LATE_PATTERN_DAYS = 15


class Why(StrEnum):
    """Why a review is due when it is."""

    NEW = "new"
    REGULAR = "regular"
    DEALER = "dealer"
    SIGNALS = "signals"
    LATE_PATTERN = "late_pattern"


class Urgency(StrEnum):
    """How near a review is."""

    OVERDUE = "overdue"
    DUE = "due"
    NEAR = "near"
    LATER = "later"
    EXEMPT = "exempt"


class Outcome(StrEnum):
    """What a review came to."""

    KEPT = "kept"
    RAISED = "raised"
    LOWERED = "lowered"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How many months lie between two reviews: of the grade, and of dealers at most."""

    grade_months: int = 12
    dealer_months: int = 6
    dealer_types: tuple[str, ...] = ("dealer",)

    def months_of(self, customer_type: str) -> tuple[int, Why]:
        """
        The months to the next review of a customer, and why so many.

        Rule: R196 — at least every `review_months` of the grade (12 unless told), dealers at least
        half-yearly; the shorter of the two holds (S-027, S-028).

        >>> Rhythm(12).months_of("Dealer"), Rhythm(3).months_of("dealer")
        ((6, <Why.DEALER: 'dealer'>), (3, <Why.REGULAR: 'regular'>))
        """
        dealers = {each.strip().casefold() for each in self.dealer_types}
        if customer_type.strip().casefold() in dealers and self.dealer_months < self.grade_months:
            return self.dealer_months, Why.DEALER
        return self.grade_months, Why.REGULAR


@dataclass(frozen=True, slots=True)
class Known:
    """What the calendar needs to know of a customer."""

    #: Since when it is known here.
    since_on: date
    customer_type: str = ""
    #: The day of its first invoice.
    dealt_on: date | None = None
    #: Of the last review; None: none ever was.
    reviewed_on: date | None = None
    #: What that review decided, where it decided.
    next_due_on: date | None = None
    #: When enough danger signals came together, where they run and no review has seen them.
    warned_on: date | None = None
    #: When it was found to pay much later than before, where no review has seen it.
    late_on: date | None = None
    standings: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """The day on which a review is due, and why; without a day never."""

    on: date | None
    why: Why | None = None

    def standing(self, today: date) -> Urgency:
        """
        How near it is on a day: due on its day, overdue after it, near for 30 days before.

        >>> [
        ...     Due(date(2026, 12, 1)).standing(date(2026, *day)).value
        ...     for day in ((12, 2), (12, 1), (11, 1), (10, 31))
        ... ]
        ['overdue', 'due', 'near', 'later']
        """
        if self.on is None:
            return Urgency.EXEMPT
        if self.on <= today:
            return Urgency.DUE if self.on == today else Urgency.OVERDUE
        is_near = self.on - today <= timedelta(days=NEAR_DAYS)
        return Urgency.NEAR if is_near else Urgency.LATER


def next_review(known: Known, rhythm: Rhythm) -> Due:
    """
    When a customer's review is due next.

    Rule: R197 — a new customer before its first deal, so from the day it is known; one that came
    with its history so many months after that day; else so many after the last review; at once when
    danger signals came together or payments became much later since; who is exempt never (S-012,
    S-026, S-042).

    >>> day = date(2026, 3, 31)
    >>> next_review(Known(day), Rhythm()).why.value
    'new'
    >>> next_review(Known(day, "dealer", reviewed_on=day), Rhythm()).on.isoformat()
    '2026-09-30'
    >>> warned = Known(day, reviewed_on=day, warned_on=date(2026, 5, 2))
    >>> next_review(warned, Rhythm()).on.isoformat()
    '2026-05-02'
    """
    if EXEMPT & set(known.standings):
        return Due(None)
    early = _early(known)
    is_old = known.dealt_on is not None and known.dealt_on <= known.since_on
    if known.reviewed_on is None and not is_old:
        return Due(known.since_on, Why.NEW)
    months, why = rhythm.months_of(known.customer_type)
    regular = known.next_due_on or plus_months(known.reviewed_on or known.since_on, months)
    if early and early.on and early.on < regular:
        return early
    return Due(regular, why)


def _early(known: Known) -> Due | None:
    """What makes a review due before its time, if it came up since the last one."""
    since = known.reviewed_on or date.min
    found = [(known.warned_on, Why.SIGNALS), (known.late_on, Why.LATE_PATTERN)]
    raised = [(on, why) for on, why in found if on is not None and on >= since]
    return Due(*min(raised)) if raised else None


def plus_months(day: date, months: int) -> date:
    """
    The same day so many months later; in a shorter month its last.

    >>> plus_months(date(2026, 8, 31), 6).isoformat()
    '2027-02-28'
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def is_late_pattern(trend_days: Decimal | None) -> bool:
    """
    Whether payments come so much later than in the year before that somebody should look.

    Rule: R198 — 15 days later on average, or more, is a pattern (S-042, S-108 signal 5).

    >>> is_late_pattern(Decimal(15)), is_late_pattern(Decimal("14.9")), is_late_pattern(None)
    (True, False, False)
    """
    return trend_days is not None and trend_days >= LATE_PATTERN_DAYS


def outcome_of(before: str, after: str, best_first: Sequence[str]) -> Outcome:
    """
    What a review came to, by the grade before it and the one after.

    >>> outcome_of("B", "A", ["A", "B"]).value, outcome_of("", "B", ["A", "B"]).value
    ('raised', 'kept')
    """
    if before not in best_first or before == after:
        return Outcome.KEPT
    is_better = list(best_first).index(after) < list(best_first).index(before)
    return Outcome.RAISED if is_better else Outcome.LOWERED


def check_figures(stale: Sequence[str]) -> None:
    """
    Refuse to close a review that would stand on figures that are too old.

    Rule: R199 — a review whose balance-sheet figures are stale is refused until newer ones are
    entered, or the old ones are set aside as unknown (S-029, UX S9).
    Raises: review.stale_figures.

    >>> check_figures([])
    """
    if stale:
        raise RuleBroken("review.stale_figures", field="leave_out", factors=", ".join(stale))
