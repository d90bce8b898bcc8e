"""Promises as both sides read them: the customer's list, one promise, its letter and its day."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from portal.approvals.names import state_of as answer_of
from portal.base.access import NotFound, allows
from portal.base.calendars import MEDIA_TYPE
from portal.base.formats import moment
from portal.base.language import gettext as _
from portal.base.paging import page_within
from portal.core.promise_kept import State
from portal.people.pages_branches import asked_branch, branch_choices, branches_of
from portal.promises import queries
from portal.promises.commands import WithdrawPromise, withdraw_promise
from portal.promises.entries import calendar_entry, file_stem
from portal.promises.extending import WithdrawExtension, withdraw_extension
from portal.promises.extensions import list_extensions
from portal.promises.names import event_words, method_name, reason_name, state_of, way_name
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.promises.sealed import letter_pdf
from portal.web import current, lists, respond
from portal.web.current import actor, reader
from portal.web.forms import Form
from portal.web.guard import guard
from portal.web.traces import note_access

customer = Blueprint("promises", __name__)

#: What the list is narrowed to, and the states that it then shows.
SHOWN = {
    "open": (State.OPEN, State.BEING_CHECKED),
    "kept": (State.KEPT, State.LATE_KEPT),
    "missed": (State.BROKEN, State.PARTLY_KEPT),
    "ended": (State.ENDED,),
}


@customer.get("/promises")
@guard("promise.view")
def index() -> Response:
    if actor().kind != "customer":
        raise NotFound("promises")
    r = reader()
    branches, state = branches_of(r), lists.asked("state", SHOWN)
    customer_id = asked_branch(r, branches)
    return respond.page(
        "promises/index.html",
        fragments={"promises-part": "promises"},
        extensions=[] if state else list_extensions(r, customer_id),
        branches=branch_choices(branches),
        state=state,
        **_cut(_listed(customer_id, state)),
        **_words(),
    )


def _cut(rows: list[PromiseRow]) -> dict[str, Any]:
    """One page of the promises, with what turns it."""
    size = lists.page_size()
    page, pages = page_within(lists.page_number(), len(rows), size)
    shown = rows[(page - 1) * size : page * size]
    return {"rows": shown, "pager": lists.pager(page, pages, len(rows), size)}


def _listed(customer_id: int | None, state: str) -> list[PromiseRow]:
    """The promises in a state, those that run first, each by its day."""
    rows = queries.list_promises(reader(), PromiseFilter(customer_id=customer_id))
    kept = [row for row in rows if not state or row.state in SHOWN[state]]
    return sorted(kept, key=lambda row: (not row.is_running, row.promised_on, row.id))


def _words() -> dict[str, Any]:
    """What the list's template asks by name."""
    states = {
        "": _("All"),
        "open": _("Running"),
        "kept": _("Kept"),
        "missed": _("Missed"),
        "ended": _("Ended"),
    }
    return {
        "states": list(states.items()),
        "branch": lists.asked("branch"),
        "state_of": state_of,
        "answer_of": answer_of,
        "may_promise": allows(actor(), "promise.make"),
        "today": reader().today,
    }


@customer.get("/promises/<ref>")
@guard("promise.view")
def show(ref: str) -> Response:
    return _page(queries.get_promise(reader(), ref))


def _page(row: PromiseRow, status: int = 200, problem: str = "") -> Response:
    r = reader()
    note_access("opened", f"promise/{row.id}", row.customer_id)
    may_withdraw = allows(actor(), "promise.withdraw", row)
    return respond.page(
        "promises/show.html",
        status,
        row=row,
        problem=problem,
        state=state_of(row.state, row.ended_as),
        facts=_facts(row),
        life=_life(row),
        replaced_by=_replaced_by(row),
        customer_ref=r.refs.of("cu", row.customer_id),
        may_change=row.is_running and row.plan_id is None and may_withdraw,
        has_letter=row.way != "import",
        is_house=actor().kind != "customer",
        today=r.today,
    )


def _facts(row: PromiseRow) -> list[tuple[str, str]]:
    """What the promise says of itself, without what it does not say."""
    said = [
        (_("Customer"), f"{row.customer_name} ({row.customer_code})"),
        (_("How it came"), way_name(row.way)),
        (_("Said by"), row.given_by),
        (_("Made at"), moment(row.made_at, reader().company.timezone)),
        (_("Reason"), reason_name(row.reason)),
        (_("Remark"), row.note),
        (_("How it will be paid"), method_name(row.method) if row.method else ""),
    ]
    return [(label, value) for label, value in said if value]


def _life(row: PromiseRow) -> list[tuple[str, str, str, str]]:
    r = reader()
    return [
        (moment(at, r.company.timezone), who or r.company.name, event_words(kind, facts), "")
        for kind, at, who, facts in queries.life_of(r, row)
    ]


def _replaced_by(row: PromiseRow) -> tuple[str, str] | None:
    """The number and the reference of the promise in whose favour this one ended."""
    if row.replaced_by_id is None:
        return None
    ref = reader().refs.of("pr", row.replaced_by_id)
    return queries.get_promise(reader(), ref).number, ref


@customer.get("/promises/<ref>.pdf")
@guard("promise.view")
def letter(ref: str) -> Response:
    row = queries.get_promise(reader(), ref)
    if row.way == "import":
        raise NotFound("letter")
    note_access("downloaded", f"promise/{row.id}", row.customer_id)
    body = letter_pdf(current.installation(), row.id)
    return respond.download(body, f"{file_stem(row)}.pdf", "application/pdf")


@customer.get("/promises/<ref>.ics")
@guard("promise.view")
def entry(ref: str) -> Response:
    row = queries.get_promise(reader(), ref)
    body = calendar_entry(reader(), row, current.installation().config)
    note_access("downloaded", f"promise/{row.id}", row.customer_id)
    return respond.download(body, f"{file_stem(row)}.ics", MEDIA_TYPE)


@customer.post("/promises/<ref>/withdrawal")
@guard("promise.withdraw")
def withdraw(ref: str) -> Response:
    row, form = queries.get_promise(reader(), ref), Form()
    if respond.attempt(form, withdraw_promise, WithdrawPromise(row.id)):
        respond.say(_("Taken back. Reminders go on as if it had not been made."))
        return respond.see_other(".show", ref=ref)
    again = queries.get_promise(reader(), ref)
    return _page(again, form.status, str(form.form_errors[0]))


@customer.post("/promises/extensions/<ref>/withdrawal")
@guard("promise.make")
def withdraw_request(ref: str) -> Response:
    r, form = reader(), Form()
    known = {row.ref: row for row in list_extensions(r)}
    if ref not in known:
        raise NotFound(ref)
    if respond.attempt(form, withdraw_extension, WithdrawExtension(known[ref].id)):
        respond.say(_("The request is taken back."))
    return respond.see_other(".index")
