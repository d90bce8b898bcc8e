"""
Provisions for bad debts: what is open in buckets of lateness, times the loss expected of each.

Rates are the policy's data; what is provided for by itself leaves the matrix. No write-off here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from portal.core.ageing import Scheme
from portal.core.errors import RuleBroken
from portal.core.money import Money

#: IFRS 9 B5.5.35: 1 % not due, 2 % below 30 days, 3 % up to 90, 20 % up to 180; then half, then all
#: but a tenth, which are ours.
SHIPPED: Sequence[Mapping[str, Any]] = (
    {"name": "not due", "until_days": 0, "percent": "1"},
    {"name": "30 days", "until_days": 30, "percent": "2"},
    {"name": "90 days", "until_days": 90, "percent": "3"},
    {"name": "180 days", "until_days": 180, "percent": "20"},
    {"name": "a year", "until_days": 365, "percent": "50"},
    {"name": "older", "percent": "90"},
)


@dataclass(frozen=True)
class Matrix:
    """A rate for each bucket, the least late first; the last one is open-ended."""

    scheme: Scheme
    percents: tuple[Decimal, ...]

    @classmethod
    def read(cls, rows: Sequence[Mapping[str, Any]]) -> "Matrix":
        """
        The matrix of a policy; the shipped one where it has none.

        Rule: R413 — the first row ends on the due day, each later one after more days, and the last
        has no end: every item stands in exactly one (RULES 2 'Provision matrix').
        Raises: provision.matrix_broken.

        >>> Matrix.read(SHIPPED).scheme.names
        ('not_due', '1-30', '31-90', '91-180', '181-365', '366+')
        """
        told = rows or SHIPPED
        ends = [row.get("until_days") for row in told]
        if len(told) < 2 or ends[0] != 0 or ends[-1] is not None or None in ends[:-1]:
            raise RuleBroken("provision.matrix_broken")
        bounds = tuple(int(end) for end in ends[1:-1] if end is not None)
        if not bounds or any(low >= high for low, high in zip((0, *bounds), bounds, strict=False)):
            raise RuleBroken("provision.matrix_broken")
        return cls(Scheme(bounds), tuple(Decimal(str(row["percent"])) for row in told))


@dataclass(frozen=True, slots=True)
class Line:
    """A bucket's exposure, its rate, and what is provided for of it."""

    name: str
    exposure: Money
    percent: Decimal
    allowance: Money
    #: What securities cover of the exposure; it is not provided for.
    covered: Money


def allowance_of(exposure: Money, percent: Decimal) -> Money:
    """
    What a rate provides for of an exposure; nothing where nothing is owed.

    Rule: R414 — exposure × rate, rounded once for each bucket, half up (RULES 2, SECURITY 4.18).

    >>> allowance_of(Money(1_500_000_000, "CNY"), Decimal("0.3"))
    Money(minor=4500000, currency='CNY')
    """
    if exposure.minor <= 0:
        return Money.zero(exposure.currency)
    return exposure.times(Fraction(percent) / 100)


def covered(owed: Sequence[Money], accepted: Money) -> list[Money]:
    """
    What of each debt of a customer its securities cover.

    Rule: R434 — what is accepted of a customer's securities covers what the customer owes in their
    currency, every debt of it in proportion and none beyond itself; it is provided for what is left
    (RULES 2 'Provision matrix', S-163).

    >>> [each.minor for each in covered([Money(100, "CNY"), Money(300, "CNY")], Money(200, "CNY"))]
    [50, 150]
    >>> [each.minor for each in covered([Money(100, "CNY"), Money(-5, "CNY")], Money(200, "CNY"))]
    [100, 0]
    """
    nothing = Money.zero(accepted.currency)
    positive = [max(each, nothing) for each in owed]
    if accepted >= Money.total(positive, accepted.currency):
        return positive
    return accepted.allocate([each.minor for each in positive])


def provide(exposures: Sequence[Money], matrix: Matrix, cover: Sequence[Money] = ()) -> list[Line]:
    """
    The matrix filled in; its allowance is the sum of the lines.

    `cover` is what securities cover of each exposure; without it, nothing is covered.

    IFRS 9, illustrative example 12:

    >>> rows = [
    ...     {"until_days": 0, "percent": "0.3"},
    ...     {"until_days": 30, "percent": "1.6"},
    ...     {"until_days": 60, "percent": "3.6"},
    ...     {"until_days": 90, "percent": "6.6"},
    ...     {"percent": "10.6"},
    ... ]
    >>> owed = [
    ...     Money(minor * 100, "USD")
    ...     for minor in (15_000_000, 7_500_000, 4_000_000, 2_500_000, 1_000_000)
    ... ]
    >>> lines = provide(owed, Matrix.read(rows))
    >>> sum(line.allowance.minor for line in lines) // 100
    580000
    """
    held = cover or [Money.zero(exposure.currency) for exposure in exposures]
    named = zip(matrix.scheme.names, exposures, matrix.percents, held, strict=True)
    return [
        Line(name, exposure, percent, allowance_of(exposure - own, percent), own)
        for name, exposure, percent, own in named
    ]
