"""
The statement as a frozen document: its equation, the order of its lines, its canonical bytes.

The bytes are what is hashed, shown, sealed and verified. They are compact JSON in UTF-8 with the
keys in the order in which `canonical` writes them, no escapes but JSON's own, dates ISO, amounts as
strings of whole minor units (`decimals` tells how many of them make a unit), lines as arrays under
the names in `columns`. A new shape gets a new name in `format`; old bytes stay readable. The second
shape holds besides what was delivered and not invoiced, and the wording.
What stands on a statement is the matter of `composition`.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from json.encoder import encode_basestring as _quoted
from typing import Any, NamedTuple

from portal.core.deliveries import Delivered
from portal.core.ledger import Kind
from portal.core.money import exponent
from portal.core.period import Period
from portal.core.wording import Clauses, Wording

FORMAT = "accord-statement/1"
#: With deliveries and wording.
FORMAT_2 = "accord-statement/2"

# Which entries make a sum of the equation, and the sign with which the sum counts their amounts.
SUMS: dict[str, tuple[tuple[Kind, ...], int]] = {
    "invoiced": ((Kind.INVOICE,), 1),
    "charged": ((Kind.CHARGE,), 1),
    "credited": ((Kind.CREDIT_NOTE,), -1),
    "received": ((Kind.PAYMENT,), -1),
    "discounted": ((Kind.DISCOUNT,), -1),
    "refunded": ((Kind.REFUND, Kind.RETURNED_PAYMENT), 1),
    "adjusted": ((Kind.TRANSFER, Kind.ADJUSTMENT, Kind.OPENING), 1),
}
COLUMNS = (
    "date",
    "kind",
    "document",
    "reference",
    "due_on",
    "parts",
    "amount",
    "balance",
    "late",
)
_WORDS = {int(kind): f'"{kind.word}"' for kind in Kind if not kind.is_memo}
_KINDS = {kind.word: kind.shown for kind in Kind if not kind.is_memo}

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Sums:
    """
    The terms of the statement's equation, in minor units.

    Rule: R37 — closing = opening + invoiced + charged + refunded + adjusted − credited − received
    − discounted (INTERFACES 5).

    >>> Sums(opening_minor=10000, invoiced_minor=5000, received_minor=12000).closing_minor
    3000
    """

    opening_minor: int = 0
    invoiced_minor: int = 0
    charged_minor: int = 0
    credited_minor: int = 0
    received_minor: int = 0
    discounted_minor: int = 0
    refunded_minor: int = 0
    adjusted_minor: int = 0

    @property
    def closing_minor(self) -> int:
        """What is owed at the end of the period."""
        debits = self.invoiced_minor + self.charged_minor + self.refunded_minor
        credits_ = self.credited_minor + self.received_minor + self.discounted_minor
        return self.opening_minor + debits + self.adjusted_minor - credits_


class Line(NamedTuple):
    """
    One document on a statement; a row of SQL in this order serves as well.

    `due_on` is the first open part's, `parts` how many parts it falls due in (0 for a credit).
    """

    dated_on: date
    kind: int
    document: str
    reference: str | None
    due_on: date | None
    parts: int
    amount_minor: int
    balance_minor: int
    late: bool

    @property
    def debit_minor(self) -> int:
        """What the line adds to what is owed, or 0."""
        return max(self.amount_minor, 0)

    @property
    def credit_minor(self) -> int:
        """What the line takes off what is owed, or 0."""
        return max(-self.amount_minor, 0)


class Party(NamedTuple):
    """A side of the statement, as named when it was issued; the supplier's code is empty."""

    code: str
    name: str
    tax_id: str


@dataclass(frozen=True, slots=True)
class Head:
    """Everything on a statement but its lines, amounts in minor units."""

    number: str
    version: int
    supplier: Party
    customer: Party
    currency: str
    period: Period
    issued_on: date
    confirm_by: date
    policy_version: int | None
    sums: Sums
    buckets: tuple[tuple[str, int], ...]
    unapplied_minor: int
    disputed_minor: int
    #: What was delivered and not invoiced by the period's end.
    delivered_minor: int = 0
    #: Whether that belongs to the balance that is to be confirmed, or stands beside it.
    counts_deliveries: bool = False
    #: None on statements of the first shape.
    wording: Wording | None = None

    @property
    def to_confirm_minor(self) -> int:
        """
        The balance that the customer is asked to confirm.

        Rule: R91 — the ledger's closing balance; where deliveries count, it and what was delivered
        and not invoiced (S-070, UX C4).
        """
        return self.sums.closing_minor + (self.delivered_minor if self.counts_deliveries else 0)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it was frozen."""

    head: Head
    lines: tuple[Line, ...]
    deliveries: tuple[Delivered, ...] = ()


def line_order(dated_on: date, kind: int, document: str) -> tuple[date, int, str]:
    """
    The key that lines are sorted by: date, kind as shown, document by code point.

    Rule: R38 — the same lines stand in the same order on both databases (INTERFACES 5).

    >>> line_order(date(2026, 5, 1), 1, "a") > line_order(date(2026, 5, 1), 1, "B")
    True
    """
    return (dated_on, Kind(kind).shown, document)


def canonical(
    head: Head, lines: Iterable[tuple[Any, ...]], deliveries: Iterable[tuple[Any, ...]] = ()
) -> bytes:
    """
    The bytes of a statement: the same inputs give the same bytes, on whatever database.

    Rule: R39 — the frozen payload is canonical bytes, so that one changed byte is found
    (S-081, EVIDENCE 3).
    """
    sums = head.sums
    document = {
        "format": FORMAT_2 if head.wording else FORMAT,
        "number": head.number,
        "version": head.version,
        "supplier": head.supplier,
        "customer": head.customer,
        "currency": head.currency,
        "decimals": exponent(head.currency),
        "period": [str(head.period.from_on), str(head.period.to_on)],
        "issued_on": str(head.issued_on),
        "confirm_by": str(head.confirm_by),
        "policy_version": head.policy_version,
        "opening": str(sums.opening_minor),
        "invoiced": str(sums.invoiced_minor),
        "charged": str(sums.charged_minor),
        "credited": str(sums.credited_minor),
        "received": str(sums.received_minor),
        "discounted": str(sums.discounted_minor),
        "refunded": str(sums.refunded_minor),
        "adjusted": str(sums.adjusted_minor),
        "closing": str(sums.closing_minor),
        "ageing": [[name, str(minor)] for name, minor in head.buckets],
        "unapplied": str(head.unapplied_minor),
        "disputed": str(head.disputed_minor),
        **(_second_shape(head, deliveries) if head.wording else {}),
        "columns": COLUMNS,
    }
    body = ",".join(map(_canonical_line, lines))
    return f'{_encode(document)[:-1]},"lines":[{body}]}}'.encode()


def _second_shape(head: Head, deliveries: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    wording = head.wording
    assert wording is not None
    return {
        "delivered_not_invoiced": str(head.delivered_minor),
        "deliveries_stand": "inside" if head.counts_deliveries else "beside",
        "deliveries": [
            [str(day), number, order or "", reference or "", received_by or "", str(minor)]
            for day, number, order, reference, received_by, minor in deliveries
        ],
        "wording": {
            "law": wording.law,
            "for_checking_only": wording.for_checking_only,
            "texts": wording.texts,
        },
    }


def sha256_of(payload: bytes) -> str:
    """
    The fingerprint of canonical bytes.

    >>> sha256_of(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(payload).hexdigest()


@lru_cache(maxsize=16)  # each answer on a line asks for the same frozen bytes
def read_statement(payload: bytes | str) -> Statement:
    """The statement that canonical bytes hold; ValueError where they are none or do not add up."""
    said = json.loads(payload)
    if said.get("format") not in {FORMAT, FORMAT_2}:
        raise ValueError(f"a statement in the format {said.get('format')}")
    deliveries = tuple(_delivered(cells) for cells in said.get("deliveries", ()))
    lines = tuple(_line(cells) for cells in said["lines"])
    statement = Statement(_head(said), lines, deliveries)
    assert_adds_up(statement)
    if int(said["closing"]) != statement.head.sums.closing_minor:
        raise ValueError(f"statement {said['number']} closes with another sum")
    return statement


def assert_adds_up(statement: Statement) -> None:
    """
    Raise ValueError where a statement's parts contradict one another.

    Rule: R40 — opening + Σ lines = closing, line by line; Σ ageing − unapplied = closing; the
    deliveries sum to what is delivered and not invoiced (SECURITY 4.22).
    """
    head, lines = statement.head, statement.lines
    closing = head.sums.closing_minor
    before = [head.sums.opening_minor, *(line.balance_minor for line in lines)]
    running = all(
        balance + line.amount_minor == line.balance_minor
        for balance, line in zip(before, lines, strict=False)
    )
    aged = sum(minor for _, minor in head.buckets)
    ordered = all(line_order(*one[:3]) <= line_order(*next_[:3]) for one, next_ in pairwise(lines))
    if not (running and before[-1] == closing and aged - head.unapplied_minor == closing):
        raise ValueError(f"statement {head.number} does not add up")
    if sum(each.amount_minor for each in statement.deliveries) != head.delivered_minor:
        raise ValueError(f"statement {head.number} has deliveries of another sum")
    if not ordered:
        raise ValueError(f"statement {head.number} has lines out of order")


@cache
def _quoted_day(day: date | None) -> str:
    return "null" if day is None else f'"{day}"'


def _canonical_line(row: tuple[Any, ...]) -> str:
    # Written by hand and with cached dates: a month of a large book has a million lines, and the
    # general encoder takes three times as long for the same bytes.
    dated_on, kind, document, reference, due_on, parts, amount_minor, balance_minor, late = row
    return (
        f"[{_quoted_day(dated_on)},{_WORDS[kind]},{_quoted(document)},{_quoted(reference or '')},"
        f"{_quoted_day(due_on)},{parts},"
        f'"{amount_minor}","{balance_minor}",{"true" if late else "false"}]'
    )


def _head(said: dict[str, Any]) -> Head:
    terms = ("opening", *SUMS)
    return Head(
        number=said["number"],
        version=said["version"],
        supplier=Party(*said["supplier"]),
        customer=Party(*said["customer"]),
        currency=said["currency"],
        period=Period(*map(date.fromisoformat, said["period"])),
        issued_on=date.fromisoformat(said["issued_on"]),
        confirm_by=date.fromisoformat(said["confirm_by"]),
        policy_version=said["policy_version"],
        sums=Sums(**{f"{term}_minor": int(said[term]) for term in terms}),
        buckets=tuple((name, int(minor)) for name, minor in said["ageing"]),
        unapplied_minor=int(said["unapplied"]),
        disputed_minor=int(said["disputed"]),
        delivered_minor=int(said.get("delivered_not_invoiced", 0)),
        counts_deliveries=said.get("deliveries_stand") == "inside",
        wording=_wording(said["wording"]) if "wording" in said else None,
    )


def _wording(said: dict[str, Any]) -> Wording:
    texts = {language: Clauses(*clauses) for language, clauses in said["texts"].items()}
    return Wording(said["law"], said["for_checking_only"], texts)


def _delivered(cells: list[str]) -> Delivered:
    day, number, order, reference, received_by, minor = cells
    return Delivered(date.fromisoformat(day), number, order, reference, received_by, int(minor))


def _line(cells: list[Any]) -> Line:
    dated_on, kind, document, reference, due_on, parts, amount, balance, late = cells
    return Line(
        dated_on=date.fromisoformat(dated_on),
        kind=_KINDS[kind],
        document=document,
        reference=reference,
        due_on=date.fromisoformat(due_on) if due_on else None,
        parts=parts,
        amount_minor=int(amount),
        balance_minor=int(balance),
        late=late,
    )
