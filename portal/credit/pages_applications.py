"""Applications at the desk: the list, one of them with its answer, and those the house fills in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.core.application import Asks
from portal.credit import application_names as names
from portal.credit import pages_filling as filling
from portal.credit.answering import (
    AnnotateApplication,
    AnswerApplication,
    annotate_application,
    answer_application,
)
from portal.credit.application_form import form_pdf
from portal.credit.application_list import (
    STATES,
    ApplicationFilter,
    get_application,
    list_applications,
    notes_of,
    outcomes_of,
)
from portal.credit.applications import BeginApplication, begin_application
from portal.credit.limit_names import amount_words, proposal_state
from portal.credit.pages_application_forms import AnswerForm, NoteForm
from portal.customers.queries import get_customer
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.traces import note_access

desk = Blueprint("desk_applications", __name__, url_prefix="/desk/credit/applications")

HOUSE = filling.Side("desk_applications")


@desk.get("")
@guard("credit.view")
def index() -> Response:
    asked = _asked()
    found = list_applications(reader(), asked)
    return respond.page(
        "credit/applications.html",
        fragments={"applications-part": "applications", "applied-part": "applied"},
        is_glance=respond.asks_for("applied-part"),
        found=found,
        asked=asked,
        states=[("", _("All")), *((each, names.state_of(each)[0]) for each in STATES)],
        kinds=[("", _("All")), *((each.value, names.asks_name(each)) for each in Asks)],
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        may_apply=allows(actor(), "credit.apply"),
        **filling.words(),
    )


def _asked() -> ApplicationFilter:
    customer = lists.asked("customer")
    return ApplicationFilter(
        state=lists.asked("state", STATES),
        kind=lists.asked("kind", [each.value for each in Asks]),
        text=lists.asked("q"),
        customer_id=reader().id_of("cu", customer) if customer else None,
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: ApplicationFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    used = {
        "q": asked.text,
        "state": names.state_of(asked.state)[0] if asked.state else "",
        "kind": names.asks_name(asked.kind) if asked.kind else "",
        "customer": _("One customer") if asked.customer_id else "",
    }
    return lists.chips(used)


@desk.post("/begun")
@guard("credit.apply")
def begin() -> Response:
    customer = get_customer(reader(), request.form.get("customer", ""))
    kind, form = request.form.get("kind", ""), Form()
    if kind not in {each.value for each in Asks}:
        raise NotFound(kind)
    command = BeginApplication(customer.row.id, Asks(kind))
    if respond.attempt(form, begin_application, command):
        return respond.see_other(".show", ref=reader().refs.of("ca", form.outcome))
    respond.say(form.told()[0][1], "warn")
    return respond.see_other("desk_credit.of_customer", ref=customer.row.ref)


@desk.get("/<ref>")
@guard("credit.view")
def show(ref: str) -> Response:
    return _shown(ref)


def _shown(ref: str, answer: AnswerForm | None = None, note: NoteForm | None = None) -> Response:
    r = reader()
    view = get_application(r, ref)
    if view.row.is_draft and allows(r.actor, "credit.apply"):
        return respond.see_other(".step", ref=ref, step=view.steps[0].value)
    form = answer or note
    return respond.page(
        "credit/application.html",
        form.status if form is not None else 200,
        view=view,
        side=HOUSE,
        told=form,
        notes=notes_of(r, view.row.id),
        outcomes=outcomes_of(r, view.row.id),
        answer=answer or AnswerForm(is_fresh=True),
        note=note or NoteForm(is_fresh=True),
        **_allowed(view.row.state),
        **filling.takes_signed_form(view),
        **filling.words(),
    )


def _allowed(state: str) -> dict[str, Any]:
    """What of an application the page offers to do."""
    may_decide = allows(actor(), "credit.decide")
    return {
        "may_decide": may_decide and state == "submitted",
        "may_note": may_decide and state != "draft",
        "amount_words": amount_words,
        "proposal_state": proposal_state,
    }


@desk.post("/<ref>/answer")
@guard("credit.decide")
def answer(ref: str) -> Response:
    view, form = get_application(reader(), ref), AnswerForm()
    if form.validate():
        command = AnswerApplication(view.row.id, form.verdict.data, form.answer.data or "")
        if respond.attempt(form, answer_application, command):
            respond.say(_("The application is answered; its people are mailed."))
            return respond.see_other(".show", ref=ref)
    return _shown(ref, answer=form)


@desk.post("/<ref>/notes")
@guard("credit.decide")
def annotate(ref: str) -> Response:
    view, form = get_application(reader(), ref), NoteForm()
    if form.validate():
        command = AnnotateApplication(view.row.id, form.note.data or "")
        if respond.attempt(form, annotate_application, command):
            respond.say(_("The note is kept."))
            return respond.see_other(".show", ref=ref)
    return _shown(ref, note=form)


@desk.get("/<ref>.pdf")
@guard("credit.view")
def pdf(ref: str) -> Response:
    r = reader()
    view = get_application(r, ref)
    note_access("downloaded", f"application/{view.row.id}", view.row.customer_id)
    body = form_pdf(r, view)
    return respond.download(body, f"application-{view.row.customer_code}.pdf", "application/pdf")


# ── Filled in by the house ───────────────────────────────────────────────────


@desk.get(f"/<ref>/{filling.STEP}")
@guard("credit.apply")
def step(ref: str, step: str) -> Response:
    view, found = filling.opened(ref, step)
    if not view.row.is_draft:
        return respond.see_other(".show", ref=ref)
    return filling.page_of(HOUSE, view, found)


@desk.post(f"/<ref>/{filling.STEP}")
@guard("credit.apply")
def save(ref: str, step: str) -> Response:
    view, found = filling.opened(ref, step)
    return filling.saved(HOUSE, view, found)


@desk.post("/<ref>/attached")
@guard("credit.apply")
def attach(ref: str) -> Response:
    return filling.files_added(HOUSE, get_application(reader(), ref))


@desk.post("/<ref>/attached/<file_ref>/removal")
@guard("credit.apply")
def remove(ref: str, file_ref: str) -> Response:
    return filling.file_removed(HOUSE, get_application(reader(), ref), file_ref)


@desk.post("/<ref>/handing-in")
@guard("credit.apply")
def hand_in(ref: str) -> Response:
    return filling.handed_in(HOUSE, get_application(reader(), ref))


@desk.post("/<ref>/withdrawal")
@guard("credit.apply")
def withdraw(ref: str) -> Response:
    return filling.withdrawn(HOUSE, get_application(reader(), ref))
