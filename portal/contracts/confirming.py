"""A person lets an invoice pass that differs from its contract, or sends it back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound, Permission
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.readable import readable
from portal.tables.contracts import InvoiceCheck
from portal.tables.customers import Customer
from portal.tables.invoices import Entry

LONGEST_COMMENT = 1_000


@dataclass(frozen=True)
class DecideInvoice:
    """What somebody decides about a held invoice, as it stood beside its contract on the page."""

    entry_id: int
    fingerprint: str
    comment: str = ""


def confirm_invoice(w: Work, c: DecideInvoice) -> None:
    """
    The invoice may go to its customer as it is; pressed twice by one person, once.

    Raises: invoice_check.not_in_this_state, invoice_check.changed.
    """
    _decide(w, c, "confirmed", frozenset({"held", "returned"}))


def return_invoice(w: Work, c: DecideInvoice) -> None:
    """
    The invoice goes back to be put right, and stays held until it is; the comment says what.

    Raises: invoice_check.not_in_this_state, invoice_check.changed, invoice_check.comment_missing.
    """
    if not readable(c.comment):
        raise RuleBroken("invoice_check.comment_missing", field="comment")
    _decide(w, c, "returned", frozenset({"held"}))


def _decide(w: Work, c: DecideInvoice, state: str, before: frozenset[str]) -> None:
    row = _locked(w, c.entry_id)
    if row.state == state and row.decided_by == w.actor.user_id:
        return
    if row.state not in before:
        raise RuleBroken("invoice_check.not_in_this_state")
    if row.fingerprint != c.fingerprint:
        raise RuleBroken("invoice_check.changed")
    row.state = state
    row.decided_by, row.decided_at = w.actor.user_id, w.now
    row.comment = c.comment.strip()[:LONGEST_COMMENT]
    w.session.flush()
    w.audit(
        f"invoice.{state}",
        f"invoice/{row.entry_id}",
        customer_id=row.customer_id,
        number=w.session.scalar(select(Entry.number).where(Entry.id == row.entry_id)),
        differences=row.differences,
        comment=row.comment,
    )


def _locked(w: Work, entry_id: int) -> InvoiceCheck:
    customer_id = w.session.scalar(
        select(InvoiceCheck.customer_id).where(InvoiceCheck.entry_id == entry_id)
    )
    if customer_id is None:
        raise NotFound("invoice")
    w.session.execute(select(Customer.id).where(Customer.id == customer_id).with_for_update())
    row = w.session.get_one(InvoiceCheck, entry_id, with_for_update=True, populate_existing=True)
    w.require(Permission.INVOICE_CONFIRM, row)
    return row
