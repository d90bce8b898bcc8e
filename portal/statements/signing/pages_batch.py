"""Several branches' statements confirmed on one review with one code, a certificate each."""

from __future__ import annotations

import secrets
from dataclasses import replace

import wtforms
from flask import Blueprint, Response, request, url_for
from wtforms.validators import Length

from portal.base.access import Denied, NotFound, allows
from portal.base.evidence import Surroundings
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.confirmation import Result
from portal.people.commands import AnswerChallenge, ChallengeAnswer, answer_challenge
from portal.statements.forms import LONGEST_NAME
from portal.statements.signing import batching, confirmations, offers
from portal.statements.signing.batching import REASONS, Sorted
from portal.statements.signing.confirming import (
    BATCH_PURPOSE,
    ConfirmStatement,
    ConfirmStatements,
    batch_subject,
)
from portal.web import current, respond
from portal.web.forms import Filled, Form
from portal.web.guard import guard
from portal.web.surroundings import surroundings

batch = Blueprint("batch", __name__, url_prefix="/confirmations/batch")


class BatchForm(Form):
    """One signature under several statements, as they were shown."""

    typed_name = wtforms.StringField(
        N_("Your name"), [Filled(N_("Type your name.")), Length(max=LONGEST_NAME)]
    )
    position = wtforms.StringField(N_("Your position"), [Length(max=LONGEST_NAME)])
    is_authorised = wtforms.BooleanField(N_("I am authorised to sign for each of these companies"))
    code = wtforms.StringField(
        N_("Six digits from the mail"), [Filled(N_("Enter the six digits from the mail."))]
    )
    key = wtforms.HiddenField()

    def command(self, shown: list[tuple[int, str, str]], found: Surroundings) -> ConfirmStatements:
        """The answers: of each statement its id and the hashes that were shown."""
        answers = tuple(
            ConfirmStatement(
                statement_id=statement_id,
                result=Result.CONFIRMED,
                sha256=sha256,
                answers_sha256=answers_sha256,
                typed_name=str(self.typed_name.data),
                title=str(self.position.data or ""),
                is_authorised=bool(self.is_authorised.data),
                key=f"{self.key.data}/{statement_id}",
                surroundings=found,
            )
            for statement_id, sha256, answers_sha256 in shown
        )
        return ConfirmStatements(answers, grant="")


@batch.get("")
@guard("statement.confirm")
def review() -> Response:
    form = BatchForm(typed_name=current.actor().name, position=offers.title_of(current.reader()))
    form.key.data = secrets.token_urlsafe(16)
    return _page(_asked(), form)


@batch.post("/code")
@guard("statement.confirm")
def send_code() -> Response:
    found, form = _asked(), Form()
    ids = [item.id for item in found.items]
    if not respond.attempt(form, batching.request_batch_code, ids):
        respond.say(str(form.form_errors[0]), "bad")
    return respond.redirect_to(_address(found))


@batch.post("")
@guard("statement.confirm")
def sign() -> Response:
    form, shown = BatchForm(), _shown()
    if form.validate() and _is_signed(form, form.command(shown, surroundings())):
        refs = [current.reader().refs.of("st", each) for each, *_hashes in shown]
        return respond.see_other(".done", statement=refs)
    return _page(_asked(), form, form.status)


@batch.get("/done")
@guard("statement.confirm")
def done() -> Response:
    r, found = current.reader(), _asked()
    kept = [
        (item, confirmation)
        for item in found.left_out
        if (confirmation := confirmations.find_confirmation(r, item.id)) is not None
    ]
    if not kept:
        return respond.see_other("statements.index")
    return respond.page("statements/batch_done.html", kept=kept)


# ── What they share ──────────────────────────────────────────────────────────


def _asked() -> Sorted:
    """The statements that the request names; all that wait for the actor where it names none."""
    r = current.reader()
    if r.actor.kind != "customer":
        raise NotFound("statement")
    if not allows(r.actor, "statement.confirm"):
        raise Denied("statement.confirm")
    refs = request.values.getlist("statement") or batching.waiting_refs(r)
    return batching.sort_out(r, refs)


def _shown() -> list[tuple[int, str, str]]:
    """Of each statement under the form, its id and the hashes that were shown."""
    r, shown = current.reader(), []
    for word in request.form.getlist("item")[: batching.MOST]:
        ref, sha256, answers_sha256 = [*word.split(":"), "", ""][:3]
        shown.append((r.id_of("st", ref), sha256, answers_sha256))
    return shown


def _address(found: Sorted) -> str:
    refs = [item.ref for item in (*found.items, *found.left_out)]
    return url_for(".review", statement=refs)


def _is_signed(form: BatchForm, command: ConfirmStatements) -> bool:
    """Whether all are signed: what can be refused first is, then the code, then the act."""
    user_id = current.actor().user_id or 0
    if not respond.attempt(form, batching.check_together, command):
        return False
    if form.outcome:  # this very page was sent twice
        return True
    subject = batch_subject(each.sha256 for each in command.answers)
    typed = AnswerChallenge(user_id, BATCH_PURPOSE, subject, str(form.code.data))
    if not respond.attempt(form, answer_challenge, typed):
        return False
    answer: ChallengeAnswer = form.outcome
    if answer.problem is not None:
        if _is_said(command):  # the other click was quicker, and its code is used up
            return True
        form.blame(answer.problem)
        return False
    signed = replace(command, grant=answer.grant or "")
    return respond.attempt(form, batching.confirm_together, signed)


def _is_said(command: ConfirmStatements) -> bool:
    look = Form()
    return respond.attempt(look, batching.check_together, command) and bool(look.outcome)


def _page(found: Sorted, form: BatchForm, status: int = 200) -> Response:
    r = current.reader()
    return respond.page(
        "statements/batch.html",
        status,
        found=found,
        form=form,
        refs=[item.ref for item in (*found.items, *found.left_out)],
        without=_without(found),
        sent_to=batching.batch_code_is_out(r, found.subject) if found.items else "",
        asks_authority=batching.undeclared(r, found.items),
        why=lambda item: _(REASONS[item.reason]),
    )


def _without(found: Sorted) -> dict[str, str]:
    """For each statement the address of this page without it; none for the last."""
    refs = [item.ref for item in found.items]
    if len(refs) < 2:
        return {}
    return {
        ref: url_for(".review", statement=[each for each in refs if each != ref]) for ref in refs
    }
