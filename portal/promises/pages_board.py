"""Promises at the desk: the board by day, how reliably they are kept, and those of one customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.paging import page_within
from portal.base.spreadsheets import Row
from portal.core.measures import Measure
from portal.core.promise_board import Group, KeptRate
from portal.core.promise_kept import State
from portal.customers.queries import get_customer, list_owners
from portal.promises.board import AWAITED, BoardFilter, awaited_promises, promise_board, sums_of
from portal.promises.kept import By, KeptRow, customers_rates, kept_by
from portal.promises.names import state_of, way_name
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import day_typed
from portal.web.guard import guard
from portal.web.lists import SheetFormat

desk = Blueprint("desk_promises", __name__, url_prefix="/desk")

GROUPS = {
    Group.OVERDUE: N_("Overdue"),
    Group.TODAY: N_("Today"),
    Group.TOMORROW: N_("Tomorrow"),
    Group.THIS_WEEK: N_("This week"),
    Group.LATER: N_("Later"),
}
#: No promise is older, and a year before it is still a day.
EARLIEST = dt.date(1900, 1, 1)
#: How many promises of a customer stand on the customer's first page.
GLANCE = 5


@desk.get("/promises")
@guard("desk.view")
def index() -> Response:
    r, asked = reader(), _asked()
    found = promise_board(r, asked)
    return respond.page(
        "promises/board.html",
        fragments={"board-part": "board"},
        found=found,
        asked=asked,
        owners=lists.choices(_("All"), list_owners(r)),
        states=[("", _("All")), *((state.value, state_of(state)[0]) for state in AWAITED)],
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        sheets=lists.sheet_links("/desk/promises") if _may_export() else [],
        group_name=lambda group: _(GROUPS[group]),
        **_words(),
    )


def _asked() -> BoardFilter:
    customer = lists.asked("customer")
    return BoardFilter(
        owner=lists.asked("owner"),
        state=lists.asked("state", [state.value for state in AWAITED]),
        customer_id=reader().id_of("cu", customer) if customer else None,
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: BoardFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    used = {
        "q": asked.text,
        "owner": asked.owner,
        "state": state_of(State(asked.state))[0] if asked.state else "",
        "customer": _("One customer") if asked.customer_id else "",
    }
    return lists.chips(used)


def _may_export() -> bool:
    return allows(actor(), "export.run")


def _words() -> dict[str, Any]:
    """What the templates of the board ask by name."""
    r = reader()
    return {
        "customer_ref": lambda row: r.refs.of("cu", row.customer_id),
        "documents": _documents,
        "state_of": state_of,
        "way_name": way_name,
        "today": r.today,
    }


def _documents(row: PromiseRow) -> list[tuple[str, str]]:
    """The documents that a promise is for, each once: number and reference."""
    return list(dict.fromkeys((item.number, item.ref) for item in row.items))


@desk.get("/promises.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    head = [
        *(_("Promised for"), _("Customer"), _("Code"), _("Sales owner"), _("Promise"), _("State")),
        *(_("How"), _("Documents"), _("Currency"), _("Promised"), _("Still to come")),
    ]
    rows = (_cells(row) for row in awaited_promises(reader(), _asked()))
    return lists.sheet(file_format, "promises", head, rows)


def _cells(row: PromiseRow) -> Row:
    documents = ", ".join(number for number, _ref in _documents(row))
    return (
        *(row.promised_on, row.customer_name, row.customer_code, row.owner, row.number),
        *(state_of(row.state)[0], way_name(row.way), documents, row.amount.currency),
        *(row.amount, row.awaited),
    )


# ── How reliably they are kept ───────────────────────────────────────────────


@desk.get("/promises/kept")
@guard("desk.view")
def kept() -> Response:
    by, as_of = _by(), _as_of()
    return respond.page(
        "promises/kept.html",
        fragments={"kept-part": "rates"},
        rows=kept_by(reader(), by, as_of),
        by=by,
        as_of=as_of,
        percent=percent,
        sheets=lists.sheet_links("/desk/promises/kept") if _may_export() else [],
    )


def _by() -> By:
    return "owner" if lists.asked("by") == "owner" else "customer"


def _as_of() -> dt.date:
    """The day that is asked for, never one to come."""
    today = reader().today
    return min(max(day_typed(lists.asked("as_of")) or today, EARLIEST), today)


def percent(measure: Measure) -> str:
    """A share as a percentage, in whole numbers; a dash where there is none."""
    return "—" if measure.value is None else f"{round(measure.value * 100)} %"


@desk.get("/promises/kept.<any(csv, xlsx):file_format>")
@guard("export.run")
def export_kept(file_format: SheetFormat) -> Response:
    head = [
        *(_("Name"), _("Currency"), _("Kept"), _("Kept late"), _("Partly kept"), _("Missed")),
        *(_("Promised"), _("In time"), _("Rate by number"), _("Rate by amount")),
    ]
    rows = (_kept_cells(row) for row in kept_by(reader(), _by(), _as_of()))
    return lists.sheet(file_format, "promises-kept", head, rows)


def _kept_cells(row: KeptRow) -> Row:
    rate: KeptRate = row.rate
    return (
        *(row.name, row.currency, rate.kept, rate.late_kept, rate.partly_kept, rate.broken),
        *(row.promised, row.in_time),
        *(rate.by_number.shown(4), rate.by_amount.shown(4)),
    )


# ── Of one customer ──────────────────────────────────────────────────────────


@desk.get("/customers/<ref>/promises")
@guard("promise.view")
def of_customer(ref: str) -> Response:
    customer = get_customer(reader(), ref)
    rows = list_promises(reader(), PromiseFilter(customer.row.id))
    running = [row for row in rows if row.is_running]
    is_glance = respond.asks_for("promised-part")
    return respond.page(
        "promises/of_customer.html",
        fragments={"promised-part": "glance"},
        customer=customer,
        running=sums_of(running),
        running_count=len(running),
        rates=customers_rates(rows, reader().today),
        percent=percent,
        is_glance=is_glance,
        may_record=allows(actor(), "promise.record"),
        **_shown(running[:GLANCE] if is_glance else rows[::-1], len(rows)),
        **_words(),
    )


def _shown(rows: list[PromiseRow], count: int) -> dict[str, Any]:
    """One page of a customer's promises: the newest day first, at a glance the next one."""
    size = lists.page_size()
    page, pages = page_within(lists.page_number(), len(rows), size)
    return {
        "rows": rows[(page - 1) * size : page * size],
        "count": count,
        "pager": lists.pager(page, pages, count, size),
    }
