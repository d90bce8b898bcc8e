"""Orders at the desk: the held ones first, why, and what can be done; may we ship?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response

from portal.base import formats
from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.core.credit_book import last_day_of_release
from portal.credit import names
from portal.credit.checking import AskCheck, check
from portal.credit.order_list import (
    STATES,
    OrderFilter,
    OrderRow,
    get_order,
    history_of,
    list_orders,
    order_of_release,
    releases_of,
)
from portal.credit.orders import ask_again
from portal.credit.pages_order_forms import ReleaseForm
from portal.credit.releases import WithdrawRelease, request_release, withdraw_release
from portal.customers.queries import get_customer
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.lists import SheetFormat

orders = Blueprint("desk_orders", __name__, url_prefix="/desk/credit")

#: What a spreadsheet can hold.
MOST_ROWS = 1_000_000
#: A release is asked for a week unless somebody says otherwise.
USUAL_DAYS = 7


@orders.get("/orders")
@guard("credit.view")
def index() -> Response:
    asked = _asked()
    found = list_orders(reader(), asked)
    return respond.page(
        "credit/orders.html",
        fragments={"orders-part": "orders"},
        found=found,
        asked=asked,
        state=asked.state or "all",
        states=list(_states().items()),
        customer=lists.asked("customer"),
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        sheets=lists.sheet_links("/desk/credit/orders") if allows(actor(), "export.run") else [],
        may_ask=allows(actor(), "credit.check"),
        names=names,
    )


def _states() -> dict[str, str]:
    return {
        "waiting": _("Held or refused"),
        "released": _("Released"),
        "allowed": _("May be shipped"),
        "unasked": _("Not asked yet"),
        "closed": _("Closed"),
        "all": _("All"),
    }


def _asked() -> OrderFilter:
    state = lists.asked("state", STATES) or "waiting"
    customer = lists.asked("customer")
    return OrderFilter(
        state="" if state == "all" else state,
        customer_id=reader().id_of("cu", customer) if customer else None,
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: OrderFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    customer = lists.asked("customer")
    used = {
        "customer": get_customer(reader(), customer).row.name if customer else "",
        "q": asked.text,
        "state": "" if asked.state == "waiting" else _states()[asked.state or "all"],
    }
    return lists.chips(used)


@orders.get("/orders.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    asked = replace(_asked(), page=1, per_page=MOST_ROWS)
    head = [
        *(_("Order"), _("Customer"), _("Code"), _("Ordered on"), _("Currency"), _("Amount")),
        *(_("State"), _("Released until"), _("Why"), _("Asked by"), _("Asked on")),
    ]
    rows = (_cells(row) for row in list_orders(reader(), asked).rows)
    return lists.sheet(file_format, "orders", head, rows)


def _cells(row: OrderRow) -> Row:
    decided = row.status if row.status != "open" else row.decision
    word = (names.status_of if row.status != "open" else names.decision_of)(decided)[0]
    asked_on = row.asked_at.date() if row.asked_at else None
    return (
        *(row.code, row.customer_name, row.customer_code, row.ordered_on, row.amount.currency),
        *(row.amount, word, row.released_until, formats.together(names.reasons_said(row.reasons))),
        *(row.asked_by, asked_on),
    )


# ── One order ────────────────────────────────────────────────────────────────


@orders.get("/orders/<ref>")
@guard("credit.view")
def show(ref: str) -> Response:
    return _shown(get_order(reader(), ref))


def _shown(order: OrderRow, form: Form | None = None) -> Response:
    r = reader()
    is_open = order.status == "open"
    asked = AskCheck(order.customer_id, order.amount, order.code)
    checked = check(r, asked, r.today) if is_open else None
    latest = last_day_of_release(r.today)
    usual = r.today + dt.timedelta(days=USUAL_DAYS)
    may_release = order.decision == "hold" and is_open and not order.is_release_asked
    return respond.page(
        "credit/order.html",
        form.status if form else 200,
        order=order,
        form=form or (ReleaseForm(is_fresh=True, until_on=usual) if may_release else None),
        is_wrong=form is not None,
        latest=latest,
        checked=checked,
        history=history_of(r, order),
        releases=releases_of(r, order),
        may=_may(),
        names=names,
        part_name=names.part_name,
    )


def _may() -> dict[str, bool]:
    known = {"ask": "credit.check", "release": "credit.release"}
    return {name: allows(actor(), permission) for name, permission in known.items()}


@orders.post("/orders/<ref>/question")
@guard("credit.check")
def ask(ref: str) -> Response:
    order, form = get_order(reader(), ref), Form()
    if not respond.attempt(form, ask_again, order.id):
        return _shown(get_order(reader(), ref), form)
    word, tone = names.decision_of(form.outcome.decision)
    respond.say(_("Order %(order)s: %(answer)s", order=order.code, answer=word), _tone(tone))
    return respond.see_other(".show", ref=ref)


def _tone(tone: str) -> str:
    return tone if tone == "ok" else "warn"


@orders.post("/orders/<ref>/release")
@guard("credit.release")
def release(ref: str) -> Response:
    order, form = get_order(reader(), ref), ReleaseForm()
    if form.validate() and respond.attempt(form, request_release, form.command(order.id)):
        respond.say(_("A colleague decides about the release. Until then the order is held."))
        return respond.see_other(".show", ref=ref)
    return _shown(get_order(reader(), ref), form)


@orders.get("/releases/<ref>")
@guard("credit.view")
def released(ref: str) -> Response:
    """Where a request for approval leads: to its order."""
    return respond.see_other(".show", ref=order_of_release(reader(), ref))


@orders.post("/releases/<ref>/withdrawal")
@guard("credit.release")
def withdraw(ref: str) -> Response:
    r, form = reader(), Form()
    order_ref = order_of_release(r, ref)
    command: Any = WithdrawRelease(r.id_of("rl", ref))
    if not respond.attempt(form, withdraw_release, command):
        return _shown(get_order(reader(), order_ref), form)
    respond.say(_("The release is not asked for any longer."))
    return respond.see_other(".show", ref=order_ref)
