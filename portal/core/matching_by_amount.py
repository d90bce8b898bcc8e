"""
Matching without a number: the same amount about the same day, and amounts that sum to another.

It takes only what could be nothing else; what is left is for a person.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from portal.core.combining import MOST_PARTS, Part, only_sum
from portal.core.matched import Group, How, Item, Matching, pair_up, rank_of, sign_of

#: How far apart the two days of one document may be.
NEAR_DAYS = 7
#: How many of the largest items are looked for as sums, and how many steps each may take.
MOST_TARGETS = 1_000
MOST_STEPS = 3_000
ALL_STEPS = 400_000


def match_amounts(state: Matching) -> None:
    """
    Items of one amount: as many of one day here as there, then those within a week of one only.

    Rule: R72 — an amount alone matches only where no other item could be meant, never an item whose
    number names another document of the other side; and nothing is matched twice (UX C5).
    """
    for ours, yours in _by_amount(state, lambda item: (item.minor, item.day)):
        if len(ours) == len(yours):
            pair_up(state, ours, yours, How.AMOUNT)
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
                self._by_sign[sign_of(item)].append(item)

    @cached_property
    def _days(self) -> dict[int, list[int]]:
        return {sign: [item.day for item in items] for sign, items in self._by_sign.items()}

    def around(self, target: Item) -> list[Item]:
        """Those that could be parts of the target, the nearest days first."""
        sign = sign_of(target)
        days, items = self._days[sign], self._by_sign[sign]
        begin, end = _within(days, target.day)
        middle = bisect_left(days, target.day)
        begin, end = max(begin, middle - 2 * MOST_PARTS), min(end, middle + 2 * MOST_PARTS)
        near = [item for item in items[begin:end] if abs(item.minor) < abs(target.minor)]
        return sorted(near, key=lambda item: (abs(item.day - target.day), *rank_of(item)))


def match_sums(state: Matching) -> None:
    """
    One item here that several there make up together, the largest first.

    Rule: R73 — a sum matches two to six items within seven days, and only where one choice of them
    gives it; the search has a bounded budget (UX C5).
    """
    targets = [(item, True) for item in state.ours.values() if item.day]
    targets += [(item, False) for item in state.yours.values() if item.day]
    if not (state.ours and state.yours and targets):
        return
    targets.sort(key=lambda each: (-abs(each[0].minor), rank_of(each[0])))
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
