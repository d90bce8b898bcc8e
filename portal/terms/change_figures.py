"""The figures of a change of terms, as approvals show them: each by its name, in plain text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from portal.core.later_versions import NAME
from portal.core.policy_canon import in_full
from portal.core.policy_kinds import NEVER
from portal.core.policy_schema import LADDERS

#: Stands where a value has none: said, so that what is taken away is seen.
NONE = "none"
#: The reach of a change as a figure.
REACHES = {"new": "only_new", "open": "also_open"}

Values = Mapping[str, Any]


def figures_of(before: Values, after: Values) -> tuple[dict[str, str], dict[str, str]]:
    """What changes, then and after; of a list with names only the entries that change."""
    then: dict[str, str] = {}
    later: dict[str, str] = {}
    for name in after:
        was, will = before.get(name), after[name]
        if is_named(was) or is_named(will):
            told = {each: _said(value) for each, value in _entries(name, was).items()}
            says = {each: _said(value) for each, value in _entries(name, will).items()}
            for each in dict.fromkeys([*told, *says]):
                if told.get(each) != says.get(each):
                    then[each], later[each] = told.get(each, NONE), says.get(each, NONE)
        else:
            then[name], later[name] = _figure(name, was), _figure(name, will)
    return then, later


def is_named(value: Any) -> bool:
    """Whether a value is a list of entries with names."""
    return isinstance(value, list) and bool(value) and all(isinstance(e, dict) for e in value)


def _entries(name: str, value: Any) -> dict[str, Any]:
    entries = value if isinstance(value, list) else []
    if name == LADDERS.value:
        return dict(_rungs(entries))
    return {
        f"{name}:{each[NAME]}": {key: told for key, told in each.items() if key != NAME}
        for each in entries
    }


def _rungs(entries: list[Any]) -> Iterator[tuple[str, Any]]:
    """Ladders with each of their steps by its own name; the shipped ones where none are told."""
    for ladder in in_full(LADDERS, entries):
        head = {key: told for key, told in ladder.items() if key not in {NAME, "step"}}
        yield f"ladders:{ladder[NAME]}", {**head, "steps": [each[NAME] for each in ladder["step"]]}
        for step in ladder["step"]:
            told = {key: value for key, value in step.items() if key != NAME and value}
            yield f"ladders:{ladder[NAME]} / {step[NAME]}", told


def _figure(name: str, value: Any) -> str:
    if name.endswith("_bp") and value is not None:
        return f"{format((Decimal(value) / 100).normalize(), 'f')} %"
    return _said(value)


def _said(value: Any) -> str:
    """A value in plain text, the parts of what has several one after the other."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        first = [str(value["text"])] if "text" in value else []
        return " · ".join([*first, *_facts(value)]) or NONE
    if isinstance(value, list | tuple):
        return ", ".join(_said(each) for each in value) or NONE
    return str(value) or NONE


def _facts(value: Values) -> Iterator[str]:
    """What an entry says besides its text, its rates the shortest way."""
    told = dict(value)
    told.pop("text", None)
    days = told.pop("day_count", None)
    if "annual_rate" in told:
        yield f"{told.pop('annual_rate')} % / {days or 365}"
    if "daily_rate" in told:
        yield f"{told.pop('daily_rate')} % / 1"
    for key, each in told.items():
        says = NEVER if each is None else _said(each)
        yield says if key == "late_interest" else f"{key.replace('_', ' ')} {says}"
