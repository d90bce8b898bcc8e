"""What the states of invoices and the kinds of credits are called, on pages and in files alike."""

from __future__ import annotations

from portal.base.language import N_, ngettext
from portal.base.language import gettext as _
from portal.core.ledger import Kind
from portal.invoices.rows import InvoiceRow

KINDS = {
    Kind.INVOICE.word: N_("Invoice"),
    Kind.CHARGE.word: N_("Debit note"),
    Kind.CREDIT_NOTE.word: N_("Credit note"),
    Kind.PAYMENT.word: N_("Payment"),
    Kind.DISCOUNT.word: N_("Discount"),
    Kind.REFUND.word: N_("Refund"),
    Kind.RETURNED_PAYMENT.word: N_("Returned payment"),
    Kind.TRANSFER.word: N_("Transfer"),
    Kind.ADJUSTMENT.word: N_("Adjustment"),
}
STATES = {
    "open": N_("Open"),
    "overdue": N_("Overdue"),
    "disputed": N_("Disputed"),
    "promised": N_("Promised"),
    "paid": N_("Paid"),
}


def kind_name(word: str) -> str:
    """A kind of document, in the language of the moment."""
    return _(KINDS[word])


def state_name(state: str) -> str:
    """A state of invoices, in the language of the moment."""
    return _(STATES[state])


def state_of(row: InvoiceRow) -> tuple[str, str]:
    """Where an invoice stands, in words, and the tone: `12 days late`, bad."""
    late = row.days_late or 0
    if row.state == "paid":
        return _("Paid"), "ok"
    if row.state == "disputed":
        return _("Disputed"), "info"
    if late > 0:
        return ngettext("%(num)s day late", "%(num)s days late", late), "bad"
    if row.due_on is not None and late == 0:
        return _("Due today"), "warn"
    return _("Open"), "neutral"
