"""The kinds of import files, in the order of import, each with who posts it and who writes it."""

from __future__ import annotations

from portal.base.work import Work
from portal.contracts.files.comparing import compared_contracts, compared_invoices
from portal.contracts.files.contracts import CONTRACT_COLUMNS, Contracts
from portal.core.ledger import Kind as EntryKind
from portal.credit.files.orders import ORDER_COLUMNS, Orders
from portal.credit.files.rates import RATE_COLUMNS, Rates
from portal.customers.files.masters import CONTACTS, CUSTOMERS
from portal.disputes.credit_requests import close_posted
from portal.imports.columns import Importer, Kind, Options, folded
from portal.invoices.files.deliveries import DELIVERY_COLUMNS, Deliveries
from portal.invoices.files.invoices import INVOICE_COLUMNS, Invoices
from portal.invoices.files.lines import LINE_COLUMNS, InvoiceLines
from portal.invoices.files.parts import PART_COLUMNS, InvoiceParts
from portal.payments.files.adjustments import ADJUSTMENT_COLUMNS, Adjustments
from portal.payments.files.allocations import ALLOCATION_COLUMNS, Allocations
from portal.payments.files.credits import (
    CREDIT_NOTE_COLUMNS,
    PAYMENT_COLUMNS,
    Credits,
    SettledInvoices,
)
from portal.promises.files.promises import PROMISE_COLUMNS, Promises


def _invoices(w: Work, options: Options) -> Importer:
    posting = Invoices(w, options, SettledInvoices(w, options.invoices_in_parts))
    return compared_invoices(w, posting)


def _parts(w: Work, options: Options) -> Importer:  # noqa: ARG001 - kinds are called alike
    return compared_invoices(w, InvoiceParts(w, SettledInvoices(w).apply_waiting))


def _lines(w: Work, options: Options) -> Importer:  # noqa: ARG001
    return compared_invoices(w, InvoiceLines(w))


def _contracts(w: Work, options: Options) -> Importer:
    return compared_contracts(w, Contracts(w, options))


def _payments(w: Work, options: Options) -> Importer:
    return Credits(w, options, EntryKind.PAYMENT)


def _credit_notes(w: Work, options: Options) -> Importer:
    # What a dispute was accepted for may have come with the file.
    return Credits(w, options, EntryKind.CREDIT_NOTE, close_posted)


def _allocations(w: Work, options: Options) -> Importer:  # noqa: ARG001
    return Allocations(w)


KINDS = (
    CUSTOMERS,
    CONTACTS,
    Kind("contracts", ("contract_id",), CONTRACT_COLUMNS, _contracts),
    Kind("orders", ("order_id",), ORDER_COLUMNS, Orders),
    Kind("deliveries", ("delivery_id",), DELIVERY_COLUMNS, Deliveries),
    Kind("invoices", ("invoice_id",), INVOICE_COLUMNS, _invoices),
    Kind("invoice_parts", ("invoice_id", "part"), PART_COLUMNS, _parts),
    Kind("invoice_lines", ("invoice_id", "line"), LINE_COLUMNS, _lines),
    Kind("credit_notes", ("credit_note_id",), CREDIT_NOTE_COLUMNS, _credit_notes),
    Kind("payments", ("payment_id",), PAYMENT_COLUMNS, _payments),
    Kind("adjustments", ("adjustment_id",), ADJUSTMENT_COLUMNS, Adjustments),
    Kind(
        "allocations",
        ("credit_id", "invoice_id", "allocated_on"),
        ALLOCATION_COLUMNS,
        _allocations,
    ),
    Kind("promises", ("promise_id",), PROMISE_COLUMNS, Promises),
    Kind("rates", ("rate_date", "from", "to"), RATE_COLUMNS, Rates),
)
_BY_NAME = {folded(kind.name): kind for kind in KINDS}


def find_kind(name: str) -> Kind | None:
    """The kind that a word or the name of a file means."""
    return _BY_NAME.get(folded(name))
