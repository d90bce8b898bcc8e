"""
Bad debts: what may be written off inside the house, by how many people, and what comes back of it.

A write-off lowers what the house expects, never the claim: the customer's statement goes on telling
it, and only a credit note or a signed waiver ends it (S-164, S-165).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.core.errors import RuleBroken
from portal.core.money import Money

#: What is overdue for longer than this is gone through each quarter.
CLEARANCE_DAYS = 365
QUARTER_MONTHS = 3


def quarter_of(day: date) -> str:
    """
    The quarter in which bad debts are gone through once (S-166).

    >>> quarter_of(date(2026, 11, 20)), quarter_of(date(2027, 1, 1))
    ('2026-Q4', '2027-Q1')
    """
    return f"{day.year}-Q{(day.month - 1) // QUARTER_MONTHS + 1}"


class Reason(StrEnum):
    """Why a debt is thought to be lost."""

    BANKRUPT = "bankrupt"
    COURT = "court"
    LAPSED = "lapsed"
    LOST_CONTACT = "lost_contact"
    SETTLEMENT = "settlement"
    UNECONOMIC = "uneconomic"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a due part is to be written off, and what the house still expects of it."""

    number: str
    amount: Money
    expected: Money


@dataclass(frozen=True, slots=True)
class Applied:
    """What of a write-off stands at a due part; `key` says which, the latest has the highest."""

    key: int
    amount: int


def check_chosen(chosen: Sequence[Chosen]) -> Money:
    """
    What a write-off comes to, in the one currency of its parts.

    Rule: R410 — something is written off, of each part more than nothing and no more than the house
    still expects of it (S-164, SECURITY 4.17).
    Raises: write_off.nothing, write_off.above_open.

    >>> check_chosen([Chosen("INV-1", Money(4000, "CNY"), Money(10000, "CNY"))])
    Money(minor=4000, currency='CNY')
    """
    if not chosen:
        raise RuleBroken("write_off.nothing")
    for each in chosen:
        if each.amount.minor <= 0:
            raise RuleBroken("write_off.nothing")
        if each.amount > each.expected:
            raise RuleBroken("write_off.above_open", number=each.number, open=each.expected)
    return sum((each.amount for each in chosen[1:]), start=chosen[0].amount)


def needs_second_approval(amount: Money, up_to: Mapping[str, str]) -> bool:
    """
    Whether two people have to approve a write-off, besides whoever proposed it.

    Rule: R411 — two, unless the amount is no more than what the policy names for its currency; then
    one. Nobody approves what they proposed (S-164, SECURITY 4.17).

    >>> small = {"CNY": "1000.00"}
    >>> [needs_second_approval(Money(minor, "CNY"), small) for minor in (100000, 100001)]
    [False, True]
    >>> needs_second_approval(Money(1, "EUR"), small)
    True
    """
    named = up_to.get(amount.currency)
    return named is None or amount > Money.parse(named, amount.currency)


def recovered(amount: int, paid: int, written_off: int) -> int:
    """
    What of a written-off part came in after all, in minor units.

    Rule: R412 — what is paid and written off of a part beyond its amount was recovered: the
    write-off shrinks by it, so that nothing counts twice and never more than was written off
    (S-165, SECURITY 4.17).

    >>> recovered(10000, paid=6000, written_off=10000)
    6000
    >>> recovered(10000, paid=6000, written_off=4000)
    0
    """
    return min(max(0, paid + written_off - amount), written_off)


def what_is_left(standing: Iterable[Applied], came_in: int) -> list[tuple[int, int]]:
    """
    What is left of each write-off that money takes back, the latest first: (key, amount left).

    >>> what_is_left([Applied(1, 300), Applied(2, 200)], 250)
    [(2, 0), (1, 250)]
    """
    changed = []
    for each in sorted(standing, key=lambda applied: -applied.key):
        taken = min(each.amount, came_in)
        if not taken:
            break
        came_in -= taken
        changed.append((each.key, each.amount - taken))
    return changed
