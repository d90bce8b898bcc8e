"""The customer's company: what we know of it, and its agreement on electronic reconciliation."""

from __future__ import annotations

import wtforms
from flask import Blueprint, Response, request, url_for

from portal.base.access import NotFound, allows
from portal.base.evidence import Surroundings
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.people.queries import get_customer, list_customers_of
from portal.statements.agreement import agreements
from portal.statements.agreement.agreements import AcceptAgreement
from portal.tables.customers import Customer
from portal.web import current, respond
from portal.web.forms import Filled, Form, SelectField, options
from portal.web.guard import guard
from portal.web.surroundings import surroundings

company = Blueprint("company", __name__, url_prefix="/account/company")


class AgreementForm(Form):
    """The two parts, each ticked on its own, and where things are delivered to."""

    delivery_address = SelectField(
        N_("Statements are delivered to"), [Filled(N_("Choose an address."))]
    )
    is_electronic = wtforms.BooleanField(N_("The electronic form"))
    counts_silence = wtforms.BooleanField(N_("Silence counts as agreeing"))
    sha256 = wtforms.HiddenField()

    def command(self, customer_id: int, surroundings: Surroundings) -> AcceptAgreement:
        """What was ticked."""
        return AcceptAgreement(
            customer_id=customer_id,
            sha256=str(self.sha256.data),
            delivery_address=str(self.delivery_address.data),
            is_electronic=bool(self.is_electronic.data),
            counts_silence=bool(self.counts_silence.data),
            surroundings=surroundings,
        )


@company.get("")
@guard("statement.view")
def show() -> Response:
    customer = _customer()
    return _page(customer, _form(customer))


@company.post("/agreement")
@guard("agreement.accept")
def accept() -> Response:
    customer = _customer()
    form = _form(customer)
    command = form.command(customer.id, surroundings())
    if form.validate() and respond.attempt(form, agreements.accept_agreement, command):
        respond.say(_("The agreement is accepted. A copy is on its way to you."))
        return _back()
    return _page(_customer(), form, form.status)


@company.post("/agreement/end")
@guard("agreement.accept")
def revoke() -> Response:
    form = Form()
    if respond.attempt(form, agreements.revoke_agreement, _customer().id):
        respond.say(_("The agreement is revoked."))
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return _back()


@company.get("/agreement/end")
@guard("agreement.accept")
def confirm_revoking() -> Response:
    customer = _customer()
    found = agreements.list_agreements(current.reader(), customer.id)
    if not found or found[0].ended_at is not None:
        return _back()
    return respond.page(
        "statements/agreement_end.html",
        customer=customer,
        ref=current.reader().refs.of("cu", customer.id),
        standing=found[0],
    )


@company.post("/agreement/declined")
@guard("agreement.accept")
def decline() -> Response:
    if respond.attempt(Form(), agreements.decline_agreement, _customer().id):
        respond.say(
            _("We do not ask again. You can accept the agreement here at any time."), "info"
        )
    return respond.redirect_to("/")


def _customer() -> Customer:
    """The customer that the request names, else the first of the actor's own by name."""
    r = current.reader()
    if r.actor.kind != "customer":
        raise NotFound("customer")
    mine = [ref for _id, ref, _name in list_customers_of(r)]
    wanted = request.values.get("customer") or (mine[0] if mine else "")
    if wanted not in mine:
        raise NotFound("customer")
    return get_customer(r, wanted)


def _form(customer: Customer) -> AgreementForm:
    form = AgreementForm(delivery_address=current.actor().email)
    addresses = agreements.delivery_addresses(current.reader(), customer.id)
    form.delivery_address.choices = options([(each, each) for each in addresses])
    return form


def _page(customer: Customer, form: AgreementForm, status: int = 200) -> Response:
    r = current.reader()
    found = agreements.list_agreements(r, customer.id)
    offer = agreements.offer_to(r, customer, _("the address chosen here"))
    form.is_electronic.label.text = offer.electronic.filled
    form.counts_silence.label.text = offer.silence.filled
    return respond.page(
        "statements/company.html",
        status,
        form=form,
        offer=offer,
        customer=customer,
        ref=r.refs.of("cu", customer.id),
        tabs=[
            (name, url_for(".show", customer=ref), found_id == customer.id)
            for found_id, ref, name in list_customers_of(r)
        ],
        standing=found[0] if found and found[0].ended_at is None else None,
        past=[each for each in found if each.ended_at is not None],
        may_accept=allows(r.actor, "agreement.accept", customer),
        today=r.today,
    )


def _back() -> Response:
    return respond.see_other(".show", customer=request.values.get("customer", ""))
