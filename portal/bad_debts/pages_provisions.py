"""Provisions at the desk: the matrix of a day, single rates, what was posted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response

from portal.bad_debts import names
from portal.bad_debts.expected import expected_parts
from portal.bad_debts.exposed import SpecificRow
from portal.bad_debts.forms import PostForm, SpecificForm
from portal.bad_debts.history import history_of, matrix_text
from portal.bad_debts.posted import list_posted
from portal.bad_debts.providing import (
    EndSpecific,
    PostProvision,
    end_specific,
    post_provision,
    provide_for,
    provisions_of,
)
from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.base.language import ngettext
from portal.core.money import CURRENCIES
from portal.core.provision import Line
from portal.customers.queries import get_customer
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form, day_typed
from portal.web.guard import guard

provisions = Blueprint("desk_provisions", __name__, url_prefix="/desk")


@provisions.get("/provisions")
@guard("bad_debt.view")
def index() -> Response:
    return _page(PostForm(as_of=_as_of()))


def _as_of() -> dt.date:
    asked = day_typed(lists.asked("as_of"))
    return min(asked, reader().today) if asked else reader().today


def _page(form: PostForm) -> Response:
    r = reader()
    as_of = form.as_of.data if isinstance(form.as_of.data, dt.date) else r.today
    return respond.page(
        "bad_debts/provisions.html",
        form.status if form.is_submitted else 200,
        as_of=as_of,
        found=provisions_of(r, min(as_of, r.today)),
        posted=list_posted(r),
        form=form,
        names=names,
        deducts=bool(r.policy.values["provision_securities"]),
        may_post=allows(actor(), "provision.keep"),
        sheets=lists.sheet_links("/desk/provisions"),
        today=r.today,
    )


@provisions.get("/provisions/history")
@guard("bad_debt.view")
def history() -> Response:
    """What the house's own month ends say is lost of each bucket, beside the rates in force."""
    r, as_of = reader(), _as_of()
    currency = lists.asked("currency")
    currency = currency if currency in CURRENCIES else r.company.currency
    factor = lists.asked("factor", names.FACTORS) or "100"
    found = history_of(r, currency, as_of, int(factor))
    return respond.page(
        "bad_debts/history.html",
        found=found,
        rows=found.rows,
        as_of=as_of,
        factor=factor,
        factors=[(each, f"{each} %") for each in names.FACTORS],
        names=names,
        text=matrix_text(r, found),
        may_try=found.is_enough and allows(actor(), "terms.change"),
    )


@provisions.post("/provisions/posting")
@guard("provision.keep")
def post() -> Response:
    form = PostForm()
    if form.validate() and respond.attempt(form, post_provision, PostProvision(form.day)):
        count = int(form.outcome or 0)
        respond.say(
            ngettext(
                "The provision of %(num)s currency is posted.",
                "The provisions of %(num)s currencies are posted.",
                count,
            )
            if count
            else _("The provision of that day stood already; nothing was posted twice.")
        )
        return respond.see_other(".index", as_of=form.day.isoformat())
    return _page(form)


@provisions.get("/provisions.<any(csv, xlsx):file_format>")
@guard("bad_debt.view")
def sheet(file_format: Any) -> Response:
    head = (_("Currency"), _("Bucket"), _("Open"), _("Covered"), _("Rate, %"), _("Provision"))
    rows = []
    for each in provisions_of(reader(), _as_of()):
        rows += [_cells(each.currency, line.name, line) for line in each.lines]
        rows += [
            _cells(each.currency, f"{row.customer_name} {row.number}".strip(), row)
            for row in each.specific
        ]
    return lists.sheet(file_format, "provisions", head, rows)


def _cells(currency: str, name: str, row: Line | SpecificRow) -> tuple[Any, ...]:
    amounts = (row.exposure.major(), row.covered.major(), row.percent, row.allowance.major())
    return (currency, name, *amounts)


@provisions.route("/customers/<ref>/provision", methods=["GET", "POST"])
@guard("provision.keep")
def specific(ref: str) -> Response:
    r = reader()
    customer = get_customer(r, ref)
    form = SpecificForm(expected_parts(r, customer.row.id), r.today)
    if form.is_submitted and form.validate() and _is_noted(form, customer.row.id):
        respond.say(_("It is provided for by itself from now on."))
        return respond.see_other(".index")
    status = form.status if form.is_submitted else 200
    return respond.page("bad_debts/specific.html", status, customer=customer, form=form)


def _is_noted(form: SpecificForm, customer_id: int) -> bool:
    return respond.attempt(form, provide_for, form.command(customer_id))


@provisions.post("/provisions/<ref>/ending")
@guard("provision.keep")
def end(ref: str) -> Response:
    specific_id = reader().refs.id("sp", ref)
    if specific_id is None:
        raise NotFound(ref)
    form = Form()
    if respond.attempt(form, end_specific, EndSpecific(specific_id)):
        respond.say(_("The matrix holds for it again."))
    return respond.see_other(".index")
