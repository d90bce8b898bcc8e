"""The inbox of approvals: what waits for a second person, one of them, and the two decisions."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, url_for

from portal.approvals.deciding import approve_request, ask_anew, refuse_request
from portal.approvals.forms import ApproveForm, RefuseForm
from portal.approvals.names import (
    KINDS,
    NONE,
    STATES,
    figure_name,
    figure_said,
    kind_name,
    shown_changes,
    shown_facts,
    state_of,
)
from portal.approvals.queries import (
    DECIDED,
    WAITING,
    ApprovalFilter,
    ApprovalRow,
    ApprovalView,
    get_request,
    list_requests,
)
from portal.base.access import allows
from portal.base.formats import money
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.lists import SheetFormat

desk = Blueprint("desk_approvals", __name__, url_prefix="/desk")

#: After so many days a request has waited long.
LONG_DAYS = 3
#: What a spreadsheet can hold.
MOST_ROWS = 1_000_000


@desk.get("/approvals")
@guard("approval.view")
def index() -> Response:
    return _list(after=reader().refs.id("ap", lists.asked("after")) or 0)


def _list(form: Form | None = None, after: int = 0, announce: str = "") -> Response:
    """The inbox as it is asked for; the row after the one just decided takes the focus."""
    r, asked = reader(), _asked()
    found = list_requests(r, asked)
    following = next((row.ref for row in found.rows if row.id > after), "")
    return respond.page(
        "approvals/index.html",
        form.status if form else 200,
        fragments={"approvals-part": "approvals"},
        announce=announce,
        found=found,
        asked=asked,
        form=form,
        focused=following or (found.rows[-1].ref if found.rows else "") if after else "",
        states=_states(),
        kinds=[("", _("All")), *((kind, _(name)) for kind, name in KINDS.items())],
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        sheets=lists.sheet_links("/desk/approvals") if allows(actor(), "export.run") else [],
        may_stand_in=allows(actor(), "standin.manage"),
        long_days=LONG_DAYS,
        now=r.now,
        **_words(),
    )


def _words() -> dict[str, Any]:
    """What the templates ask by name."""
    return {
        "kind_name": kind_name,
        "state_of": state_of,
        "shown_changes": shown_changes,
        "shown_facts": shown_facts,
        "url_about": _url_about,
    }


def _url_about(row: ApprovalRow) -> str:
    """The page about what is to be approved; its customer's where it has none of its own."""
    endpoint, ref = row.page
    if not endpoint:
        return url_for("desk_customers.show", ref=row.customer_ref)
    return url_for(endpoint, ref=ref)


def _states() -> list[tuple[str, str]]:
    return [(WAITING, _("Waiting")), ("decided", _("Decided")), ("all", _("All"))]


def _asked() -> ApprovalFilter:
    state = lists.asked("state", [WAITING, "decided", "all", *DECIDED]) or WAITING
    return ApprovalFilter(
        state="" if state == "all" else state,
        kind=lists.asked("kind", KINDS),
        text=lists.asked("q"),
        is_mine=lists.asked("mine") == "1",
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: ApprovalFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    used = {
        "q": asked.text,
        "kind": kind_name(asked.kind) if asked.kind else "",
        "state": _(STATES[asked.state][0]) if asked.state in DECIDED else "",
        "mine": _("For me to decide") if asked.is_mine else "",
    }
    return lists.chips(used)


@desk.get("/approvals.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    asked = replace(_asked(), page=1, per_page=MOST_ROWS)
    head = [
        *(_("Asked on"), _("Kind"), _("Customer"), _("Change"), _("Currency"), _("Amount")),
        *(_("Proposed by"), _("Reason"), _("State"), _("Decided by"), _("In the place of")),
        *(_("Decided on"), _("Comment")),
    ]
    rows = (_cells(row) for row in list_requests(reader(), asked).rows)
    return lists.sheet(file_format, "approvals", head, rows)


def _cells(row: ApprovalRow) -> Row:
    changed = shown_changes(row.before, row.after)
    said = [f"{name}: {before} → {after}" for name, before, after in changed]
    said += [f"{name}: {value}" for name, value in shown_facts(row.before, row.after)]
    return (
        *(_day(row.asked_at), kind_name(row.kind), row.customer_name, "; ".join(said)),
        *(row.amount.currency, row.amount, row.proposer, row.reason, state_of(row.state)[0]),
        *(row.decided_by, row.decided_for),
        *(_day(row.decided_at), row.comment),
    )


def _day(moment: dt.datetime | None) -> dt.date | None:
    zone = ZoneInfo(reader().company.timezone)
    return moment.astimezone(zone).date() if moment else None


@desk.get("/approvals/<ref>")
@guard("approval.view")
def show(ref: str) -> Response:
    return _page(get_request(reader(), ref))


@desk.post("/approvals/<ref>/approval")
@guard("approval.decide")
def approve(ref: str) -> Response:
    """One press in the list, or with a remark on the request's own page."""
    view, form = get_request(reader(), ref), ApproveForm()
    is_fit = form.validate()
    if is_fit and respond.attempt(form, approve_request, form.command(view.row.id)):
        return _go_on(view.row, _("Approved: %(what)s.", what=_called(view.row)))
    anew = _anew(view, form)
    if respond.asks_for("approvals-part"):
        return _list(form, after=0)
    return _page(anew, form.status, approve=form)


def _anew(view: ApprovalView, form: Form) -> ApprovalView:
    """What there is to see after a decision failed: what was overtaken is asked anew."""
    current = get_request(reader(), view.row.ref)
    if not current.is_changed:
        return current
    again = Form()
    if not respond.attempt(again, ask_anew, current.row.id):
        return get_request(reader(), view.row.ref)
    form.outcome = again.outcome
    return get_request(reader(), reader().refs.of("ap", again.outcome))


@desk.post("/approvals/<ref>/refusal")
@guard("approval.decide")
def refuse(ref: str) -> Response:
    view, form = get_request(reader(), ref), RefuseForm()
    if form.validate() and respond.attempt(form, refuse_request, form.command(view.row.id)):
        return _go_on(view.row, _("Refused: %(what)s.", what=_called(view.row)))
    return _page(get_request(reader(), ref), form.status, refuse=form)


def _called(row: ApprovalRow) -> str:
    return f"{kind_name(row.kind)}, {row.customer_name}, {money(row.amount)}"


def _go_on(row: ApprovalRow, said: str) -> Response:
    """Back to the inbox, at the next row."""
    if respond.asks_for("approvals-part"):
        return _list(after=row.id, announce=said)
    respond.say(said)
    return respond.see_other(".index", after=row.ref)


def _page(view: ApprovalView, status: int = 200, **forms: Form) -> Response:
    return respond.page(
        "approvals/show.html",
        status,
        view=view,
        approve=forms.get("approve") or ApproveForm(is_fresh=True),
        refuse=forms.get("refuse") or RefuseForm(is_fresh=True),
        told=forms.get("approve") or forms.get("refuse"),
        changed=[
            (figure_name(name), figure_said(was) or NONE, figure_said(now) or NONE)
            for name, was, now in view.changed
        ],
        now=reader().now,
        **_words(),
    )
