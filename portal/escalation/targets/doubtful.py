"""
The second clock: what was shipped so long ago and is not paid, whatever its due date (S-107).

By the day of shipment, else of delivery, else of the invoice; which of them is told.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Subquery, case, func, select

from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.collecting import DOUBTFUL_DAYS
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.open_items import open_items, seen_by
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Invoice


@dataclass(frozen=True, slots=True)
class DoubtfulRow:
    """An item that was shipped long ago and is not paid."""

    customer_ref: str
    customer_name: str
    owner: str
    invoice_ref: str
    number: str
    #: shipped | delivered | invoiced
    basis: str
    since_on: dt.date
    days: int
    due_on: dt.date | None
    open: Money


@dataclass(frozen=True, slots=True)
class DoubtfulPage:
    """One page of doubtful items, with the sums of all pages by currency."""

    rows: list[DoubtfulRow]
    totals: list[tuple[int, Money]]
    page: int
    pages: int
    count: int


def list_doubtful(r: Reader, page: int, per_page: int) -> DoubtfulPage:
    """One page, the longest ago first; by the rule of `core.collecting.doubtful_since`."""
    found = _found(r)
    columns: list[Any] = [found.c.currency, func.count(), func.sum(found.c.open)]
    sums: Any = select(*columns).group_by(found.c.currency).order_by(found.c.currency)
    totals = [
        (count, Money(int(minor), currency)) for currency, count, minor in r.session.execute(sums)
    ]
    count = sum(each for each, _money in totals)
    shown, pages = page_within(page, count, per_page)
    cut = (
        select(found)
        .order_by(found.c.since_on, found.c.number, found.c.part)
        .limit(per_page)
        .offset((shown - 1) * per_page)
    )
    rows = [_row(r, each) for each in r.session.execute(cut)]
    return DoubtfulPage(rows, totals, shown, pages, count)


def _found(r: Reader) -> Subquery:
    items = open_items(r.today, seen_by(r.actor), inside=True)
    since_on = func.coalesce(Invoice.shipped_on, Invoice.delivered_on, Entry.dated_on)
    basis = case(
        (Invoice.shipped_on.is_not(None), "shipped"),
        (Invoice.delivered_on.is_not(None), "delivered"),
        else_="invoiced",
    )
    columns: list[Any] = [
        *(items.c.customer_id, items.c.entry_id, items.c.part, items.c.currency, items.c.due_on),
        *(items.c.open, Entry.number, Customer.name, Customer.owner),
        *(since_on.label("since_on"), basis.label("basis")),
    ]
    return (
        select(*columns)
        .select_from(items)
        .join(Entry, Entry.id == items.c.entry_id)
        .join(Invoice, Invoice.entry_id == Entry.id)
        .join(Customer, Customer.id == items.c.customer_id)
        .where(
            items.c.open > 0,
            Entry.kind == Kind.INVOICE.value,
            since_on < r.today - dt.timedelta(days=DOUBTFUL_DAYS),
        )
        .subquery("doubtful")
    )


def _row(r: Reader, row: Any) -> DoubtfulRow:
    return DoubtfulRow(
        r.refs.of("cu", row.customer_id),
        row.name,
        row.owner or "",
        r.refs.of("iv", row.entry_id),
        row.number,
        row.basis,
        row.since_on,
        (r.today - row.since_on).days,
        row.due_on,
        Money(int(row.open), row.currency),
    )
