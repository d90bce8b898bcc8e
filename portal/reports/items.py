"""What a figure of the ageing report is made of: the open items, or the credits, behind it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Subquery, case, false, func, literal, select

from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.ageing import Basis, days_late
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.ageing import origin
from portal.invoices.open_items import Scope, counts_on, credits_dated, open_items
from portal.invoices.raised import on_part, raised_for, stretch
from portal.invoices.rows import PER_PAGE
from portal.reports.queries import AskAgeing, By, grade_on, scope_of, security_on
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Invoice
from portal.tables.payments import Allocation

#: What can be looked behind besides the stretches of the scheme.
UNAPPLIED, DISPUTED = "unapplied", "disputed"


@dataclass(frozen=True)
class AskItems:
    """Which figure: the report it stands in, its row, its currency, its column."""

    report: AskAgeing
    currency: str
    #: The row's key; None is the total.
    key: str | None = None
    #: A stretch of the scheme, `unapplied`, `disputed`; empty is everything open.
    column: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class AgedItem:
    """An open item or an unapplied credit as of the report's day."""

    customer_ref: str
    customer_name: str
    ref: str
    kind: str
    number: str
    part: int
    dated_on: dt.date
    due_on: dt.date | None
    days_late: int | None
    #: What the figure counts of it.
    counted: Money


@dataclass(frozen=True, slots=True)
class ItemPage:
    """One page of what a figure is made of; `total` is the figure."""

    rows: list[AgedItem]
    total: Money
    page: int
    pages: int
    count: int


def list_aged_items(r: Reader, asked: AskItems) -> ItemPage:
    """What a figure is made of, the earliest due first; the sum of all pages is the figure."""
    whose = scope_of(r, asked.report)
    rows = _credits(asked, whose) if asked.column == UNAPPLIED else _items(asked, whose)
    every = rows.subquery("every")
    count, total = r.session.execute(select(func.count(), func.sum(every.c.counted))).one()
    page, pages = page_within(asked.page, count, asked.per_page)
    wanted = (
        select(every)
        .order_by(
            case((every.c.due_on.is_(None), 1), else_=0),
            *(every.c.due_on, every.c.dated_on, every.c.number, every.c.part),
        )
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    )
    found = [_row(r, asked, row) for row in r.session.execute(wanted)]
    return ItemPage(found, Money(int(total or 0), asked.currency), page, pages, count)


def _items(asked: AskItems, whose: Scope) -> Select[Any]:
    report = asked.report
    items = open_items(report.as_of, whose, inside=True)
    counted = items.c.disputed if asked.column == DISPUTED else items.c.open
    rows: Select[Any] = (
        select(
            *_named(),
            items.c.part,
            items.c.dated_on,
            items.c.due_on,
            counted.label("counted"),
        )
        .join(Entry, Entry.id == items.c.entry_id)
        .join(Customer, Customer.id == items.c.customer_id)
        .outerjoin(Invoice, Invoice.entry_id == items.c.entry_id)
        .where(items.c.currency == asked.currency, counted != 0)
    )
    if asked.column in report.scheme.names:
        raised = raised_for(report.as_of, report.scheme, whose, inside=True)
        if raised is not None:
            rows = rows.outerjoin(raised, on_part(items, raised))
        rows = rows.where(_is_in(items, asked, raised))
    return rows if asked.key is None else rows.where(_key_of_item(report) == asked.key)


def _named() -> list[Any]:
    return [
        Entry.id.label("entry_id"),
        Entry.kind,
        Entry.number,
        Customer.id.label("customer_id"),
        Customer.name.label("customer_name"),
    ]


def _is_in(items: Subquery, asked: AskItems, raised: Subquery | None) -> ColumnElement[bool]:
    """Whether an item lies in the stretch that is asked for."""
    report = asked.report
    day = items.c.due_on if report.basis is Basis.DUE else items.c.dated_on
    turn = report.scheme.names.index(asked.column)
    return stretch(day, report.as_of, report.scheme, raised) == turn


def _key_of_item(report: AskAgeing) -> ColumnElement[str]:
    """The key of the row in which an item counts, as the report has it."""
    by = report.by
    if by is By.PRODUCT:
        return func.coalesce(Invoice.product, "")
    if by is By.ORIGIN:
        return origin()
    if by is By.REGION:
        own = func.coalesce(Invoice.region, "")
        return case((own == "", _key_of_customer(report)), else_=own)
    return _key_of_customer(report)


def _key_of_customer(report: AskAgeing) -> ColumnElement[Any]:
    by = report.by
    if by is By.GRADE:
        return func.coalesce(grade_on(report.as_of), "")
    if by is By.SECURITY:
        return security_on(report.as_of)
    column = {By.OWNER: Customer.owner, By.REGION: Customer.region}.get(by)
    return func.coalesce(Customer.code if column is None else column, "")


def _credits(asked: AskItems, whose: Scope) -> Select[Any]:
    """The credits of which something is applied to nothing on the report's day."""
    report = asked.report
    dated = credits_dated(report.as_of, whose).subquery("dated")
    used = (
        select(Allocation.credit_id, func.sum(Allocation.amount_minor).label("used"))
        .where(counts_on(report.as_of), whose(Allocation.customer_id), Allocation.memo == 0)
        .group_by(Allocation.credit_id)
        .subquery("used")
    )
    left = dated.c.credit - func.coalesce(used.c.used, 0)
    rows: Select[Any] = (
        select(
            *_named(),
            literal(0).label("part"),
            Entry.dated_on,
            literal(None, Date).label("due_on"),
            left.label("counted"),
        )
        .select_from(dated)
        .join(Entry, Entry.id == dated.c.id)
        .join(Customer, Customer.id == dated.c.customer_id)
        .outerjoin(used, used.c.credit_id == dated.c.id)
        .where(dated.c.currency == asked.currency, left != 0)
    )
    if asked.key is None:
        return rows
    if report.by in {By.PRODUCT, By.ORIGIN}:  # a credit has none
        return rows if asked.key == "" else rows.where(false())
    return rows.where(_key_of_customer(report) == asked.key)


def _row(r: Reader, asked: AskItems, row: Any) -> AgedItem:
    report = asked.report
    due_on = row.due_on
    day = due_on if report.basis is Basis.DUE else row.dated_on
    return AgedItem(
        customer_ref=r.refs.of("cu", row.customer_id),
        customer_name=row.customer_name,
        ref=r.refs.of("iv", row.entry_id),
        kind=Kind(row.kind).word,
        number=row.number,
        part=row.part,
        dated_on=row.dated_on,
        due_on=due_on,
        days_late=None if asked.column == UNAPPLIED else days_late(day, report.as_of),
        counted=Money(int(row.counted), asked.currency),
    )
