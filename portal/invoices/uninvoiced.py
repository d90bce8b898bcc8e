"""
What was delivered and has no invoice yet: by customer and currency, and one by one.

Late is what stays so longer than the policy allows; whether an invoice bills a delivery is told by
R88. `deliveries` lists the same for statements.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, case, exists, func, select

from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.deliveries import invoice_by, late_since
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.tables.customers import Customer
from portal.tables.deliveries import Delivery
from portal.tables.invoices import Entry
from portal.tables.orders import SalesOrder

PER_PAGE = 50
Each = TypeVar("Each")


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """What is asked about; empty is no restriction."""

    #: Only what should have its invoice by now.
    is_late: bool = False
    customer_id: int | None = None
    currency: str = ""
    #: Part of the delivery's or order's number, or of the customer's name or code.
    text: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class Uninvoiced:
    """What one customer is still to be invoiced in one currency."""

    customer_ref: str
    customer_code: str
    customer_name: str
    count: int
    late_count: int
    oldest_on: dt.date
    amount: Money
    late: Money


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery that has no invoice, or has one by now."""

    id: int
    ref: str
    number: str
    customer_id: int
    customer_ref: str
    customer_code: str
    customer_name: str
    delivered_on: dt.date
    invoice_by: dt.date
    amount: Money
    order_code: str
    #: Empty where the order is not in the books.
    order_ref: str
    #: The invoice that it names, be it here or not.
    invoice_code: str
    #: Empty: that invoice is not in the books.
    invoice_ref: str
    received_by: str
    reference: str


@dataclass(frozen=True, slots=True)
class Page(Generic[Each]):
    """One page of a list, how many there are, and their sums by currency."""

    rows: list[Each]
    totals: list[tuple[int, Money]]
    page: int
    pages: int
    count: int


def is_uninvoiced(until: dt.date) -> ColumnElement[bool]:
    """Whether no invoice dated up to a day bills a delivery."""
    return ~exists().where(*_bills(until))


def _bills(until: dt.date) -> tuple[ColumnElement[bool], ...]:
    return (
        Entry.space == Kind.INVOICE.space,
        Entry.number == Delivery.invoice_code,
        Entry.leg == 0,
        Entry.dated_on <= until,
    )


def is_late(r: Reader) -> ColumnElement[bool]:
    """Whether a delivery should have had its invoice before today."""
    return Delivery.delivered_on < late_since(r.today, r.policy.invoice_within_days)


def list_by_customer(r: Reader, asked: DeliveryFilter) -> Page[Uninvoiced]:
    """One page of customers and currencies, whose oldest delivery is the oldest first."""
    late = case((is_late(r), 1), else_=0)
    keys = (Customer.id, Customer.code, Customer.name, Delivery.currency)
    columns: list[Any] = [
        *keys,
        func.count().label("number"),
        func.sum(late).label("late_number"),
        func.min(Delivery.delivered_on).label("oldest_on"),
        func.sum(Delivery.amount_minor).label("minor"),
        func.sum(late * Delivery.amount_minor).label("late_minor"),
    ]
    groups = _kept(r, select(*columns), asked).group_by(*keys)
    count = r.session.scalar(select(func.count()).select_from(groups.subquery())) or 0
    page, pages = page_within(asked.page, count, asked.per_page)
    order = (func.min(Delivery.delivered_on), Customer.code, Delivery.currency)
    cut = groups.order_by(*order).limit(asked.per_page).offset((page - 1) * asked.per_page)
    rows = [_group(r, row) for row in r.session.execute(cut)]
    return Page(rows, totals_of(r, asked), page, pages, count)


def list_deliveries(r: Reader, asked: DeliveryFilter) -> Page[DeliveryRow]:
    """One page of deliveries without an invoice, the oldest first."""
    totals = totals_of(r, asked)
    count = sum(number for number, _ in totals)
    page, pages = page_within(asked.page, count, asked.per_page)
    order = (Delivery.delivered_on, Delivery.number)
    cut = (
        _kept(r, _rows(), asked)
        .order_by(*order)
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    )
    return Page([_row(r, row) for row in r.session.execute(cut)], totals, page, pages, count)


def get_delivery(r: Reader, ref: str) -> DeliveryRow:
    """One delivery, invoiced or not; `NotFound` where its customer is not the reader's to see."""
    joined = _joined(_rows()).where(Delivery.id == r.id_of("dv", ref))
    row = r.session.execute(visible_to(joined, r.actor, Delivery.customer_id)).first()
    if row is None:
        raise NotFound(ref)
    return _row(r, row)


def totals_of(r: Reader, asked: DeliveryFilter) -> list[tuple[int, Money]]:
    """How many deliveries a question keeps and what they come to, by currency."""
    columns: list[Any] = [Delivery.currency, func.count(), func.sum(Delivery.amount_minor)]
    sums = _kept(r, select(*columns), asked).group_by(Delivery.currency)
    found = r.session.execute(sums.order_by(Delivery.currency))
    return [(int(count), Money(int(minor), currency)) for currency, count, minor in found]


def late_counted(r: Reader) -> Select[Any]:
    """What is late by currency, its number and its sum, to be asked along with other counts."""
    columns: list[Any] = [
        Delivery.currency.label("currency"),
        func.count().label("count"),
        func.sum(Delivery.amount_minor).label("minor"),
    ]
    return _kept(r, select(*columns), DeliveryFilter(is_late=True)).group_by(Delivery.currency)


def _kept(r: Reader, columns: Select[Any], asked: DeliveryFilter) -> Select[Any]:
    kept = [Delivery.delivered_on <= r.today, is_uninvoiced(r.today)]
    if asked.is_late:
        kept.append(is_late(r))
    if asked.customer_id is not None:
        kept.append(Delivery.customer_id == asked.customer_id)
    if asked.currency:
        kept.append(Delivery.currency == asked.currency)
    kept += says(asked.text, Delivery.number, Delivery.order_code, Customer.name, Customer.code)
    return visible_to(_joined(columns).where(*kept), r.actor, Delivery.customer_id)


def _joined(columns: Select[Any]) -> Select[Any]:
    return columns.select_from(Delivery).join(Customer, Customer.id == Delivery.customer_id)


def _rows() -> Select[Any]:
    order = (
        select(SalesOrder.id)
        .where(
            SalesOrder.code == Delivery.order_code,
            SalesOrder.customer_id == Delivery.customer_id,
        )
        .correlate(Delivery)
        .scalar_subquery()
    )
    bill = select(Entry.id).where(*_bills(dt.date.max)).correlate(Delivery).scalar_subquery()
    columns: list[Any] = [
        *(Delivery, Customer.code, Customer.name, order.label("order_id"), bill.label("entry_id")),
    ]
    return select(*columns)


def _group(r: Reader, row: Any) -> Uninvoiced:
    return Uninvoiced(
        customer_ref=r.refs.of("cu", row.id),
        customer_code=row.code,
        customer_name=row.name,
        count=int(row.number),
        late_count=int(row.late_number),
        oldest_on=row.oldest_on,
        amount=Money(int(row.minor), row.currency),
        late=Money(int(row.late_minor), row.currency),
    )


def _row(r: Reader, row: Any) -> DeliveryRow:
    delivery: Delivery = row.Delivery
    return DeliveryRow(
        id=delivery.id,
        ref=r.refs.of("dv", delivery.id),
        number=delivery.number,
        customer_id=delivery.customer_id,
        customer_ref=r.refs.of("cu", delivery.customer_id),
        customer_code=row.code,
        customer_name=row.name,
        delivered_on=delivery.delivered_on,
        invoice_by=invoice_by(delivery.delivered_on, r.policy.invoice_within_days),
        amount=Money(delivery.amount_minor, delivery.currency),
        order_code=delivery.order_code or "",
        order_ref=r.refs.of("or", row.order_id) if row.order_id else "",
        invoice_code=delivery.invoice_code or "",
        invoice_ref=r.refs.of("iv", row.entry_id) if row.entry_id else "",
        received_by=delivery.received_by or "",
        reference=delivery.reference or "",
    )
