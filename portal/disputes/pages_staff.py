"""The dispute desk: the list by the day an answer is due, with its figures and its files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.core.measures import Measure
from portal.customers.queries import get_customer
from portal.disputes import names
from portal.disputes.desk import OWNERS, STATES, list_desk
from portal.disputes.desk_names import next_step_name, state_filters
from portal.disputes.desk_rows import DeskFilter, DeskRow
from portal.disputes.measuring import WINDOW_DAYS, disputed_now, measures_of
from portal.disputes.reasons import reasons_of, root_causes_of
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.guard import guard
from portal.web.lists import SheetFormat

desk = Blueprint("desk_disputes", __name__, url_prefix="/desk")

#: What a spreadsheet can hold.
MOST_ROWS = 1_000_000
#: So many root causes that repeat are named.
NAMED = 3
#: So many open disputes stand on a customer's page.
GLANCE = 6


@desk.get("/disputes")
@guard("dispute.view")
def index() -> Response:
    r, asked = reader(), _asked()
    found = list_desk(r, asked)
    alone = respond.asks_for("desk-part")
    return respond.page(
        "disputes/desk.html",
        fragments={"desk-part": "rows"},
        found=found,
        asked=asked,
        chips=_chips(asked),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        sheets=lists.sheet_links("/desk/disputes") if allows(actor(), "export.run") else [],
        names=names,
        next_step_name=next_step_name,
        today=r.today,
        **_choices(asked),
        **({} if alone else _figures()),
    )


def _choices(asked: DeskFilter) -> dict[str, Any]:
    """What the list can be narrowed to, and what it is."""
    known = reasons_of(reader().policy)
    return {
        "state": asked.state or "all",
        "states": list(state_filters().items()),
        "owners": [("", _("Everybody")), ("mine", _("Mine")), ("nobody", _("Nobody’s"))],
        "reasons": [
            ("", _("All reasons")),
            *((each, names.reason_name(each, known)) for each in known),
        ],
        "known": known,
        "customer": lists.asked("customer"),
    }


@desk.get("/customers/<ref>/disputes")
@guard("dispute.view")
def of_customer(ref: str) -> Response:
    r, customer = reader(), get_customer(reader(), ref)
    asked = DeskFilter(state="open", customer_id=customer.row.id, per_page=GLANCE)
    return respond.page(
        "disputes/of_customer.html",
        fragments={"disputes-part": "disputes"},
        customer=customer.row,
        found=list_desk(r, asked),
        known=reasons_of(r.policy),
        names=names,
        today=r.today,
    )


def _figures() -> dict[str, Any]:
    """What stands at the head: what is disputed now, and how decisions went."""
    r = reader()
    causes = root_causes_of(r.policy)
    measured = measures_of(r)
    figures: list[tuple[str, Any, dict[str, Any]]] = [
        (
            _("Disputed, %(currency)s", currency=each.disputed.currency),
            each.disputed,
            {"note": _("%(share)s %% of what is open", share=each.share)} if each.share else {},
        )
        for each in disputed_now(r)
    ]
    lately = {"note": _("last %(days)s days", days=WINDOW_DAYS)}
    if measured.median_days.value is not None:
        days = _("%(days)s days", days=measured.median_days.shown(1))
        figures.append((_("Median to the answer"), days, lately))
    if measured.valid.value is not None:
        share = _("%(share)s %%", share=Measure(measured.valid.value * 100).shown(0))
        figures.append((_("Right at least in part"), share, lately))
    repeated = [(names.cause_name(each, causes), count) for each, count in measured.repeated]
    return {"figures": figures, "repeated": repeated[:NAMED], "window": WINDOW_DAYS}


def _asked() -> DeskFilter:
    state = lists.asked("state", STATES) or "open"
    customer = lists.asked("customer")
    return DeskFilter(
        state="" if state == "all" else state,
        owner=lists.asked("owner", OWNERS),
        reason=lists.asked("reason"),
        customer_id=reader().id_of("cu", customer) if customer else None,
        text=lists.asked("q"),
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: DeskFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    customer = lists.asked("customer")
    used = {
        "customer": get_customer(reader(), customer).row.name if customer else "",
        "q": asked.text,
        "state": "" if asked.state == "open" else state_filters()[asked.state or "all"],
        "owner": {"mine": _("Mine"), "nobody": _("Nobody’s")}.get(asked.owner, ""),
        "reason": names.reason_name(asked.reason, reasons_of(reader().policy))
        if asked.reason
        else "",
    }
    return lists.chips(used)


@desk.get("/disputes.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    r = reader()
    asked = replace(_asked(), page=1, per_page=MOST_ROWS)
    head = [
        *(_("Dispute"), _("State"), _("Reason"), _("Customer"), _("Document"), _("Currency")),
        *(_("Amount"), _("Raised"), _("Age in days"), _("Owner"), _("Answer by"), _("Next step")),
    ]
    rows = (_cells(row) for row in list_desk(r, asked).rows)
    return lists.sheet(file_format, "disputes", head, rows)


def _cells(row: DeskRow) -> Row:
    r = reader()
    reason = names.reason_name(row.reason, reasons_of(r.policy))
    return (
        *(row.number, names.state_name(row.state)[0], reason, row.customer_name, row.document),
        *(row.amount.currency, row.amount, row.raised_on, str((r.today - row.raised_on).days)),
        *(row.owner, row.answer_by if row.is_open else None, next_step_name(row.next_step)),
    )
