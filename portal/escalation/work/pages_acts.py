"""What is done about a row of the queue, in place: done, rests, handed on, talked about."""

from __future__ import annotations

from flask import Blueprint, Response, request

from portal.approvals.forms import OutcomeForm, OwnerForm
from portal.approvals.tasks import FinishTask, finish_task
from portal.base.access import Permission
from portal.base.language import gettext as _
from portal.base.language import ngettext
from portal.base.people import list_colleagues
from portal.escalation.work.attending import (
    AssignWork,
    RestWork,
    assign_work,
    find_things,
    rest_work,
)
from portal.escalation.work.comments import colleagues_at, write_comment
from portal.escalation.work.forms import CommentForm, RestForm, TalkForm
from portal.escalation.work.pages_queue import back_to, here, open_row, queue_page, scale
from portal.escalation.work.queue import WorkRow, get_work
from portal.escalation.work.talks import log_talk
from portal.web import respond
from portal.web.current import reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.htmx import htmx

acts = Blueprint("work_acts", __name__, url_prefix="/desk")


def _row(ref: str) -> WorkRow:
    return get_work(reader(), ref, scale())


def _refused(row: WorkRow, act: str, form: Form) -> Response:
    return queue_page(opened=open_row(row, act, form), form=form)


def _go_on(done: str, *, is_gone: bool = True) -> Response:
    """The list without what was done, the focus on what comes next."""
    at = request.args.get("at", 0, int) + (0 if is_gone else 1)
    if htmx.is_partial:
        return queue_page(done=done, at=at)
    respond.say(done)
    return respond.redirect_to(back_to(at))


@acts.post("/work/<ref>/outcome")
@guard("task.do")
def finish(ref: str) -> Response:
    row, form = _row(ref), OutcomeForm()
    if row.src == "task" and form.validate():
        command = FinishTask(row.id, str(form.result.data))
        if respond.attempt(form, finish_task, command):
            return _go_on(_("Done."))
    return _refused(row, "done", form)


@acts.post("/work/<ref>/rest")
@guard("task.do")
def rest(ref: str) -> Response:
    row, form = _row(ref), RestForm()
    if form.validate():
        until = form.day(reader().today)
        command = RestWork(find_things(reader(), [ref]), until, str(form.reason.data or ""))
        if respond.attempt(form, rest_work, command):
            return _go_on(_("It rests."))
    return _refused(row, "rest", form)


@acts.post("/work/<ref>/owner")
@guard("task.do")
def assign(ref: str) -> Response:
    row, form = _row(ref), OwnerForm(list_colleagues(reader(), Permission.TASK_DO))
    if form.validate():
        command = AssignWork(find_things(reader(), [ref]), form.owner_id)
        if respond.attempt(form, assign_work, command):
            is_kept = form.owner_id in {None, reader().actor.user_id}
            return _go_on(_("Handed on."), is_gone=not is_kept)
    return _refused(row, "owner", form)


@acts.post("/work/<ref>/talks")
@guard("contact.log")
def talk(ref: str) -> Response:
    row, form = _row(ref), TalkForm()
    if row.customer_id is not None and form.validate():
        task_id = row.id if row.src == "task" else None
        command = form.command(row.customer_id, reader().today, task_id)
        if respond.attempt(form, log_talk, command):
            is_gone = task_id is not None and (command.ends_task or command.next_on is not None)
            return _go_on(_("The talk is noted."), is_gone=is_gone)
    return _refused(row, "talk", form)


@acts.post("/work/<ref>/comments")
@guard("comment.write")
def comment(ref: str) -> Response:
    row = _row(ref)
    form = CommentForm(colleagues_at(reader(), row.customer_id or 0))
    if row.customer_id is not None and form.validate():
        about = row.subject if row.src == "task" else f"customer/{row.customer_id}"
        if respond.attempt(form, write_comment, form.command(about)):
            return _go_on(_("The comment is written."), is_gone=False)
    return _refused(row, "comment", form)


# ── Many at once ─────────────────────────────────────────────────────────────


@acts.post("/work/owners")
@guard("task.do")
def assign_chosen() -> Response:
    form = OwnerForm(list_colleagues(reader(), Permission.TASK_DO))
    chosen = find_things(reader(), request.form.getlist("chosen"))
    command = AssignWork(chosen, form.owner_id) if chosen and form.validate() else None
    if command is None or not respond.attempt(form, assign_work, command):
        return queue_page(form=form)
    respond.say(ngettext("%(num)s was handed on.", "%(num)s were handed on.", int(form.outcome)))
    return respond.redirect_to(here())


@acts.post("/work/rests")
@guard("task.do")
def rest_chosen() -> Response:
    form = RestForm()
    chosen = find_things(reader(), request.form.getlist("chosen"))
    if chosen and form.validate():
        command = RestWork(chosen, form.day(reader().today), str(form.reason.data or ""))
        if respond.attempt(form, rest_work, command):
            respond.say(ngettext("%(num)s rests.", "%(num)s rest.", int(form.outcome)))
            return respond.redirect_to(here())
    return queue_page(form=form)
