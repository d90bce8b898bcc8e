"""Which customers are of high risk, over plain facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Risk(StrEnum):
    """Why a customer is of high risk."""

    LOWEST_GRADE = "lowest_grade"
    GUESSED_AND_OVERDUE = "guessed_and_overdue"
    SIGNALS = "signals"


@dataclass(frozen=True, slots=True)
class Looks:
    """What of a customer makes it a risk."""

    is_lowest_grade: bool = False
    is_provisional: bool = False
    is_overdue: bool = False
    signals: int = 0


def risks_of(looks: Looks, warn_at: int) -> tuple[Risk, ...]:
    """
    Why a customer is of high risk; nothing where it is not.

    Rule: R205 — of high risk is who has the lowest grade, whose grade is a guess while something is
    overdue, and at whom as many danger signals run as raise an early warning (S-010).

    >>> [risk.value for risk in risks_of(Looks(is_provisional=True, is_overdue=True, signals=2), 2)]
    ['guessed_and_overdue', 'signals']
    """
    found = {
        Risk.LOWEST_GRADE: looks.is_lowest_grade,
        Risk.GUESSED_AND_OVERDUE: looks.is_provisional and looks.is_overdue,
        Risk.SIGNALS: 0 < warn_at <= looks.signals,
    }
    return tuple(risk for risk, holds in found.items() if holds)
