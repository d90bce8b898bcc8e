"""
What was sent about one invoice: a page of its own, and a part of the invoice's page.

The house sees there too where it stands on its ladder, and what comes next.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from portal.base.access import allows
from portal.escalation.names import WAYS, channel_name
from portal.escalation.notices import names
from portal.escalation.notices.queries import notices_of_entry
from portal.escalation.queries import next_steps_of, steps_of_invoice
from portal.invoices.queries import get_invoice
from portal.invoices.rows import InvoiceRow
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.guard import guard

told = Blueprint("invoice_notices", __name__)


@told.get("/invoices/<ref>/notices")
@guard("notice.view")
def of_invoice(ref: str) -> Response:
    r = reader()
    row = get_invoice(r, ref).row
    return respond.page(
        "escalation/notices/of_invoice.html",
        fragments={"told-part": "told"},
        rows=notices_of_entry(r, row.id),
        number=row.number,
        ref=ref,
        names=names,
        channel_name=channel_name,
        chased=_chased(row) if allows(actor(), "escalation.view") else None,
    )


def _chased(row: InvoiceRow) -> dict[str, Any]:
    """What the ladder did about an invoice, and what it does next about its account."""
    r = reader()
    coming = next_steps_of(r, row.customer_id) if row.open.minor else []
    return {
        "steps": steps_of_invoice(r, row.id),
        "ways": WAYS,
        "next": next((each for each in coming if each.currency == row.open.currency), None),
        "customer_ref": r.refs.of("cu", row.customer_id),
        "customer_name": row.customer_name,
    }
