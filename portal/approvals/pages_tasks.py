"""Tasks at the desk: what there is to do, whose it is, and what came of it."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, url_for

from portal.approvals.forms import OutcomeForm, OwnerForm
from portal.approvals.task_kinds import KIND_NAMES, task_sentence
from portal.approvals.task_list import TaskFilter, TaskRow, get_task, list_tasks
from portal.approvals.tasks import (
    AssignTask,
    FinishTask,
    TakeTask,
    assign_task,
    finish_task,
    take_task,
)
from portal.base.access import Permission, allows
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.people import list_colleagues
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard

desk = Blueprint("desk_tasks", __name__, url_prefix="/desk")

STATES = ("done",)
WHOSE_NAMES = {
    "mine": N_("Mine"),
    "nobody": N_("Nobody’s"),
    "mine_or_nobody": N_("Mine and nobody’s"),
}
#: What a task is about → the page that shows it.
PAGES = {
    "bill": "desk_bills.show",
    "case": "desk_cases.show",
    "contract": "desk_contracts.show",
    "application": "desk_applications.show",
    "collateral": "desk_securities.show",
    "part": "invoices.show",
    "delivery": "desk_deliveries.show",
    "dispute": "desk_dispute.show",
    "plan": "desk_plans.show",
    "promise": "promises.show",
    "review": "desk_reviews.show",
    "visit": "desk_signals.visits",
    "warning": "desk_signals.show",
    "write_off": "desk_write_offs.show",
}

#: What a task is about → the page of its customer that shows it.
CUSTOMER_PAGES = {"comment": "desk_talks.comments", "talk": "desk_talks.talks"}


@desk.get("/tasks")
@guard("desk.view")
def index() -> Response:
    return _page()


@desk.get("/tasks/<ref>")
@guard("desk.view")
def about(ref: str) -> Response:
    """Where a task leads: the page of what it is about."""
    return respond.redirect_to(_page_about(get_task(reader(), ref)))


@desk.post("/tasks/<ref>/taking")
@guard("task.do")
def take(ref: str) -> Response:
    form, task = Form(), get_task(reader(), ref)
    if respond.attempt(form, take_task, TakeTask(task.id)):
        respond.say(_("The task is yours."))
        return respond.see_other(".index", whose="mine")
    return _page(form)


@desk.post("/tasks/<ref>/owner")
@guard("task.do")
def assign(ref: str) -> Response:
    task = get_task(reader(), ref)
    form = OwnerForm(list_colleagues(reader(), Permission.TASK_DO), prefix=f"{ref}-")
    command = AssignTask(task.id, form.owner_id) if form.validate() else None
    if command and respond.attempt(form, assign_task, command):
        respond.say(_("The task was handed on."))
        return respond.see_other(".index")
    return _page(form, ref)


@desk.post("/tasks/<ref>/outcome")
@guard("task.do")
def finish(ref: str) -> Response:
    task = get_task(reader(), ref)
    form = OutcomeForm(prefix=f"{ref}-")
    if form.validate():
        command = FinishTask(task.id, str(form.result.data))
        if respond.attempt(form, finish_task, command):
            respond.say(_("Done: %(outcome)s", outcome=command.outcome.strip()))
            return respond.see_other(".index")
    return _page(form, ref)


def _page(form: Form | None = None, ref: str = "") -> Response:
    """The list as it is asked for; a form that was refused stands in its row."""
    r, asked = reader(), _asked()
    found = list_tasks(r, asked)
    colleagues = list_colleagues(r, Permission.TASK_DO)
    return respond.page(
        "approvals/tasks.html",
        form.status if form else 200,
        fragments={"tasks-part": "tasks"},
        found=found,
        rows=[(row, _page_about(row), *_forms(row, colleagues, form, ref)) for row in found.rows],
        asked=asked,
        whose=[("", _("All")), *((whose, _(name)) for whose, name in WHOSE_NAMES.items())],
        kinds=lists.choices(_("All"), []) + [(kind, _(name)) for kind, name in KIND_NAMES.items()],
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        form=form,
        sentence=task_sentence,
        may_do=allows(actor(), "task.do"),
        me=actor().user_id,
        today=r.today,
    )


def _asked() -> TaskFilter:
    return TaskFilter(
        whose=lists.asked("whose", WHOSE_NAMES),
        kind=lists.asked("kind", KIND_NAMES),
        text=lists.asked("q"),
        is_done=lists.asked("state", STATES) == "done",
        by=reader().today if lists.asked("due") else None,
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: TaskFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    used = {
        "q": asked.text,
        "whose": _(WHOSE_NAMES[asked.whose]) if asked.whose else "",
        "kind": _(KIND_NAMES[asked.kind]) if asked.kind else "",
        "state": _("Done") if asked.is_done else "",
        "due": _("Due by today") if asked.by else "",
    }
    return lists.chips(used)


def _forms(
    row: TaskRow, colleagues: list[tuple[int, str]], form: Form | None, ref: str
) -> tuple[Form, Form]:
    """The two forms of a row; the one that was refused as it was sent."""
    if form is not None and row.ref == ref and isinstance(form, OutcomeForm):
        return form, _owner_form(row, colleagues)
    if form is not None and row.ref == ref:
        return OutcomeForm(prefix=f"{row.ref}-", is_fresh=True), form
    return OutcomeForm(prefix=f"{row.ref}-", is_fresh=True), _owner_form(row, colleagues)


def _owner_form(row: TaskRow, colleagues: list[tuple[int, str]]) -> OwnerForm:
    owner = str(row.owner_id or "")
    return OwnerForm(colleagues, prefix=f"{row.ref}-", is_fresh=True, owner=owner)


def _page_about(row: TaskRow) -> str:
    """Where what the task is about is shown; its customer's page where it has none of its own."""
    endpoint = PAGES.get(row.about[0])
    if endpoint in current_app.view_functions:
        return url_for(endpoint, ref=row.about_ref)
    of_customer = CUSTOMER_PAGES.get(row.about[0], "desk_customers.show")
    return url_for(of_customer, ref=row.customer_ref)
