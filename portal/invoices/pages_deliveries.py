"""What was delivered and has no invoice yet, at the desk: by customer, and delivery by delivery."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.customers.queries import get_customer
from portal.invoices.uninvoiced import (
    DeliveryFilter,
    DeliveryRow,
    get_delivery,
    list_by_customer,
    list_deliveries,
)
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard
from portal.web.lists import SheetFormat

deliveries = Blueprint("desk_deliveries", __name__, url_prefix="/desk")

STATES = ("late", "all")
#: What a spreadsheet can hold.
MOST_ROWS = 1_000_000


@deliveries.get("/deliveries")
@guard("customer.view")
def index() -> Response:
    """By customer; of one customer, or of what was searched for, each delivery."""
    asked = _asked()
    found: Any = list_deliveries(reader(), asked) if _is_each(asked) else None
    by_customer = None if found else list_by_customer(reader(), asked)
    shown: Any = found or by_customer
    return respond.page(
        "invoices/deliveries.html",
        fragments={"deliveries-part": "deliveries"},
        found=shown,
        is_each=found is not None,
        asked=asked,
        state="late" if asked.is_late else "all",
        states=[("late", _("Invoice overdue")), ("all", _("All"))],
        customer=lists.asked("customer"),
        chips=_chips(asked),
        pager=lists.pager(shown.page, shown.pages, shown.count, asked.per_page),
        sheets=lists.sheet_links("/desk/deliveries") if allows(actor(), "export.run") else [],
        days=reader().policy.invoice_within_days,
        today=reader().today,
    )


def _is_each(asked: DeliveryFilter) -> bool:
    return asked.customer_id is not None or bool(asked.text)


def _asked() -> DeliveryFilter:
    customer = lists.asked("customer")
    return DeliveryFilter(
        is_late=lists.asked("state", STATES) != "all",
        customer_id=reader().id_of("cu", customer) if customer else None,
        currency=lists.asked("currency"),
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: DeliveryFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    customer = lists.asked("customer")
    used = {
        "customer": get_customer(reader(), customer).row.name if customer else "",
        "currency": asked.currency,
        "q": asked.text,
    }
    return lists.chips(used)


@deliveries.get("/deliveries.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    head = [
        *(_("Delivery"), _("Customer"), _("Code"), _("Delivered"), _("Invoice by"), _("Currency")),
        *(_("Amount"), _("Order"), _("Received by"), _("Reference")),
    ]
    asked = replace(_asked(), page=1, per_page=MOST_ROWS)
    rows = (_cells(row) for row in list_deliveries(reader(), asked).rows)
    return lists.sheet(file_format, "deliveries", head, rows)


def _cells(row: DeliveryRow) -> Row:
    return (
        *(row.number, row.customer_name, row.customer_code, row.delivered_on, row.invoice_by),
        *(row.amount.currency, row.amount, row.order_code, row.received_by, row.reference),
    )


@deliveries.get("/deliveries/<ref>")
@guard("customer.view")
def show(ref: str) -> Response:
    r = reader()
    return respond.page("invoices/delivery.html", row=get_delivery(r, ref), today=r.today)
