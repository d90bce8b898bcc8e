"""
How much of ours a customer holds: what is owed, on its way and ordered, less what covers it.

Every part is told in its own currencies and counted in one, at the day's rate. It is no balance:
bills that were taken for payment still count, and so does what is not invoiced yet.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache, cached_property
from typing import NamedTuple

from portal.core.money import Money, exponent, rounded


class Part(StrEnum):
    """What exposure is made of, in the order in which it is told."""

    OPEN = "open"
    BILLS = "bills"
    DELIVERED = "delivered"
    ORDERS = "orders"
    MONEY = "money"
    CREDIT_NOTES = "credit_notes"
    COLLATERAL = "collateral"

    @property
    def sign(self) -> int:
        """1 where it raises the exposure, -1 where it covers some of it."""
        return -1 if self in {Part.MONEY, Part.CREDIT_NOTES, Part.COLLATERAL} else 1


class Rate(NamedTuple):
    """What one unit of a currency is worth in another from a day on; a row of SQL serves too."""

    from_currency: str
    to_currency: str
    rate_on: date
    rate: Decimal


class Pair(NamedTuple):
    """Two currencies between which a rate is missing."""

    from_currency: str
    to_currency: str

    def __str__(self) -> str:
        """Name the pair as dealers do: what is sold first."""
        return f"{self.from_currency}/{self.to_currency}"


class Elsewhere(NamedTuple):
    """That an order was invoiced or delivered in another currency than its own."""

    order: str
    currency: str
    #: What would count of the order otherwise, in minor units of its currency.
    left: int
    other: str


#: (part, currency) → minor units of it, never signed by the part; and for an order that continues
#: in another currency how much of that.
Figures = Mapping[tuple[Part, str | Elsewhere], int]


def rate_between(rates: Iterable[Rate], pair: Pair, on: date) -> Fraction | None:
    """
    What one unit of the first currency is worth in the second on a day; None where nobody said.

    Rule: R175 — the last rate on or before the day holds; where none was ever told for a direction
    the other one's is turned round, and no rate is made out of two others (RULES 2 'exposure').

    >>> told = [Rate("PLN", "EUR", date(2026, 3, 1), Decimal("0.9"))]
    >>> [rate_between(told, Pair(*pair), date(2026, 3, 2)) for pair in (("PLN", "EUR"),)]
    [Fraction(9, 10)]
    >>> rate_between(told, Pair("EUR", "PLN"), date(2026, 3, 2))
    Fraction(10, 9)
    >>> rate_between(told, Pair("PLN", "EUR"), date(2026, 2, 28)) is None
    True
    """
    if pair.from_currency == pair.to_currency:
        return Fraction(1)
    known = [rate for rate in rates if rate.rate_on <= on]
    for wanted, turned in ((pair, False), (Pair(*reversed(pair)), True)):
        of_pair = [rate for rate in known if rate[:2] == wanted]
        if of_pair:
            last = Fraction(max(of_pair, key=lambda rate: rate.rate_on).rate)
            return 1 / last if turned else last
    return None


def converted(amount: Money, to: str, rate: Fraction) -> Money:
    """
    An amount in another currency, rounded once, half up.

    >>> converted(Money(10100, "PLN"), "EUR", Fraction(9, 10)).major()
    '90.90'
    >>> converted(Money(1000, "JPY"), "CNY", Fraction(5, 100)).major()
    '50.00'
    """
    if amount.currency == to and rate == 1:
        return amount
    shift = Fraction(10) ** (exponent(to) - exponent(amount.currency))
    return Money(rounded(Fraction(amount.minor) * rate * shift), to)


def left_of_order(ordered: int, invoiced: int, delivered: int) -> int:
    """
    What of an order counts besides its invoices and its deliveries, in minor units.

    Rule: R176 — a chain of order, deliveries and invoices counts once: the larger of ordered and
    invoiced, and what was delivered without an invoice beyond what was ordered (RULES 2
    'exposure', S-040).

    >>> left_of_order(1000, 0, 0), left_of_order(1000, 400, 0), left_of_order(1000, 400, 250)
    (1000, 600, 350)
    >>> left_of_order(1000, 1500, 0), left_of_order(200, 0, 200)
    (0, 0)
    """
    return max(0, ordered - invoiced - delivered)


def left_besides(chain: Elsewhere, elsewhere: Fraction, worth: Fraction) -> int:
    """
    What of an order counts besides what it came to in other currencies, in its own minor units.

    `elsewhere` is that in minor units of the limit's currency, `worth` what a minor unit of the
    order's is in it.

    Rule: R420 — a chain in several currencies counts once as well: each part of it in the currency
    of the limit at the day's rate, and of the order only what is left then (RULES 2 'exposure').

    >>> chain = Elsewhere("O-1", "USD", 1000_00, "CNY")
    >>> left_besides(chain, Fraction(2800_00), Fraction(7))
    60000
    >>> left_besides(chain, Fraction(9000_00), Fraction(7))
    0
    """
    return rounded(max(Fraction(0), chain.left - elsewhere / worth))


@dataclass(frozen=True, slots=True)
class Line:
    """One part of an exposure in one currency; `counted` is signed, in the exposure's own."""

    part: Part
    amount: Money
    #: None: the rate is missing.
    counted: Money | None


@dataclass(frozen=True)
class Exposure:
    """An exposure with what it is made of; its lines sum to it."""

    currency: str
    lines: tuple[Line, ...] = ()
    #: The pairs of currencies without a rate, in the order of the alphabet.
    missing: tuple[Pair, ...] = ()

    @cached_property
    def total(self) -> Money | None:
        """The sum; None where a rate is missing, for nobody knows it then."""
        if self.missing:
            return None
        counted = (line.counted for line in self.lines if line.counted is not None)
        return Money.total(counted, self.currency)

    def of(self, *parts: Part) -> Money:
        """What some of the parts come to, signed as they count; without what has no rate."""
        counted = (line.counted for line in self.lines if line.part in parts and line.counted)
        return Money.total(counted, self.currency)


def expose(figures: Figures, currency: str, rates: Iterable[Rate], on: date) -> Exposure:
    """
    The exposure that figures come to in one currency on a day.

    Rule: R177 — open claims (disputed and promised ones too, without what was written off inside
    the house), bills, delivered and not invoiced and open orders, less unapplied money, open credit
    notes and accepted collateral; each part of each currency is converted and rounded once, so that
    what is shown sums to the total (INTERFACES 5, RULES 2 'exposure').

    >>> figures = {(Part.OPEN, "CNY"): 10000, (Part.ORDERS, "PLN"): 10100, (Part.MONEY, "CNY"): 500}
    >>> told = [Rate("PLN", "CNY", date(2026, 3, 1), Decimal("1.8"))]
    >>> expose(figures, "CNY", told, date(2026, 3, 2)).total.major()
    '276.80'
    >>> [str(pair) for pair in expose(figures, "CNY", [], date(2026, 3, 2)).missing]
    ['PLN/CNY']
    """
    known = list(rates)
    order = list(Part)
    lines: list[Line] = []
    missing: set[Pair] = set()

    @cache
    def rate_of(own: str) -> Fraction | None:
        return rate_between(known, Pair(own, currency), on)

    once, unknown = _chains_once(figures, currency, rate_of)
    missing.update(unknown)
    for (part, own), minor in sorted(
        once.items(), key=lambda each: (order.index(each[0][0]), each[0][1])
    ):
        if not minor:
            continue
        rate, amount = rate_of(own), Money(minor, own)
        if rate is None:
            missing.add(Pair(own, currency))
            lines.append(Line(part, amount, None))
            continue
        counted = converted(amount, currency, rate)
        lines.append(Line(part, amount, counted if part.sign > 0 else -counted))
    return Exposure(currency, tuple(lines), tuple(sorted(missing)))


def _chains_once(
    figures: Figures, currency: str, rate_of: Callable[[str], Fraction | None]
) -> tuple[dict[tuple[Part, str], int], set[Pair]]:
    """The figures with each order that continues in other currencies counted once."""
    once: dict[tuple[Part, str], int] = {}
    chains: dict[str, list[tuple[Elsewhere, int]]] = {}
    missing: set[Pair] = set()
    for (part, own), minor in figures.items():
        if isinstance(own, str):
            once[part, own] = minor
        elif minor and own.left:
            chains.setdefault(own.order, []).append((own, minor))
    for told in chains.values():
        chain, worth = told[0][0], rate_of(told[0][0].currency)
        unknown = {each.other for each, _ in told if rate_of(each.other) is None}
        missing |= {Pair(other, currency) for other in unknown}
        if worth is None or unknown:
            continue
        elsewhere = sum(
            (_worth(minor, each.other, rate_of(each.other), currency) for each, minor in told),
            Fraction(),
        )
        left = left_besides(chain, elsewhere, _worth(1, chain.currency, worth, currency))
        once[Part.ORDERS, chain.currency] -= chain.left - left
    return once, missing


def ordered_once(
    figures: Figures, currency: str, counted_in: str, rates: Iterable[Rate], on: date
) -> Money:
    """What of orders in one currency counts, in that currency; whole where a rate is missing."""
    known = list(rates)
    once, _ = _chains_once(
        figures, counted_in, lambda own: rate_between(known, Pair(own, counted_in), on)
    )
    return Money(once.get((Part.ORDERS, currency), 0), currency)


def _worth(minor: int, own: str, rate: Fraction | None, currency: str) -> Fraction:
    """An amount in minor units of another currency, not rounded."""
    assert rate is not None
    return minor * rate * Fraction(10) ** (exponent(currency) - exponent(own))


def usage(exposure: Money, limit: Money | None, watch_percent: int) -> str:
    """
    How a limit is used: `ok`, `watch` or `over`.

    Rule: R188 — above the limit it is over, above so many per cent of it to be watched, and on
    them neither; without a limit there is nothing to watch (issue D, UX S9).

    >>> limit = Money(100000, "EUR")
    >>> [usage(Money(used, "EUR"), limit, 90) for used in (90000, 90001, 100000, 100001)]
    ['ok', 'watch', 'watch', 'over']
    """
    if limit is None:
        return "ok"
    if exposure > limit:
        return "over"
    is_near = exposure.minor > 0 and exposure.minor * 100 > limit.minor * watch_percent
    return "watch" if is_near else "ok"
