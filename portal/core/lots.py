"""
Small frequent lots: is what is to be shipped more than a customer sells in so many days?

A dealer's stock is our exposure: what it cannot sell within a month it cannot pay for. It is advice
on one shipment; what may be owed in all is the limit's question.
"""

from dataclasses import dataclass
from datetime import date

from portal.core.money import Money

#: Of a customer who has bought for a shorter time nobody knows yet what is usual.
LEAST_HISTORY_DAYS = 90
MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class LotRule:
    """Of how many days' usual purchases a lot should be, and whether a larger one is held."""

    least_days: int = 15
    most_days: int = 30
    holds: bool = False


@dataclass(frozen=True, slots=True)
class Purchases:
    """What a customer usually buys in a month, and since when it has bought."""

    monthly: Money
    first_on: date


@dataclass(frozen=True, slots=True)
class TooLarge:
    """How many days' purchases a shipment is, and into how many lots it divides."""

    days: int
    lots: int
    lot: Money


def days_of(amount: Money, monthly: Money) -> int:
    """
    How many days' usual purchases an amount is; a begun day counts.

    >>> days_of(Money(30100, "CNY"), Money(30000, "CNY"))
    31
    """
    return -(-amount.minor * MONTH_DAYS // monthly.minor)


def too_large(amount: Money, usual: Purchases | None, rule: LotRule, on: date) -> TooLarge | None:
    """
    What is told of a shipment that is too large; None where it is not, or nobody can know.

    Rule: R207 — one shipment is no more than 30 days of what its customer usually buys in that
    currency; more is advised in the fewest lots that are, which are 15 to 30 days each. Who has
    bought for less than 90 days, or nothing of late, is not judged (S-048).

    >>> usual = Purchases(Money(30000, "CNY"), date(2026, 1, 1))
    >>> too_large(Money(30000, "CNY"), usual, LotRule(), date(2026, 6, 1)) is None
    True
    >>> told = too_large(Money(75000, "CNY"), usual, LotRule(), date(2026, 6, 1))
    >>> told.days, told.lots, told.lot.major()
    (75, 3, '250.00')
    """
    if usual is None or usual.monthly.currency != amount.currency or usual.monthly.minor <= 0:
        return None
    if (on - usual.first_on).days < LEAST_HISTORY_DAYS:
        return None
    days = days_of(amount, usual.monthly)
    if days <= rule.most_days:
        return None
    lots = -(-days // rule.most_days)
    return TooLarge(days, lots, Money(-(-amount.minor // lots), amount.currency))
