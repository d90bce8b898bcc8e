"""Securities at the desk: noted with their papers, looked at, ended."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.credit.limit_names import security_name
from portal.credit.pages_limit_forms import SecurityForm
from portal.credit.securities import EndSecurity, end_security, get_security, note_security
from portal.customers.queries import CustomerFile, get_customer
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

securities = Blueprint("desk_securities", __name__, url_prefix="/desk")


@securities.get("/customers/<ref>/credit/securities")
@guard("credit.decide")
def new(ref: str) -> Response:
    customer = get_customer(reader(), ref)
    form = SecurityForm(currency=_currency(customer), from_on=reader().today)
    return _page(customer, form)


def _currency(customer: CustomerFile) -> str:
    held = customer.credit_limit
    return held.currency if held else customer.currency or reader().company.currency


def _page(customer: CustomerFile, form: SecurityForm) -> Response:
    return respond.page(
        "credit/security_new.html",
        form.status if form.is_submitted else 200,
        customer=customer,
        form=form,
        currency=_currency(customer),
    )


@securities.post("/customers/<ref>/credit/securities")
@guard("credit.decide")
def note(ref: str) -> Response:
    customer = get_customer(reader(), ref)
    form = SecurityForm(currency=_currency(customer))
    if form.validate():
        command = form.command(customer.row.id)
        if command is not None and respond.attempt(form, note_security, command):
            respond.say(_("The security is noted; what is accepted of it counts."))
            return respond.see_other("desk_credit.of_customer", ref=ref)
    return _page(get_customer(reader(), ref), form)


@securities.get("/credit/securities/<ref>")
@guard("credit.view")
def show(ref: str) -> Response:
    r = reader()
    row, customer_id = get_security(r, ref)
    return respond.page(
        "credit/security.html",
        row=row,
        customer=get_customer(r, r.refs.of("cu", customer_id)),
        may_end=allows(actor(), "credit.decide") and row.ended_at is None,
        security_name=security_name,
        today=r.today,
    )


@securities.post("/credit/securities/<ref>/ending")
@guard("credit.decide")
def end(ref: str) -> Response:
    row, _customer_id = get_security(reader(), ref)
    form = Form()
    if respond.attempt(form, end_security, EndSecurity(row.id)):
        respond.say(_("The security no longer counts."))
    else:
        respond.say(form.told()[0][1], "bad")
    return respond.see_other(".show", ref=ref)
