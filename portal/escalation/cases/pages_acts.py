"""What is done in a case that stands: written down, changed, closed, given files."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response

from portal.base.access import Permission
from portal.base.attaching import ENDINGS
from portal.base.language import gettext as _
from portal.base.people import list_colleagues
from portal.core.case import Act, Standing, acts_of, outcomes_of
from portal.escalation.cases import names
from portal.escalation.cases.forms import CaseFilesForm, ChangeForm, CloseForm, EventForm
from portal.escalation.cases.keeping import add_files, change_case, close_case, note_event
from portal.escalation.cases.pages_staff import shown
from portal.escalation.cases.queries import get_case
from portal.escalation.cases.rows import CaseView
from portal.escalation.work.comments import colleagues_at, write_comment
from portal.escalation.work.forms import CommentForm
from portal.web import lists, respond
from portal.web.current import reader
from portal.web.forms import Form
from portal.web.guard import guard

acts = Blueprint("desk_case_acts", __name__, url_prefix="/desk/cases/<ref>")


@acts.route("/events/new", methods=["GET", "POST"])
@guard("case.keep")
def event(ref: str) -> Response:
    view = get_case(reader(), ref)
    offered = acts_of(view.row.kind, view.row.stage) if view.row.is_open else []
    chosen = lists.asked("act", [act.value for act in offered])
    form = EventForm(
        currency=view.row.amount.currency,
        key=secrets.token_hex(16),
        on=reader().today,
        act=chosen or None,
    )
    form.offer(offered or [Act.NOTE])
    if form.is_submitted and form.validate():
        files = form.looked_at()
        if files is not None and respond.attempt(
            form, note_event, form.command(view.row.id, files)
        ):
            respond.say(_("Kept: %(what)s.", what=names.event_name(str(form.act.data))))
            return respond.see_other("desk_cases.show", ref=ref)
    return _page("event", form, get_case(reader(), ref))


@acts.route("/closing", methods=["GET", "POST"])
@guard("case.keep")
def close(ref: str) -> Response:
    view = get_case(reader(), ref)
    row = view.row
    form = CloseForm(key=secrets.token_hex(16), on=reader().today)
    form.offer(outcomes_of(Standing(row.kind, row.stage, row.open.minor)))
    if (
        form.is_submitted
        and form.validate()
        and respond.attempt(form, close_case, form.command(row))
    ):
        respond.say(_("The case is closed. What is still open is chased again."))
        return respond.see_other("desk_cases.show", ref=ref)
    return _page("closing", form, get_case(reader(), ref))


@acts.route("/edit", methods=["GET", "POST"])
@guard("case.keep")
def edit(ref: str) -> Response:
    view = get_case(reader(), ref)
    form = ChangeForm(
        partner=view.row.partner,
        contact=view.partner_contact,
        number=view.partner_number,
        owner=str(view.row.owner_id or ""),
        row_version=view.row.row_version,
    )
    form.offer(list_colleagues(reader(), Permission.CASE_KEEP))
    command = form.command(view.row.id) if form.is_submitted and form.validate() else None
    if command is not None and respond.attempt(form, change_case, command):
        respond.say(_("Kept who has the case."))
        return respond.see_other("desk_cases.show", ref=ref)
    return _page("edit", form, get_case(reader(), ref))


@acts.route("/files", methods=["GET", "POST"])
@guard("case.keep")
def files(ref: str) -> Response:
    view, form = get_case(reader(), ref), CaseFilesForm()
    if form.is_submitted and form.validate():
        given = form.looked_at()
        if given is not None and respond.attempt(form, add_files, form.command(view.row.id, given)):
            respond.say(_("The files are kept."))
            return respond.see_other("desk_cases.show", ref=ref)
    return _page("files", form, get_case(reader(), ref))


@acts.post("/comments")
@guard("comment.write")
def comment(ref: str) -> Response:
    view = get_case(reader(), ref)
    form = CommentForm(colleagues_at(reader(), view.row.customer_id))
    command = form.command(f"case/{view.row.id}") if form.validate() else None
    if command is not None and respond.attempt(form, write_comment, command):
        respond.say(_("The comment is written."))
        return respond.see_other("desk_cases.show", ref=ref)
    found = shown(get_case(reader(), ref)) | {"comment": form}
    return respond.page("escalation/cases/show.html", form.status, **found)


def _page(name: str, form: Form, view: CaseView) -> Response:
    status = form.status if form.is_submitted else 200
    return respond.page(
        f"escalation/cases/{name}.html",
        status,
        view=view,
        form=form,
        names=names,
        endings=ENDINGS,
        today=reader().today,
    )
