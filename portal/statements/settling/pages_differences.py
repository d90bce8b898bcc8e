"""What differs on a statement: the list, and documents that only the customer's books have."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base.access import NotFound, allows
from portal.base.formats import money as format_money
from portal.base.language import gettext as _
from portal.core.statement_status import UNANSWERED
from portal.disputes.names import state_name as dispute_state
from portal.statements import answers, exports, queries
from portal.statements.forms import OwnDocumentForm
from portal.statements.rows import StatementView
from portal.statements.settling import own_documents
from portal.statements.settling.became import disputes_on
from portal.statements.shown import shown_differences
from portal.statements.versions.changes import about_versions
from portal.web import current, respond
from portal.web.forms import Form
from portal.web.guard import guard

differences = Blueprint("differences", __name__)


@differences.get("/statements/<ref>/differences")
@guard("statement.view")
def index(ref: str) -> Response:
    view = queries.get_statement(current.reader(), ref)
    return _page(view, OwnDocumentForm(currency=view.row.currency))


@differences.post("/statements/<ref>/differences")
@guard("statement.answer")
def add(ref: str) -> Response:
    view = queries.get_statement(current.reader(), ref)
    form = OwnDocumentForm(currency=view.row.currency)
    if form.validate():
        command = form.command(view.row.id)
        if respond.attempt(form, own_documents.say_own_document, command):
            respond.say(_("The document is listed among the differences."))
            return respond.see_other(".index", ref=ref)
    return _page(queries.get_statement(current.reader(), ref), form, form.status)


@differences.post("/statements/<ref>/differences/<document>/removal")
@guard("statement.answer")
def remove(ref: str, document: str) -> Response:
    r = current.reader()
    view = queries.get_statement(r, ref)
    difference_id = r.refs.id("df", document)
    if difference_id is None:
        raise NotFound("difference")
    form = Form()
    command = own_documents.TakeBackOwnDocument(view.row.id, difference_id)
    if respond.attempt(form, own_documents.take_back_own_document, command):
        respond.say(_("The document is no longer a difference."))
    elif form.status == 409:
        return _page(queries.get_statement(current.reader(), ref), _own_form(view), 409)
    else:
        respond.say(str(form.form_errors[0]), "bad")
    return respond.see_other(".index", ref=ref)


def _own_form(view: StatementView) -> OwnDocumentForm:
    return OwnDocumentForm(currency=view.row.currency, is_fresh=True)


def _page(view: StatementView, form: OwnDocumentForm, status: int = 200) -> Response:
    r = current.reader()
    ticks = answers.read_ticks(r, view.row.id, view.snapshot.lines)
    is_open = view.in_force and view.row.state in UNANSWERED
    return respond.page(
        "statements/differences.html",
        status,
        view=view,
        ticks=ticks,
        lines=shown_differences(view, ticks),
        by_reason=[
            (f"{name} ({count})", format_money(amount))
            for name, count, amount in exports.sums_by_reason(ticks, view.row.currency)
        ],
        form=form,
        became=disputes_on(r, view.row.id) if view.row.is_answered else {},
        dispute_state=dispute_state,
        refs={each.id: r.refs.of("df", each.id) for each in ticks.documents},
        may_compare=allows(r.actor, "statement.compare", view.row),
        may_answer=is_open and allows(r.actor, "statement.answer", view.row),
        **about_versions(r, view, is_part=True),
    )
