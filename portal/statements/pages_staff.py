"""Statements as staff see them: the runs, how to start one, and who has answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response

from portal.base import formats
from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.statements.names import state_at_desk
from portal.statements.progress import (
    RunProgress,
    count_mailed,
    list_runs_with_progress,
    run_progress,
)
from portal.statements.queries import get_run, list_board, list_statements, total_statements
from portal.statements.rows import BoardRow, RunRow, StateCount, StatementFilter, StatementRow
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard
from portal.web.lists import SheetFormat

desk = Blueprint("desk_statements", __name__, url_prefix="/desk")

STATES = ("issued", "viewed", "confirmed", "confirmed_with_differences", "refused")
SHOWN = ("late", "waiting", *STATES)
#: How many rows a file is written from at a time.
BATCH = 1_000


# ── All statements ───────────────────────────────────────────────────────────


@desk.get("/statements")
@guard("statement.view")
def index() -> Response:
    asked = _asked()
    found = list_statements(reader(), asked)
    return respond.page(
        "statements/desk.html",
        fragments={"statements-part": "statements"},
        found=found,
        totals=_sums(total_statements(reader(), asked)),
        may_run=allows(actor(), "statement.run"),
        chips=_chips(asked),
        asked=asked,
        **_common(asked, found.page, found.pages, found.count),
        sheets=_sheets("/desk/statements"),
    )


@desk.get("/statements.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    rows = (_statement_cells(row.statement) for row in _every(_asked()))
    return lists.sheet(file_format, "statements", _statement_head(), rows)


def _every(asked: StatementFilter) -> Iterator[BoardRow]:
    """The rows of all pages, a thousand at a time."""
    page = pages = 1
    while page <= pages:
        found, rows = list_board(reader(), replace(asked, page=page, per_page=BATCH))
        yield from rows
        page, pages = page + 1, found.pages


def _asked(run_id: int | None = None) -> StatementFilter:
    shown = lists.asked("state", SHOWN)
    return StatementFilter(
        run_id=run_id,
        state="" if shown == "late" else shown,
        late=shown == "late",
        newest=lists.asked("newest", ["1"]) != "",
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _common(asked: StatementFilter, page: int, pages: int, count: int) -> dict[str, Any]:
    """What every list of statements needs."""
    return {
        "shown": "late" if asked.late else asked.state,
        "states": _state_choices(),
        "pager": lists.pager(page, pages, count, asked.per_page),
        "state_at_desk": state_at_desk,
        "customer_ref": lambda row: reader().refs.of("cu", row.customer_id),
        "today": reader().today,
    }


def _state_choices() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("late", _("Past the deadline")),
        ("issued", _("Not opened")),
        ("viewed", _("Opened")),
        ("confirmed", _("Confirmed")),
        ("confirmed_with_differences", _("With differences")),
        ("refused", _("Not agreed")),
    ]


def _chips(asked: StatementFilter) -> list[tuple[str, str]]:
    shown = "late" if asked.late else asked.state
    names = {**dict(_state_choices()[1:]), "waiting": _("Waiting")}
    used = {
        "q": asked.text,
        "state": names.get(shown, ""),
        "newest": _("Newest of each account") if asked.newest else "",
    }
    return [lists.chip(label, name) for name, label in used.items() if label]


def _sums(counts: list[StateCount]) -> list[StateCount]:
    """By currency, whatever the state."""
    sums: dict[str, StateCount] = {}
    for each in counts:
        before = sums.get(each.currency)
        sums[each.currency] = StateCount(
            "",
            each.currency,
            each.count + (before.count if before else 0),
            each.closing + before.closing if before else each.closing,
        )
    return list(sums.values())


def _sheets(path: str) -> list[tuple[str, str]]:
    return lists.sheet_links(path) if allows(actor(), "export.run") else []


def _statement_head() -> list[str]:
    return [
        *(_("Code"), _("Customer"), _("Number"), _("Version"), _("From"), _("To"), _("Currency")),
        *(_("Closing balance"), _("Overdue"), _("State"), _("Answer by"), _("Differences")),
    ]


def _statement_cells(row: StatementRow) -> Row:
    return (
        *(row.customer_code, row.customer_name, row.number, row.version),
        *(row.period_from, row.period_to, row.currency, row.closing, row.overdue),
        *(state_at_desk(row.state)[0], row.confirm_by, row.differences),
    )


# ── Runs ─────────────────────────────────────────────────────────────────────


@desk.get("/statement-runs")
@guard("statement.view")
def runs() -> Response:
    return respond.page(
        "statements/runs.html",
        runs=list_runs_with_progress(reader()),
        may_run=allows(actor(), "statement.run"),
        today=reader().today,
    )


@desk.get("/statement-runs/<ref>")
@guard("statement.view")
def run(ref: str) -> Response:
    found = get_run(reader(), ref)
    asked = _asked(found.id)
    page, rows = list_board(reader(), asked)
    return respond.page(
        "statements/run.html",
        fragments={"board-part": "board", "run-progress": "progress"},
        also={"board-part": "board"} if respond.asks_for("run-progress") else None,
        run=found,
        rows=rows,
        count=page.count,
        chips=_chips(asked),
        asked=asked,
        sheets=_sheets(f"/desk/statement-runs/{ref}"),
        **_standing(found),
        **_common(asked, page.page, page.pages, page.count),
    )


def _standing(found: RunRow) -> dict[str, Any]:
    """How far a run is and how far its customers are."""
    r = reader()
    return {
        "is_running": found.finished_at is None,
        "progress": run_progress(r, [found.id]).get(found.id, RunProgress()),
        "mailed": count_mailed(r, found.id),
    }


@desk.get("/statement-runs/<ref>.<any(csv, xlsx):file_format>")
@guard("export.run")
def export_run(ref: str, file_format: SheetFormat) -> Response:
    found = get_run(reader(), ref)
    head = [
        *_statement_head(),
        *(_("Mailed"), _("Opened"), _("Answered"), _("Problem")),
    ]
    rows = (_board_cells(row) for row in _every(_asked(found.id)))
    return lists.sheet(file_format, f"statements-{_month_of(found)}", head, rows)


def _month_of(found: RunRow) -> str:
    return f"{found.period_to:%Y-%m}"


def _board_cells(row: BoardRow) -> Row:
    moments = (row.mailed_at, row.opened_at, row.answered_at)
    return (*_statement_cells(row.statement), *map(_at, moments), row.problem)


def _at(moment: dt.datetime | None) -> str:
    return formats.moment(moment, reader().company.timezone) if moment else ""
