"""What differs between two policies, key by key, named as their text names it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.core.policy_canon import canonical, in_full
from portal.core.policy_schema import LISTS, Rows
from portal.core.policy_sections import COMPANY, SECTIONS
from portal.core.toml_writing import dotted

Values = Mapping[str, Any]
#: The key of a list whose entries stand in another order.
ORDER = "order"


@dataclass(frozen=True)
class Change:
    """One key that reads otherwise: its section, in lists the entry's name, before and after."""

    section: str
    name: str
    key: str
    #: None: it is not there.
    before: Any
    after: Any


def differences(before: Values, after: Values) -> list[Change]:
    """
    Every key that two policies tell otherwise, in the order of the text.

    Rule: R227 — policies that say the same, in whatever words, do not differ; an entry of a list is
    known by its name, and one that comes or goes differs in every key (INTERFACES 7).

    >>> one = {"name": "A", "min_score": 85}
    >>> found = differences({"grades": [one]}, {"grades": [{**one, "min_score": 80}]})
    >>> [(each.section, each.name, each.key, each.before, each.after) for each in found]
    [('grade', 'A', 'min_score', 85, 80)]
    """
    old, new = canonical(before), canonical(after)
    return [*_in_sections(old, new), *_in_lists(old, new)]


def _in_sections(old: Values, new: Values) -> Iterator[Change]:
    for section in SECTIONS:
        for key in section.keys:
            was, now = old.get(key.value), new.get(key.value)
            if key.value and was != now:
                yield Change(section.name, "", key.name, was, now)


def _in_lists(old: Values, new: Values) -> Iterator[Change]:
    for rows in LISTS:
        if rows.value in old and rows.value in new and old[rows.value] != new[rows.value]:
            yield from _in_list(
                rows, in_full(rows, old[rows.value]), in_full(rows, new[rows.value])
            )


def _in_list(
    rows: Rows, old: Sequence[Values], new: Sequence[Values], above: str = ""
) -> Iterator[Change]:
    section = dotted(rows.path)
    was, now = {each["name"]: each for each in old}, {each["name"]: each for each in new}
    stay_was, stay_now = (
        [name for name in was if name in now],
        [name for name in now if name in was],
    )
    if stay_was != stay_now:
        yield Change(section, above, ORDER, stay_was, stay_now)
    lists = {below.path[-1]: below for below in rows.below}
    for name in [*now, *(name for name in was if name not in now)]:
        one, other = was.get(name, {}), now.get(name, {})
        full = f"{above} / {name}" if above else name
        for key in [*other, *(key for key in one if key not in other)]:
            if key in lists:
                yield from _in_list(lists[key], one.get(key, ()), other.get(key, ()), full)
            elif one.get(key) != other.get(key):
                yield Change(section, full, key, one.get(key), other.get(key))


def company_differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """
    Every field of the company's record that is told otherwise.

    >>> company_differences({"name": "North", "tax_id": ""}, {"name": "North Ltd"})
    [Change(section='company', name='', key='name', before='North', after='North Ltd')]
    """
    return [
        Change("company", "", key.name, before[key.name], after[key.name])
        for key in COMPANY
        if key.name in after and before[key.name] != after[key.name]
    ]
