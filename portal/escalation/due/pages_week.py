"""The week at the desk: planned on Monday, reported on Friday, everybody's side by side."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response

from portal.base import formats
from portal.base.access import NotFound
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.core.week import monday_of, sunday_of
from portal.credit.habits import habits_of
from portal.customers.queries import get_customer
from portal.escalation.due.forms import PlanForm, RemarkForm
from portal.escalation.due.planning import (
    PlanWeek,
    RemarkPlan,
    WeekRow,
    find_colleague,
    list_collectors,
    plan_week,
    remark_plan,
    week_of,
)
from portal.escalation.work.names import outcome_of
from portal.escalation.work.talk_list import TalkRow, list_talks
from portal.tables.people import User
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import day_typed
from portal.web.guard import guard

week = Blueprint("desk_week", __name__, url_prefix="/desk")

#: A week farther away than this is none that anybody plans or looks back at.
FARTHEST = dt.timedelta(days=365 * 50)
WEEK = dt.timedelta(days=7)


def _monday() -> dt.date:
    today = reader().today
    asked = day_typed(lists.asked("week")) or today
    return monday_of(asked if abs(asked - today) < FARTHEST else today)


def _whose() -> User:
    r, ref = reader(), lists.asked("who")
    return find_colleague(r, r.refs.id("us", ref) if ref else actor().user_id)


@week.get("/week")
@guard("due.answer")
def index() -> Response:
    r, monday, whose = reader(), _monday(), _whose()
    found = week_of(r, whose, monday)
    return respond.page(
        "escalation/due/week.html",
        found=found,
        monday=monday,
        sunday=sunday_of(monday),
        whose=whose,
        is_mine=whose.id == actor().user_id,
        is_over=sunday_of(monday) < r.today,
        collectors=[(each, r.refs.of("us", each.user_id)) for each in list_collectors(r, monday)],
        before=(monday - WEEK).isoformat(),
        after=(monday + WEEK).isoformat(),
        sheets=lists.sheet_links("/desk/week"),
        today=r.today,
    )


@week.get("/week.<any(csv, xlsx):file_format>")
@guard("due.answer")
def sheet(file_format: Any) -> Response:
    found = week_of(reader(), _whose(), _monday())
    head = (
        *(_("Customer"), _("Currency"), _("Due by the end of the week"), _("Planned"), _("Day")),
        *(_("What will be done"), _("Came in"), _("Variance"), _("Remark")),
    )
    return lists.sheet(file_format, "week", head, [_cells(row) for row in found.rows])


def _cells(row: WeekRow) -> Row:
    plan = row.plan
    return (
        *(row.customer_name, row.due.currency, row.due.major(), row.planned.major()),
        *((plan.planned_on, plan.measure) if plan else (None, "")),
        *(row.came.major(), row.variance.major(), plan.remark if plan else ""),
    )


@week.get("/week/<ref>")
@guard("due.answer")
def edit(ref: str) -> Response:
    row = _row(ref)
    return _edit_page(row, _plan_form(row), _remark_form(row))


@week.post("/week/<ref>")
@guard("due.answer")
def plan(ref: str) -> Response:
    row = _row(ref)
    form = _plan_form(row)
    if form.validate() and respond.attempt(form, plan_week, _command(form, row)):
        respond.say(_("The plan is kept."))
        return respond.see_other(".index", week=_monday().isoformat())
    return _edit_page(row, form, _remark_form(row))


@week.post("/week/<ref>/remark")
@guard("due.answer")
def remark(ref: str) -> Response:
    row = _row(ref)
    form = _remark_form(row)
    command = RemarkPlan(row.customer_id, _monday(), row.due.currency, str(form.remark.data or ""))
    if form.validate() and respond.attempt(form, remark_plan, command):
        respond.say(_("The remark is kept."))
        return respond.see_other(".index", week=_monday().isoformat())
    return _edit_page(row, _plan_form(row), form)


def _row(ref: str) -> WeekRow:
    """A customer of the reader's own week, in the currency that is asked for."""
    r = reader()
    customer = get_customer(r, ref)
    rows = week_of(r, _own(), _monday()).rows
    mine = [row for row in rows if row.customer_id == customer.row.id]
    currency = lists.asked("currency")
    found = [row for row in mine if not currency or row.due.currency == currency]
    if not found:
        raise NotFound(ref)
    return found[0]


def _own() -> User:
    return find_colleague(reader(), actor().user_id)


def _plan_form(row: WeekRow) -> PlanForm:
    friday = _monday() + dt.timedelta(days=4)
    kept = row.plan
    return PlanForm(
        currency=row.due.currency,
        amount=row.planned if kept else row.due,
        planned_on=kept.planned_on if kept else max(friday, min(reader().today, sunday_of(friday))),
        measure=kept.measure if kept else "",
    )


def _remark_form(row: WeekRow) -> RemarkForm:
    return RemarkForm(remark=row.plan.remark if row.plan else "")


def _command(form: PlanForm, row: WeekRow) -> PlanWeek:
    assert form.planned_on.data is not None
    return PlanWeek(
        row.customer_id,
        _monday(),
        form.amount.data,
        form.planned_on.data,
        str(form.measure.data or ""),
    )


def _habits(customer_id: int) -> list[tuple[str, str]]:
    """What the plan is made from: how the customer pays, and the last talk (S-143, S-145)."""
    r = reader()
    told = habits_of(r, customer_id)
    talks = list_talks(r, customer_id, per_page=1).rows
    said = [
        (_("Paid on time"), f"{round(told.on_time)} %" if told.on_time is not None else ""),
        (_("Days late on average"), _rounded(told.days_late)),
        (_("Days later than before"), _rounded(told.trend)),
        (_("Usual term in days"), str(told.term_days) if told.term_days is not None else ""),
        (_("Promises kept in time"), _kept(told.promises)),
        (_("Grade"), told.grade),
        *((_("Last talk"), _talk(talk)) for talk in talks),
    ]
    return [(label, value) for label, value in said if value]


def _rounded(days: Decimal | None) -> str:
    return "" if days is None else str(round(days))


def _kept(shares: tuple[int, int] | None) -> str:
    return _("%(kept)s of %(all)s", kept=shares[0], all=shares[1]) if shares else ""


def _talk(talk: TalkRow) -> str:
    who = talk.spoke_with + (f" ({_('decides')})" if talk.spoke_with and talk.decides else "")
    words = (formats.day(talk.on), who, outcome_of(talk.outcome)[0], talk.note)
    return " · ".join(filter(None, words))


def _edit_page(row: WeekRow, plan_form: PlanForm, remark_form: RemarkForm) -> Response:
    status = max(plan_form.status, remark_form.status) if plan_form.is_submitted else 200
    return respond.page(
        "escalation/due/week_edit.html",
        status,
        row=row,
        form=plan_form,
        remark_form=remark_form,
        habits=_habits(row.customer_id),
        monday=_monday(),
        is_over=sunday_of(_monday()) < reader().today,
        query=f"?week={_monday().isoformat()}&currency={row.due.currency}",
    )
