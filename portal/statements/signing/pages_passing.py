"""A statement passed to its approver and back, and an answer taken back while it is fresh."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.base.access import Denied, allows
from portal.base.language import gettext as _
from portal.statements import queries
from portal.statements.forms import PassForm, ReturnForm
from portal.statements.names import result_name
from portal.statements.rows import StatementView
from portal.statements.signing import passing
from portal.statements.signing.approval import find_approval
from portal.statements.signing.authorities import Signatory, list_signatories
from portal.statements.signing.withdrawing import WithdrawConfirmation, withdraw_confirmation
from portal.web import current, respond
from portal.web.forms import Form
from portal.web.guard import guard

passing_pages = Blueprint("passing", __name__)


@passing_pages.get("/statements/<ref>/preparation")
@guard("statement.prepare")
def prepare(ref: str) -> Response:
    view = _view(ref)
    if find_approval(current.reader(), view) is not None:
        return respond.see_other("statements.show", ref=ref)
    return _page(view, PassForm())


@passing_pages.post("/statements/<ref>/preparation")
@guard("statement.prepare")
def pass_on(ref: str) -> Response:
    view, form = _view(ref), PassForm()
    form.offer(_signatories(view))
    if form.validate():
        to_id = current.reader().refs.id("us", str(form.to.data))
        if respond.attempt(form, passing.pass_statement, form.command(view.row.id, to_id)):
            names = _(" or ").join(each.name for each in form.outcome)
            respond.say(_("The statement is with %(names)s, who got a mail.", names=names))
            return respond.see_other("statements.show", ref=ref)
    return _page(view, form, form.status)


@passing_pages.post("/statements/<ref>/preparation/removal")
@guard("statement.prepare")
def take_back(ref: str) -> Response:
    view, form = _view(ref), Form()
    command = passing.TakeStatementBack(view.row.id)
    if respond.attempt(form, passing.take_statement_back, command):
        respond.say(_("You have it back."))
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other("statements.show", ref=ref)


@passing_pages.route("/statements/<ref>/preparation/return", methods=["GET", "POST"])
@guard("statement.confirm")
def give_back(ref: str) -> Response:
    view, form = _view(ref), ReturnForm()
    if not allows(current.actor(), "statement.confirm", view.row):
        raise Denied("statement.confirm")
    is_fit = form.is_submitted and form.validate()
    if is_fit and respond.attempt(form, passing.return_statement, form.command(view.row.id)):
        respond.say(_("The statement is returned; who prepared it got a mail."))
        return respond.see_other("statements.show", ref=ref)
    status = form.status if form.is_submitted else 200
    approval = find_approval(current.reader(), view)
    return respond.page(
        "statements/give_back.html",
        status,
        view=view,
        form=form,
        approval=approval,
        result_name=result_name,
    )


@passing_pages.post("/statements/<ref>/confirmation/withdrawal")
@guard("statement.withdraw")
def withdraw(ref: str) -> Response:
    view, form = _view(ref), Form()
    command = WithdrawConfirmation(view.row.id, request.form.get("code", ""))
    if respond.attempt(form, withdraw_confirmation, command):
        respond.say(_("The answer is withdrawn. The statement waits for another one."))
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other("statements.show", ref=ref)


def _view(ref: str) -> StatementView:
    return queries.get_statement(current.reader(), ref)


def _signatories(view: StatementView) -> list[Signatory]:
    r = current.reader()
    every = list_signatories(r, view.row.customer_id)
    return [each for each in every if each.user_id != r.actor.user_id]


def _page(view: StatementView, form: PassForm, status: int = 200) -> Response:
    actor = current.actor()
    if not allows(actor, "statement.prepare", view.row):
        raise Denied("statement.prepare")
    signatories = _signatories(view)
    form.offer(signatories)
    return respond.page(
        "statements/preparation.html", status, view=view, form=form, signatories=signatories
    )
