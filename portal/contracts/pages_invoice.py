"""The documents behind an invoice: a page of its own, and a part of the invoice's page."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base.language import gettext as _
from portal.contracts import names
from portal.contracts.documents import Documents, documents_of
from portal.web import respond
from portal.web.current import reader
from portal.web.guard import guard

chain = Blueprint("desk_invoice_chain", __name__, url_prefix="/desk/invoices")

#: What of a contract letters quote.
QUOTED = ("payment_terms", "late_interest_rate", "breach_liability", "collection_manner")


@chain.get("/<ref>/documents")
@guard("contract.view")
def show(ref: str) -> Response:
    found = documents_of(reader(), ref)
    return respond.page(
        "contracts/documents.html",
        fragments={"chain-part": "chain"},
        found=found,
        ref=ref,
        clauses=_clauses(found),
        missing=[_missing()[each] for each in found.missing],
        acts={"opened": _("opened"), "downloaded": _("downloaded"), "mailed": _("mailed")},
        statuses={"open": _("open"), "closed": _("closed"), "cancelled": _("cancelled")},
    )


def _clauses(found: Documents) -> list[tuple[str, str]]:
    """The contract's words that a letter can quote, as they held on the invoice's date."""
    said = found.clauses
    return [
        (names.field_name(name), names.value_said(name, said[name]))
        for name in QUOTED
        if said.get(name)
    ]


def _missing() -> dict[str, str]:
    return {
        "contract": _("The invoice names no contract."),
        "contract_unknown": _("Its contract is not kept here."),
        "order": _("The invoice names no order."),
        "order_unknown": _("Its order is not in the books."),
        "delivery": _("No delivery is known."),
        "received_by": _("A delivery does not say who received it."),
        "receipt": _("Nothing shows yet that the customer has the invoice."),
    }
