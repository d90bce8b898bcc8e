"""Invoices as customers see them: the list with its files, and one invoice with how to pay it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response
from jinja2.filters import do_filesizeformat as filesizeformat

from portal.base import formats
from portal.base.access import allows
from portal.base.language import current_language
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.base.work import Reader
from portal.disputes import names as dispute_names
from portal.disputes.queries import disputes_of_entry
from portal.disputes.reasons import reasons_of
from portal.invoices import downloads, names, queries
from portal.invoices.early_payment import find_offer
from portal.invoices.forms import STATES, asked_invoices
from portal.invoices.life import life_of
from portal.invoices.rows import InvoiceFilter, InvoiceRow, InvoiceView
from portal.invoices.sheet import invoice_pdf
from portal.invoices.why_due import why_due
from portal.people.pages_branches import Branches, branch_choices, branches_of
from portal.promises.queries import promised_entries
from portal.promises.rows import PartPromise
from portal.reports.limitation import AskLapses, list_lapses
from portal.reports.names import act_name
from portal.settings.queries import account_unchanged_since
from portal.statements.names import STATES as STATEMENT_STATES
from portal.statements.names import state_name as statement_state
from portal.web import current, lists, respond
from portal.web.controls import address
from portal.web.current import reader
from portal.web.guard import guard
from portal.web.lists import SheetFormat
from portal.web.traces import note_access

customer = Blueprint("invoices", __name__)

#: What a spreadsheet can hold.
MOST_ROWS = 1_000_000


@customer.get("/invoices")
@guard("invoice.view")
def index() -> Response:
    r = reader()
    branches = branches_of(r)
    promised = promised_entries(r)
    asked = asked_invoices(r, branches, promised)
    found = queries.list_invoices(r, asked)
    return respond.page(
        "invoices/index.html",
        fragments={"invoices-part": "invoices"},
        found=found,
        promised=promised,
        asked=asked,
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        heads=lists.sort_heads(asked.sort, ("number", "due"), ("date", "amount", "open")),
        chips=_chips(asked, branches),
        sheets=lists.sheet_links("/invoices"),
        **_choosing(found.count),
        **_branch(branches),
        **_words(),
    )


def _branch(branches: Branches) -> dict[str, Any]:
    """The branches that the list can be narrowed to, and the one that it is."""
    return {"branches": branch_choices(branches), "branch": lists.asked("branch")}


def _choosing(count: int) -> dict[str, Any]:
    """What the form around the list needs: where it goes, whether all of it is chosen, how much."""
    return {
        "order_url": address("/downloads", page=None, rows=None, all=None),
        "is_all": lists.asked("all") == "1",
        "size": filesizeformat(count * downloads.TYPICAL_BYTES),
    }


def _words() -> dict[str, Any]:
    """What the templates ask by name."""
    return {
        "states": [("", _("All")), *((state, names.state_name(state)) for state in STATES)],
        "state_of": names.state_of,
        "today": reader().today,
        "may_announce": allows(current.actor(), "advice.give"),
        "may_promise": allows(current.actor(), "promise.make"),
    }


def _chips(asked: InvoiceFilter, branches: Branches) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    named = {customer_id: name for customer_id, _ref, name in branches}
    used = {
        "q": asked.text,
        "branch": named.get(asked.customer_id or 0, ""),
        "state": names.state_name(asked.state) if asked.state else "",
        "from": _("from %(day)s", day=formats.day(asked.from_on)) if asked.from_on else "",
        "to": _("to %(day)s", day=formats.day(asked.to_on)) if asked.to_on else "",
        "currency": asked.currency,
    }
    return lists.chips(used)


@customer.get("/invoices.<any(csv, xlsx):file_format>")
@guard("invoice.view")
def export(file_format: SheetFormat) -> Response:
    r = reader()
    promised = promised_entries(r)
    asked = asked_invoices(r, branches_of(r), promised)
    head = [
        *(_("Invoice"), _("Customer"), _("Date"), _("Due"), _("Your reference"), _("Currency")),
        *(_("Amount"), _("Open"), _("Disputed"), _("Not disputed"), _("State"), _("Days overdue")),
        _("Promised until"),
    ]
    found = queries.list_invoices(r, replace(asked, page=1, per_page=MOST_ROWS)).rows
    rows = (_cells(row, promised.get(row.id)) for row in found)
    return lists.sheet(file_format, "invoices", head, rows)


def _cells(row: InvoiceRow, promised: PartPromise | None) -> Row:
    return (
        *(row.number, row.customer_name, row.dated_on, row.due_on, row.reference),
        *(row.amount.currency, row.amount, row.open, row.disputed),
        row.open - row.disputed,
        *(names.state_name(row.state), max(row.days_late or 0, 0)),
        promised.until if promised else None,
    )


@customer.get("/invoices/<ref>")
@guard("invoice.view")
def show(ref: str) -> Response:
    r = reader()
    view = queries.get_invoice(r, ref)
    note_access("opened", f"invoice/{view.row.id}", view.row.customer_id)
    return respond.page(
        "invoices/show.html",
        view=view,
        offer=find_offer(r, view),
        facts=_facts(view),
        company=r.company,
        unchanged_on=_day_of(account_unchanged_since(r)),
        **_told(r, view),
        **_inside(r, view),
        **_disputes(r, view.row),
        **_named(view),
        may_announce=allows(r.actor, "advice.give", view.row),
        may_promise=view.row.open.minor > 0 and allows(r.actor, "promise.make", view.row),
        today=r.today,
    )


def _named(view: InvoiceView) -> dict[str, Any]:
    """What the page asks by name."""
    return {
        "state": names.state_of(view.row),
        "kind_name": names.kind_name,
        "statement_state": lambda state: (statement_state(state), STATEMENT_STATES[state][1]),
    }


def _disputes(r: Reader, row: InvoiceRow) -> dict[str, Any]:
    """What customers dispute of an invoice, and whether there is more to dispute."""
    found = disputes_of_entry(r, row.id)
    reasons = reasons_of(r.policy) if found else {}
    return {
        "disputes": found,
        "dispute_names": dispute_names,
        "dispute_reasons": reasons,
        "may_dispute": _may_dispute(row),
    }


def _may_dispute(row: InvoiceRow) -> bool:
    """Whether there is something of it that the reader may dispute and nobody does."""
    is_free = not row.open.minor or row.disputed < row.open
    return is_free and allows(current.actor(), "dispute.raise", row)


def _told(r: Reader, view: InvoiceView) -> dict[str, Any]:
    """Why it is due when it is due, and what happened to it."""
    why = why_due(r, view)
    moved_on = _day_of(why.moved_at) if why.moved_at else None
    return {"why": why, "life": life_of(view, r.today, moved_on)}


def _inside(r: Reader, view: InvoiceView) -> dict[str, Any]:
    """Whether it is held, and what only the house sees: until when it can be taken to court."""
    is_held, is_desk = view.is_held, r.actor.kind == "staff"
    is_late = (view.row.days_late or 0) > 0 and allows(r.actor, "case.keep")
    seen = {"is_held": is_held, "is_desk": is_desk, "may_open_case": is_desk and is_late}
    if not is_desk or not view.row.open.minor:
        return {"lapses": [], **seen}
    lapses = list_lapses(r, AskLapses(entry_id=view.row.id))
    return {"lapses": lapses, "act_name": act_name, **seen}


def _day_of(moment: dt.datetime) -> dt.date:
    return moment.astimezone(ZoneInfo(reader().company.timezone)).date()


def _facts(view: InvoiceView) -> list[tuple[str, str]]:
    """What the invoice says of itself, without what it does not say."""
    detail = view.detail
    said = [
        (_("Your reference"), view.row.reference),
        (_("Order"), detail.order_code),
        (_("Contract"), detail.contract_code),
        (_("Tax invoice"), detail.tax_invoice_no),
        (_("Payment terms"), detail.terms_text),
        (_("Customer"), f"{view.row.customer_name} ({view.row.customer_code})"),
    ]
    return [(label, value) for label, value in said if value]


@customer.get("/invoices/<ref>.pdf")
@guard("invoice.view")
def download(ref: str) -> Response:
    view = queries.get_invoice(reader(), ref)
    row, installation = view.row, current.installation()
    if view.is_held and current.actor().kind == "customer":
        respond.say(
            _("We are checking this invoice. Its PDF comes as soon as that is done."), "warn"
        )
        return respond.see_other(".show", ref=ref)
    note_access("downloaded", f"invoice/{row.id}", row.customer_id)
    body = invoice_pdf(installation, row.customer_id, ref, current_language())
    return respond.download(body, downloads.file_name(row.number), "application/pdf")
