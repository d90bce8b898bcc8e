"""Limits at the desk: one is proposed with everything that speaks against it in sight, or shown."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.approvals.names import figure_name, figure_said
from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.base.work import Reader
from portal.core.exposure import Exposure
from portal.core.limit import doubts, is_large, last_day
from portal.credit import proposing
from portal.credit.application_list import ApplicationView, get_application
from portal.credit.exposure import exposure_of
from portal.credit.limit_names import doubt_sentences, limit_words, proposal_state
from portal.credit.limits import limit_of
from portal.credit.names import part_name
from portal.credit.pages_limit_forms import AMOUNT, NONE, PREPAYMENT, LimitForm
from portal.credit.proposals import find_waiting, get_proposal
from portal.credit.proposing import WithdrawProposal, propose_limit, withdraw_proposal
from portal.customers.queries import CustomerFile, get_customer
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

limits = Blueprint("desk_limits", __name__, url_prefix="/desk")


@limits.get("/customers/<ref>/credit/limit")
@guard("credit.decide")
def new(ref: str) -> Response:
    customer, application = _opened(ref)
    return _shown(customer, _fresh(customer, application), application)


@limits.post("/customers/<ref>/credit/limit")
@guard("credit.decide")
def propose(ref: str) -> Response:
    customer, application = _opened(ref)
    form = LimitForm(currency=_currency(customer))
    target = application.row.id if application else None
    is_preview = respond.asks_for("doubts-part")
    if not is_preview and form.validate():
        command = form.command(customer.row.id, target)
        if respond.attempt(form, propose_limit, command):
            respond.say(_("The limit is proposed. A second person decides it."))
            return respond.see_other(".show", ref=reader().refs.of("lp", form.outcome))
    if is_preview:
        form.validate()
    return _shown(customer, form, application, 200 if is_preview else form.status)


def _opened(ref: str) -> tuple[CustomerFile, ApplicationView | None]:
    """The customer, and the application that the address names, where it is the customer's."""
    customer = get_customer(reader(), ref)
    named = request.args.get("application", "")
    application = get_application(reader(), named) if named else None
    if application is not None and application.row.customer_id != customer.row.id:
        raise NotFound(named)
    return customer, application


def _currency(customer: CustomerFile) -> str:
    """The currency of the limit: that which it has, else the customer's own."""
    held = customer.credit_limit
    return held.currency if held else customer.currency or reader().company.currency


def _fresh(customer: CustomerFile, application: ApplicationView | None) -> LimitForm:
    """The form as it opens: what was applied for, else what holds now, for the usual time."""
    r = reader()
    asked = application.row.asked_limit if application else None
    amount = asked or customer.credit_limit
    what = AMOUNT if amount is None or amount.minor else PREPAYMENT
    if customer.limit is not None and customer.limit.amount is None and asked is None:
        what = NONE
    return LimitForm(
        currency=_currency(customer),
        what=what,
        amount=amount,
        insured=customer.limit.insured if customer.limit else None,
        effective_on=r.today,
        valid_until=last_day(r.today, is_dealer=_is_dealer(customer)),
        reason=application.row.reason if application else "",
    )


def _is_dealer(customer: CustomerFile) -> bool:
    dealers = [str(each).lower() for each in reader().policy.values["credit_review_dealer_types"]]
    return customer.customer_type.strip().lower() in dealers


def _shown(
    customer: CustomerFile,
    form: LimitForm,
    application: ApplicationView | None,
    status: int = 200,
) -> Response:
    r = reader()
    named = application.row.ref if application else None
    exposure = exposure_of(r, customer.row.id, r.today)
    return respond.page(
        "credit/limit_new.html",
        status,
        fragments={"doubts-part": "doubts"},
        customer=customer,
        form=form,
        application=application,
        currency=form.currency,
        propose_url=url_for(".propose", ref=customer.row.ref, application=named),
        waiting=find_waiting(r, customer.row.id),
        exposure=exposure,
        part_name=part_name,
        **_doubted(r, customer, form, exposure),
    )


def _doubted(
    r: Reader, customer: CustomerFile, form: LimitForm, exposure: Exposure
) -> dict[str, Any]:
    """What speaks against the limit as it stands in the form, and who will decide over it."""
    is_told = form.what.data in (PREPAYMENT, NONE) or form.amount.data is not None
    asked = form.asked if is_told and form.effective_on.data else None
    if asked is None:
        return {"doubted": [], "is_large": False, "asked": None}
    known = proposing.standing_of(r, customer.row.id, asked, exposure)
    return {
        "doubted": doubt_sentences(doubts(asked, known), known),
        "is_large": is_large(asked.amount, r.policy.values["credit_limit_without_admin"]),
        "asked": asked,
    }


# ── One proposal ─────────────────────────────────────────────────────────────


@limits.get("/credit/limits/<ref>")
@guard("credit.view")
def show(ref: str) -> Response:
    return _proposal(ref)


def _proposal(ref: str, form: Form | None = None) -> Response:
    r = reader()
    view = get_proposal(r, ref)
    return respond.page(
        "credit/limit.html",
        form.status if form else 200,
        view=view,
        form=form,
        held=limit_of(r, view.customer_id, r.today),
        customer=get_customer(r, r.refs.of("cu", view.customer_id)),
        figures=[(figure_name(name), figure_said(value)) for name, value in view.warnings],
        may_withdraw=allows(actor(), "credit.decide") and view.state == "waiting",
        limit_words=limit_words,
        proposal_state=proposal_state,
    )


@limits.post("/credit/limits/<ref>/withdrawal")
@guard("credit.decide")
def withdraw(ref: str) -> Response:
    view = get_proposal(reader(), ref)
    form = Form()
    if respond.attempt(form, withdraw_proposal, WithdrawProposal(view.id)):
        respond.say(_("The proposal is withdrawn. The limit stays as it is."))
        return respond.see_other(".show", ref=ref)
    return _proposal(ref, form)
