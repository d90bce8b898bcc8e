"""The figures of a simulation as they are kept with the change, and shown with its approval."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from portal.base.evidence import canonical_json
from portal.base.work import Reader
from portal.core.impact import Moves
from portal.core.money import Money
from portal.terms.impact import Simulation, simulate
from portal.terms.replacing import Change

#: Customers that cross a limit are kept by name up to so many; how many there are is kept anyway.
NAMED_AT_MOST = 20


def impact_summary(r: Reader, change: Change) -> dict[str, Any]:
    """What the change would do to the books of today, as it is kept when it is handed in."""
    return summary_of(r, simulate(r, change))


def impact_text(r: Reader, change: Change) -> str:
    """The same as text."""
    return canonical_json(impact_summary(r, change))


def summary_of(r: Reader, told: Simulation) -> dict[str, Any]:
    """What a simulation says, in figures that stay."""
    return {
        "on": r.today.isoformat(),
        "effective_on": told.change.effective_on.isoformat(),
        "reach": told.change.reach,
        "moves": _moves(told.moves),
        "recent": {**_moves(told.recent), "of": told.recent_count},
        "crossing_count": len(told.crossings),
        "crossings": [
            {
                "code": each.code,
                "name": each.name,
                "how": each.how,
                "limit": _plain(each.limit),
                "after": _plain(each.after),
            }
            for each in told.crossings[:NAMED_AT_MOST]
        ],
        "promise_limits": told.promise_limits,
        "overdue": [told.overdue.before, told.overdue.after],
        "cash": [
            {
                "currency": cash.currency,
                "weeks": [
                    [
                        week.from_on.isoformat() if week.from_on else None,
                        week.before.major(),
                        week.after.major(),
                    ]
                    for week in cash.weeks
                ],
            }
            for cash in told.cash
        ],
        "statement": [
            [day.isoformat() for day in days]
            for days in (told.statement_days.before, told.statement_days.after)
        ]
        if told.statement_days
        else [],
    }


def _moves(moves: Moves) -> dict[str, Any]:
    return {
        "count": moves.count,
        "amounts": [_plain(amount) for amount in moves.amounts],
        "average_days": tenths(moves.average_days),
        "least_days": moves.least_days,
        "most_days": moves.most_days,
    }


def _plain(amount: Money) -> str:
    return f"{amount.currency} {amount.major()}"


def tenths(days: Fraction) -> str:
    """
    Days with one decimal, half away from nothing.

    >>> tenths(Fraction(56560, 2701)), tenths(Fraction(-1, 4)), tenths(Fraction(0))
    ('20.9', '-0.3', '0.0')
    """
    size = int(abs(days) * 10 + Fraction(1, 2))
    sign = "-" if days < 0 and size else ""
    return f"{sign}{size // 10}.{size % 10}"


def impact_figures(text: str) -> dict[str, str]:
    """
    What of the kept figures stands with the approval, by the names of its figures.

    >>> impact_figures("")
    {}
    """
    told: Mapping[str, Any] = json.loads(text) if text else {}
    if "moves" not in told:
        return {}
    moves, recent = told["moves"], told["recent"]
    figures = {"moved": f"{moves['count']}", "crossing": f"{told['crossing_count']}"}
    if moves["count"]:
        figures["moved_days"] = _signed(moves["average_days"])
    if recent["count"]:
        figures["recent_days"] = _signed(recent["average_days"])
    overdue: Sequence[int] = told["overdue"]
    if overdue[0] != overdue[1]:
        figures["overdue_then"] = f"{overdue[0]} → {overdue[1]}"
    if told["promise_limits"]:
        figures["promise_limits"] = str(told["promise_limits"])
    return figures


def _signed(days: str) -> str:
    return days if days.startswith("-") else f"+{days}"
