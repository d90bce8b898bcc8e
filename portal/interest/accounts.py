"""
The accounts that pay late, with their late interest: a page of customers at a time.

Interest is worked out for the customers of the page alone, so that a list costs the same whatever
the size of the book.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from portal.base.access import visible_to
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.money import Money
from portal.customers.queries import CustomerFilter, filtered
from portal.interest.queries import AccountInterest, accrued_by_account
from portal.invoices.open_items import among, counts_on, everyone
from portal.invoices.rows import PER_PAGE
from portal.tables.customers import Customer
from portal.tables.interest import InterestCharge
from portal.tables.invoices import Entry, Invoice, Part
from portal.tables.payments import Allocation


@dataclass(frozen=True, slots=True)
class InterestFilter:
    """What the list is narrowed to."""

    text: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class InterestRow:
    """An account that pays late; its interest is None where no rate holds for what is late."""

    customer_ref: str
    code: str
    name: str
    currency: str
    interest: AccountInterest | None
    #: What a charge asks for that waits for its approval.
    waiting: Money | None


@dataclass(frozen=True, slots=True)
class InterestPage:
    """One page of customers, an account a row."""

    rows: list[InterestRow]
    page: int
    pages: int
    count: int


def list_interest(r: Reader, asked: InterestFilter) -> InterestPage:
    """The customers who pay late, by name, with the late interest of their accounts today."""
    named = visible_to(select(Customer.id, Customer.code, Customer.name), r.actor, Customer.id)
    late = named.where(_pays_late(r.today), *filtered(CustomerFilter(text=asked.text)))
    count = r.session.scalar(select(func.count()).select_from(late.subquery("late"))) or 0
    page, pages = page_within(asked.page, count, asked.per_page)
    cut = late.order_by(Customer.name, Customer.code).limit(asked.per_page)
    customers = r.session.execute(cut.offset((page - 1) * asked.per_page)).all()
    ids = [each.id for each in customers]
    rows = _rows(r, customers, accrued_by_account(r, among(ids)) if ids else {})
    return InterestPage(list(rows), page, pages, count)


def every_account(r: Reader, text: str = "") -> Iterator[InterestRow]:
    """Every account that bears late interest today, by customer, for a spreadsheet."""
    named = visible_to(select(Customer.id, Customer.code, Customer.name), r.actor, Customer.id)
    kept = named.where(*filtered(CustomerFilter(text=text))).order_by(Customer.name, Customer.code)
    found = accrued_by_account(r, everyone)
    bearing = {customer_id for customer_id, _ in found}
    customers = [row for row in r.session.execute(kept) if row.id in bearing]
    yield from _rows(r, customers, found)


def _rows(
    r: Reader, customers: Any, found: dict[tuple[int, str], AccountInterest]
) -> Iterator[InterestRow]:
    by_customer: dict[int, list[str]] = {}
    for customer_id, currency in found:
        by_customer.setdefault(customer_id, []).append(currency)
    waiting = _waiting(r, list(by_customer))
    for each in customers:
        for currency in sorted(by_customer.get(each.id, [""])):
            yield InterestRow(
                r.refs.of("cu", each.id),
                each.code,
                each.name,
                currency,
                found.get((each.id, currency)),
                waiting.get((each.id, currency)),
            )


def _waiting(r: Reader, customer_ids: list[int]) -> dict[tuple[int, str], Money]:
    rows = r.session.execute(
        select(
            InterestCharge.customer_id, InterestCharge.currency, InterestCharge.amount_minor
        ).where(InterestCharge.state == "waiting", among(customer_ids)(InterestCharge.customer_id))
    )
    return {(row[0], row[1]): Money(row[2], row[1]) for row in rows}


def _pays_late(today: dt.date) -> ColumnElement[bool]:
    """Whether a customer has an invoice that was open after its due date."""
    of_part = and_(
        Allocation.customer_id == Part.customer_id,
        Allocation.entry_id == Part.entry_id,
        Allocation.part == Part.part,
        Allocation.memo == 0,
        counts_on(today),
    )
    paid = select(func.coalesce(func.sum(Allocation.amount_minor), 0)).where(of_part)
    came_late = (
        select(Allocation.credit_id)
        .join(Entry, Entry.id == Allocation.credit_id)
        .where(of_part, Entry.dated_on > Part.due_on)
    )
    is_open = Part.amount_minor > paid.correlate(Part).scalar_subquery()
    late = (
        select(Part.entry_id)
        .join(Invoice, Invoice.entry_id == Part.entry_id)
        .where(
            Part.customer_id == Customer.id,
            Part.due_on < today,
            or_(is_open, exists(came_late.correlate(Part))),
        )
    )
    return exists(late.correlate(Customer))
