"""
Changes that begin on different days: what is decided now is kept in versions that begin later.

A version is the whole of what holds from its day on, so a change that begins before it has to be
carried into it, but for what the later one changed itself.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from portal.core.errors import RuleBroken

#: What a list of the policy is read by: each of its entries has a name of its own.
NAME = "name"


def carried(before: Any, after: Any, later: Any) -> Any:
    """
    What a later version says once the one before it reads `after` instead of `before`.

    Rule: R158 — two changes that begin on different days both hold from the later day on; where
    both change the same, the one that begins later does; lists whose entries have names are taken
    entry by entry (SECURITY 4.46, UX S8).

    >>> carried({"grace": 0, "day": 3}, {"grace": 5, "day": 3}, {"grace": 0, "day": 8})
    {'grace': 5, 'day': 8}
    >>> carried([{"name": "a"}], [{"name": "a", "t": 1}], [{"name": "a"}, {"name": "b"}])
    [{'name': 'a', 't': 1}, {'name': 'b'}]
    """
    if after in (before, later):
        return later
    if later == before:
        return after
    if all(isinstance(each, Mapping) for each in (before, after, later)):
        return _carried_entries(before, after, later)
    if all(_is_named(each) for each in (before, after, later)):
        by_name = [{each[NAME]: each for each in told} for told in (before, after, later)]
        return list(_carried_entries(*by_name).values())
    return later


_ABSENT = object()


def _carried_entries(
    before: Mapping[str, Any], after: Mapping[str, Any], later: Mapping[str, Any]
) -> dict[str, Any]:
    names = dict.fromkeys([*later, *after])
    told = {
        name: carried(before.get(name, _ABSENT), after.get(name, _ABSENT), later.get(name, _ABSENT))
        for name in names
    }
    return {name: value for name, value in told.items() if value is not _ABSENT}


def _is_named(value: Any) -> bool:
    return isinstance(value, Sequence) and all(
        isinstance(each, Mapping) and NAME in each for each in value
    )


def check_beginning(effective_on: date, today: date) -> None:
    """
    Refuse that terms change from a day that is over.

    Rule: R159 — a change of terms begins today or later: what is agreed for days that are over
    stays as it was (SECURITY 4.46).
    Raises: terms.begins_in_the_past.

    >>> check_beginning(date(2026, 11, 5), today=date(2026, 11, 5))
    """
    if effective_on < today:
        raise RuleBroken("terms.begins_in_the_past", field="effective_on", today=today)


def meet(
    one: Collection[str], one_on: date, other: Collection[str], other_on: date
) -> frozenset[str]:
    """
    What two changes on their way would both change, where the second begins no earlier.

    >>> sorted(meet({"grace_days"}, date(2026, 5, 1), {"grace_days", "terms"}, date(2026, 6, 1)))
    ['grace_days']
    """
    return frozenset(one) & frozenset(other) if other_on >= one_on else frozenset()
