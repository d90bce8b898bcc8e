"""How a customer is chased, at the desk: what comes next, what was done, what is left alone."""

from __future__ import annotations

from flask import Blueprint, Response, request
from sqlalchemy import select

from portal.base import formats
from portal.base.access import NotFound, allows, visible_to
from portal.base.language import gettext as _
from portal.customers.queries import get_customer
from portal.escalation import names
from portal.escalation.forms import EndForm, HoldForm
from portal.escalation.holds import EndHold, end_hold, hold
from portal.escalation.queries import HOLD, list_holds, list_steps, next_steps_of
from portal.invoices.position import list_open_items
from portal.tables.escalation import DunningHold
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.guard import guard

holds = Blueprint("desk_holds", __name__, url_prefix="/desk")


@holds.get("/customers/<ref>/chasing")
@guard("escalation.view")
def index(ref: str) -> Response:
    return _shown(ref)


@holds.post("/customers/<ref>/chasing")
@guard("escalation.hold")
def add(ref: str) -> Response:
    customer = get_customer(reader(), ref)
    choices, entries = _choices(customer.row.id)
    form = HoldForm().offer(choices)
    if form.validate() and respond.attempt(form, hold, form.command(customer.row.id, entries)):
        respond.say(_("From today this is left alone."))
        return respond.see_other(".index", ref=ref)
    return _shown(ref, form)


@holds.post("/holds/<ref>/end")
@guard("escalation.hold")
def end(ref: str) -> Response:
    r = reader()
    rows = select(DunningHold).where(DunningHold.id == r.id_of(HOLD, ref))
    row = r.session.scalars(visible_to(rows, r.actor, DunningHold.customer_id)).first()
    if row is None:
        raise NotFound(ref)
    customer_ref, form = r.refs.of("cu", row.customer_id), EndForm()
    if form.validate() and respond.attempt(form, end_hold, EndHold(row.id)):
        respond.say(_("The ladder goes on with the next run."))
        return respond.see_other(".index", ref=customer_ref)
    return _shown(customer_ref)


def _choices(customer_id: int) -> tuple[list[tuple[str, str]], dict[str, int]]:
    """What can be left alone: everything, an account, an open invoice."""
    items = list_open_items(reader(), customer_id)
    currencies = sorted({item.open.currency for item in items})
    accounts = [(each, _("Everything in %(currency)s", currency=each)) for each in currencies]
    invoices = {
        item.ref: _(
            "%(number)s, %(amount)s open", number=item.number, amount=formats.money(item.open)
        )
        for item in items
    }
    choices = [("", _("The whole customer")), *(accounts if len(accounts) > 1 else ())]
    return [*choices, *invoices.items()], {item.ref: item.entry_id for item in items}


def _shown(ref: str, form: HoldForm | None = None) -> Response:
    r = reader()
    customer = get_customer(r, ref)
    choices, _entries = _choices(customer.row.id)
    fresh = HoldForm(is_fresh=True, what=request.args.get("invoice", "")).offer(choices)
    return respond.page(
        "escalation/chasing.html",
        form.status if form else 200,
        customer=customer,
        next_steps=next_steps_of(r, customer.row.id),
        steps=list_steps(r, customer.row.id, most=25),
        rows=list_holds(r, customer.row.id),
        form=form or fresh,
        wrong=form,
        may_hold=allows(actor(), "escalation.hold"),
        today=r.today,
        names=names,
    )
