"""What is about to lapse: the open claims whose limitation period ends soon, or has ended."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.paging import page_within
from portal.base.spreadsheets import Row
from portal.reports.laws import law_of
from portal.reports.limitation import AskLapses, LapseRow, list_lapses, summed
from portal.reports.names import act_name
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard
from portal.web.lists import SheetFormat

limitation_desk = Blueprint("desk_limitation", __name__, url_prefix="/desk")

LAPSED, STANDING = "lapsed", "standing"
#: What the list can be narrowed to; the first is shown unless told otherwise.
WITHIN = {
    "12": N_("Within a year"),
    "6": N_("Within 6 months"),
    "3": N_("Within 3 months"),
    LAPSED: N_("Lapsed"),
    STANDING: N_("With a court"),
}


@limitation_desk.get("/limitation")
@guard("report.view")
def index() -> Response:
    r, within, size = reader(), _within(), lists.page_size()
    rows = list_lapses(r, _asked(within))
    page, pages = page_within(lists.page_number(), len(rows), size)
    return respond.page(
        "reports/limitation.html",
        fragments={"limitation-part": "claims"},
        rows=rows[(page - 1) * size : page * size],
        sums=summed(rows),
        count=len(rows),
        law=law_of(r),
        within=within,
        choices=[(name, _(words)) for name, words in WITHIN.items()],
        chips=_chips(rows),
        pager=lists.pager(page, pages, len(rows), size),
        sheets=lists.sheet_links("/desk/limitation") if allows(actor(), "export.run") else [],
        act_name=act_name,
        today=r.today,
    )


def _within() -> str:
    return lists.asked("within", WITHIN) or next(iter(WITHIN))


def _asked(within: str) -> AskLapses:
    customer = lists.asked("customer")
    customer_id = reader().id_of("cu", customer) if customer else None
    if within == STANDING:
        return AskLapses(is_standing=True, customer_id=customer_id)
    if within == LAPSED:
        return AskLapses(has_lapsed=True, customer_id=customer_id)
    return AskLapses(int(within), customer_id=customer_id)


def _chips(rows: Sequence[LapseRow]) -> list[tuple[str, str]]:
    """The customer that the list is narrowed to, with the address without it."""
    if not lists.asked("customer"):
        return []
    name = rows[0].customer_name if rows else _("One customer")
    return [lists.chip(name, "customer")]


@limitation_desk.get("/limitation.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    head = [
        *(_("Lapses on"), _("Customer"), _("Code"), _("Document"), _("Part"), _("Due")),
        *(_("Runs since"), _("Since"), _("Proof"), _("Currency"), _("Open")),
    ]
    rows = (_cells(row) for row in list_lapses(reader(), _asked(_within())))
    return lists.sheet(file_format, "limitation", head, rows)


def _cells(row: LapseRow) -> Row:
    since = row.since
    return (
        *(row.lapses_on, row.customer_name, row.customer_code, row.number, row.part, row.due_on),
        *(since.on if since else row.due_on, act_name(since.act if since else None)),
        *(since.number if since else "", row.open.currency, row.open),
    )
