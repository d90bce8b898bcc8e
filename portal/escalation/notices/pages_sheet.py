"""The desk's list of notices as a file, as it is filtered."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response

from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.escalation.names import channel_name
from portal.escalation.notices import names
from portal.escalation.notices.pages_staff import asked_for
from portal.escalation.notices.queries import list_notices
from portal.escalation.notices.rows import NoticeRow
from portal.web import lists
from portal.web.current import reader
from portal.web.guard import guard
from portal.web.lists import SheetFormat

sheet = Blueprint("notice_sheet", __name__, url_prefix="/desk")

MOST_ROWS = 1_000_000


@sheet.get("/notices.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    asked = replace(asked_for(), page=1, per_page=MOST_ROWS)
    head = [
        *(_("Notice"), _("Customer"), _("Code"), _("Day"), _("Step"), _("How it speaks")),
        *(_("Channel"), _("To"), _("Address"), _("State"), _("Why not"), _("Currency")),
        *(_("Sum asked for"), _("Sent"), _("Delivered on"), _("Post’s number")),
    ]
    return lists.sheet(
        file_format, "notices", head, map(_cells, list_notices(reader(), asked).rows)
    )


def _cells(row: NoticeRow) -> Row:
    return (
        *(row.number, row.customer_name, row.customer_code, row.on, row.step),
        *(names.strength_name(row.strength), channel_name(row.channel)),
        *(row.to_name, row.to_address, names.state_of(row)[0], row.problem),
        *(row.total.currency if row.total else "", row.total),
        *(row.sent_at.date() if row.sent_at else None, row.delivered_on, row.tracking),
    )
