"""
Deliveries whose invoice is still to come: they are owed for, but stand in no ledger yet.

Dealers reconcile before the invoice is there; what is said to them of a delivery is here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from portal.core.ledger import Account, Entry, Kind


class Delivered(NamedTuple):
    """A delivery as a statement lists it; a row of SQL in this order serves as well."""

    delivered_on: date
    number: str
    order: str | None
    reference: str | None
    received_by: str | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery in the books, and the invoice that bills it where one is known."""

    account: Account
    delivered: Delivered
    invoice: str | None = None


def not_invoiced(
    deliveries: Iterable[Delivery], entries: Iterable[Entry], account: Account, until: date
) -> tuple[Delivered, ...]:
    """
    The deliveries of an account that no invoice bills by the end of a day, by day and number.

    Rule: R88 — delivered and not invoiced is what was delivered up to the day and whose invoice is
    not named, not posted or dated later; it stands beside the balance, never in the ledger's
    equation (INTERFACES 5, S-070).

    >>> from portal.core.money import Money
    >>> mine = Account("C1", "CNY")
    >>> one = Delivered(date(2026, 5, 3), "DN-1", None, None, None, 500)
    >>> bill = Entry(1, "C1", Kind.INVOICE, "I-1", date(2026, 6, 2), Money(500, "CNY"))
    >>> [
    ...     len(not_invoiced([Delivery(mine, one, "I-1")], [bill], mine, date(2026, month, 30)))
    ...     for month in (5, 6)
    ... ]
    [1, 0]
    """
    billed = {
        entry.number for entry in entries if entry.kind is Kind.INVOICE and entry.dated_on <= until
    }
    found = [
        each.delivered
        for each in deliveries
        if each.account == account
        and each.delivered.delivered_on <= until
        and each.invoice not in billed
    ]
    return tuple(sorted(found, key=lambda each: each[:2]))


def invoice_by(delivered_on: date, within_days: int) -> date:
    """
    The last day on which the invoice of a delivery is in time; from the next one on it is late.

    Rule: R206 — what was delivered is invoiced within so many days, the day of the delivery not
    counted; later it stands on a list and makes a task, which closes with the invoice (S-064).

    >>> invoice_by(date(2026, 5, 3), 7)
    datetime.date(2026, 5, 10)
    """
    return delivered_on + timedelta(days=within_days)


def late_since(on: date, within_days: int) -> date:
    """
    Whatever was delivered before this day and has no invoice on a day `on` is late.

    >>> late_since(date(2026, 5, 11), 7)
    datetime.date(2026, 5, 4)
    """
    return on - timedelta(days=within_days)
