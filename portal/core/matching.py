"""
Two books of one account, item by item: which of the one are which of the other, and why.

Both sides are alike to it: swapped sides give the mirrored result. Each step takes what the surer
steps before it left, looks its partners up by key and never compares all with all, so that its work
grows with the number of items.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeAlias

from portal.core.combining import MOST_PARTS, Part, only_sum
from portal.core.document_number import keys_of, mentioned_in

#: How far apart the two days of one document may be.
NEAR_DAYS = 7
#: A shorter key, with a word such as INV on one side only, is too weak where amounts differ.
SURE_KEY = 4
#: How many of the largest items are looked for as sums, and how many steps each may take.
MOST_TARGETS = 1_000
MOST_STEPS = 3_000
ALL_STEPS = 400_000


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


def match(
    ours: Sequence[Item], yours: Sequence[Item], refused: frozenset[tuple[int, int]] = frozenset()
) -> Matching:
    """
    The items that belong together, in this order of reasons, and those that are left.

    Rule: R71 — matched are, in this order: the same number and amount; the same number, its rows
    together the same amount; the same number, another amount of the same sign; the same amount in
    equal number on one day, or within seven days and unique on both sides; sums (UX C5).
    """
    state = Matching(_in_order(ours), _in_order(yours), refused)
    keys = Keys()
    for depth in range(3):
        for _key, (left, right) in _marked(state, _sharing(state, keys, depth), _minor):
            _pair_up(state, left, right, How.NUMBER)
    shared = [_sharing(state, keys, depth) for depth in range(3)]
    for depth in range(3):
        for _key, group in _marked(state, shared[depth], _sign):
            _rows_of_one_number(state, group)
    for depth in range(3):
        for key, group in _marked(state, shared[depth], _sign):
            _other_amount(state, group, key, keys if depth else None)
    _same_amount(state)
    _sums(state)
    return state


def _in_order(items: Iterable[Item]) -> dict[int, Item]:
    """By number, in an order that the items' content gives and not the order they came in."""
    return {item.at: item for item in sorted(items, key=_rank)}


def _rank(item: Item) -> tuple[int, int, str, str, str, int]:
    return (item.day, item.minor, item.number, item.reference, item.text, item.at)


def _numbers(items: Iterable[Item]) -> tuple[int, ...]:
    return tuple(sorted(item.at for item in items))


# ── The same number ──────────────────────────────────────────────────────────


def _sharing(state: Matching, keys: Keys, depth: int) -> dict[str, Group]:
    """The items of both sides by the keys they share, in an order that both sides give alike."""
    if not (state.ours and state.yours):
        return {}
    ours = _by_key(state.ours.values(), keys, depth)
    yours = _by_key(state.yours.values(), keys, depth)
    return {key: (ours[key], yours[key]) for key in sorted(ours.keys() & yours.keys())}


def _by_key(items: Iterable[Item], keys: Keys, depth: int) -> dict[str, list[Item]]:
    index: dict[str, list[Item]] = {}
    for item in items:
        for key in keys.of(item, depth):
            if key in index:
                index[key].append(item)
            else:
                index[key] = [item]
    return index


def _marked(
    state: Matching, groups: dict[str, Group], mark: Callable[[Item], int]
) -> Iterator[tuple[str, Group]]:
    """What is left of each group, by a second mark that must agree too."""
    for key, group in groups.items():
        for alike in _split(state, group, mark):
            yield key, alike


def _split(state: Matching, group: Group, mark: Callable[[Item], int]) -> Iterator[Group]:
    ours = [item for item in group[0] if item.at in state.ours]
    yours = [item for item in group[1] if item.at in state.yours] if ours else []
    if len(ours) == len(yours) == 1:
        if mark(ours[0]) == mark(yours[0]):
            yield ours, yours
        return
    by_mark: dict[int, Group] = {}
    for item in ours if yours else ():
        by_mark.setdefault(mark(item), ([], []))[0].append(item)
    for item in yours:
        if (found := by_mark.get(mark(item))) is not None:
            found[1].append(item)
    for each in sorted(by_mark):
        if by_mark[each][1]:
            yield by_mark[each]


def _rows_of_one_number(state: Matching, group: Group) -> None:
    """One document here that stands there in several rows."""
    ours, yours = group
    is_one_to_many = min(len(ours), len(yours)) == 1 < max(len(ours), len(yours))
    if is_one_to_many and _total(ours) == _total(yours):
        state.take(ours, yours, How.SUM)


def _other_amount(state: Matching, group: Group, key: str, keys: Keys | None) -> None:
    """Without `keys` it is the number itself that both share; else the key is the number of one."""
    ours, yours = group
    if keys is None:
        for one, other in zip(sorted(ours, key=_minor), sorted(yours, key=_minor), strict=False):
            if len(key) >= SURE_KEY or _is_bare(one) == _is_bare(other):
                state.take([one], [other], How.OTHER_AMOUNT)
    elif len(ours) == len(yours) == 1 and len(key) >= SURE_KEY:
        is_a_number = key in keys.of(ours[0], 0) or key in keys.of(yours[0], 0)
        if is_a_number:
            state.take(ours, yours, How.OTHER_AMOUNT)


def _pair_up(state: Matching, ours: list[Item], yours: list[Item], how: How) -> None:
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


# ── The same amount ──────────────────────────────────────────────────────────


def _same_amount(state: Matching) -> None:
    """
    Items of one amount: as many of one day here as there, then those within a week of one only.

    Rule: R72 — an amount alone matches only where no other item could be meant, and nothing is
    matched twice (UX C5).
    """
    for ours, yours in _by_amount(state, lambda item: (item.minor, item.day)):
        if len(ours) == len(yours):
            _pair_up(state, ours, yours, How.AMOUNT)
    for ours, yours in _by_amount(state, lambda item: (item.minor, 0)):
        if len(ours) == len(yours) == 1 and not (ours[0].day and yours[0].day):
            state.take(ours, yours, How.AMOUNT)
        for one, other in _unique_pairs(ours, yours):
            state.take([one], [other], How.AMOUNT)


def _by_amount(
    state: Matching, mark: Callable[[Item], tuple[int, int]]
) -> Iterator[tuple[list[Item], list[Item]]]:
    index: dict[tuple[int, int], Group] = defaultdict(lambda: ([], []))
    for item in state.ours.values():
        index[mark(item)][0].append(item)
    for item in state.yours.values():
        index[mark(item)][1].append(item)
    for key in sorted(index):
        ours, yours = index[key]
        if ours and yours:
            yield ours, yours


def _unique_pairs(ours: list[Item], yours: list[Item]) -> list[tuple[Item, Item]]:
    """The pairs of which each is the other's only one within the days allowed."""
    left = [item for item in ours if item.day]
    right = [item for item in yours if item.day]
    left_days, right_days = [item.day for item in left], [item.day for item in right]
    pairs = []
    for item in left:
        begin, end = _within(right_days, item.day)
        if end - begin == 1:
            back = _within(left_days, right[begin].day)
            if back[1] - back[0] == 1:
                pairs.append((item, right[begin]))
    return pairs


def _within(days: list[int], day: int) -> tuple[int, int]:
    return bisect_left(days, day - NEAR_DAYS), bisect_right(days, day + NEAR_DAYS)


# ── Sums ─────────────────────────────────────────────────────────────────────


class _Near:
    """The items of one side by sign and day, to look for those around a day."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._by_sign: dict[int, list[Item]] = {1: [], -1: []}
        for item in items:
            if item.day and item.minor:
                self._by_sign[_sign(item)].append(item)

    @cached_property
    def _days(self) -> dict[int, list[int]]:
        return {sign: [item.day for item in items] for sign, items in self._by_sign.items()}

    def around(self, target: Item) -> list[Item]:
        """Those that could be parts of the target, the nearest days first."""
        sign = _sign(target)
        days, items = self._days[sign], self._by_sign[sign]
        begin, end = _within(days, target.day)
        middle = bisect_left(days, target.day)
        begin, end = max(begin, middle - 2 * MOST_PARTS), min(end, middle + 2 * MOST_PARTS)
        near = [item for item in items[begin:end] if abs(item.minor) < abs(target.minor)]
        return sorted(near, key=lambda item: (abs(item.day - target.day), *_rank(item)))


def _sums(state: Matching) -> None:
    """
    One item here that several there make up together, the largest first.

    Rule: R73 — a sum matches two to six items within seven days, and only where one choice of them
    gives it; the search has a bounded budget (UX C5).
    """
    targets = [(item, True) for item in state.ours.values() if item.day]
    targets += [(item, False) for item in state.yours.values() if item.day]
    if not (state.ours and state.yours and targets):
        return
    targets.sort(key=lambda each: (-abs(each[0].minor), _rank(each[0])))
    targets = targets[:MOST_TARGETS]
    steps = min(MOST_STEPS, ALL_STEPS // len(targets))
    near = {True: _Near(state.yours.values()), False: _Near(state.ours.values())}
    for target, is_ours in targets:
        here, there = (state.ours, state.yours) if is_ours else (state.yours, state.ours)
        if target.at not in here:
            continue
        parts = [item for item in near[is_ours].around(target) if item.at in there]
        chosen = only_sum(target.minor, [Part(p.at, p.day, p.minor) for p in parts], steps)
        items = [there[at] for at in chosen]
        if items and is_ours:
            state.take([target], items, How.SUM)
        elif items:
            state.take(items, [target], How.SUM)


def _is_bare(item: Item) -> bool:
    """Whether the number begins with a digit, so that nothing says what kind of number it is."""
    return item.number.strip()[:1].isdigit()


def _minor(item: Item) -> int:
    return item.minor


def _sign(item: Item) -> int:
    return 1 if item.minor > 0 else -1


def _total(items: Iterable[Item]) -> int:
    return sum(item.minor for item in items)
