"""A customer's applications for credit: begun, filled in, handed in, and what came of them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.base.access import NotFound, allows
from portal.base.work import Reader
from portal.core.application import Asks
from portal.core.money import Money
from portal.credit import pages_filling as filling
from portal.credit.application_form import form_pdf
from portal.credit.application_list import (
    ApplicationFilter,
    get_application,
    granted_limit,
    list_applications,
)
from portal.credit.application_names import asks_name, granted_sentence
from portal.credit.applications import OPEN, BeginApplication, begin_application
from portal.people.pages_branches import branches_of
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.traces import note_access

application = Blueprint("credit_application", __name__, url_prefix="/credit/application")

OWN = filling.Side("credit_application")
#: What a customer may apply for by itself.
MAY_ASK = (Asks.LIMIT, Asks.TERMS, Asks.OPENING)


@application.get("")
@guard("credit.own")
def index() -> Response:
    return _index()


def _index(form: Form | None = None) -> Response:
    r = reader()
    rows = list_applications(r, ApplicationFilter(per_page=200)).rows
    return respond.page(
        "credit/applications_own.html",
        form.status if form else 200,
        form=form,
        rows=rows,
        open_states=OPEN,
        kinds=[(asks, asks_name(asks)) for asks in MAY_ASK],
        branches=branches_of(r),
        may_apply=allows(actor(), "credit.apply"),
        **filling.words(),
    )


@application.post("")
@guard("credit.apply")
def begin() -> Response:
    r = reader()
    known = {each.value for each in MAY_ASK}
    kind, form = request.form.get("kind", ""), Form()
    customer_ref = request.form.get("customer", "")
    customer_id = r.refs.id("cu", customer_ref)
    if kind not in known or customer_id not in r.actor.customer_ids:
        raise NotFound(customer_ref)
    assert customer_id is not None
    if respond.attempt(form, begin_application, BeginApplication(customer_id, Asks(kind))):
        return respond.see_other(".show", ref=reader().refs.of("ca", form.outcome))
    return _index(form)


@application.get("/<ref>")
@guard("credit.own")
def show(ref: str) -> Response:
    r = reader()
    view = get_application(r, ref)
    if view.row.is_draft and allows(r.actor, "credit.apply", view.row):
        return respond.see_other(".step", ref=ref, step=view.steps[0].value)
    return respond.page(
        "credit/application_own.html",
        view=view,
        side=OWN,
        granted=_granted(r, view.row.id),
        may_withdraw=view.row.state == "submitted" and allows(r.actor, "credit.apply", view.row),
        **filling.takes_signed_form(view),
        **filling.words(),
    )


def _granted(r: Reader, application_id: int) -> str:
    """The limit that it led to, in a sentence; empty where there is none."""
    row = granted_limit(r, application_id)
    if row is None:
        return ""
    amount = None if row.amount_minor is None else Money(row.amount_minor, row.currency)
    return granted_sentence(amount, row.effective_on, row.valid_until)


@application.get(f"/<ref>/{filling.STEP}")
@guard("credit.apply")
def step(ref: str, step: str) -> Response:
    view, found = filling.opened(ref, step)
    if not view.row.is_draft:
        return respond.see_other(".show", ref=ref)
    return filling.page_of(OWN, view, found)


@application.post(f"/<ref>/{filling.STEP}")
@guard("credit.apply")
def save(ref: str, step: str) -> Response:
    view, found = filling.opened(ref, step)
    return filling.saved(OWN, view, found)


@application.post("/<ref>/attached")
@guard("credit.apply")
def attach(ref: str) -> Response:
    return filling.files_added(OWN, get_application(reader(), ref))


@application.post("/<ref>/attached/<file_ref>/removal")
@guard("credit.apply")
def remove(ref: str, file_ref: str) -> Response:
    return filling.file_removed(OWN, get_application(reader(), ref), file_ref)


@application.post("/<ref>/handing-in")
@guard("credit.apply")
def hand_in(ref: str) -> Response:
    return filling.handed_in(OWN, get_application(reader(), ref))


@application.post("/<ref>/withdrawal")
@guard("credit.apply")
def withdraw(ref: str) -> Response:
    return filling.withdrawn(OWN, get_application(reader(), ref))


@application.get("/<ref>.pdf")
@guard("credit.own")
def pdf(ref: str) -> Response:
    r = reader()
    view = get_application(r, ref)
    note_access("downloaded", f"application/{view.row.id}", view.row.customer_id)
    body = form_pdf(r, view)
    return respond.download(body, f"application-{view.row.customer_code}.pdf", "application/pdf")
