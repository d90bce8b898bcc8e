"""Who signs for whom at a customer: the list, handing it over, ending it."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from portal.base.access import NotFound
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.people import queries
from portal.people.commands import end_delegation, hand_over_signing
from portal.people.delegations import SIGNATORY, list_colleagues, list_delegations
from portal.people.forms import DelegationForm
from portal.web import current, respond
from portal.web.forms import Form
from portal.web.guard import guard

delegations = Blueprint("delegations", __name__, url_prefix="/account/delegations")

#: How a delegation stands, and its tone.
STATES = {
    "runs": (N_("runs"), "ok"),
    "comes": (N_("not yet begun"), "info"),
    "over": (N_("over"), "neutral"),
    "ended": (N_("ended"), "neutral"),
    "void": (N_("void: its giver cannot sign now"), "bad"),
}


@delegations.get("")
@guard("delegation.manage")
def index() -> Response:
    r = current.reader()
    return _page(DelegationForm(from_on=r.today))


@delegations.post("")
@guard("delegation.manage")
def hand_over() -> Response:
    r, form = current.reader(), DelegationForm()
    customer_id, ref = _customer()
    form.offer(list_colleagues(r, customer_id))
    if form.validate():
        command = form.command(customer_id, r.refs.id("us", str(form.to.data)) or 0)
        if respond.attempt(form, hand_over_signing, command):
            respond.say(_("Your signing is handed over. Both of you get a mail."))
            return respond.see_other(".index", customer=ref)
    return _page(form, form.status)


@delegations.post("/<ref>/end")
@guard("delegation.manage")
def end(ref: str) -> Response:
    _customer_id, customer_ref = _customer()
    form = Form()
    if respond.attempt(form, end_delegation, current.reader().id_of("dg", ref)):
        respond.say(_("It has ended. Both of you get a mail."))
    return respond.see_other(".index", customer=customer_ref)


def _customer() -> tuple[int, str]:
    """The customer the request names; else the first by name."""
    wanted = request.values.get("customer")
    for customer_id, ref, _name in queries.list_customers_of(current.reader()):
        if wanted in {None, "", ref}:
            return customer_id, ref
    raise NotFound("customer")


def _page(form: DelegationForm, status: int = 200) -> Response:
    r = current.reader()
    customer_id, customer_ref = _customer()
    form.offer(list_colleagues(r, customer_id))
    return respond.page(
        "people/delegations.html",
        status,
        form=form,
        rows=list_delegations(r, customer_id),
        states=STATES,
        me=r.actor.user_id,
        customer_ref=customer_ref,
        is_admin="customer_admin" in r.actor.memberships[customer_id],
        may_hand_over=SIGNATORY in r.actor.memberships[customer_id],
        tabs=[
            (name, url_for(".index", customer=ref), found == customer_id)
            for found, ref, name in queries.list_customers_of(r)
        ],
    )
