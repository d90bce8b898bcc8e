"""The promises of one invoice: a page of its own, and a part of the invoice's page."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.promises.names import state_of
from portal.promises.of_invoice import promises_of_invoice
from portal.web import respond
from portal.web.current import reader
from portal.web.guard import guard

promised = Blueprint("promised", __name__)

#: More than these are chosen on the page that they lead to.
MOST_CHOSEN = 200


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


@promised.post("/promises/choice")
@guard("promise.make")
def choose() -> Response:
    """From the rows ticked in a list of invoices to the page that promises them."""
    chosen = request.form.getlist("chosen")[:MOST_CHOSEN]
    return respond.see_other("promising.new", invoice=chosen)
