"""
An invoice beside its contract: what differs in content, amount, date and terms.

Both are given as they were on the invoice's date. It decides nothing: whether an invoice that
differs may go to its customer, a person says.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from portal.core.errors import RuleBroken
from portal.core.money import Money, exponent
from portal.core.terms import Terms, parse_terms, schedule
from portal.core.terms_in_force import runs_on
from portal.core.workdays import MONDAY_TO_FRIDAY, Calendar

CONTENT, AMOUNT, DATE, TERMS = "content", "amount", "date", "terms"
ASPECTS = (CONTENT, AMOUNT, DATE, TERMS)
#: Baseline of terms → the invoice's day that it means, where goods have to have moved before.
GOODS = {"delivery": "delivered_on", "shipment": "shipped_on", "acceptance": "accepted_on"}


@dataclass(frozen=True, slots=True)
class Price:
    """What a product costs on a list: per which unit, if the list says."""

    unit_price: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class InvoicedLine:
    """A line of an invoice as posted."""

    line: int
    product: str
    unit: str
    quantity: Decimal
    unit_price: Decimal
    amount_minor: int
    tax_minor: int = 0


@dataclass(frozen=True, slots=True)
class Invoiced:
    """An invoice as posted: its head, its lines and the days on which it first fell due."""

    dated_on: date
    amount: Money
    #: The text on the invoice itself; empty where others said how it is paid.
    own_terms: str = ""
    tax_minor: int = 0
    shipped_on: date | None = None
    delivered_on: date | None = None
    accepted_on: date | None = None
    received_on: date | None = None
    due_on: tuple[date | None, ...] = ()
    lines: tuple[InvoicedLine, ...] = ()
    #: What falls due on each of those days, in minor units; digests know it of several parts only.
    due_minor: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Agreed:
    """A contract as it read on an invoice's date, its terms already in the notation."""

    number: str
    starts_on: date
    ends_on: date | None
    currency: str = ""
    terms: str = ""
    price_list: str = ""
    #: The prices of that list in the invoice's currency on that day, by product.
    prices: Mapping[str, Price] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that both say otherwise; `line` is 0 for the invoice as a whole."""

    aspect: str
    code: str
    invoice: str
    contract: str
    line: int = 0
    #: What else its sentence needs.
    about: str = ""


def compare_with_contract(
    invoice: Invoiced, agreed: Agreed, calendar: Calendar = MONDAY_TO_FRIDAY
) -> tuple[Difference, ...]:
    """
    What differs, the content first, then amounts, dates and terms.

    >>> invoice = Invoiced(date(2026, 5, 1), Money(100_00, "CNY"), "net 60")
    >>> agreed = Agreed("C-1", date(2026, 1, 1), None, terms="net 30")
    >>> [(each.aspect, each.code) for each in compare_with_contract(invoice, agreed)]
    [('terms', 'terms')]
    """
    return (
        *_content(invoice, agreed),
        *_amounts(invoice, agreed),
        *_dates(invoice, agreed, calendar),
        *_terms(invoice, agreed),
    )


def prices_on(rows: Iterable[tuple[str, date, Price]], on: date) -> dict[str, Price]:
    """
    What each product costs on a day, of rows (product, from which day, price).

    Rule: R173 — a price holds from its day until the next one of the same product on the same list
    in the same currency; before its first day a product is not on the list (S-055).

    >>> new = ("P-1", date(2026, 5, 1), Price(Decimal(12)))
    >>> old = ("P-1", date(2026, 1, 1), Price(Decimal(10)))
    >>> prices_on([new, old], date(2026, 4, 30))["P-1"].unit_price
    Decimal('10')
    """
    found: dict[str, tuple[date, Price]] = {}
    for product, from_on, price in rows:
        if from_on <= on and (product not in found or found[product][0] < from_on):
            found[product] = (from_on, price)
    return {product: price for product, (_from_on, price) in found.items()}


def _content(invoice: Invoiced, agreed: Agreed) -> Iterator[Difference]:
    """
    What was sold that was not agreed.

    Rule: R168 — where a contract has a price list, each line of its invoices is a product of that
    list, in the list's unit (S-066).
    """
    for line in invoice.lines if agreed.price_list else ():
        price = agreed.prices.get(line.product)
        if price is None:
            yield Difference(
                CONTENT, "product", line.product or "–", "–", line.line, agreed.price_list
            )
        elif price.unit and line.unit and price.unit.casefold() != line.unit.casefold():
            yield Difference(CONTENT, "unit", line.unit, price.unit, line.line, line.product)


def _amounts(invoice: Invoiced, agreed: Agreed) -> Iterator[Difference]:
    """
    What costs something else than agreed, and what does not add up.

    Rule: R169 — a line costs the list's price of the invoice's date, its amount is quantity times
    price rounded half up, with its tax or without; the lines come to the invoice, with the tax
    beside them or in them; and the currency is the contract's (S-066).
    """
    currency = invoice.amount.currency
    if agreed.currency and agreed.currency != currency:
        yield Difference(AMOUNT, "currency", currency, agreed.currency)
    for line in invoice.lines:
        price = agreed.prices.get(line.product) if agreed.price_list else None
        if price is not None and price.unit_price != line.unit_price:
            yield Difference(
                AMOUNT,
                "unit_price",
                plain(line.unit_price),
                plain(price.unit_price),
                line.line,
                line.product,
            )
        worth = line_worth(line.quantity, line.unit_price, currency)
        if line.amount_minor not in {worth, worth + line.tax_minor}:
            yield Difference(
                AMOUNT,
                "line_amount",
                Money(line.amount_minor, currency).major(),
                Money(worth, currency).major(),
                line.line,
                f"{plain(line.quantity)} × {plain(line.unit_price)}",
            )
    if invoice.lines and not _adds_up(invoice):
        lines = sum(line.amount_minor for line in invoice.lines)
        yield Difference(AMOUNT, "lines", invoice.amount.major(), Money(lines, currency).major())


def _adds_up(invoice: Invoiced) -> bool:
    lines = sum(line.amount_minor for line in invoice.lines)
    taxes = {0, invoice.tax_minor, sum(line.tax_minor for line in invoice.lines)}
    return invoice.amount.minor - lines in taxes


def line_worth(quantity: Decimal, unit_price: Decimal, currency: str) -> int:
    """
    Quantity times price in whole minor units, rounded half up.

    >>> line_worth(Decimal("3"), Decimal("0.335"), "CNY"), line_worth(Decimal(2), Decimal(5), "JPY")
    (101, 10)
    """
    worth = (quantity * unit_price).scaleb(exponent(currency))
    return int(worth.quantize(Decimal(1), ROUND_HALF_UP))


def plain(value: Decimal) -> str:
    """
    A quantity or price as people write it: no zeros that say nothing.

    >>> plain(Decimal("12.50")), plain(Decimal("1200")), plain(Decimal("0.0500"))
    ('12.5', '1200', '0.05')
    """
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _dates(invoice: Invoiced, agreed: Agreed, calendar: Calendar) -> Iterator[Difference]:
    """
    What was invoiced or falls due on another day than agreed.

    Rule: R170 — an invoice is dated within its contract's period, not before the delivery, shipment
    or acceptance from which its terms count, and falls due on the days that those terms give, with
    the part that they give on each (S-066).
    """
    dated = invoice.dated_on
    if not runs_on(agreed.starts_on, agreed.ends_on, dated):
        end = agreed.ends_on.isoformat() if agreed.ends_on else "–"
        code = "before_start" if dated < agreed.starts_on else "after_end"
        bound = agreed.starts_on.isoformat() if code == "before_start" else end
        yield Difference(DATE, code, dated.isoformat(), bound)
    if not agreed.terms:
        return
    terms = _parsed(agreed.terms)
    moved = GOODS.get(terms.baseline_kind)
    moved_on: date | None = getattr(invoice, moved) if moved else None
    if moved_on is not None and dated < moved_on:
        yield Difference(
            DATE, "too_early", dated.isoformat(), moved_on.isoformat(), about=terms.baseline_kind
        )
    baseline = _baseline(invoice, terms.baseline_kind)
    theirs = [day for day in invoice.due_on if day]
    if baseline is None or not theirs or len(theirs) < len(invoice.due_on):
        return
    try:
        items = schedule(terms.undiscounted, baseline, invoice.amount, calendar).items
    except RuleBroken:
        yield Difference(TERMS, "terms_do_not_fit", invoice.amount.major(), agreed.terms)
        return
    ours = [each.due_on for each in items if each.due_on]
    if sorted(theirs) != sorted(ours):
        yield Difference(DATE, "due_on", _days(theirs), _days(ours), about=agreed.terms)
    elif invoice.due_minor:
        agreed_split = _split(ours, [each.amount.minor for each in items])
        yield from _other_parts(invoice, agreed, _split(theirs, invoice.due_minor), agreed_split)


def _split(days: Sequence[date], minor: Sequence[int]) -> dict[date, int]:
    """What falls due by day."""
    found: dict[date, int] = {}
    for day, part in zip(days, minor, strict=True):
        found[day] = found.get(day, 0) + part
    return found


def _other_parts(
    invoice: Invoiced, agreed: Agreed, theirs: dict[date, int], ours: dict[date, int]
) -> Iterator[Difference]:
    """The days are those of the contract; does as much fall due on each?"""
    if theirs != ours:
        currency = invoice.amount.currency
        said, wanted = _said(theirs, currency), _said(ours, currency)
        yield Difference(AMOUNT, "parts", said, wanted, about=agreed.terms)


def _said(split: dict[date, int], currency: str) -> str:
    return ", ".join(
        f"{day.isoformat()}: {Money(split[day], currency).major()}" for day in sorted(split)
    )


@lru_cache(maxsize=1_024)
def _parsed(text: str) -> Terms:
    """Terms that many invoices share, read once."""
    return parse_terms(text)


def _baseline(invoice: Invoiced, kind: str) -> date | None:
    if kind == "invoice":
        return invoice.dated_on
    if kind == "receipt":
        return invoice.received_on
    day: date | None = getattr(invoice, GOODS[kind]) if kind in GOODS else None
    return day


def _days(days: Sequence[date]) -> str:
    return ", ".join(day.isoformat() for day in sorted(days))


def _terms(invoice: Invoiced, agreed: Agreed) -> Iterator[Difference]:
    """
    What the invoice itself says otherwise about paying.

    Rule: R171 — terms on an invoice are its contract's, however they are written (S-066).
    """
    if not (invoice.own_terms and agreed.terms):
        return
    if str(_parsed(invoice.own_terms)) != str(_parsed(agreed.terms)):
        yield Difference(TERMS, "terms", invoice.own_terms, agreed.terms)


def check_digest(invoice: Invoiced, agreed: Agreed | None, number: str) -> str:
    """
    The same for an invoice and a contract that say the same; else another.

    Rule: R172 — what a person has let pass is not asked about again while invoice, contract as in
    force and prices say the same; where one of them changes, it is looked at anew (S-067).

    >>> invoice = Invoiced(date(2026, 5, 1), Money(100_00, "CNY"))
    >>> check_digest(invoice, None, "C-1") == check_digest(invoice, None, "C-2")
    False
    """
    used = {line.product for line in invoice.lines}
    read: tuple[Any, ...] | None = None
    if agreed is not None:
        prices = [(name, agreed.prices[name]) for name in sorted(used) if name in agreed.prices]
        said = (agreed.number, agreed.starts_on, agreed.ends_on, agreed.currency, agreed.terms)
        read = (*said, agreed.price_list, prices)
    several = invoice.due_minor if len(invoice.due_minor) > 1 else ()
    if several:
        return _digest((invoice, several, number, read))
    return _digest((invoice, number, read))


def _digest(said: tuple[Any, ...]) -> str:
    # Written as text, since that costs least: the digest of every invoice is taken every day.
    return hashlib.sha256(repr(said).encode()).hexdigest()[:40]
