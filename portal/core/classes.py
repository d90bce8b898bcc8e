"""Which customers carry most of what is owed, and which are of high risk; over plain figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

#: Per cent of all that is open that the first class carries, and the first two together.
FIRST, SECOND = 80, 95
PER_CENT = 100


class Risk(StrEnum):
    """Why a customer is of high risk."""

    LOWEST_GRADE = "lowest_grade"
    GUESSED_AND_OVERDUE = "guessed_and_overdue"
    SIGNALS = "signals"


def classes_of(open_by_customer: Mapping[int, int]) -> dict[int, str]:
    """
    A, B or C of each customer of one currency, by its share of all that is open.

    Rule: R204 — the largest first: A are those that together make 80 per cent of what is open, the
    one that reaches it included, B those up to 95 per cent, C the others; who owes nothing has no
    class (S-049).

    >>> classes_of({1: 60, 2: 25, 3: 10, 4: 5, 5: 0})
    {1: 'A', 2: 'A', 3: 'B', 4: 'C'}
    """
    owed = {key: minor for key, minor in open_by_customer.items() if minor > 0}
    whole, before = sum(owed.values()), 0
    found = {}
    for key, minor in sorted(owed.items(), key=lambda pair: (-pair[1], pair[0])):
        if before * PER_CENT < FIRST * whole:
            found[key] = "A"
        else:
            found[key] = "B" if before * PER_CENT < SECOND * whole else "C"
        before += minor
    return found


@dataclass(frozen=True, slots=True)
class Looks:
    """What of a customer makes it a risk."""

    is_lowest_grade: bool = False
    is_provisional: bool = False
    overdue_minor: int = 0
    signals: int = 0


def risks_of(looks: Looks, warn_at: int) -> tuple[Risk, ...]:
    """
    Why a customer is of high risk; nothing where it is not.

    Rule: R205 — of high risk is who has the lowest grade, whose grade is a guess while something is
    overdue, and at whom as many danger signals run as raise an early warning (S-010).

    >>> [risk.value for risk in risks_of(Looks(is_provisional=True, overdue_minor=1, signals=2), 2)]
    ['guessed_and_overdue', 'signals']
    """
    found = {
        Risk.LOWEST_GRADE: looks.is_lowest_grade,
        Risk.GUESSED_AND_OVERDUE: looks.is_provisional and looks.overdue_minor > 0,
        Risk.SIGNALS: 0 < warn_at <= looks.signals,
    }
    return tuple(risk for risk, holds in found.items() if holds)
