"""
How disputes go: how much of what is owed is disputed, how long answers take, who was right, why.

As of a day and over plain facts; amounts are of one currency.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from portal.core.dispute import Verdict
from portal.core.measures import NOTHING_OPEN, Measure, ratio

NOTHING_DECIDED = "nothing_decided"
#: A cause that came so often is one that repeats.
REPEATS = 2


@dataclass(frozen=True, slots=True)
class Decided:
    """A dispute whose last answer is known: when it was raised and decided, and how."""

    raised_on: date
    decided_on: date
    verdict: Verdict
    root_cause: str


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of a window of decisions, and the causes that repeat, the most frequent first."""

    median_days: Measure
    valid: Measure
    repeated: tuple[tuple[str, int], ...]


def disputed_share(disputed_minor: int, open_minor: int) -> Measure:
    """
    What is disputed, as a share of all that is open.

    >>> disputed_share(2500, 10000).value
    Fraction(1, 4)
    """
    return ratio(disputed_minor, open_minor, NOTHING_OPEN)


def measure(decided: Sequence[Decided]) -> Measures:
    """
    The median of days to a decision, the share that was right at least in part, what repeats.

    Rule: R129 — of the disputes decided: the median of the days from raised to decided (of an even
    number the mean of the two in the middle), valid = accepted wholly or in part ÷ decided, and the
    root causes found at least twice; a dispute decided anew counts once, as last decided (RULES 2).

    >>> day = date(2026, 11, 2)
    >>> rows = [Decided(day, date(2026, 11, last), Verdict.REJECT, "other") for last in (4, 7)]
    >>> found = measure([*rows, Decided(day, date(2026, 11, 3), Verdict.ACCEPT, "delivery")])
    >>> found.median_days.value, found.valid.value, found.repeated
    (Fraction(2, 1), Fraction(1, 3), (('other', 2),))
    """
    right = sum(each.verdict is not Verdict.REJECT for each in decided)
    causes = Counter(each.root_cause for each in decided)
    repeated = sorted(
        ((cause, count) for cause, count in causes.items() if count >= REPEATS),
        key=lambda pair: (-pair[1], pair[0]),
    )
    return Measures(
        _median((each.decided_on - each.raised_on).days for each in decided),
        ratio(right, len(decided), NOTHING_DECIDED),
        tuple(repeated),
    )


def _median(days: Iterable[int]) -> Measure:
    rising = sorted(days)
    if not rising:
        return Measure(None, NOTHING_DECIDED)
    middle = len(rising) // 2
    if len(rising) % 2:
        return Measure(Fraction(rising[middle]))
    return Measure(Fraction(rising[middle - 1] + rising[middle], 2))
