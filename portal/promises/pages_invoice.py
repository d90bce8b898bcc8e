"""The promises of one invoice: a page of its own, and a part of the invoice's page."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.promises.names import state_of
from portal.promises.of_invoice import promises_of_invoice
from portal.web import respond
from portal.web.current import reader
from portal.web.guard import guard

promised = Blueprint("promised", __name__)


@promised.get("/invoices/<ref>/promises")
@guard("promise.view")
def of_invoice(ref: str) -> Response:
    r = reader()
    return respond.page(
        "promises/of_invoice.html",
        fragments={"promised-part": "promised"},
        found=promises_of_invoice(r, ref),
        ref=ref,
        state_of=state_of,
        today=r.today,
    )
