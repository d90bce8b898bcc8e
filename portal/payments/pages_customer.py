"""What the supplier received from a customer, what it was applied to, and what is left."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response

from portal.base import formats
from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.base.work import Reader
from portal.invoices.names import kind_name
from portal.payments.queries import list_credits
from portal.payments.rows import CreditFilter, CreditRow
from portal.people.pages_branches import Branches, asked_branch, branch_choices, branches_of
from portal.web import lists, respond
from portal.web.current import reader
from portal.web.forms import day_typed
from portal.web.guard import guard
from portal.web.lists import SheetFormat

customer = Blueprint("payments", __name__)

STATES = ("payment", "credit_note", "unapplied")
#: What a spreadsheet can hold.
MOST_ROWS = 1_000_000


@customer.get("/payments")
@guard("payment.view")
def index() -> Response:
    r = reader()
    branches = branches_of(r)
    asked = _asked(r, branches)
    found = list_credits(r, asked)
    return respond.page(
        "payments/index.html",
        fragments={"payments-part": "payments"},
        found=found,
        asked=asked,
        branches=branch_choices(branches),
        branch=lists.asked("branch"),
        states=[("", _("All")), *_states().items()],
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        heads=lists.sort_heads(asked.sort, (), ("date", "amount", "unapplied")),
        chips=_chips(asked, branches),
        sheets=lists.sheet_links("/payments"),
        kind_name=kind_name,
        may_announce=allows(r.actor, "advice.give"),
    )


def _states() -> dict[str, str]:
    return {
        "payment": _("Payments"),
        "credit_note": _("Credit notes"),
        "unapplied": _("Not applied"),
    }


def _asked(r: Reader, branches: Branches) -> CreditFilter:
    return CreditFilter(
        customer_id=asked_branch(r, branches),
        state=lists.asked("state", STATES),
        from_on=day_typed(lists.asked("from")),
        to_on=day_typed(lists.asked("to")),
        text=lists.asked("q"),
        sort=lists.asked("sort") or "-date",
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: CreditFilter, branches: Branches) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    named = {customer_id: name for customer_id, _ref, name in branches}
    used = {
        "q": asked.text,
        "branch": named.get(asked.customer_id or 0, ""),
        "state": _states().get(asked.state, ""),
        "from": _("from %(day)s", day=formats.day(asked.from_on)) if asked.from_on else "",
        "to": _("to %(day)s", day=formats.day(asked.to_on)) if asked.to_on else "",
    }
    return lists.chips(used)


@customer.get("/payments.<any(csv, xlsx):file_format>")
@guard("payment.view")
def export(file_format: SheetFormat) -> Response:
    r = reader()
    asked = replace(_asked(r, branches_of(r)), page=1, per_page=MOST_ROWS)
    head = [
        *(_("Date"), _("Kind"), _("Number"), _("Customer"), _("Your reference"), _("Payer")),
        *(_("Method"), _("Currency"), _("Amount"), _("Not applied"), _("Applied to")),
    ]
    rows = (_cells(row) for row in list_credits(r, asked).rows)
    return lists.sheet(file_format, "payments", head, rows)


def _cells(row: CreditRow) -> Row:
    applied = "; ".join(f"{each.number} {each.amount.major()}" for each in row.applied)
    return (
        *(row.dated_on, kind_name(row.kind), row.number, row.customer_name, row.reference),
        *(row.payer, row.method, row.amount.currency, row.amount, row.unapplied, applied),
    )
