"""Statements as staff see them: the runs, how to start one, and who has answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Response, request

from portal.base import formats
from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.language import ngettext
from portal.base.spreadsheets import Row
from portal.core.errors import RuleBroken
from portal.core.period import Month
from portal.statements.duties import DUTIES
from portal.statements.issuing.board import (
    PER_CENT,
    DayOfAnswers,
    answers_by_day,
    get_mailing,
    list_board,
)
from portal.statements.issuing.drafts import list_drafts
from portal.statements.issuing.pages_wizard import places
from portal.statements.issuing.progress import (
    RunProgress,
    list_runs_with_progress,
    run_progress,
    seconds_left,
)
from portal.statements.issuing.running import find_trouble
from portal.statements.names import state_at_desk
from portal.statements.queries import get_run, list_statements, total_statements
from portal.statements.rows import BoardRow, RunRow, StateCount, StatementFilter, StatementRow
from portal.web import lists, respond
from portal.web.controls import WHOLE, percent
from portal.web.current import actor, reader
from portal.web.forms import day_typed
from portal.web.guard import guard
from portal.web.lists import SheetFormat

desk = Blueprint("desk_statements", __name__, url_prefix="/desk")

STATES = (
    *("issued", "viewed", "prepared", "confirmed", "confirmed_with_differences", "refused"),
    "withdrawn",
)
SHOWN = ("late", "waiting", "opened", "answered", *DUTIES, *STATES)
#: A screen reader is told of every tenth.
TENTHS = 10
#: How many rows a file is written from at a time.
BATCH = 1_000


# ── All statements ───────────────────────────────────────────────────────────


@desk.get("/statements")
@guard("statement.view")
def index() -> Response:
    asked = asked_board()
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
    rows = (_statement_cells(row.statement) for row in _every(asked_board()))
    return lists.sheet(file_format, "statements", _statement_head(), rows)


def _every(asked: StatementFilter) -> Iterator[BoardRow]:
    """The rows of all pages, a thousand at a time."""
    page = pages = 1
    while page <= pages:
        found, rows = list_board(reader(), replace(asked, page=page, per_page=BATCH))
        yield from rows
        page, pages = page + 1, found.pages


def asked_board(run_id: int | None = None) -> StatementFilter:
    """What the address narrows a list of statements to."""
    shown = lists.asked("state", SHOWN)
    return StatementFilter(
        run_id=run_id,
        state="" if shown == "late" or shown in DUTIES else shown,
        late=shown == "late",
        duty=shown if shown in DUTIES else "",
        newest=lists.asked("newest", ["1"]) != "",
        period_to=month_asked(),
        answered_on=day_typed(lists.asked("answered_on")),
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _common(asked: StatementFilter, page: int, pages: int, count: int) -> dict[str, Any]:
    """What every list of statements needs."""
    return {
        "shown": shown_of(asked),
        "states": _state_choices(),
        "pager": lists.pager(page, pages, count, asked.per_page),
        "state_at_desk": state_at_desk,
        "customer_ref": lambda row: reader().refs.of("cu", row.customer_id),
        "today": reader().today,
    }


def shown_of(asked: StatementFilter) -> str:
    """The word of the address for what a list is narrowed to."""
    return "late" if asked.late else asked.duty or asked.state


def month_asked() -> dt.date | None:
    """The last day of the month in the address; None where it names none."""
    try:
        return Month.parse(lists.asked("month")).last_on
    except RuleBroken:
        return None


def _state_choices() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("waiting", _("Waiting")),
        ("late", _("Past the deadline")),
        ("to_call", _("To be called")),
        ("bounced", _("Mail came back")),
        ("issued", _("Not opened")),
        ("viewed", _("Opened")),
        ("prepared", _("With their approver")),
        ("confirmed", _("Confirmed")),
        ("confirmed_with_differences", _("With differences")),
        ("refused", _("Not agreed")),
        ("withdrawn", _("Withdrawn")),
    ]


def _state_names() -> dict[str, str]:
    return {
        **dict(_state_choices()[1:]),
        "answered": _("Answered"),
        "opened": _("Opened or answered"),
        "reminded": _("Reminded"),
        "unmailed": _("Not mailed"),
    }


def _chips(asked: StatementFilter) -> list[tuple[str, str]]:
    used = {
        "q": asked.text,
        "state": _state_names().get(shown_of(asked), ""),
        "newest": _("Newest of each account") if asked.newest else "",
        "month": formats.month(asked.period_to) if asked.period_to else "",
        "answered_on": (
            _("answered on %(day)s", day=formats.day(asked.answered_on))
            if asked.answered_on
            else ""
        ),
    }
    return lists.chips(used)


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
        drafts=list_drafts(reader()) if allows(actor(), "statement.run") else [],
        places=places(),
        may_run=allows(actor(), "statement.run"),
        today=reader().today,
    )


@desk.get("/statement-runs/<ref>")
@guard("statement.view")
def run(ref: str) -> Response:
    found = get_run(reader(), ref)
    standing = standing_of(found)
    return respond.page(
        "statements/run.html",
        fragments={"board-part": "board", "run-progress": "progress"},
        also={"board-part": "board"} if respond.asks_for("run-progress") else None,
        announce=_announced(standing),
        run=found,
        sheets=_sheets(f"/desk/statement-runs/{ref}"),
        may_chase=allows(actor(), "statement.chase"),
        may_run=allows(actor(), "statement.run"),
        **standing,
        **_board_of(found),
    )


def _board_of(found: RunRow) -> dict[str, Any]:
    """The rows of the board that the address asks for."""
    asked = asked_board(found.id)
    page, rows = list_board(reader(), asked)
    return {
        "rows": rows,
        "count": page.count,
        "chips": _chips(asked),
        "asked": asked,
        "is_all": lists.asked("all", ["1"]) != "",
        **_common(asked, page.page, page.pages, page.count),
    }


def standing_of(found: RunRow) -> dict[str, Any]:
    """How far a run is and how far its customers are."""
    r = reader()
    progress = run_progress(r, [found.id]).get(found.id, RunProgress())
    is_running = found.finished_at is None
    total = max(found.planned, progress.issued)
    return {
        "is_running": is_running,
        "is_paused": found.paused_at is not None and is_running,
        "progress": progress,
        "total": total,
        "left": seconds_left(found, r.now) if is_running else None,
        "tenth": progress.issued * TENTHS // total * TENTHS if total else 0,
        "trouble": find_trouble(r, found.id) if is_running else "",
        "mailing": get_mailing(r, found.id),
        "days": [] if is_running else drawn_days(answers_by_day(r, found, progress.issued)),
    }


@dataclass(frozen=True, slots=True)
class DrawnDay:
    """A day with the bar that shows how many have answered by its end."""

    day: DayOfAnswers
    x: str
    y: str
    width: str
    height: str


def drawn_days(days: list[DayOfAnswers]) -> list[DrawnDay]:
    """The days side by side; a full bar is everyone."""
    step = WHOLE // max(len(days), 1)
    return [
        DrawnDay(
            day=each,
            x=percent(place * step),
            y=percent(WHOLE - each.percent * WHOLE // PER_CENT),
            width=percent(step * 4 // 5),
            height=percent(each.percent * WHOLE // PER_CENT),
        )
        for place, each in enumerate(days)
    ]


def _announced(standing: dict[str, Any]) -> str:
    """What is said aloud while a run goes on: at every tenth, and when it is done."""
    told = request.args.get("told", 0, int)
    if not respond.asks_for("run-progress"):
        return ""
    if not standing["is_running"]:
        issued = standing["progress"].issued
        return ngettext("%(num)s statement is issued", "%(num)s statements are issued", issued)
    return _("%(percent)s %% issued", percent=standing["tenth"]) if standing["tenth"] > told else ""


@desk.get("/statement-runs/<ref>.<any(csv, xlsx):file_format>")
@guard("export.run")
def export_run(ref: str, file_format: SheetFormat) -> Response:
    found = get_run(reader(), ref)
    head = [
        *_statement_head(),
        *(_("Mailed"), _("Opened"), _("Reminded"), _("Answered"), _("Problem")),
    ]
    rows = (_board_cells(row) for row in _every(asked_board(found.id)))
    return lists.sheet(file_format, f"statements-{_month_of(found)}", head, rows)


def _month_of(found: RunRow) -> str:
    return f"{found.period_to:%Y-%m}"


def _board_cells(row: BoardRow) -> Row:
    moments = (row.mailed_at, row.opened_at, row.reminded_at, row.answered_at)
    return (*_statement_cells(row.statement), *map(_at, moments), row.problem)


def _at(moment: dt.datetime | None) -> str:
    return formats.moment(moment, reader().company.timezone) if moment else ""
