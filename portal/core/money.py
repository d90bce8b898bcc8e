"""
Money: whole minor units of one currency, exact, never mixed and never a float.

It is not a rate, not a quantity and not a number to print: pages format it, files write `major()`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import total_ordering
from typing import Self

from portal.core.errors import RuleBroken

# ISO 4217, with the codes withdrawn since 2015, which old ledgers still hold.
_WITHOUT_DECIMALS = "BIF BYR CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_WITH_TWO = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN
    BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP
    GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT
    LAK LBP LKR LRD LSL LTL MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR MVR MWK MXN MXV MYR MZN NAD
    NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE
    SLL SOS SRD SSP STD STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED
    VEF VES WST XCD XCG YER ZAR ZMW ZWG ZWL
"""
_EXPONENTS = (
    dict.fromkeys(_WITHOUT_DECIMALS.split(), 0)
    | dict.fromkeys(_WITH_TWO.split(), 2)
    | dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3)
    | dict.fromkeys(["CLF", "UYW"], 4)
)
CURRENCIES = frozenset(_EXPONENTS)

# A thousand million documents of this size still sum inside a BIGINT.
LARGEST_MINOR = 10**15 - 1

# Enough for every amount; a longer text is none, and no sentence repeats it whole.
_LONGEST_TEXT = 40

_PLAIN = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]+))?", re.ASCII)


class Rounding(StrEnum):
    """What becomes of a fraction of the smallest unit."""

    HALF_UP = "half_up"
    DOWN = "down"


HALF_UP = Rounding.HALF_UP
DOWN = Rounding.DOWN


def exponent(currency: str) -> int:
    """
    The number of decimals that a currency is written with.

    Rule: R1 — an amount carries exactly the decimals of its currency (INTERFACES 5).

    >>> exponent("CNY"), exponent("JPY"), exponent("KWD")
    (2, 0, 3)
    """
    if currency not in _EXPONENTS:
        raise RuleBroken("money.unknown_currency", currency=currency)
    return _EXPONENTS[currency]


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """
    An exact amount of one currency, in whole minor units.

    Rule: R2 — nothing is summed or compared across currencies (INTERFACES 5).

    >>> Money(3000, "CNY") + Money(50, "CNY")
    Money(minor=3050, currency='CNY')
    """

    minor: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> Self:
        """
        Nothing, in a currency.

        >>> Money.zero("EUR").major()
        '0.00'
        """
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """
        The amount that a plain decimal with a point writes.

        Rule: R3 — more decimals than the currency has are refused, never rounded (INTERFACES 3).
        Raises: money.malformed, money.too_many_decimals, money.too_large, money.unknown_currency.

        >>> Money.parse("1234.5", "CNY")
        Money(minor=123450, currency='CNY')
        """
        decimals = exponent(currency)
        value = text.strip()
        written = _PLAIN.fullmatch(value)
        if written is None or not (written[2] or written[3]) or len(value) > _LONGEST_TEXT:
            raise RuleBroken("money.malformed", value=value[:_LONGEST_TEXT])
        sign, whole, fraction = written[1], written[2], written[3] or ""
        if len(fraction) > decimals:
            raise RuleBroken(
                "money.too_many_decimals", value=value, currency=currency, decimals=decimals
            )
        digits = (whole + fraction.ljust(decimals, "0")).lstrip("0")
        if len(digits) > len(str(LARGEST_MINOR)):
            raise RuleBroken("money.too_large", value=value)
        return cls(int(sign + (digits or "0")), currency)

    @staticmethod
    def total(amounts: Iterable["Money"], currency: str) -> "Money":
        """
        The sum of amounts of one currency; of none it is nothing.

        >>> Money.total([Money(150, "EUR"), Money(50, "EUR")], "EUR").major()
        '2.00'
        """
        return sum(amounts, start=Money.zero(currency))

    def major(self) -> str:
        """
        The amount as a plain decimal with the currency's own decimals.

        >>> Money(-123450, "CNY").major(), Money(1234, "JPY").major(), Money(5, "KWD").major()
        ('-1234.50', '1234', '0.005')
        """
        decimals = exponent(self.currency)
        sign = "-" if self.minor < 0 else ""
        digits = str(abs(self.minor)).rjust(decimals + 1, "0")
        return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}" if decimals else sign + digits

    def times(self, ratio: Fraction | Decimal | int, rounding: Rounding = HALF_UP) -> "Money":
        """
        The amount multiplied exactly and then rounded once, half away from nothing unless told.

        Rule: R4 — a product is rounded once, half up, in its currency's smallest unit (RULES 2).

        >>> Money(2380, "EUR").times(Decimal("0.01")).major()
        '0.24'
        """
        return Money(rounded(Fraction(ratio) * self.minor, rounding), self.currency)

    def allocate(self, weights: Sequence[Fraction | Decimal | int]) -> list["Money"]:
        """
        The amount shared by weights to the last unit; the largest remainders get the odd units.

        Rule: R5 — shares of an amount always sum to the amount (SECURITY 4.10).

        >>> [share.major() for share in Money(10000, "CNY").allocate([1, 1, 1])]
        ['33.34', '33.33', '33.33']
        """
        exact = [Fraction(weight) for weight in weights]
        whole = sum(exact)
        if whole <= 0 or min(exact) < 0:
            raise ValueError("shares need weights that are not negative and not all nothing")
        sign = -1 if self.minor < 0 else 1
        ideals = [abs(self.minor) * weight / whole for weight in exact]
        floors = [int(ideal) for ideal in ideals]
        odd = abs(self.minor) - sum(floors)
        by_remainder = sorted(range(len(ideals)), key=lambda index: floors[index] - ideals[index])
        for index in by_remainder[:odd]:
            floors[index] += 1
        return [Money(sign * floor, self.currency) for floor in floors]

    def __add__(self, other: object) -> "Money":
        """Add an amount of the same currency."""
        return Money(self.minor + self._alike(other).minor, self.currency)

    def __sub__(self, other: object) -> "Money":
        """Take away an amount of the same currency."""
        return Money(self.minor - self._alike(other).minor, self.currency)

    def __neg__(self) -> "Money":
        """Turn the sign."""
        return Money(-self.minor, self.currency)

    def __abs__(self) -> "Money":
        """Leave out the sign."""
        return Money(abs(self.minor), self.currency)

    def __lt__(self, other: object) -> bool:
        """Compare with an amount of the same currency."""
        return self.minor < self._alike(other).minor

    def _alike(self, other: object) -> "Money":
        if not isinstance(other, Money):
            raise TypeError(f"money meets {type(other).__name__}")
        if other.currency != self.currency:
            raise TypeError(f"{self.currency} meets {other.currency}")
        return other


def rounded(value: Fraction, rounding: Rounding = HALF_UP) -> int:
    """
    The whole number that a fraction of the smallest unit becomes; half goes away from nothing.

    >>> rounded(Fraction(3, 2)), rounded(Fraction(-3, 2)), rounded(Fraction(19, 10), DOWN)
    (2, -2, 1)
    """
    above, below = abs(value.numerator), value.denominator
    whole = (2 * above + below) // (2 * below) if rounding is HALF_UP else above // below
    return -whole if value < 0 else whole
