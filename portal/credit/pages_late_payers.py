"""Who pays late as a habit, and whose debt stands long: a report with its way to each customer."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.paging import page_within
from portal.base.spreadsheets import Row
from portal.core.late_payers import FEWEST, LONG_DAYS, OFTEN_PERCENT, TOLERATED_DAYS
from portal.credit.late_payers import SHOWN, LatePayer, list_late_payers
from portal.customers.queries import list_owners
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard
from portal.web.lists import SheetFormat

RULE = {
    "percent": OFTEN_PERCENT,
    "fewest": FEWEST,
    "days": LONG_DAYS,
    "tolerated": TOLERATED_DAYS,
}

late_payers_desk = Blueprint("desk_late_payers", __name__, url_prefix="/desk/reports")


@late_payers_desk.get("/late-payers")
@guard("report.view")
def index() -> Response:
    rows, size = _rows(), lists.page_size()
    page, pages = page_within(lists.page_number(), len(rows), size)
    return respond.page(
        "credit/late_payers.html",
        fragments={"late-part": "payers"},
        rows=rows[(page - 1) * size : page * size],
        count=len(rows),
        shown=_shown(),
        choices=_choices(),
        owner=lists.asked("owner"),
        owners=lists.choices(_("All"), list_owners(reader())),
        pager=lists.pager(page, pages, len(rows), size),
        sheets=lists.sheet_links("/desk/reports/late-payers")
        if allows(actor(), "export.run")
        else [],
        rule=RULE,
    )


def _shown() -> str:
    return lists.asked("show", SHOWN) or SHOWN[0]


def _choices() -> list[tuple[str, str]]:
    return [("both", _("Both")), ("often", _("Often late")), ("long", _("Long overdue"))]


def _rows() -> list[LatePayer]:
    return list_late_payers(reader(), _shown(), lists.asked("owner"))


@late_payers_desk.get("/late-payers.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    head = [
        *(_("Customer"), _("Owner"), _("Parts of a year"), _("Late"), _("Late, %")),
        *(_("Days late on average"), _("Currency"), _("Overdue"), _("Oldest due on"), _("Days")),
    ]
    return lists.sheet(file_format, "late-payers", head, [_cells(row) for row in _rows()])


def _cells(row: LatePayer) -> Row:
    habit = row.habit
    return (
        *(row.customer_name, row.owner, habit.items, habit.late, habit.percent, row.average_days),
        *(row.overdue.currency, row.overdue, row.oldest_on, habit.oldest_days or None),
    )
