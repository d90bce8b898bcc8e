"""What customers were told of what is due: the list, and one message with what became of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, Response

from portal.base import formats
from portal.base.access import NotFound, allows
from portal.base.language import gettext as _
from portal.base.payee import payee_of
from portal.escalation.names import channel_name
from portal.escalation.notices import names, queries
from portal.escalation.notices.commands import note_opened
from portal.escalation.notices.rows import NoticeRow, NoticeView
from portal.escalation.queries import next_steps_of
from portal.invoices.names import kind_name
from portal.people.pages_branches import asked_branch, branch_choices, branches_of
from portal.web import current, lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard
from portal.web.traces import note_access

customer = Blueprint("own_notices", __name__)


@customer.get("/notices")
@guard("notice.view")
def index() -> Response:
    if actor().kind != "customer":
        return respond.see_other("desk_notices.index")
    r = reader()
    branches, size = branches_of(r), lists.page_size()
    found = queries.list_own(r, asked_branch(r, branches), lists.page_number(), size)
    return respond.page(
        "escalation/notices/index.html",
        fragments={"notices-part": "notices"},
        found=found,
        branches=branch_choices(branches),
        branch=lists.asked("branch"),
        pager=lists.pager(found.page, found.pages, found.count, size),
        names=names,
        channel_name=channel_name,
    )


@customer.get("/notices/<ref>")
@guard("notice.view")
def show(ref: str) -> Response:
    r = reader()
    view = queries.get_notice(r, ref)
    if actor().kind != "customer":
        return respond.see_other("desk_notices.show", ref=ref)
    row = view.row
    _note_opened(row)
    return respond.page(
        "escalation/notices/show.html",
        view=view,
        row=row,
        facts=_facts(view),
        payee=_payee(),
        next_step=_next_step(view),
        may_promise=allows(r.actor, "promise.make", row),
        may_dispute=allows(r.actor, "dispute.raise", row),
        names=names,
        kind_name=kind_name,
        channel_name=channel_name,
    )


def _note_opened(row: NoticeRow) -> None:
    opened = partial(note_opened, notice_id=row.id)
    note_access("opened", f"notice/{row.id}", row.customer_id, also=opened)


@customer.get("/notices/<ref>.pdf")
@guard("notice.view")
def letter(ref: str) -> Response:
    """The letter as it was printed; `NotFound` where it was none."""
    view = queries.get_notice(reader(), ref)
    if not view.file_sha256:
        raise NotFound(ref)
    note_access("downloaded", f"notice/{view.row.id}", view.row.customer_id)
    body = current.installation().storage.get(view.file_sha256)
    return respond.download(body, f"{view.row.number}.pdf", "application/pdf")


def _facts(view: NoticeView) -> list[tuple[str, Any]]:
    """What is known of the message itself."""
    row, zone = view.row, reader().company.timezone
    told = [
        (_("Customer"), f"{row.customer_name} ({row.customer_code})"),
        (_("Number"), row.number),
        (_("Sent"), formats.moment(row.sent_at, zone) if row.sent_at else ""),
        (_("Channel"), channel_name(row.channel)),
        (_("To"), "" if row.is_letter else row.to_address),
        (_("Late interest, not included"), formats.money(view.interest) if view.interest else ""),
        (_("Post’s number"), row.tracking),
        (_("Delivered on"), formats.day(row.delivered_on) if row.delivered_on else ""),
    ]
    return [(label, value) for label, value in told if value]


def _next_step(view: NoticeView) -> str:
    """What comes next on the account, unless something is done about it."""
    total = view.row.total
    found = next_steps_of(reader(), view.row.customer_id)
    step = next((each for each in found if total and each.currency == total.currency), None)
    if step is None or step.step is None or step.on is None or step.reason:
        return ""
    return _(
        "%(what)s on %(day)s, unless it is paid, promised or disputed by then.",
        what=channel_name(step.step.channel),
        day=formats.day(step.on),
    )


def _payee() -> list[tuple[str, str]]:
    """The account to pay into, in full: who is here has signed in."""
    account = payee_of(reader().company, in_full=True)
    if account is None:
        return []
    told = (("holder", _("Payee")), ("bank", _("Bank")), ("account", _("Account")))
    return [(label, account[name]) for name, label in told if account[name]]
