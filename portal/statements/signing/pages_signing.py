"""The signing of a statement: a page for who is signed in, and for who comes by a mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import Gone

from portal.base.access import Actor, Denied, NotFound, allows
from portal.base.language import current_language
from portal.base.language import gettext as _
from portal.base.work import Reader, Work
from portal.core.confirmation import Result, fitting_result, own_closing_minor
from portal.core.money import Money
from portal.core.statement_status import UNANSWERED
from portal.core.words import amount_in_words
from portal.people.commands import (
    AnswerChallenge,
    ChallengeAnswer,
    Device,
    answer_challenge,
    start_session,
)
from portal.people.links import read_link
from portal.people.recognising import actor_of
from portal.statements import answers, queries
from portal.statements.forms import SignForm
from portal.statements.names import reason_name, result_name, shown_state
from portal.statements.rows import StatementFilter, StatementView
from portal.statements.shown import LineFilter, equation, shown_differences, shown_lines
from portal.statements.signing import confirmations, confirming, offers
from portal.statements.signing.approval import find_approval, last_closing_on, signing_rule
from portal.statements.signing.authorities import authority_by_id, list_signatories
from portal.statements.signing.confirming import RequestConfirmation
from portal.statements.versions.changes import about_versions
from portal.web import current, respond, sessions
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.lists import asked, page_number
from portal.web.surroundings import surroundings

signing = Blueprint("signing", __name__)

#: A mail's link shows the statement until so long after the day by which to answer.
LINK_LIVES = dt.timedelta(days=30)


@dataclass(frozen=True)
class Ceremony:
    """Who signs which statement, and the addresses of the steps."""

    view: StatementView
    person: Actor
    #: Where the page is, where it asks for a code, where it came from.
    here: str
    code_url: str
    back_url: str
    token: str = ""


def _by_session(ref: str) -> Ceremony:
    """Who is signed in, at a statement that they may sign."""
    view = queries.get_statement(current.reader(), ref)
    if not allows(current.actor(), "statement.confirm", view.row):
        raise Denied("statement.confirm")
    return Ceremony(
        view=view,
        person=current.actor(),
        here=url_for("signing.review", ref=ref),
        code_url=url_for("signing.send_code", ref=ref),
        back_url=url_for("statements.show", ref=ref),
    )


# ── Signed in ────────────────────────────────────────────────────────────────


@signing.post("/statements/<ref>/confirmation/code")
@guard("statement.confirm")
def send_code(ref: str) -> Response:
    return _send_code(_by_session(ref))


@signing.get("/statements/<ref>/confirmation")
@guard("statement.confirm")
def review(ref: str) -> Response:
    ceremony = _by_session(ref)
    if _is_done(ceremony):
        return _done_page(ceremony.view)
    if not ceremony.view.in_force:
        return respond.redirect_to(ceremony.back_url)
    return _page(ceremony, _fresh_form(current.reader(), ceremony))


@signing.post("/statements/<ref>/confirmation")
@guard("statement.confirm")
def sign(ref: str) -> Response:
    ceremony = _by_session(ref)
    form = SignForm()
    if form.validate() and _is_signed(form, ceremony, confirming.confirm_statement):
        return respond.redirect_to(ceremony.here)
    return _page(ceremony, form, form.status)


def _is_done(ceremony: Ceremony) -> bool:
    """Whether nothing is left to sign for this person: it is answered, or waits for another."""
    if ceremony.view.row.is_answered:
        return True
    approval = find_approval(current.reader(), ceremony.view)
    first = approval.first if approval else None
    if first is None or first.user_id != ceremony.person.user_id:
        return False
    by = authority_by_id(current.reader(), ceremony.view.row.id)
    return not by.is_enough


def _done_page(view: StatementView) -> Response:
    """The page after signing: what was kept, the way back, what waits next."""
    r = current.reader()
    found = confirmations.find_confirmation(r, view.row.id)
    waiting = queries.list_statements(r, StatementFilter(state="waiting")).rows
    mine = (each for each in waiting if allows(r.actor, "statement.confirm", each))
    return respond.page(
        "statements/confirmed.html",
        view=view,
        confirmation=found,
        approval=find_approval(r, view),
        may_undo=found and confirmations.may_undo(r, found),
        receipts=confirmations.receipts_of(r, found) if found else [],
        following=next((each for each in mine if each.id != view.row.id), None),
        result_name=result_name,
    )


# ── By the link of a mail ────────────────────────────────────────────────────


def _by_link(token: str) -> Ceremony:
    """Who the link was sent to, and the one statement it shows; 410 once it has run out."""
    r = current.reader()
    found = read_link(r, token)
    if found is None:
        raise Gone
    statement_id, user_id = found
    person = actor_of(r, user_id)
    view = queries.get_statement_by_id(r.seen_by(person), statement_id)
    if r.today > view.row.confirm_by + LINK_LIVES:
        raise Gone
    return Ceremony(
        view=view,
        person=person,
        here=url_for("signing.review_by_link", token=token),
        code_url=url_for("signing.send_code_by_link", token=token),
        back_url=url_for("signing.show_by_link", token=token),
        token=token,
    )


@signing.get("/s/<token>")
@guard("public")
def show_by_link(token: str) -> Response:
    ceremony = _by_link(token)
    view, person = ceremony.view, ceremony.person
    if current.actor().user_id == person.user_id:
        return respond.see_other("statements.show", ref=view.row.ref)
    look = current.reader().seen_by(person)
    ticks = answers.read_ticks(look, view.row.id, view.snapshot.lines)
    approval = find_approval(look, view)
    return respond.page(
        "statements/link.html",
        approval=approval,
        result_name=result_name,
        ceremony=ceremony,
        shown=shown_lines(replace(view, line_ref=_nowhere), ticks, LineFilter(page=page_number())),
        may_sign=_is_waiting(view) and allows(person, "statement.confirm", view.row),
        **_head(view),
    )


def _nowhere(_seq: int) -> str:
    return ""


def _head(view: StatementView) -> dict[str, Any]:
    """The statement as a link shows it: its lines lead nowhere."""
    row, today = view.row, current.reader().today
    return {
        "view": replace(view, line_ref=_nowhere),
        "state": shown_state(row.state, row.confirm_by, today, row.deemed_on),
        "equation": equation(view),
    }


@signing.post("/s/<token>/review")
@guard("public")
def send_code_by_link(token: str) -> Response:
    return _send_code(_by_link(token))


@signing.get("/s/<token>/confirmation")
@guard("public")
def review_by_link(token: str) -> Response:
    ceremony = _by_link(token)
    if not _is_waiting(ceremony.view):
        return respond.redirect_to(ceremony.back_url)
    _refuse_stranger(ceremony)
    return _page(ceremony, _fresh_form(current.reader().seen_by(ceremony.person), ceremony))


@signing.post("/s/<token>/confirmation")
@guard("public")
def sign_by_link(token: str) -> Response:
    ceremony = _by_link(token)
    _refuse_stranger(ceremony)
    form = SignForm()
    act = partial(_sign_and_sign_in, device=sessions.device())
    if form.validate() and _is_signed(form, ceremony, act):
        if isinstance(form.outcome, str):
            sessions.begin(form.outcome)
        return respond.see_other("signing.review", ref=ceremony.view.row.ref)
    return _page(ceremony, form, form.status)


def _sign_and_sign_in(w: Work, c: confirming.ConfirmStatement, device: Device) -> str | None:
    """The code of the mail signs the statement and its author in, in one act."""
    confirming.confirm_statement(w, c)
    assert w.actor.user_id is not None
    return start_session(w, w.actor.user_id, "statement_link+code", device).token


def _refuse_stranger(ceremony: Ceremony) -> None:
    if not allows(ceremony.person, "statement.confirm", ceremony.view.row):
        raise NotFound("confirmation")


# ── What both share ──────────────────────────────────────────────────────────


def _is_waiting(view: StatementView) -> bool:
    return view.in_force and view.row.state in UNANSWERED


def _send_code(ceremony: Ceremony) -> Response:
    _refuse_stranger(ceremony)
    form = Form()
    command = RequestConfirmation(ceremony.view.row.id)
    if respond.attempt(form, confirming.request_confirmation, command, ceremony.person):
        refusal = "?answer=refused" if request.args.get("answer") == "refused" else ""
        return respond.redirect_to(f"{ceremony.here}{refusal}")
    respond.say(str(form.form_errors[0]), "bad")
    answered = not _is_waiting(ceremony.view) or form.status == 409
    return respond.redirect_to(ceremony.back_url if answered else ceremony.here)


def _is_signed(form: SignForm, ceremony: Ceremony, act: Any) -> bool:
    """Whether the answer is signed: what can be refused first is, then the code, then the act."""
    person = ceremony.person
    assert person.user_id is not None
    command = form.command(ceremony.view.row.id, surroundings("statement_link"))
    if not respond.rehearse(form, confirming.check_confirmable, command, person):
        return False
    if form.outcome:  # this very page was sent twice
        return True
    typed = AnswerChallenge(person.user_id, offers.PURPOSE, command.sha256, str(form.code.data))
    if not respond.attempt(form, answer_challenge, typed, person):
        return False
    answer: ChallengeAnswer = form.outcome
    if answer.problem is not None:
        if _is_said(command, person):  # the other click was quicker, and its code is used up
            return True
        form.blame(answer.problem)
        return False
    signed = replace(command, grant=answer.grant or "")
    return respond.attempt(form, act, signed, person)


def _is_said(command: confirming.ConfirmStatement, person: Actor) -> bool:
    """Whether this very answer has been kept in the meantime."""
    look = Form()
    is_fit = respond.rehearse(look, confirming.check_confirmable, command, person)
    return is_fit and bool(look.outcome)


def _fresh_form(r: Reader, ceremony: Ceremony) -> SignForm:
    ticks = answers.read_ticks(r, ceremony.view.row.id, ceremony.view.snapshot.lines)
    fitting = fitting_result(ticks.differences)
    return SignForm(
        result=asked("answer", [Result.REFUSED.value]) or fitting.value,
        typed_name=ceremony.person.name,
        position=offers.title_of(r),
    )


def _page(ceremony: Ceremony, form: SignForm, status: int = 200) -> Response:
    values = _shown(current.reader().seen_by(ceremony.person), ceremony, form)
    return respond.page("statements/confirmation.html", status, **values)


def _shown(r: Reader, ceremony: Ceremony, form: SignForm) -> Mapping[str, Any]:
    view = ceremony.view
    if request.method != "GET":  # what has happened meanwhile may be why it was refused
        view = queries.get_statement_by_id(r, view.row.id)
    ticks = answers.read_ticks(r, view.row.id, view.snapshot.lines)
    offered = offers.offered_declarations(r, view.row.id)
    form.owes.label.text = offered.owes
    form.is_authorised.label.text = offered.authority
    own = own_closing_minor(view.to_confirm.minor, view.snapshot.lines, ticks.differences)
    return {
        "ceremony": ceremony,
        "view": view,
        "form": form,
        "ticks": ticks,
        "lines": shown_differences(view, ticks),
        "own_closing": Money(own, view.row.currency),
        "answers_sha256": confirming.answers_digest(ticks),
        "offered": offered,
        **_standing(r, view, offered),
        "sent_to": offers.code_is_out(r, view.row.sha256),
        "words": amount_in_words(view.to_confirm, current_language()),
        "reason_name": reason_name,
        "buttons": _buttons(view),
        **about_versions(r, view, is_part=False),
    }


def _standing(
    r: Reader, view: StatementView, offered: offers.OfferedDeclarations
) -> dict[str, Any]:
    """What the page says of other signatures, of the rule for this one, and of last time."""
    approval = find_approval(r, view)
    mine = (r.actor.user_id, approval.first.user_id if approval and approval.first else None)
    every = list_signatories(r, view.row.customer_id) if not offered.by.is_enough else []
    others = [each.name for each in every if each.user_id not in mine]
    return {
        "approval": approval,
        "answered": confirmations.find_confirmation(r, view.row.id),
        "rule": signing_rule(offered.by, approval, others),
        "before": last_closing_on(r, view),
        "result_name": result_name,
    }


def _buttons(view: StatementView) -> dict[str, str]:
    """What the button says for each answer: the act, and the sum where one is confirmed."""
    amount = offers.named(view.to_confirm)
    return {
        Result.CONFIRMED.value: _("Confirm %(amount)s", amount=amount),
        Result.CONFIRMED_WITH_DIFFERENCES.value: _(
            "Confirm %(amount)s with differences", amount=amount
        ),
        Result.REFUSED.value: _("Sign that you do not agree"),
    }
