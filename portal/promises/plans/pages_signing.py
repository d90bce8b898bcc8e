"""The customer's signature under a plan: what is signed, a code by mail, a button with the sum."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response

from portal.base.access import Denied, allows
from portal.base.language import current_language
from portal.core.words import amount_in_words
from portal.people.commands import AnswerChallenge, ChallengeAnswer, answer_challenge
from portal.promises.plans import queries, signing
from portal.promises.plans.forms import SignPlanForm
from portal.promises.plans.names import rate_words, schedule_words
from portal.promises.plans.proof import declarations
from portal.promises.plans.rows import PlanView
from portal.statements.signing.offers import title_of
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.surroundings import surroundings

plan_signing = Blueprint("plan_signing", __name__)


def _view(ref: str) -> PlanView:
    """The plan, for who may sign it."""
    view = queries.get_plan(reader(), ref)
    if not allows(actor(), "plan.sign", view.row):
        raise Denied("plan.sign")
    return view


@plan_signing.get("/plans/<ref>/signature")
@guard("plan.sign")
def review(ref: str) -> Response:
    view = _view(ref)
    is_open = view.row.stored in {"countered", "approved"}
    if not is_open or view.row.offer.signature("customer") or view.changed:
        return respond.see_other("plans.show", ref=ref)
    return _page(view, SignPlanForm(typed_name=actor().name, position=title_of(reader())))


@plan_signing.post("/plans/<ref>/signature/code")
@guard("plan.sign")
def send_code(ref: str) -> Response:
    view, form = _view(ref), Form()
    if not respond.attempt(form, signing.request_plan_code, signing.RequestPlanCode(view.row.id)):
        respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other(".review", ref=ref)


@plan_signing.post("/plans/<ref>/signature")
@guard("plan.sign")
def sign(ref: str) -> Response:
    view, form = _view(ref), SignPlanForm()
    if form.validate() and _is_signed(form, view):
        return respond.see_other("plans.show", ref=ref)
    return _page(queries.get_plan(reader(), ref), form, form.status)


def _is_signed(form: SignPlanForm, view: PlanView) -> bool:
    """Whether it is signed: what can be refused first is, then the code, then the act."""
    person = actor().user_id
    assert person is not None
    command = form.command(view.row.id, surroundings())
    if not respond.attempt(form, signing.check_signable, command):
        return False
    if form.outcome:  # this very page was sent twice
        return True
    typed = AnswerChallenge(person, signing.PURPOSE, command.sha256, str(form.code.data))
    if not respond.attempt(form, answer_challenge, typed):
        return False
    answer: ChallengeAnswer = form.outcome
    if answer.problem is not None:
        if _is_said(command):  # the other click was quicker, and its code is used up
            return True
        form.blame(answer.problem)
        return False
    return respond.attempt(form, signing.sign_plan, replace(command, grant=answer.grant or ""))


def _is_said(command: signing.SignPlan) -> bool:
    """Whether this person has signed this very offer in the meantime."""
    look = Form()
    is_fit = respond.attempt(look, signing.check_signable, command)
    return is_fit and bool(look.outcome)


def _page(view: PlanView, form: SignPlanForm, status: int = 200) -> Response:
    r = reader()
    return respond.page(
        "plans/signature.html",
        status,
        view=view,
        row=view.row,
        offer=view.row.offer,
        form=form,
        declared=[each["filled"] for each in declarations(r, view)],
        sent_to=signing.code_is_out(r, view.sha256),
        supplier=r.company.legal_name,
        words=amount_in_words(view.row.total, current_language()),
        schedule=schedule_words(view.row.offer),
        rate_words=rate_words,
    )
