"""
The policy's values in one form only, so that two ways of saying the same are seen to be the same.

Entries of lists have all their keys; a list that is the shipped one is kept as none, and so grows
with what is shipped later.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.core.policy_schema import ALWAYS_APPROVED, LISTS, REQUIRED, STEPS, Rows
from portal.core.policy_sections import SECTIONS

Values = Mapping[str, Any]


def canonical(values: Values) -> dict[str, Any]:
    """
    The values, each in its one form.

    >>> canonical({"grades": [{"name": "A", "min_score": 85}]})["grades"][0]["review_months"]
    12
    >>> canonical({"dispute_root_causes": [], "grace_days": 3})
    {'dispute_root_causes': [], 'grace_days': 3}
    """
    found = dict(values)
    for rows in LISTS:
        if rows.value in found:
            found[rows.value] = canonical_list(rows, found[rows.value])
    for section in SECTIONS:
        for key in section.keys:
            if key.is_tables and key.value in found:
                found[key.value] = _without_empty(found[key.value])
    return found


def in_full(rows: Rows, told: Sequence[Values]) -> list[dict[str, Any]]:
    """A list as it holds: the shipped one where the policy keeps none, with all keys."""
    return [full_entry(rows, entry) for entry in told or rows.shipped]


def canonical_list(rows: Rows, told: Sequence[Values]) -> list[dict[str, Any]]:
    """A list as the policy keeps it."""
    full = in_full(rows, told)
    return [] if full == in_full(rows, rows.shipped) else full


def full_entry(rows: Rows, told: Values) -> dict[str, Any]:
    """An entry with all keys that say something, in their order."""
    full: dict[str, Any] = {}
    for key in rows.keys:
        default = None if key.default is REQUIRED else key.default
        value = told.get(key.name, default)
        if key.default is not None or value not in (None, {}):
            full[key.name] = value
    for below in rows.below:
        full[below.path[-1]] = [full_entry(below, each) for each in told.get(below.path[-1], ())]
    if rows is STEPS:
        full["approval"] = bool(full["approval"]) or full["channel"] in ALWAYS_APPROVED
    return full


def _without_empty(texts: Values) -> dict[str, Any]:
    """Texts by keys, without keys that lead to none."""
    below = {
        name: _without_empty(each) if isinstance(each, Mapping) else each
        for name, each in texts.items()
    }
    return {name: each for name, each in below.items() if each}
