"""
Payment terms: the notation in which they are written, and the due parts that they give an amount.

A terms text is an ordered list of parts, each a share and the date steps from the baseline date.
The time runs from the invoice or from what was received: delivery, acceptance, receipt (S-035).
Whose terms apply to an invoice (its own, the contract's, the customer's) is not decided here.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from portal.core.datesteps import Step, parse_steps, walk
from portal.core.errors import RuleBroken
from portal.core.money import Money, exponent, rounded
from portal.core.workdays import MONDAY_TO_FRIDAY, Calendar

BASELINES = ("invoice", "delivery", "shipment", "acceptance", "receipt", "statement")
AT_ONCE = ("prepaid", "cod")
LONGEST_TEXT = 1000

_SHARE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)(%?)", re.ASCII)
_SLASH = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)/([0-9]+),? (.*)", re.ASCII)
_FROM = re.compile(r"from ([a-z]+) (.*)", re.ASCII)
_NET = re.compile(r"\bnet ([0-9]+)( ?d)?\b", re.ASCII)
_DETACHED_UNIT = re.compile(r"\b([0-9]+) ([dwm]\b|%)", re.ASCII)


class ShareKind(StrEnum):
    """How a part says what it takes of the whole."""

    PERCENT = "percent"
    FIXED = "fixed"
    BALANCE = "balance"


@dataclass(frozen=True, slots=True)
class Share:
    """What one part takes: so many per cent, a fixed amount, or the balance."""

    kind: ShareKind
    value: Decimal = Decimal(0)

    def __str__(self) -> str:
        """Write the share as the notation has it."""
        if self.kind is ShareKind.BALANCE:
            return "balance"
        return f"{self.value}%" if self.kind is ShareKind.PERCENT else str(self.value)

    def of(self, size_minor: int, currency: str, part: str) -> Fraction:
        """
        The exact number of minor units that a per cent or fixed share takes of a size.

        Raises: money.too_many_decimals.

        >>> Share(ShareKind.PERCENT, Decimal("2.5")).of(1001, "CNY", part="2.5% 10d")
        Fraction(1001, 40)
        """
        if self.kind is ShareKind.PERCENT:
            return Fraction(self.value) * size_minor / 100
        decimals = exponent(currency)
        minor = Fraction(self.value.scaleb(decimals))
        if minor.denominator != 1:
            raise RuleBroken(
                "money.too_many_decimals",
                part=part,
                value=str(self.value),
                currency=currency,
                decimals=decimals,
            )
        return minor


WHOLE = Share(ShareKind.BALANCE)


@dataclass(frozen=True, slots=True)
class TermsPart:
    """A share of the amount and the steps to its due date; `text` is how the author wrote it."""

    share: Share
    steps: tuple[Step, ...]
    text: str

    def __str__(self) -> str:
        """Write the part as the notation has it."""
        return " ".join([str(self.share), *map(str, self.steps)])


@dataclass(frozen=True, slots=True)
class Terms:
    """
    What a terms text says; its own text is the notation without sugar.

    >>> str(parse_terms("2/10 NET 30"))
    '30d; discount 2% 10d'
    """

    parts: tuple[TermsPart, ...]
    discount: TermsPart | None = None
    baseline_kind: str = "invoice"
    at_once: str | None = None

    @property
    def undiscounted(self) -> "Terms":
        """
        What falls due, whatever is offered for paying early: a fixed discount may exceed an amount.

        >>> str(parse_terms("30d; discount 50.00 10d").undiscounted)
        '30d'
        """
        return replace(self, discount=None) if self.discount else self

    def __str__(self) -> str:
        """Write the terms so that reading them again gives the same terms."""
        return "".join(self._written())

    def _written(self) -> Iterator[str]:
        if self.baseline_kind != "invoice":
            yield f"from {self.baseline_kind} "
        if self.at_once:
            yield self.at_once
        elif len(self.parts) == 1:
            yield " ".join(map(str, self.parts[0].steps))
        else:
            yield ", ".join(map(str, self.parts))
        if self.discount:
            yield f"; discount {self.discount}"


@dataclass(frozen=True, slots=True)
class DuePart:
    """What falls due on one day; while the baseline is unknown it is not due (`due_on` None)."""

    due_on: date | None
    amount: Money
    term_days: int | None


@dataclass(frozen=True, slots=True)
class Discount:
    """What is taken off when the whole is paid by a day, that day included."""

    until: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Schedule:
    """The due parts of an amount in the order of its terms, and the discount on offer."""

    parts: tuple[DuePart, ...]
    discount: Discount | None

    @property
    def term_days(self) -> int | None:
        """The days from the baseline to the last due date; None while the baseline is unknown."""
        known = [part.term_days for part in self.parts if part.term_days is not None]
        return max(known, default=None)

    @property
    def items(self) -> tuple[DuePart, ...]:
        """The parts that become open items: a part that rounding left with nothing is none."""
        return tuple(part for part in self.parts if part.amount.minor)


def parse_terms(text: str) -> Terms:
    """
    The terms that a text writes; case, blanks and full-width signs do not matter.

    Rule: R13 — `net 30` is `30d`, `2/10 net 30` is `30d; discount 2% 10d`; `from delivery` and the
    like name the baseline, else it is the invoice date (INTERFACES 4).
    Raises: terms.empty, terms.too_long, terms.unknown_baseline, terms.two_discounts, and what
    reading a part raises; each names the part.

    >>> str(parse_terms("From  acceptance NET 30 eom"))
    'from acceptance 30d eom'
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    if not plain:
        raise RuleBroken("terms.empty", part="")
    if len(plain) > LONGEST_TEXT:
        raise RuleBroken("terms.too_long", part=f"{plain[:20]}…", longest=LONGEST_TEXT)
    baseline_kind, plain = _baseline(plain)
    body, *clauses = [clause.strip() for clause in plain.split(";")]
    slash = _SLASH.fullmatch(body)
    if slash:
        clauses.append(f"discount {slash[1]}% {slash[2]}d")
        body = slash[3]
    if len(clauses) > 1:
        raise RuleBroken("terms.two_discounts", part=clauses[1])
    discount = _discount(clauses[0]) if clauses else None
    if body in AT_ONCE:
        return Terms((TermsPart(WHOLE, (), body),), discount, baseline_kind, at_once=body)
    return Terms(_parts(body), discount, baseline_kind)


def schedule(
    terms: Terms,
    baseline: date | None,
    total: Money,
    calendar: Calendar = MONDAY_TO_FRIDAY,
) -> Schedule:
    """
    The due dates and amounts that terms give an amount from a baseline date.

    Rule: R14 — every part but the last is rounded half up to the currency's decimals and the last
    takes the rest; a negative total turns every sign (INTERFACES 4).
    Raises, naming the part: terms.exceeds_total, terms.beyond_calendar, money.too_many_decimals.

    >>> parts = schedule(parse_terms("30% 15d, balance 45d"), date(2022, 1, 1), Money(10001, "EUR"))
    >>> [(str(part.due_on), part.amount.major()) for part in parts.parts]
    [('2022-01-16', '30.00'), ('2022-02-15', '70.01')]
    """
    parts = tuple(
        _due_part(part, baseline, amount, calendar)
        for part, amount in zip(terms.parts, _amounts(terms.parts, total), strict=True)
    )
    return Schedule(parts, early_offer(terms, baseline, total, calendar))


def _baseline(plain: str) -> tuple[str, str]:
    named = _FROM.fullmatch(plain)
    if named is None:
        return "invoice", plain
    if named[1] not in BASELINES:
        raise RuleBroken("terms.unknown_baseline", part=f"from {named[1]}", word=named[1])
    return named[1], named[2]


def _parts(body: str) -> tuple[TermsPart, ...]:
    texts = [part.strip() for part in body.split(",")]
    parts = tuple(_part(text, sole=len(texts) == 1) for text in texts)
    _check_whole(parts)
    return parts


def _part(text: str, *, sole: bool) -> TermsPart:
    share, words = _share_and_steps(text)
    if share is None and not sole:
        raise RuleBroken("terms.share_missing", part=text)
    if not words:
        raise RuleBroken("terms.date_missing", part=text)
    return TermsPart(share or WHOLE, parse_steps(words, text), text)


def _discount(clause: str) -> TermsPart:
    share, words = _share_and_steps(clause.removeprefix("discount").lstrip())
    if not clause.startswith("discount ") or share in {None, WHOLE} or not words:
        raise RuleBroken("terms.discount_malformed", part=clause)
    assert share is not None
    if share.kind is ShareKind.PERCENT and share.value >= 100:
        raise RuleBroken("terms.discount_takes_all", part=clause)
    return TermsPart(share, parse_steps(words, clause), clause)


def _share_and_steps(text: str) -> tuple[Share | None, list[str]]:
    joined = _DETACHED_UNIT.sub(r"\1\2", _NET.sub(r"\1d", text))
    first, *rest = joined.split() or [""]
    if first == WHOLE.kind:
        return WHOLE, rest
    written = _SHARE.fullmatch(first)
    if written is None:
        return None, joined.split()
    value = Decimal(written[1])
    if not value:
        raise RuleBroken("terms.share_of_nothing", part=text)
    return Share(ShareKind.PERCENT if written[2] else ShareKind.FIXED, value), rest


def _check_whole(parts: tuple[TermsPart, ...]) -> None:
    """
    Refuse parts that do not make one whole.

    Rule: R15 — percentages alone sum to exactly 100, in decimal; with a fixed amount among them one
    part is the balance (INTERFACES 4).
    """
    balances = [part for part in parts if part.share == WHOLE]
    fixed = [part for part in parts if part.share.kind is ShareKind.FIXED]
    percent = sum(part.share.value for part in parts if part.share.kind is ShareKind.PERCENT)
    if len(balances) > 1:
        raise RuleBroken("terms.two_balances", part=balances[1].text)
    if balances and percent >= 100:
        raise RuleBroken("terms.nothing_left", part=balances[0].text, percent=str(percent))
    if fixed and not balances:
        raise RuleBroken("terms.balance_missing", part=fixed[0].text)
    if not balances and percent != 100:
        raise RuleBroken("terms.not_whole", part=parts[-1].text, percent=str(percent))


def _amounts(parts: tuple[TermsPart, ...], total: Money) -> list[Money]:
    size, sign = abs(total.minor), -1 if total.minor < 0 else 1
    named = {
        index: part.share.of(size, total.currency, part.text)
        for index, part in enumerate(parts)
        if part.share != WHOLE
    }
    balance = size - sum(named.values(), start=Fraction(0))
    if balance < 0:
        first_fixed = next(part for part in parts if part.share.kind is ShareKind.FIXED)
        raise RuleBroken("terms.exceeds_total", part=first_fixed.text, total=abs(total))
    amounts, rest = [], size
    for index in range(len(parts) - 1):
        # Rounding up many tiny shares must not take more than there is.
        amounts.append(min(rounded(named.get(index, balance)), rest))
        rest -= amounts[-1]
    return [Money(sign * minor, total.currency) for minor in [*amounts, rest]]


def _due_part(part: TermsPart, baseline: date | None, amount: Money, calendar: Calendar) -> DuePart:
    if baseline is None:
        return DuePart(None, amount, None)
    due_on = _walked(part, baseline, calendar)
    return DuePart(due_on, amount, (due_on - baseline).days)


def early_offer(
    terms: Terms, baseline: date | None, total: Money, calendar: Calendar = MONDAY_TO_FRIDAY
) -> Discount | None:
    """
    What terms take off a total that is paid early; None where they offer nothing.

    Raises, naming the part: terms.exceeds_total, terms.beyond_calendar, money.too_many_decimals.

    >>> early_offer(parse_terms("2/10 net 30"), date(2026, 10, 5), Money(10000, "CNY")).amount.minor
    200
    """
    discount = terms.discount
    if discount is None or baseline is None:
        return None
    size, sign = abs(total.minor), -1 if total.minor < 0 else 1
    off = rounded(discount.share.of(size, total.currency, discount.text))
    if off > size:
        raise RuleBroken("terms.exceeds_total", part=discount.text, total=abs(total))
    return Discount(_walked(discount, baseline, calendar), Money(sign * off, total.currency))


def _walked(part: TermsPart, baseline: date, calendar: Calendar) -> date:
    try:
        return walk(part.steps, baseline, calendar)
    except (OverflowError, ValueError) as beyond:
        raise RuleBroken("terms.beyond_calendar", part=part.text, baseline=baseline) from beyond
