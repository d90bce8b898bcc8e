"""
The SQL behind lists of invoices: every invoice with what is open of it, filtered and sorted.

Written once for each shape of a filter and kept: for a page of fifty rows writing it takes longer
than running it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    desc,
    func,
    or_,
    select,
)

from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.invoices.open_items import Scope, due_parts, whose_items, with_disputes
from portal.invoices.rows import InvoiceFilter
from portal.tables.customers import Customer
from portal.tables.invoices import Entry

#: The day of whoever asks, in statements that are kept from one request to the next.
TODAY: Any = bindparam("today", type_=Date)

#: What a list can be sorted by → its column.
SORTS = {
    "date": "dated_on",
    "due": "due_on",
    "amount": "amount",
    "open": "open",
    "number": "number",
}


@dataclass(frozen=True, slots=True)
class Listing:
    """The statements of a list: its sums by currency, and one page of it."""

    sums: Select[Any]
    page: Select[Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a filter changes the SQL; the values are bound when it is run."""

    state: str
    sort: str
    has_first: bool
    has_last: bool
    has_currency: bool
    has_text: bool


def invoices_of(today: Any, whose: Scope) -> Subquery:
    """Every invoice dated by today, with what is open and disputed of it and its next due date."""
    items = with_disputes(due_parts(today, whose), today, whose).subquery("part_of")
    per_invoice = (
        select(
            items.c.customer_id,
            items.c.entry_id,
            func.sum(items.c.open).label("open"),
            func.sum(items.c.disputed).label("disputed"),
            func.min(case((items.c.open != 0, items.c.due_on))).label("next_due_on"),
            func.max(items.c.due_on).label("last_due_on"),
        )
        .group_by(items.c.customer_id, items.c.entry_id)
        .subquery("per_invoice")
    )
    same = and_(per_invoice.c.entry_id == Entry.id, per_invoice.c.customer_id == Entry.customer_id)
    return (
        select(
            Entry.id,
            Entry.number,
            Entry.customer_id,
            Entry.currency,
            Entry.reference,
            Entry.dated_on,
            func.coalesce(per_invoice.c.next_due_on, per_invoice.c.last_due_on).label("due_on"),
            Entry.amount_minor.label("amount"),
            per_invoice.c.open,
            per_invoice.c.disputed,
        )
        .join(per_invoice, same)
        .where(Entry.kind == Kind.INVOICE, whose(Entry.customer_id))
        .subquery("invoice")
    )


def _state(rows: Subquery, state: str) -> ColumnElement[bool]:
    return {
        "open": rows.c.open != 0,
        "overdue": and_(rows.c.open != 0, rows.c.due_on < TODAY),
        "disputed": rows.c.disputed != 0,
        "promised": rows.c.id.in_(bindparam("promised_ids", expanding=True)),
        "paid": rows.c.open == 0,
    }[state]


def _filtered(rows: Subquery, shape: Shape) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if shape.state:
        kept.append(_state(rows, shape.state))
    if shape.has_first:
        kept.append(rows.c.dated_on >= bindparam("from_on", type_=Date))
    if shape.has_last:
        kept.append(rows.c.dated_on <= bindparam("to_on", type_=Date))
    if shape.has_currency:
        kept.append(rows.c.currency == bindparam("currency"))
    if shape.has_text:
        words = bindparam("words", type_=Text)
        named = (func.lower(rows.c.number), func.lower(rows.c.reference))
        kept.append(or_(*(each.like(words, escape="/") for each in named)))
    return kept


def _order(rows: Subquery, sort: str) -> list[Any]:
    """The columns that a sort names; the number makes it total."""
    column = rows.c[SORTS.get(sort.removeprefix("-"), "dated_on")]
    return [desc(column) if sort.startswith("-") else column, rows.c.number, rows.c.id]


def _listing(shape: Shape, whose: Scope) -> Listing:
    rows = invoices_of(TODAY, whose)
    kept = _filtered(rows, shape)
    totals = (
        select(rows.c.currency, func.count(), func.sum(rows.c.amount), func.sum(rows.c.open))
        .where(*kept)
        .group_by(rows.c.currency)
        .order_by(rows.c.currency)
    )
    page = (
        named(rows, kept)
        .order_by(*_order(rows, shape.sort))
        .limit(bindparam("most", type_=Integer))
        .offset(bindparam("before", type_=Integer))
    )
    return Listing(totals, page)


@lru_cache(maxsize=512)
def _customers_listing(shape: Shape) -> Listing:
    """The same for customers' people, who are most of those who ask."""
    return _listing(shape, lambda customer_id: customer_id.in_(bindparam("mine", expanding=True)))


def asked_listing(r: Reader, asked: InvoiceFilter) -> tuple[Listing, dict[str, Any]]:
    """The statements for a filter, and the values that they are run with."""
    words = asked.text.strip().lower()
    values: dict[str, Any] = {
        "today": r.today,
        "from_on": asked.from_on,
        "to_on": asked.to_on,
        "currency": asked.currency,
        "promised_ids": sorted(asked.promised_ids),
        "words": f"%{''.join(f'/{each}' if each in '/%_' else each for each in words)}%",
    }
    shape = Shape(
        asked.state,
        # Only what is known, so that nobody fills the memory with made-up orders.
        asked.sort if asked.sort.removeprefix("-") in SORTS else "date",
        has_first=asked.from_on is not None,
        has_last=asked.to_on is not None,
        has_currency=bool(asked.currency),
        has_text=bool(words),
    )
    if r.actor.kind != "customer":
        return _listing(shape, whose_items(r.actor, asked.customer_id)), values
    mine = [each for each in r.actor.customer_ids if asked.customer_id in {None, each}]
    return _customers_listing(shape), {**values, "mine": mine}


def named(rows: Subquery, kept: list[ColumnElement[bool]]) -> Select[Any]:
    """The invoices that conditions keep, with their customers' codes and names."""
    return (
        select(rows, Customer.code, Customer.name)
        .join(Customer, Customer.id == rows.c.customer_id)
        .where(*kept)
    )
