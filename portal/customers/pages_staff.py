"""Customers as staff see them: the list with what they owe, and each customer's own page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, request

from portal.base import formats
from portal.base.access import allows
from portal.base.language import gettext as _
from portal.base.spreadsheets import Row
from portal.core.money import Money
from portal.credit.warnings.queries import warned_customers
from portal.customers import queries
from portal.customers.pages_glance import acts_on
from portal.customers.queries import CustomerFile, CustomerFilter
from portal.customers.timeline import TOPICS, list_happenings
from portal.invoices.accounts import AccountFilter, AccountRow, all_accounts, list_accounts
from portal.invoices.position import customer_position, list_open_items
from portal.invoices.queries import list_invoices
from portal.invoices.rows import InvoiceFilter, InvoiceRow, Position
from portal.people.queries import list_members
from portal.promises.queries import promised_entries
from portal.promises.rows import PartPromise
from portal.reports.limitation import list_soon
from portal.reports.names import graded
from portal.statements.chasing.bounces import list_refusing
from portal.statements.names import state_at_desk
from portal.statements.queries import list_latest_statements, list_statements, statement_years
from portal.statements.rows import StatementFilter
from portal.terms.in_force import held_by
from portal.terms.names import SOURCES as TERMS_FROM
from portal.web import lists, respond
from portal.web.current import actor, reader
from portal.web.forms import day_typed
from portal.web.guard import guard
from portal.web.lists import SheetFormat

desk = Blueprint("desk_customers", __name__, url_prefix="/desk")

STATES = ("overdue", "owing", "unapplied", "abnormal", "warned")
INVOICE_STATES = ("open", "overdue", "disputed", "promised", "paid")
#: How many open items and statements the customer's first page shows.
GLANCE = 12
#: How many happenings stand in its margin.
LATELY = 6
#: What a spreadsheet can hold.
MOST_ROWS = 1_000_000


@desk.get("/customers")
@guard("customer.view")
def index() -> Response:
    r, asked = reader(), _asked()
    found = list_accounts(r, asked)
    return respond.page(
        "customers/index.html",
        fragments={"accounts-part": "accounts"},
        found=found,
        asked=asked,
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        heads=lists.sort_heads(asked.sort, ("name",), AMOUNTS),
        regions=lists.choices(_("All"), queries.list_regions(r)),
        owners=lists.choices(_("All"), queries.list_owners(r)),
        chips=_chips(asked),
        sheets=_sheets("/desk/customers"),
        may_import=allows(actor(), "import.run"),
    )


def _sheets(path: str) -> list[tuple[str, str]]:
    return lists.sheet_links(path) if allows(actor(), "export.run") else []


AMOUNTS = ("balance", "overdue", "not_due", "unapplied")


def _asked() -> AccountFilter:
    sort = lists.asked("sort") or "-overdue"
    state = lists.asked("state", STATES)
    warned = frozenset(warned_customers(reader())) if state == "warned" else None
    return AccountFilter(
        customers=CustomerFilter(
            text=lists.asked("q"),
            region=lists.asked("region"),
            owner=lists.asked("owner"),
            lacks_contact=lists.asked("lacks", ["contact"]) != "",
        ),
        state=state,
        overdue_of=warned,
        currency=lists.asked("currency"),
        sort=sort,
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _chips(asked: AccountFilter) -> list[tuple[str, str]]:
    """The filters in use, each with the address without it."""
    states = {
        "overdue": _("Overdue"),
        "owing": _("Owing"),
        "unapplied": _("With unapplied money"),
        "abnormal": _("Abnormal: overdue beyond the grace"),
        "warned": _("With an overdue warning"),
    }
    used = {
        "q": asked.customers.text,
        "region": asked.customers.region,
        "owner": asked.customers.owner,
        "state": states.get(asked.state, ""),
        "currency": asked.currency,
        "lacks": _("Without a contact") if asked.customers.lacks_contact else "",
    }
    return lists.chips(used)


@desk.get("/customers.<any(csv, xlsx):file_format>")
@guard("export.run")
def export(file_format: SheetFormat) -> Response:
    head = [
        *(_("Code"), _("Customer"), _("Region"), _("Sales owner"), _("Currency"), _("Balance")),
        *(_("Overdue"), _("Not due"), _("Unapplied"), _("Disputed")),
    ]
    rows = (_account_cells(row) for row in all_accounts(reader(), _asked()))
    return lists.sheet(file_format, "customers", head, rows)


def _account_cells(row: AccountRow) -> Row:
    customer = (row.customer.code, row.customer.name, row.customer.region, row.customer.owner)
    owed = row.owed
    if owed is None:
        return (*customer, "", None, None, None, None, None)
    amounts = (owed.balance, owed.overdue, owed.not_due, owed.unapplied, owed.disputed)
    return (*customer, owed.currency, *amounts)


@desk.get("/customers/<ref>")
@guard("customer.view")
def show(ref: str) -> Response:
    customer = queries.get_customer(reader(), ref)
    return respond.page(
        "customers/show.html",
        customer=customer,
        facts=_facts(customer),
        may_change=allows(actor(), "person.change"),
        may_run=allows(actor(), "statement.run"),
        refusing=list_refusing(reader(), customer.row.id),
        acts=acts_on(ref),
        **_money_of(customer),
        **_statements_of(customer),
        **_words(),
    )


def _money_of(customer: CustomerFile) -> dict[str, Any]:
    """The position by currency, and the open items due first; the limit is told under Credit."""
    positions = customer_position(reader(), customer.row.id)
    items = list_open_items(reader(), customer.row.id)
    return {
        "positions": [(position, _bar(position)) for position in positions],
        "items": items[:GLANCE],
        "item_count": len(items),
        "lapsing": list_soon(reader(), customer.row.id, (item.due_on for item in items)),
        "has_currencies": len(positions) > 1,
    }


def _statements_of(customer: CustomerFile) -> dict[str, Any]:
    """The newest statements, and who answers them."""
    latest = list_latest_statements(reader(), customer.row.id, GLANCE + 1)
    return {
        "rows": latest[:GLANCE],
        "count": min(len(latest), GLANCE),
        "has_more": len(latest) > GLANCE,
        "members": list_members(reader(), customer.row.id),
    }


def _facts(customer: CustomerFile) -> list[tuple[str, str]]:
    """What is known and holds, without what is not known."""
    r = reader()
    held = held_by(r, customer.row.id, customer.payment_terms)
    cycles = {
        "monthly": _("Every month"),
        "quarterly": _("Every quarter"),
        "half_yearly": _("Every half-year"),
    }
    said = [
        (_("Payment terms"), held.name or held.text or _("Due on the invoice date")),
        (_("Terms come from"), _(TERMS_FROM[held.source.value]) if held.text else ""),
        (_("Credit limit"), formats.money(customer.credit_limit) if customer.credit_limit else ""),
        (_("Statements"), cycles[customer.statement_cycle]),
        (_("Language"), {"en": "English", "zh-CN": "中文"}.get(customer.language, "")),
        (_("Sales owner"), customer.row.owner),
        (_("Collector"), customer.collector),
        (_("Region"), " ".join(filter(None, (customer.row.region, customer.country)))),
        (_("Kind"), customer.customer_type),
        (_("Industry"), customer.industry),
        (_("Tax number"), customer.tax_id),
        (_("Address"), customer.address),
        (_("E-mail address"), customer.email),
        (_("Telephone"), customer.phone),
    ]
    return [(label, value) for label, value in said if value]


def _bar(position: Position) -> list[tuple[int, str, Money]]:
    return graded(position.names, position.buckets)


def _words() -> dict[str, Any]:
    """What the templates of this feature ask by name."""
    return {"state_at_desk": state_at_desk, "today": reader().today}


@desk.get("/customers/<ref>/invoices")
@guard("invoice.view")
def invoices(ref: str) -> Response:
    r = reader()
    customer = queries.get_customer(r, ref)
    promised = promised_entries(r, customer.row.id)
    asked = _asked_invoices(customer.row.id, promised)
    found = list_invoices(r, asked)
    return respond.page(
        "customers/invoices.html",
        fragments={"invoices-part": "invoices"},
        customer=customer,
        found=found,
        promised=promised,
        asked=asked,
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        heads=lists.sort_heads(asked.sort, ("number", "due"), ("date", "amount", "open")),
        chips=_invoice_chips(asked),
        sheets=_sheets(f"/desk/customers/{ref}/invoices"),
        **_words(),
    )


def _asked_invoices(customer_id: int, promised: Collection[int]) -> InvoiceFilter:
    return InvoiceFilter(
        customer_id=customer_id,
        state=lists.asked("state", INVOICE_STATES),
        promised_ids=frozenset(promised),
        from_on=day_typed(lists.asked("from")),
        to_on=day_typed(lists.asked("to")),
        text=lists.asked("q"),
        currency=lists.asked("currency"),
        sort=lists.asked("sort") or "-date",
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


def _invoice_chips(asked: InvoiceFilter) -> list[tuple[str, str]]:
    used = {
        "q": asked.text,
        "state": {
            "open": _("Open"),
            "overdue": _("Overdue"),
            "disputed": _("Disputed"),
            "promised": _("Promised"),
            "paid": _("Paid"),
        }.get(asked.state, ""),
        "from": _("from %(day)s", day=formats.day(asked.from_on)) if asked.from_on else "",
        "to": _("to %(day)s", day=formats.day(asked.to_on)) if asked.to_on else "",
        "currency": asked.currency,
    }
    return lists.chips(used)


@desk.get("/customers/<ref>/invoices.<any(csv, xlsx):file_format>")
@guard("export.run")
def export_invoices(ref: str, file_format: SheetFormat) -> Response:
    r = reader()
    customer = queries.get_customer(r, ref)
    promised = promised_entries(r, customer.row.id)
    asked = replace(_asked_invoices(customer.row.id, promised), page=1, per_page=MOST_ROWS)
    head = [
        *(_("Invoice"), _("Date"), _("Due"), _("Reference"), _("Currency"), _("Amount")),
        *(_("Open"), _("Disputed"), _("Days overdue"), _("Promised until")),
    ]
    found = list_invoices(r, asked).rows
    rows = (_invoice_cells(row, promised.get(row.id)) for row in found)
    return lists.sheet(file_format, f"invoices-{customer.row.code}", head, rows)


def _invoice_cells(row: InvoiceRow, promised: PartPromise | None) -> Row:
    return (
        *(row.number, row.dated_on, row.due_on, row.reference, row.amount.currency, row.amount),
        *(row.open, row.disputed, max(row.days_late or 0, 0)),
        promised.until if promised else None,
    )


@desk.get("/customers/<ref>/statements")
@guard("statement.view")
def statements(ref: str) -> Response:
    r = reader()
    customer = queries.get_customer(r, ref)
    years = statement_years(r, customer.row.id)
    asked = _asked_statements(customer.row.id, years)
    found = list_statements(r, asked)
    return respond.page(
        "customers/statements.html",
        customer=customer,
        rows=found.rows,
        count=found.count,
        years=years,
        year=asked.year,
        may_run=allows(actor(), "statement.run"),
        pager=lists.pager(found.page, found.pages, found.count, asked.per_page),
        **_words(),
    )


def _asked_statements(customer_id: int, years: list[int]) -> StatementFilter:
    year = request.args.get("year", 0, int)
    return StatementFilter(
        customer_id,
        year=year if year in years else None,
        replaced=True,
        page=lists.page_number(),
        per_page=lists.page_size(),
    )


@desk.get("/customers/<ref>/timeline")
@guard("customer.view")
def timeline(ref: str) -> Response:
    r = reader()
    customer = queries.get_customer(r, ref)
    is_glance = respond.asks_for("happened-part")
    size = LATELY if is_glance else lists.page_size()
    topic = lists.asked("kind", TOPICS)
    return respond.page(
        "customers/timeline.html",
        fragments={"happened-part": "glance"},
        customer=customer,
        happenings=list_happenings(r, customer.row.id, size, with_mails=not is_glance, topic=topic),
        topics=[("", _("All")), *((name, _(words)) for name, (words, _kinds) in TOPICS.items())],
        topic=topic,
        is_glance=is_glance,
        next_size=next((each for each in lists.SIZES if each > size), 0),
        size=size,
    )
