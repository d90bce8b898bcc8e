"""
Payments that a customer announces: what they are for, on which day, and which payment was meant.

It decides over plain figures; which items are open is for the features to say.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from portal.core.document_number import keys_of, squeezed
from portal.core.errors import RuleBroken
from portal.core.money import Money

#: A payment that was made already is announced so long after it; one to come so long before.
AGO_AT_MOST = dt.timedelta(days=30)
AHEAD_AT_MOST = dt.timedelta(days=366)
#: Money arrives so long before the announced day, or after it, and still is what was announced.
EARLY, LATE = dt.timedelta(days=3), dt.timedelta(days=10)
#: A shorter reference says nothing by standing somewhere in a bank's text.
SHORTEST_REFERENCE = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """An open item that the payment may be for: ticked, perhaps with an amount of its own."""

    name: str
    open: Money
    is_ticked: bool = False
    typed: Money | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """What an announced payment comes to: by item, in all, and what of it stays on account."""

    amounts: tuple[Money, ...]
    total: Money
    on_account: Money


@dataclass(frozen=True, slots=True)
class Slip:
    """What an announcement and a payment can have in common, of one customer."""

    amount: Money
    on: dt.date
    reference: str = ""


def check_pay_day(pay_on: dt.date, today: dt.date) -> None:
    """
    Nothing, where a payment of this day can be announced.

    Raises: advice.pays_too_early, advice.pays_too_late.

    >>> check_pay_day(dt.date(2026, 10, 21), dt.date(2026, 11, 20))
    >>> check_pay_day(dt.date(2026, 10, 20), dt.date(2026, 11, 20))
    Traceback (most recent call last):
    portal.core.errors.RuleBroken: advice.pays_too_early (earliest=2026-10-21)
    """
    if pay_on < today - AGO_AT_MOST:
        raise RuleBroken("advice.pays_too_early", "pay_on", earliest=today - AGO_AT_MOST)
    if pay_on > today + AHEAD_AT_MOST:
        raise RuleBroken("advice.pays_too_late", "pay_on", latest=today + AHEAD_AT_MOST)


def summed(choices: Sequence[Choice], total: Money | None, currency: str) -> Sum:
    """
    What a payment is for, item by item: of the ticked ones the amount typed, else all that is open.

    A larger total may be told: what goes beyond the items stays on account.

    Raises: advice.nothing_chosen, advice.no_amount, advice.exceeds_item,
    advice.amount_below_lines.

    >>> eur = lambda minor: Money(minor, "EUR")
    >>> choices = [
    ...     Choice("A", eur(70), True),
    ...     Choice("B", eur(90), True, eur(60)),
    ...     Choice("C", eur(5)),
    ... ]
    >>> found = summed(choices, eur(150), "EUR")
    >>> [amount.minor for amount in found.amounts], found.on_account.minor
    ([70, 60, 0], 20)
    """
    amounts = tuple(_amount(choice) for choice in choices)
    lines = Money.total(amounts, currency)
    if not lines.minor:
        raise RuleBroken("advice.nothing_chosen")
    if total is not None and total < lines:
        raise RuleBroken("advice.amount_below_lines", "total", total=lines)
    total = lines if total is None else total
    return Sum(amounts, total, total - lines)


def _amount(choice: Choice) -> Money:
    if not choice.is_ticked:
        return Money.zero(choice.open.currency)
    amount = choice.open if choice.typed is None else choice.typed
    if amount.minor <= 0:
        raise RuleBroken("advice.no_amount", item=choice.name)
    if amount > choice.open:
        raise RuleBroken("advice.exceeds_item", item=choice.name, open=choice.open)
    return amount


def is_as_announced(announced: Slip, arrived: Slip) -> bool:
    """
    Whether a payment of the same customer is the announced one.

    Rule: R133 — a payment is the announced one where amount and currency are the same, and it names
    the announced reference or has its value date from 3 days before to 10 days after the announced
    day (RULES 1 'order of allocation', S-085).

    >>> told = Slip(Money(7000, "CNY"), dt.date(2026, 11, 5), "HD 2026-118")
    >>> is_as_announced(told, Slip(Money(7000, "CNY"), dt.date(2026, 11, 15)))
    True
    >>> is_as_announced(told, Slip(Money(7000, "CNY"), dt.date(2026, 11, 16)))
    False
    >>> is_as_announced(told, Slip(Money(7000, "CNY"), dt.date(2026, 12, 1), "pay hd2026118"))
    True
    """
    if announced.amount != arrived.amount:
        return False
    is_in_time = announced.on - EARLY <= arrived.on <= announced.on + LATE
    return is_in_time or names(arrived.reference, announced.reference)


def names(text: str, reference: str) -> bool:
    """
    Whether a bank's text names a reference: as the same number, or somewhere in it.

    >>> names("No. 2026/118", "2026-118"), names("a 12 b", "12"), names("", "")
    (True, False, False)
    """
    if set(keys_of(text)) & set(keys_of(reference)):
        return True
    wanted = squeezed(reference)
    return len(wanted) >= SHORTEST_REFERENCE and wanted in squeezed(text)
