"""
Which of some amounts make up another together: a search that is small by its own bounds.

It knows no books; whoever asks chooses the amounts that could be meant.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

#: How many amounts a sum may have, and among how many they are looked for.
MOST_PARTS = 6
MOST_CANDIDATES = 10


class Part(NamedTuple):
    """An amount with its number and its day."""

    at: int
    day: int
    minor: int


def only_sum(target_minor: int, parts: Sequence[Part], steps: int) -> tuple[int, ...]:
    """
    The numbers of the parts that make up the target, or none where none or several choices do.

    All parts of one day are tried first; then two to six of the nearest ones, within the steps.

    >>> parts = [Part(1, 5, 400), Part(2, 6, 600), Part(3, 6, 500)]
    >>> only_sum(1000, parts, 100), only_sum(1100, parts, 100), only_sum(1200, parts, 100)
    ((1, 2), (2, 3), ())
    """
    days = [chosen for chosen in _days(parts) if sum(part.minor for part in chosen) == target_minor]
    if len(days) == 1:
        return tuple(sorted(part.at for part in days[0]))
    if days:
        return ()
    found = _choices(target_minor, parts[:MOST_CANDIDATES], steps)
    return tuple(sorted(found[0])) if len(found) == 1 else ()


def _days(parts: Sequence[Part]) -> list[list[Part]]:
    by_day: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        by_day[part.day].append(part)
    return [chosen for chosen in by_day.values() if len(chosen) > 1]


def _choices(target_minor: int, parts: Sequence[Part], steps: int) -> list[tuple[int, ...]]:
    """The first two choices of two to six parts with the sum; none where the steps do not reach."""
    ordered = sorted(parts, key=lambda part: (-abs(part.minor), part.day, part.at))
    sizes = [abs(part.minor) for part in ordered]
    most = [sum(sizes[begin : begin + MOST_PARTS]) for begin in range(len(sizes))]
    waiting: list[tuple[int, int, tuple[int, ...]]] = [(0, abs(target_minor), ())]
    found: list[tuple[int, ...]] = []
    while waiting and len(found) < 2:
        begin, left, chosen = waiting.pop()
        for place in range(begin, len(ordered)):
            steps -= 1
            longer = (*chosen, ordered[place].at)
            if sizes[place] == left and chosen:
                found.append(longer)
            if most[place] < left:
                break
            if sizes[place] < left and len(longer) < MOST_PARTS:
                waiting.append((place + 1, left - sizes[place], longer))
        if steps < 0:
            return []
    return found
