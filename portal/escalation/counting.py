"""What a run keeps of its steps: how many of what, with sums by currency."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal.core.ladder_day import Action
from portal.core.money import Money


def counts_of(actions: Iterable[Action]) -> dict[str, Any]:
    """How many steps of what, with sums by currency, as a run keeps them."""
    rows: dict[tuple[str, str, str], list[int]] = {}
    for each in actions:
        row = rows.setdefault((each.step.name, each.step.channel, each.currency), [0, 0])
        row[0] += 1
        row[1] += each.amount
    return _told(rows)


def _told(rows: Mapping[tuple[str, str, str], Sequence[int]]) -> dict[str, Any]:
    return {
        "steps": sum(count for count, _ in rows.values()),
        "by": [
            {
                "step": step,
                "channel": channel,
                "currency": currency,
                "count": count,
                "amount": Money(minor, currency).major(),
            }
            for (step, channel, currency), (count, minor) in sorted(rows.items())
        ],
    }


def added(counts: str, actions: Iterable[Action]) -> str:
    """The counts of a run with those of one more slice."""
    rows: dict[tuple[str, str, str], list[int]] = {}
    for row in json.loads(counts).get("by", ()):
        minor = Money.parse(row["amount"], row["currency"]).minor
        rows[row["step"], row["channel"], row["currency"]] = [row["count"], minor]
    for each in actions:
        sums = rows.setdefault((each.step.name, each.step.channel, each.currency), [0, 0])
        sums[0] += 1
        sums[1] += each.amount
    return json.dumps(_told(rows), sort_keys=True)
