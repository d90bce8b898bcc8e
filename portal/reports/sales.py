"""The invoices behind a figure of sales: one currency, a stretch of days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.base.access import visible_to
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.rows import PER_PAGE
from portal.tables.customers import Customer
from portal.tables.invoices import Entry


@dataclass(frozen=True)
class AskSales:
    """Which figure: invoices or credit notes of a currency, from a day to a day, both included."""

    currency: str
    from_on: dt.date
    to_on: dt.date
    customer_id: int | None = None
    credits: bool = False
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class SoldRow:
    """An invoice, or a credit note, that a figure of sales counts."""

    ref: str
    number: str
    customer_ref: str
    customer_name: str
    dated_on: dt.date
    amount: Money


@dataclass(frozen=True, slots=True)
class SoldPage:
    """One page of them; `total` is the figure."""

    rows: list[SoldRow]
    total: Money
    page: int
    pages: int
    count: int


def list_sold(r: Reader, asked: AskSales) -> SoldPage:
    """The documents of a figure of sales, the newest first; the sum of all pages is the figure."""
    kind = Kind.CREDIT_NOTE if asked.credits else Kind.INVOICE
    amount: Any = func.abs(Entry.amount_minor)
    kept = [
        Entry.kind == kind,
        Entry.currency == asked.currency,
        Entry.dated_on.between(asked.from_on, asked.to_on),
    ]
    if asked.customer_id is not None:
        kept.append(Entry.customer_id == asked.customer_id)
    sums: Any = select(func.count(), func.sum(amount)).select_from(Entry)
    count, total = r.session.execute(
        visible_to(sums, r.actor, Entry.customer_id).where(*kept)
    ).one()
    page, pages = page_within(asked.page, count, asked.per_page)
    rows: Any = select(Entry, Customer.name).join(Customer, Customer.id == Entry.customer_id)
    found = r.session.execute(
        visible_to(rows, r.actor, Entry.customer_id)
        .where(*kept)
        .order_by(Entry.dated_on.desc(), Entry.number)
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    )
    sold = [_row(r, entry, name) for entry, name in found]
    return SoldPage(sold, Money(int(total or 0), asked.currency), page, pages, count)


def _row(r: Reader, entry: Entry, name: str) -> SoldRow:
    return SoldRow(
        r.refs.of("iv", entry.id),
        entry.number,
        r.refs.of("cu", entry.customer_id),
        name,
        entry.dated_on,
        Money(abs(entry.amount_minor), entry.currency),
    )
