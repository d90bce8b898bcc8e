"""
Roll rates: how much of each bucket of lateness is paid, lost or rolls on by the next month end.

They say what loss the house's own month ends let expect; the policy's matrix stays what it is until
somebody takes that over. Each due part is followed by itself, so that nothing is netted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

#: So many month ends with something in a bucket say something about it.
LEAST_MONTHS = 6


class Flow(NamedTuple):
    """What became within a month of what stood in a bucket, in minor units of one currency."""

    month: int
    bucket: int
    #: Where what is left of it stands a month later.
    to: int
    #: Stood in the bucket, and is left a month later.
    stood: int
    left: int
    #: Written off inside the house meanwhile; the rest of what is not left was paid or credited.
    lost: int


@dataclass(frozen=True, slots=True)
class Rolled:
    """One bucket over all months: what stood in it at their ends, and what became of that."""

    stood: int
    paid: int
    lost: int
    #: Stood in the same bucket a month later.
    stayed: int
    #: By the later bucket in which it stood then.
    rolled: Mapping[int, int]
    months: int

    @property
    def moved(self) -> int:
        """What rolled on, wherever to."""
        return sum(self.rolled.values())

    def share(self, minor: int) -> Fraction:
        """A part of what stood in the bucket."""
        return Fraction(minor, self.stood) if self.stood else Fraction(0)


def rolled_by_bucket(flows: Iterable[Flow], buckets: int) -> list[Rolled]:
    """
    What became of each bucket over the months, from the flows of single months.

    >>> told = [Flow(1, 0, 1, 100, 20, 0), Flow(2, 0, 0, 100, 10, 5)]
    >>> found = rolled_by_bucket(told, 2)[0]
    >>> found.stood, found.paid, found.lost, found.stayed, found.moved, found.months
    (200, 165, 5, 10, 20, 2)
    """
    every = list(flows)
    return [_rolled([each for each in every if each.bucket == turn]) for turn in range(buckets)]


def _rolled(flows: Sequence[Flow]) -> Rolled:
    stood, left = sum(each.stood for each in flows), sum(each.left for each in flows)
    lost = sum(each.lost for each in flows)
    moved: dict[int, int] = {}
    for each in flows:
        if each.to > each.bucket and each.left:
            moved[each.to] = moved.get(each.to, 0) + each.left
    months = len({each.month for each in flows if each.stood})
    stayed = left - sum(moved.values())
    return Rolled(stood, stood - left - lost, lost, stayed, dict(sorted(moved.items())), months)


def loss_shares(rolled: Sequence[Rolled], in_force: Sequence[Fraction]) -> list[Fraction | None]:
    """
    What share of each bucket is lost in the end, if months go on as they did; None: not known.

    Rule: R432 — what leaves a bucket is paid, written off, or rolls on; a bucket loses what is
    written off of it, and of what rolls on the share that the bucket loses to which it rolls. A
    bucket that nothing has left keeps its rate in force; one in which something stood at fewer than
    six month ends says nothing, and counts with it (RULES 2 'Provision matrix', S-163, S-167).

    >>> first = Rolled(1000, 800, 0, 0, {1: 200}, 12)
    >>> last = Rolled(400, 100, 100, 200, {}, 12)
    >>> in_force = [Fraction(1, 100), Fraction(9, 10)]
    >>> [str(each) for each in loss_shares([first, last], in_force)]
    ['1/10', '1/2']
    >>> idle = Rolled(400, 0, 0, 400, {}, 12)
    >>> [str(each) for each in loss_shares([first, idle], in_force)]
    ['9/50', '9/10']
    """
    counted = list(in_force)
    found: list[Fraction | None] = [None] * len(rolled)
    for turn in reversed(range(len(rolled))):
        each = rolled[turn]
        if each.months < LEAST_MONTHS:
            continue
        gone = each.paid + each.lost + each.moved
        lost = each.lost + sum(minor * counted[to] for to, minor in each.rolled.items())
        if gone:
            counted[turn] = min(max(Fraction(lost) / gone, Fraction(0)), Fraction(1))
        found[turn] = counted[turn]
    return found


def percent(share: Fraction, factor_percent: int = 100) -> str:
    """
    A share as the policy writes its rates, times what is expected of the time to come.

    Rule: R433 — a rate of one's own history is told to a hundredth of a per cent, half up, times a
    forward-looking factor, and never more than all (RULES 2 'Provision matrix').

    >>> percent(Fraction(1, 30)), percent(Fraction(1, 30), 150), percent(Fraction(4, 5), 150)
    ('3.33', '5.00', '100.00')
    """
    hundredths = share * 100 * factor_percent
    whole = min(int(hundredths + Fraction(1, 2)), 10_000)
    return f"{whole // 100}.{whole % 100:02}"
