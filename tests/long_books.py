"""Books that make long pages: one customer with thousands of lines, thousands of customers."""

import datetime as dt

from portal.core.ledger import Book, Entry, Kind, Part
from portal.core.money import Money
from portal.core.period import Month

EACH = dt.timedelta(days=30)


def long_book(code: str, lines: int, month: Month, first_id: int) -> Book:
    """A customer with so many documents in a month: four invoices, then a payment."""
    entries, parts = [], []
    for number in range(1, lines + 1):
        day = month.first_on + dt.timedelta(days=number % 28)
        kind = Kind.PAYMENT if number % 5 == 0 else Kind.INVOICE
        amount = Money(-(1_000_00 + number) if kind is Kind.PAYMENT else 300_00 + number, "CNY")
        name = f"{code}-{number:05}"
        entry = Entry(first_id + number, code, kind, name, day, amount, f"PO-{number}")
        entries.append(entry)
        if kind is Kind.INVOICE:
            parts.append(Part(entry.id, 1, day + EACH, amount))
    return Book(tuple(entries), tuple(parts))


def many_customers(count: int, month: Month, first_id: int) -> Book:
    """So many customers with an invoice each."""
    entries = tuple(
        Entry(
            first_id + number,
            f"M{number:05}",
            Kind.INVOICE,
            f"M-{number:05}",
            month.first_on,
            Money(100_00 + number, "CNY"),
            "",
        )
        for number in range(1, count + 1)
    )
    return Book(entries, tuple(Part(e.id, 1, e.dated_on + EACH, e.amount) for e in entries))
