"""What was sent about one invoice: a page of its own, and a part of the invoice's page."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.escalation.names import channel_name
from portal.escalation.notices import names
from portal.escalation.notices.queries import notices_of_entry
from portal.invoices.queries import get_invoice
from portal.web import respond
from portal.web.current import reader
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
    )
