"""Invoices that differ from their contract: the held ones first, and one beside its contract."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.contracts import names
from portal.contracts.check_queries import (
    STATES,
    WINDOW_DAYS,
    CheckFilter,
    CheckRow,
    check_figures,
    get_check,
    list_checks,
)
from portal.contracts.confirming import confirm_invoice, return_invoice
from portal.contracts.forms import DecideForm
from portal.contracts.queries import find_contract, said_on
from portal.core.contract_check import ASPECTS
from portal.customers.queries import get_customer
from portal.invoices.queries import get_invoice
from portal.tables.contracts import Contract
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard

checks = Blueprint("desk_invoice_checks", __name__, url_prefix="/desk/invoice-checks")

#: What of a contract stands beside an invoice.
COMPARED = ("starts_on", "ends_on", "payment_terms", "currency", "price_list")
ACTS = {"confirm": confirm_invoice, "return": return_invoice}


@checks.get("")
@guard("contract.view")
def index() -> Response:
    r, asked = reader(), _asked()
    found = list_checks(r, asked)
    return respond.page(
        "contracts/checks.html",
        fragments={"checks-part": "rows"},
        found=found,
        asked=asked,
        states=list(_state_names().items()),
        aspects=[("", _("All")), *((each, names.aspect_name(each)) for each in ASPECTS)],
        customer=lists.asked("customer"),
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        names=names,
        figures=[] if respond.asks_for("checks-part") else _figures(r),
    )


def _state_names() -> dict[str, str]:
    return {
        "held": _("Held or returned"),
        "returned": _("Returned"),
        "confirmed": _("Confirmed"),
        "fits": _("Fit"),
        "all": _("All"),
    }


def _asked() -> CheckFilter:
    customer = lists.asked("customer")
    return CheckFilter(
        state=lists.asked("state", STATES) or "held",
        text=lists.asked("q"),
        aspect=lists.asked("aspect", ASPECTS),
        customer_id=reader().id_of("cu", customer) if customer else None,
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: CheckFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    customer = lists.asked("customer")
    used = {
        "customer": get_customer(reader(), customer).row.name if customer else "",
        "q": asked.text,
        "state": "" if asked.state == "held" else _state_names()[asked.state],
        "aspect": names.aspect_name(asked.aspect) if asked.aspect else "",
    }
    return lists.chips(used)


def _figures(r: Reader) -> list[tuple[str, Any, dict[str, Any]]]:
    """What stands at the head: what waits, and how many were sent back."""
    found = check_figures(r)
    lately = {"note": _("last %(days)s days", days=WINDOW_DAYS)}
    shown: list[tuple[str, Any, dict[str, Any]]] = [
        (_("Held"), str(found.held), {"key": True}),
        (_("Returned, not put right yet"), str(found.returned), {}),
        (_("Compared"), str(found.compared), lately),
    ]
    rate = found.return_rate
    if rate is not None:
        share = _("%(share)s %%", share=f"{rate / 10:.1f}")
        shown.append((_("Return rate"), share, lately))
    return shown


@checks.get("/<ref>")
@guard("contract.view")
def show(ref: str) -> Response:
    row = get_check(reader(), ref)
    return _page(row, DecideForm(fingerprint=row.fingerprint))


@checks.post("/<ref>/<any(confirm, return):act>")
@guard("invoice.confirm")
def decide(ref: str, act: str) -> Response:
    row, form = get_check(reader(), ref), DecideForm()
    if form.validate() and respond.attempt(form, ACTS[act], form.command(row.entry_id)):
        told = {
            "confirm": _(
                "Invoice %(number)s is confirmed: its customer gets it.", number=row.number
            ),
            "return": _("Invoice %(number)s is returned to be put right.", number=row.number),
        }
        respond.say(told[act])
        return respond.see_other(".index")
    return _page(get_check(reader(), ref), form, form.status)


def _page(row: CheckRow, form: DecideForm, status: int = 200) -> Response:
    r = reader()
    view = get_invoice(r, row.ref)
    contract = find_contract(r, row.customer_id, row.contract_code)
    form.fingerprint.data = row.fingerprint
    return respond.page(
        "contracts/check.html",
        status,
        row=row,
        view=view,
        agreed=_agreed(r, row, contract),
        form=form,
        names=names,
        by_line={
            line: [each for each in row.differences if each.line == line]
            for line in {each.line for each in row.differences}
        },
        may_decide=allows(actor(), "invoice.confirm"),
    )


def _agreed(r: Reader, row: CheckRow, contract: Contract | None) -> list[tuple[str, str]]:
    """What of a contract an invoice is compared with, as it read on the invoice's date."""
    if contract is None:
        return []
    said = said_on(r, contract, row.dated_on)
    said["starts_on"] = contract.starts_on
    return [(names.field_name(each), names.value_said(each, said[each])) for each in COMPARED]
