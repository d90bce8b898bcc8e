"""
Samples of balances for an audit (ISA 530): drawn so that anybody can draw them again.

Nothing here is left to chance that is not written down: an order by chance is the order of the
SHA-256 of the seed and each balance's key, which any tool can compute.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.core.errors import RuleBroken


class Method(StrEnum):
    """How a sample is chosen."""

    ABOVE = "above"
    TOP = "top"
    RANDOM = "random"
    STRATA = "strata"
    MUS = "mus"


@dataclass(frozen=True, slots=True)
class Balance:
    """What one customer owes; below zero is what is owed to them."""

    key: str
    minor: int


@dataclass(frozen=True, slots=True)
class Draw:
    """A method with its numbers; those that it does not use are empty."""

    method: Method
    #: How many: of all, or of each stratum.
    size: int = 0
    #: The amount above which everything is taken, or the upper bounds of the strata.
    bounds_minor: tuple[int, ...] = ()
    interval_minor: int = 0
    seed: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """A balance in the sample: of which stratum (from 1), hit how often, taken for certain?"""

    key: str
    minor: int
    stratum: int = 1
    hits: int = 1
    is_certain: bool = False


@dataclass(frozen=True, slots=True)
class Projection:
    """What the differences found say of the whole population."""

    #: The sum of the differences that were found.
    known_minor: int
    #: What the population differs by if the rest is like the sample; None where nothing says.
    projected_minor: int | None
    tested_minor: int
    population_minor: int


def draw_sample(population: Iterable[Balance], draw: Draw) -> list[Pick]:
    """
    The sample that a method draws, in the order of the keys.

    >>> known = [Balance("A", 900), Balance("B", 50), Balance("C", -700)]
    >>> [pick.key for pick in draw_sample(known, Draw(Method.TOP, size=2))]
    ['A', 'C']
    """
    balances = sorted(population, key=lambda each: each.key)
    picks = DRAWN[draw.method](balances, draw)
    return sorted(picks, key=lambda pick: pick.key)


def _above(balances: Sequence[Balance], draw: Draw) -> list[Pick]:
    """
    Everything above an amount.

    Rule: R98 — every balance above an amount is taken, whichever side owes (S-192, ISA 530).
    """
    if len(draw.bounds_minor) != 1 or draw.bounds_minor[0] < 0:
        raise RuleBroken("sampling.threshold", field="amounts")
    floor = draw.bounds_minor[0]
    return [
        Pick(each.key, each.minor, is_certain=True) for each in balances if abs(each.minor) > floor
    ]


def _top(balances: Sequence[Balance], draw: Draw) -> list[Pick]:
    """
    The largest.

    Rule: R99 — the n largest balances are taken by their size, whichever side owes; of equal
    ones the first by key (S-192).
    """
    _check_size(draw, len(balances))
    largest = sorted(balances, key=lambda each: (-abs(each.minor), each.key))
    return [Pick(each.key, each.minor, is_certain=True) for each in largest[: draw.size]]


def _random(balances: Sequence[Balance], draw: Draw) -> list[Pick]:
    """
    So many by chance.

    Rule: R100 — n balances by chance: the first n in the order of SHA-256(seed:key), so the same
    seed draws the same sample again (S-192, ISA 530).
    """
    _check_size(draw, len(balances))
    return [Pick(each.key, each.minor) for each in by_chance(balances, draw.seed)[: draw.size]]


def by_chance(balances: Iterable[Balance], seed: str) -> list[Balance]:
    """
    Balances in the order that a seed gives them.

    >>> [each.key for each in by_chance([Balance("A", 1), Balance("B", 1)], "2026")]
    ['B', 'A']
    """
    return sorted(balances, key=lambda each: (_number(f"{seed}:{each.key}"), each.key))


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)


def _strata(balances: Sequence[Balance], draw: Draw) -> list[Pick]:
    """
    By size first, then by chance.

    Rule: R101 — strata by size: of each up to a bound n by chance, above the last one all (S-192).
    """
    bounds = draw.bounds_minor
    if not bounds or any(bound <= 0 for bound in bounds) or list(bounds) != sorted(set(bounds)):
        raise RuleBroken("sampling.threshold", field="amounts")
    _check_size(draw, len(balances))
    picks: list[Pick] = []
    for number in range(1, len(bounds) + 2):
        inside = [each for each in balances if stratum_of(each.minor, bounds) == number]
        is_top = number > len(bounds)
        chosen = inside if is_top else by_chance(inside, draw.seed)[: draw.size]
        picks += [Pick(each.key, each.minor, number, is_certain=is_top) for each in chosen]
    return picks


def stratum_of(minor: int, bounds: Sequence[int]) -> int:
    """
    The stratum of a balance: a bound belongs to the stratum below it.

    >>> [stratum_of(minor, (100, 1000)) for minor in (-5, 100, 101, 1001)]
    [1, 1, 2, 3]
    """
    return 1 + sum(abs(minor) > bound for bound in bounds)


def _mus(balances: Sequence[Balance], draw: Draw) -> list[Pick]:
    """
    By every so many units of money.

    Rule: R102 — monetary units: every interval-th unit of what is owed to us is hit, from a start
    that the seed gives; a balance as large as the interval is certain (S-192, ISA 530).

    Balances on the other side hold no unit that could be hit; they need a sample of their own.
    """
    interval = draw.interval_minor
    if interval <= 0:
        raise RuleBroken("sampling.interval", field="interval")
    picks: list[Pick] = []
    reached, unit = 0, start_of(draw)
    for each in balances:
        if each.minor <= 0:
            continue
        reached += each.minor
        hits = 0 if unit > reached else (reached - unit) // interval + 1
        if hits:
            picks.append(Pick(each.key, each.minor, 1, hits, each.minor >= interval))
            unit += hits * interval
    return picks


def start_of(draw: Draw) -> int:
    """
    The first unit that is hit: from 1 to the interval.

    >>> 1 <= start_of(Draw(Method.MUS, interval_minor=1000, seed="x")) <= 1000
    True
    """
    return 1 + _number(f"{draw.seed}:start") % draw.interval_minor


def _check_size(draw: Draw, most: int) -> None:
    if not 1 <= draw.size <= most:
        raise RuleBroken("sampling.size", field="size")


DRAWN = {
    Method.ABOVE: _above,
    Method.TOP: _top,
    Method.RANDOM: _random,
    Method.STRATA: _strata,
    Method.MUS: _mus,
}


def project(
    population: Iterable[Balance],
    draw: Draw,
    picks: Sequence[Pick],
    differences: Mapping[str, int],
) -> Projection:
    """
    What the differences found (ours minus theirs, by key) say of the population.

    Rule: R103 — what is certain counts as found; what was drawn stands for its stratum by number,
    or with monetary units for its interval by its share; hand-picked samples project nothing
    (S-192, ISA 530).

    >>> known = [Balance("A", 1000), Balance("B", 1000)]
    >>> draw = Draw(Method.RANDOM, size=1, seed="2026")
    >>> project(known, draw, draw_sample(known, draw), {"B": 10}).projected_minor
    20
    """
    balances = list(population)
    found = {pick.key: differences.get(pick.key, 0) for pick in picks}
    return Projection(
        known_minor=sum(found.values()),
        projected_minor=_projected(balances, draw, picks, found),
        tested_minor=sum(abs(pick.minor) for pick in picks),
        population_minor=sum(abs(each.minor) for each in balances),
    )


def _projected(
    balances: Sequence[Balance], draw: Draw, picks: Sequence[Pick], found: Mapping[str, int]
) -> int | None:
    if draw.method in {Method.ABOVE, Method.TOP} or not picks:
        return None
    certain = sum(found[pick.key] for pick in picks if pick.is_certain)
    drawn = [pick for pick in picks if not pick.is_certain]
    if draw.method is Method.MUS:
        shares = (_rounded(found[p.key] * draw.interval_minor, p.minor) for p in drawn)
        return certain + sum(shares)
    bounds = draw.bounds_minor if draw.method is Method.STRATA else ()
    total = certain
    for number in range(1, len(bounds) + 2):
        mine = [found[pick.key] for pick in drawn if pick.stratum == number]
        count = sum(stratum_of(each.minor, bounds) == number for each in balances)
        if mine:
            total += _rounded(sum(mine) * count, len(mine))
    return total


def _rounded(numerator: int, denominator: int) -> int:
    """
    A quotient rounded half away from zero.

    >>> _rounded(5, 2), _rounded(-5, 2), _rounded(4, 3)
    (3, -3, 1)
    """
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    top, bottom = abs(numerator), abs(denominator)
    return sign * ((2 * top + bottom) // (2 * bottom))
