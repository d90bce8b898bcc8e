"""
What laws say about late payment: a reference rate and points above it, a rate a day, fixed sums.

The laws themselves and their reference rates are data with the days from which they hold; newer
ones come with the policy. Facts of law are for design, not legal advice.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from portal.core.interest import DAILY, EARLIEST, ONE_DAY, Rate, RateFrom, Rates, always
from portal.core.money import Money


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference rate in per cent a year, from the day on which it counts."""

    from_on: date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Law:
    """What a law gives who is paid late."""

    #: Which reference rate it builds on; empty: none.
    reference: str = ""
    #: Added to the reference, in percentage points.
    points: Decimal = Decimal(0)
    #: What the reference is multiplied with.
    factor: Decimal = Decimal(1)
    #: Per cent a day, where the law says so.
    daily: Decimal | None = None
    #: Whether the rate of the first late day holds for the whole time.
    is_fixed: bool = False
    day_count: int = 365
    #: currency → (from which amount, what is added once), rising.
    sums: Mapping[str, Sequence[tuple[Money, Money]]] = field(default_factory=dict)


def read_law(told: Mapping[str, Any]) -> Law:
    """
    A law as the data tells it.

    >>> read_law({"reference": "ecb", "points": "8"}).points
    Decimal('8')
    """
    return Law(
        str(told.get("reference", "")),
        Decimal(str(told.get("points", 0))),
        Decimal(str(told.get("factor", 1))),
        Decimal(str(told["daily"])) if "daily" in told else None,
        bool(told.get("is_fixed", False)),
        int(told.get("day_count", 365)),
        {
            currency: [
                (Money.parse(least, currency), Money.parse(sum_, currency)) for least, sum_ in rows
            ]
            for currency, rows in told.get("sums", {}).items()
        },
    )


def merged(shipped: Iterable[Reference], newer: Iterable[Reference]) -> tuple[Reference, ...]:
    """
    Reference rates by their days; of two for one day the newer one's data counts.

    Rule: R388 — reference rates are data with the day from which each counts; what the policy adds
    goes before what was shipped, and the last one known holds on (RULES 2, S-153).

    >>> told = [Reference(date(2026, 1, 1), Decimal("2.15"))]
    >>> [each.percent for each in merged(told, [Reference(date(2026, 7, 1), Decimal("2"))])]
    [Decimal('2.15'), Decimal('2')]
    """
    by_day = {each.from_on: each for each in (*shipped, *newer)}
    return tuple(by_day[day] for day in sorted(by_day))


def rates_of(law: Law, references: Sequence[Reference], due_on: date) -> Rates:
    """
    The rates that a law gives for an item that was due on a day.

    Rule: R389 — a law's rate is its reference of each half-year, multiplied or with points added;
    in the United Kingdom and by the practice of Chinese courts that of the first late day holds for
    the whole time (RULES 2 'late interest').

    >>> told = [Reference(date(2026, 1, 1), Decimal(2)), Reference(date(2026, 7, 1), Decimal(3))]
    >>> found = rates_of(Law("ecb", Decimal(8)), told, date(2026, 5, 1))
    >>> [(each.from_on.month, each.rate.percent) for each in found]
    [(1, Decimal('10')), (7, Decimal('11'))]
    >>> fixed = rates_of(Law("boe", Decimal(8), is_fixed=True), told, date(2026, 6, 30))
    >>> [each.rate.percent for each in fixed]
    [Decimal('11')]
    """
    if law.daily is not None:
        return always(Rate(law.daily, DAILY))
    if not references:
        return always(Rate(law.points, law.day_count))
    if law.is_fixed:
        return always(_rate(law, reference_on(references, due_on + ONE_DAY)))
    found = [RateFrom(EARLIEST, _rate(law, references[0]))]
    for each in references[1:]:
        rate = _rate(law, each)
        if rate != found[-1].rate:
            found.append(RateFrom(each.from_on, rate))
    return found


def reference_on(references: Sequence[Reference], on: date) -> Reference:
    """
    The reference rate of a day: the last one whose day has come, else the first.

    >>> reference_on([Reference(date(2026, 1, 1), Decimal(2))], date(2025, 1, 1)).percent
    Decimal('2')
    """
    place = bisect_right([each.from_on for each in references], on)
    return references[max(place - 1, 0)]


def _rate(law: Law, reference: Reference) -> Rate:
    return Rate(reference.percent * law.factor + law.points, law.day_count)


@dataclass(frozen=True, slots=True)
class Cap:
    """What a law lets a rate that was agreed cost at most: a reference rate so many times."""

    reference: str
    factor: Decimal


def read_cap(told: Mapping[str, Any]) -> Cap:
    """
    A cap as the data tells it.

    >>> read_cap({"reference": "lpr", "factor": "4"}).factor
    Decimal('4')
    """
    return Cap(str(told["reference"]), Decimal(str(told["factor"])))


def cap_on(cap: Cap, references: Sequence[Reference], on: date) -> Rate:
    """
    The most that a rate agreed on a day may be, a year of 365 days.

    >>> told = [Reference(date(2026, 1, 1), Decimal(3))]
    >>> cap_on(Cap("lpr", Decimal(4)), told, date(2026, 5, 1)).percent
    Decimal('12')
    """
    return Rate(reference_on(references, on).percent * cap.factor)


def capped(agreed: Rate, most: Rate) -> Rate:
    """
    The lower of what was agreed and what a law lets it be.

    Rule: R435 — a rate that was agreed costs no more a day than the law that caps it: in China four
    times the one-year loan prime rate of the day of the invoice; what a law itself gives for late
    payment is not capped (S-153, RULES 2 'late interest').

    >>> [capped(Rate(Decimal(each), DAILY), Rate(Decimal(12))).basis for each in ("0.03", "0.05")]
    [1, 365]
    """
    return most if agreed.per_day > most.per_day else agreed


def fixed_sum(law: Law, claim: Money) -> Money:
    """
    What a law adds once for a claim that was paid late, by the size of the claim.

    Rule: R390 — a law's fixed sum is added once for each late claim, in the law's own currency
    only, by the band in which the claim lies, its bound included (RULES 2 'late interest').

    >>> told = {"sums": {"GBP": [["0", "40"], ["1000", "70"], ["10000", "100"]]}}
    >>> [fixed_sum(read_law(told), Money(each, "GBP")).major() for each in (999_99, 1000_00)]
    ['40.00', '70.00']
    """
    bands = law.sums.get(claim.currency, ())
    reached = [sum_ for least, sum_ in bands if claim >= least]
    return reached[-1] if reached and claim.minor > 0 else Money.zero(claim.currency)
