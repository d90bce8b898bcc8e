"""
What a customer is worth trusting, factor by factor: points, score and coverage.

Over plain figures; where they come from is for others to say. What is not known is never zero: it
stays out of the score, and lowers only how much of the card is covered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from portal.core.errors import RuleBroken
from portal.core.money import rounded

#: A bound, and the points for it.
Band = tuple[Decimal, Decimal]
MOST_POINTS = Decimal(100)


class Source(StrEnum):
    """Where a factor's figure comes from."""

    BOOKS = "books"
    APPLICATION = "application"
    JUDGED = "judged"


#: Every factor that a scorecard may name, and where its figure comes from (S-019, S-020,
#: S-021, S-022, S-023).
FACTORS: Mapping[str, Source] = {
    # Average days late, by amount, of what was paid and of what is overdue.
    "days_late": Source.BOOKS,
    # That of the last 90 days less that of the year before them.
    "late_trend": Source.BOOKS,
    # Per cent, by number, of what was paid or is overdue that came in time.
    "paid_on_time": Source.BOOKS,
    # Per cent of the promises of the last year that are over.
    "promises_kept": Source.BOOKS,
    # Per cent of the disputes decided in the last year that were right at least in part.
    "dispute_validity": Source.BOOKS,
    # Months since the first invoice.
    "dealing_months": Source.BOOKS,
    # Invoices a month, of the last twelve or since the first one.
    "invoices_a_month": Source.BOOKS,
    # Per cent of the limit that is owed.
    "limit_use": Source.BOOKS,
    # Debts, per cent of all assets.
    "debt_ratio": Source.APPLICATION,
    # Current assets ÷ current debts.
    "current_ratio": Source.APPLICATION,
    # Operating cash flow, per cent of sales.
    "cash_flow": Source.APPLICATION,
    # Profit after tax, per cent of sales.
    "net_margin": Source.APPLICATION,
    # All assets, in thousands of the company's currency.
    "asset_size": Source.APPLICATION,
    # From 0 to 100, by what an agency reports.
    "external_report": Source.JUDGED,
    # From 0 to 100, by the reviewer's judgement.
    "reputation": Source.JUDGED,
    "management": Source.JUDGED,
    "market": Source.JUDGED,
}


class Line(NamedTuple):
    """A factor of a score: its figure and points; both None where nothing is known."""

    name: str
    weight: Decimal
    value: Decimal | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class Factor:
    """One line of a scorecard: a factor, its weight, and how its figure becomes points."""

    name: str
    weight: Decimal
    #: Steps: a bound is the worst figure that still earns its points.
    bands: tuple[Band, ...] = ()
    #: Points of a line: between them in proportion, beyond the ends as at the ends.
    linear: tuple[Band, ...] = ()
    #: Its line in a score that does not know its figure.
    unknown: Line = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Make what most customers share once."""
        object.__setattr__(self, "unknown", Line(self.name, self.weight, None, None))

    @property
    def source(self) -> Source:
        """Where its figure comes from."""
        return FACTORS[self.name]

    @property
    def steps(self) -> tuple[Band, ...]:
        """Its bands or the points of its line, the lowest bound first."""
        return self.bands or self.linear

    @property
    def more_is_better(self) -> bool:
        """Whether a larger figure earns more points."""
        return self.steps[-1][1] > self.steps[0][1]

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Factor:
        """
        The factor that an entry `[[scorecard.factor]]` of the policy tells (INTERFACES section 7).

        Raises: scorecard.factor_unknown, scorecard.weight_wrong, scorecard.bands_missing,
        scorecard.bands_wrong.

        >>> Factor.read({"name": "days_late", "weight": 35, "bands": [[0, 100], [60, 0]]}).weight
        Decimal('35')
        """
        name = str(told.get("name", ""))
        if name not in FACTORS:
            raise RuleBroken("scorecard.factor_unknown", name=name, known=", ".join(FACTORS))
        weight = _number(told.get("weight"))
        if weight is None or weight < 0:
            raise RuleBroken("scorecard.weight_wrong", name=name)
        bands, linear = (_bands(name, told.get(kind, [])) for kind in ("bands", "linear"))
        if bool(bands) == bool(linear):
            raise RuleBroken("scorecard.bands_missing", name=name)
        return cls(name, weight, bands, linear)

    def points(self, value: Decimal) -> Decimal:
        """
        The points from 0 to 100 that a figure earns.

        Rule: R190 — a band's bound is the worst figure that still earns its points: where points
        fall with the figure, "up to", where they rise, "from"; beyond the last band its points
        hold. `linear` reads the same pairs as points of a line, clamped at its ends, rounded half
        up to a hundredth (RULES 2 'weighted credit score', INTERFACES 7).

        >>> late = Factor.read(
        ...     {"name": "days_late", "weight": 35, "bands": [[0, 100], [7, 80], [30, 40], [60, 0]]}
        ... )
        >>> [int(late.points(Decimal(days))) for days in (0, 1, 7, 8, 30, 61)]
        [100, 80, 80, 40, 40, 0]
        >>> kept = Factor.read(
        ...     {"name": "promises_kept", "weight": 10, "bands": [[0, 0], [50, 40], [90, 100]]}
        ... )
        >>> [int(kept.points(Decimal(share))) for share in (49, 50, 89, 90)]
        [0, 40, 40, 100]
        >>> ratio = Factor.read(
        ...     {"name": "current_ratio", "weight": 4, "linear": [["0.5", 0], [2, 100]]}
        ... )
        >>> [str(ratio.points(Decimal(value))) for value in ("0.1", "1.1", "3")]
        ['0', '40.00', '100']
        """
        if self.linear:
            return _on_line(self.linear, value)
        earned, is_rising = self.bands[0][1], self.more_is_better
        for bound, points in self.bands:
            if value < bound or (value == bound and not is_rising):
                return earned if is_rising else points
            earned = points
        return earned


def _number(told: object) -> Decimal | None:
    """A number of the policy, exactly as it is written; None where it is none."""
    if isinstance(told, bool):
        return None
    try:
        number = Decimal(str(told))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _bands(name: str, told: object) -> tuple[Band, ...]:
    pairs = told if isinstance(told, list | tuple) else [None]
    read = [_pair(pair) for pair in pairs]
    bands = tuple(pair for pair in read if pair is not None)
    if len(bands) != len(read) or len(bands) == 1:
        raise RuleBroken("scorecard.bands_wrong", name=name)
    bounds, points = [bound for bound, _ in bands], [each for _, each in bands]
    is_rising = all(low < high for low, high in pairwise(bounds))
    is_within = all(0 <= each <= MOST_POINTS for each in points)
    if not is_rising or not is_within or points not in (sorted(points), sorted(points)[::-1]):
        raise RuleBroken("scorecard.bands_wrong", name=name)
    return bands


def _pair(told: object) -> Band | None:
    if not isinstance(told, list | tuple) or len(told) != 2:
        return None
    bound, points = _number(told[0]), _number(told[1])
    return None if bound is None or points is None else (bound, points)


def _on_line(line: tuple[Band, ...], value: Decimal) -> Decimal:
    if value <= line[0][0]:
        return line[0][1]
    for (low, before), (high, after) in pairwise(line):
        if value <= high:
            share = Fraction(value - low) / Fraction(high - low)
            exact = Fraction(before) + Fraction(after - before) * share
            return Decimal(rounded(exact * 100)).scaleb(-2)
    return line[-1][1]


def read_card(told: Sequence[Mapping[str, Any]]) -> tuple[Factor, ...]:
    """
    The scorecard that the policy tells; the shipped one where it tells none.

    Raises: scorecard.factor_twice, scorecard.weightless, and what `Factor.read` raises.

    >>> sum(factor.weight for factor in read_card([]))
    Decimal('100')
    """
    if not told:
        return SCORECARD
    card = tuple(Factor.read(each) for each in told)
    for place, factor in enumerate(card):
        if factor.name in {before.name for before in card[:place]}:
            raise RuleBroken("scorecard.factor_twice", name=factor.name)
    if not any(factor.weight for factor in card):
        raise RuleBroken("scorecard.weightless")
    return card


#: RULES section 2, 'weighted credit score', as the policy would tell it: its weights sum to 100.
#: The judged ones share the five of the external report.
SHIPPED: tuple[Mapping[str, Any], ...] = (
    {"name": "days_late", "weight": 35, "bands": [[0, 100], [7, 80], [30, 40], [60, 0]]},
    {"name": "late_trend", "weight": 15, "bands": [[-5, 100], [0, 90], [5, 60], [15, 20], [30, 0]]},
    {"name": "promises_kept", "weight": 10, "bands": [[0, 0], [50, 40], [70, 70], [90, 100]]},
    {"name": "dispute_validity", "weight": 5, "bands": [[0, 20], [30, 60], [60, 100]]},
    {
        "name": "dealing_months",
        "weight": 5,
        "bands": [[0, 20], [6, 50], [12, 70], [24, 90], [36, 100]],
    },
    {"name": "invoices_a_month", "weight": 5, "bands": [[0, 20], ["0.5", 60], [1, 80], [2, 100]]},
    {"name": "limit_use", "weight": 5, "bands": [[70, 100], [90, 70], [100, 40], [120, 0]]},
    {
        "name": "debt_ratio",
        "weight": 4,
        "bands": [[40, 100], [60, 70], [70, 40], [85, 10], [100, 0]],
    },
    {"name": "current_ratio", "weight": 4, "linear": [["0.5", 0], [2, 100]]},
    {"name": "cash_flow", "weight": 4, "linear": [[-10, 0], [10, 100]]},
    {"name": "net_margin", "weight": 3, "linear": [[-5, 0], [10, 100]]},
    {"name": "external_report", "weight": 2, "linear": [[0, 0], [100, 100]]},
    {"name": "reputation", "weight": 1, "linear": [[0, 0], [100, 100]]},
    {"name": "management", "weight": 1, "linear": [[0, 0], [100, 100]]},
    {"name": "market", "weight": 1, "linear": [[0, 0], [100, 100]]},
)
SCORECARD: tuple[Factor, ...] = tuple(Factor.read(each) for each in SHIPPED)


# ── The score ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Score:
    """A score with its factors, and how much of the card was known."""

    lines: tuple[Line, ...]
    #: In hundredths of a point; None: nothing at all is known.
    hundredths: int | None
    #: In basis points of all weight.
    coverage_bp: int

    @property
    def points(self) -> Decimal | None:
        """The score as it is shown, from 0.00 to 100.00."""
        return None if self.hundredths is None else Decimal(self.hundredths).scaleb(-2)

    def is_provisional(self, floor_percent: int) -> bool:
        """
        Whether too little is known for the grade to be more than a guess.

        Rule: R192 — coverage is the known weight of all weight; below the floor (60 per cent unless
        told) the grade is provisional (RULES 2 'weighted credit score').

        >>> score_of(SCORECARD, {"days_late": Decimal(3), "late_trend": Decimal(0)}).coverage_bp
        5000
        """
        return self.coverage_bp < floor_percent * 100


def score_of(card: Sequence[Factor], known: Mapping[str, Decimal]) -> Score:
    """
    The score of the figures that are known; others stay out of it.

    Rule: R191 — s = Σ w·n ÷ Σ w over the known factors, half up to a hundredth; a factor that is
    not known is never zero (RULES 2 'weighted credit score', UX S9).

    >>> found = score_of(SCORECARD, {"days_late": Decimal(3), "late_trend": Decimal(0)})
    >>> found.points, found.coverage_bp
    (Decimal('83.00'), 5000)
    >>> score_of(SCORECARD, {}).points is None
    True
    """
    lines: list[Line] = []
    known_weight = all_weight = total = Decimal()
    for factor in card:
        value, weight = known.get(factor.name), factor.weight
        all_weight += weight
        if value is None:
            lines.append(factor.unknown)
        else:
            points = factor.points(value)
            lines.append(Line(factor.name, weight, value, points))
            known_weight += weight
            total += weight * points
    if not known_weight:
        return Score(tuple(lines), None, 0)
    hundredths = _half_up(total * 100 / known_weight)
    return Score(tuple(lines), hundredths, _half_up(known_weight * 10_000 / all_weight))


def _half_up(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_UP))


def as_figure(part: int | Fraction, whole: int = 1) -> Decimal:
    """
    A figure as it is scored and shown, such as a part of a whole: with four decimals, half up.

    >>> as_figure(200, 3), as_figure(7), as_figure(Fraction(-1, 8))
    (Decimal('66.6667'), Decimal('7'), Decimal('-0.125'))
    """
    above, below = part.numerator * 10_000, part.denominator * whole
    size = (2 * abs(above) + below) // (2 * below)
    if not size % 10_000:
        return Decimal(-size // 10_000 if above < 0 else size // 10_000)
    return Decimal(-size if above < 0 else size).scaleb(-4).normalize()
