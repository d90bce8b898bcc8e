"""Two books for tests: a statement from a few words, and the customer's rows beside it."""

from datetime import date
from random import Random

from portal.core.comparison import OwnBooks, OwnRow
from portal.core.period import Period
from portal.core.statement import Head, Line, Party, Statement, Sums

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))


def day(number: int) -> date:
    return date(2026, 10, number)


def line(document: str, minor: int, on: int = 5, reference: str = "") -> Line:
    kind = 1 if minor > 0 else 4
    return Line(day(on), kind, document, reference, None, 1, minor, 0, late=False)


def statement(*lines: Line, opening: int = 0) -> Statement:
    """The lines with their running balance, whatever the order they were given in."""
    balance, written = opening, []
    for each in lines:
        balance += each.amount_minor
        written.append(each._replace(balance_minor=balance))
    debits = sum(each.debit_minor for each in lines)
    credits_ = sum(each.credit_minor for each in lines)
    head = Head(
        number="202610-C1-CNY",
        version=1,
        supplier=Party("", "Accord", ""),
        customer=Party("C1", "Huadong", ""),
        currency="CNY",
        period=OCTOBER,
        issued_on=date(2026, 11, 4),
        confirm_by=date(2026, 11, 9),
        policy_version=None,
        sums=Sums(opening, invoiced_minor=debits, received_minor=credits_),
        buckets=(),
        unapplied_minor=0,
        disputed_minor=0,
    )
    return Statement(head, tuple(written))


def row(number: int, document: str, minor: int, on: int | None = 5, **more: str) -> OwnRow:
    reference, text = more.get("reference", ""), more.get("text", "")
    return OwnRow(number, on and day(on), document, reference, minor, text)


def books(*rows: OwnRow, opening: int | None = None, closing: int | None = None) -> OwnBooks:
    return OwnBooks(rows, opening, closing)


def mirrored(ours: Statement, theirs: OwnBooks) -> tuple[Statement, OwnBooks]:
    """The customer's rows as our statement, and our lines as their rows."""
    opening = theirs.opening_minor or 0
    lines = [
        Line(
            each.on or day(1), 1, each.number, each.reference, None, 1, each.amount_minor, 0, False
        )
        for each in theirs.rows
    ]
    rows = [
        OwnRow(seq, each.dated_on, each.document, each.reference or "", each.amount_minor)
        for seq, each in enumerate(ours.lines, start=1)
    ]
    sums = ours.head.sums
    return statement(*lines, opening=opening), books(
        *rows, opening=sums.opening_minor, closing=sums.closing_minor
    )


def shuffled(theirs: OwnBooks, seed: int) -> OwnBooks:
    rows = list(theirs.rows)
    Random(seed).shuffle(rows)
    return books(*rows, opening=theirs.opening_minor, closing=theirs.closing_minor)
