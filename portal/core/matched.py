"""
Items of two books while they are being matched: their keys, who is free, who belongs together.

It decides nothing; the steps that do are `matching_by_number` and `matching_by_amount`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from portal.core.document_number import keys_of, mentioned_in


class How(StrEnum):
    """Why items of both sides belong together, the surest reason first."""

    PERSON = "person"
    NUMBER = "number"
    OTHER_AMOUNT = "other_amount"
    AMOUNT = "amount"
    SUM = "sum"


class Item(NamedTuple):
    """An item of one side; `day` counts days (0 where unknown), `at` is its number there."""

    at: int
    day: int
    minor: int
    number: str
    reference: str
    text: str


class Found(NamedTuple):
    """Items that belong together, by their numbers, and why."""

    ours: tuple[int, ...]
    yours: tuple[int, ...]
    how: How


Group: TypeAlias = tuple[list[Item], list[Item]]


@dataclass
class Matching:
    """The items of both sides that have no partner yet, and the partners found so far."""

    ours: dict[int, Item]
    yours: dict[int, Item]
    #: Pairs that a person keeps apart.
    refused: frozenset[tuple[int, int]] = frozenset()
    found: list[Found] = field(default_factory=list)

    def take(self, ours: Iterable[Item], yours: Iterable[Item], how: How) -> bool:
        """Whether the items were free, and belong together now."""
        left, right = _numbers(ours), _numbers(yours)
        free = all(at in self.ours for at in left) and all(at in self.yours for at in right)
        apart = self.refused and any((a, b) in self.refused for a in left for b in right)
        if not free or apart:
            return False
        for at in left:
            del self.ours[at]
        for at in right:
            del self.yours[at]
        self.found.append(Found(left, right, how))
        return True


class Keys:
    """The keys of items, each worked out once: its number's, then its reference's, its text's."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def of(self, item: Item, depth: int) -> tuple[str, ...]:
        """The keys down to a depth: 0 the number, 1 the reference too, 2 what the text mentions."""
        said = (
            item.number,
            item.reference if depth else "",
            item.text if depth > 1 else "",
        )
        known = self._known.get(said)
        if known is None:
            known = keys_of(said[0])
            if said[1] or said[2]:
                more = (*known, *keys_of(said[1]), *mentioned_in(said[2]))
                known = tuple(dict.fromkeys(more))
            self._known[said] = known
        return known


def in_order(items: Iterable[Item]) -> dict[int, Item]:
    """By number, in an order that the items' content gives and not the order they came in."""
    return {item.at: item for item in sorted(items, key=rank_of)}


def rank_of(item: Item) -> tuple[int, int, str, str, str, int]:
    """What items are ordered by: their content, and their number where all else is alike."""
    return (item.day, item.minor, item.number, item.reference, item.text, item.at)


def _numbers(items: Iterable[Item]) -> tuple[int, ...]:
    return tuple(sorted(item.at for item in items))


def pair_up(state: Matching, ours: list[Item], yours: list[Item], how: How) -> None:
    """Items that are all alike, one with one: those of the same day first."""
    if len(ours) == len(yours) == 1:
        state.take(ours, yours, how)
        return
    by_day: dict[int, list[Item]] = defaultdict(list)
    for item in yours:
        by_day[item.day].append(item)
    rest = [item for item in ours if not _first_free(state, item, by_day[item.day], how)]
    left = [item for item in yours if item.at in state.yours]
    for item in rest:
        _first_free(state, item, left, how)


def _first_free(state: Matching, item: Item, others: list[Item], how: How) -> bool:
    """Whether one of the others could be taken; it is none of them then."""
    for place, other in enumerate(others):
        if state.take([item], [other], how):
            del others[place]
            return True
    return False


def minor_of(item: Item) -> int:
    """The amount, + raising what is owed."""
    return item.minor


def sign_of(item: Item) -> int:
    """1 for what raises what is owed, -1 for what lowers it."""
    return 1 if item.minor > 0 else -1
