"""What is promised of one document, for its page."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound, visible_to
from portal.base.work import Reader
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.tables.invoices import Entry


@dataclass(frozen=True, slots=True)
class InvoicePromises:
    """A document's number, and the promises that cover something of it, the newest day first."""

    number: str
    rows: tuple[PromiseRow, ...]


def promises_of_invoice(r: Reader, ref: str) -> InvoicePromises:
    """The promises about a document; `NotFound` where it is not the reader's."""
    entry_id = r.id_of("iv", ref)
    named = visible_to(select(Entry.number, Entry.customer_id), r.actor, Entry.customer_id)
    found = r.session.execute(named.where(Entry.id == entry_id)).first()
    if found is None:
        raise NotFound(ref)
    rows = list_promises(r, PromiseFilter(found.customer_id, entry_id=entry_id))
    return InvoicePromises(found.number, tuple(reversed(rows)))
