"""The report of confirmations: by month, how statements stand and how many are answered."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base import formats
from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.statements.issuing.by_month import MonthStanding, list_standings
from portal.statements.names import state_at_desk
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard
from portal.web.lists import SheetFormat

confirmations_desk = Blueprint("desk_confirmations", __name__, url_prefix="/desk/reports")

STATES = (
    *("issued", "viewed", "prepared", "withdrawn"),
    *("confirmed", "confirmed_with_differences", "refused"),
)


@confirmations_desk.get("/confirmations")
@guard("report.view")
def confirmations() -> Response:
    path = "/desk/reports/confirmations"
    return respond.page(
        "reports/confirmations.html",
        standings=list_standings(reader()),
        states=[(state, state_at_desk(state)[0]) for state in STATES],
        sheets=lists.sheet_links(path) if allows(actor(), "export.run") else [],
    )


@confirmations_desk.get("/confirmations.<any(csv, xlsx):file_format>")
@guard("export.run")
def export_confirmations(file_format: SheetFormat) -> Response:
    head = [
        *(_("Month"), _("Statements")),
        *(state_at_desk(state)[0] for state in STATES),
        *(_("Past the deadline"), _("Answered"), _("Share in %")),
    ]
    rows = (_cells(each) for each in list_standings(reader()))
    return lists.sheet(file_format, "confirmations", head, rows)


def _cells(each: MonthStanding) -> Row:
    counts = (each.states[state] for state in STATES)
    month = formats.month(each.period_to)
    return (month, each.issued, *counts, each.late, each.answered, each.percent)
