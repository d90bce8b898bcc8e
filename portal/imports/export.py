"""
The books written out in the formats of the import, so that reading them gives the same books.

These files are for machines: a cell that begins with `=` is written as it is, since a changed one
would not come back the same. What people open in a spreadsheet are lists, which guard such cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sqlalchemy import text

from portal.base.access import Denied, Permission, allows
from portal.base.work import Reader
from portal.contracts.files.contracts import CONTRACT_COLUMNS, written_contracts
from portal.credit.files.orders import ORDER_COLUMNS, written_orders
from portal.credit.files.rates import RATE_COLUMNS, written_rates
from portal.customers.files.masters import (
    CONTACT_COLUMNS,
    CUSTOMER_COLUMNS,
    written_contacts,
    written_customers,
)
from portal.imports.columns import Column
from portal.invoices.files.deliveries import DELIVERY_COLUMNS, written_deliveries
from portal.invoices.files.invoices import INVOICE_COLUMNS
from portal.invoices.files.lines import LINE_COLUMNS
from portal.invoices.files.parts import PART_COLUMNS
from portal.invoices.files.written import written_invoices, written_lines, written_parts
from portal.payments.files.adjustments import ADJUSTMENT_COLUMNS
from portal.payments.files.allocations import ALLOCATION_COLUMNS
from portal.payments.files.credits import CREDIT_NOTE_COLUMNS, PAYMENT_COLUMNS
from portal.payments.files.written import (
    written_adjustments,
    written_allocations,
    written_credit_notes,
    written_payments,
)
from portal.promises.files.promises import PROMISE_COLUMNS
from portal.promises.files.written import written_promises

Writer = Callable[[Reader], Iterator[tuple[object, ...]]]


def _names(columns: Iterable[Column], *, without: str = "") -> tuple[str, ...]:
    return tuple(column.name for column in columns if column.name != without)


#: File → its columns and who writes its rows, in the order of import.
FILES: dict[str, tuple[tuple[str, ...], Writer]] = {
    "customers.csv": (_names(CUSTOMER_COLUMNS), written_customers),
    "contacts.csv": (_names(CONTACT_COLUMNS), written_contacts),
    "contracts.csv": (_names(CONTRACT_COLUMNS), written_contracts),
    "orders.csv": (_names(ORDER_COLUMNS), written_orders),
    "deliveries.csv": (_names(DELIVERY_COLUMNS), written_deliveries),
    "invoices.csv": (_names(INVOICE_COLUMNS, without="settled_on"), written_invoices),
    "invoice_parts.csv": (_names(PART_COLUMNS), written_parts),
    "invoice_lines.csv": (_names(LINE_COLUMNS), written_lines),
    "credit_notes.csv": (_names(CREDIT_NOTE_COLUMNS, without="invoice_id"), written_credit_notes),
    "payments.csv": (_names(PAYMENT_COLUMNS, without="invoice_id"), written_payments),
    "adjustments.csv": (_names(ADJUSTMENT_COLUMNS), written_adjustments),
    "allocations.csv": (_names(ALLOCATION_COLUMNS), written_allocations),
    "promises.csv": (_names(PROMISE_COLUMNS), written_promises),
    "rates.csv": (_names(RATE_COLUMNS), written_rates),
}
#: What a reader of CSV would take for the end of a cell, or trim.
_NEEDS_QUOTES = re.compile(r'[",\r\n]|^\s|\s$')


def export_books(
    r: Reader, folder: Path, told: Callable[[str, int], object] = lambda *_: None
) -> dict[str, int]:
    """Writes every kind of file into a folder; the number of rows of each."""
    if not allows(r.actor, Permission.EXPORT_RUN):
        raise Denied(Permission.EXPORT_RUN)
    if r.session.get_bind().dialect.name == "postgresql":
        # All files show the books of one moment.
        r.session.execute(text("set transaction isolation level repeatable read"))
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, (columns, writer) in FILES.items():
        written[name] = _write(folder / name, columns, writer(r))
        told(name, written[name])
    return written


def _write(path: Path, columns: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(columns) + "\n")
        for row in rows:
            file.write(",".join(map(_cell, row)) + "\n")
            count += 1
    return count


def _cell(value: object) -> str:
    """
    A value as a cell of RFC 4180.

    >>> _cell("a,b"), _cell("=1+1"), _cell(7), _cell(None)
    ('"a,b"', '=1+1', '7', '')
    """
    if value is None:
        return ""
    written = str(value)
    if _NEEDS_QUOTES.search(written):
        return '"' + written.replace('"', '""') + '"'
    return written
