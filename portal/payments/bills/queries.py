"""What pages read of bills: by maturity, what is still a risk first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.bill import RUNNING
from portal.core.money import Money
from portal.tables.credit import Bill
from portal.tables.customers import Customer

PER_PAGE = 50
PREFIX = "bl"
STATES = ("running", "held", "discounted", "endorsed", "honoured", "dishonoured", "all")
OPEN = sorted(each.value for each in RUNNING)


@dataclass(frozen=True, slots=True)
class BillFilter:
    """What the list of bills is narrowed to."""

    state: str = "running"
    text: str = ""
    customer_id: int | None = None
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class BillRow:
    """A bill as lists show it."""

    id: int
    ref: str
    number: str
    kind: str
    customer_ref: str
    customer_name: str
    amount: Money
    received_on: dt.date
    matures_on: dt.date
    drawer: str
    acceptor: str
    payment_code: str
    state: str
    state_on: dt.date
    note: str
    row_version: int

    @property
    def is_running(self) -> bool:
        """Whether it is still a risk."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class BillPage:
    """One page of bills, with the sum of all pages by currency."""

    rows: list[BillRow]
    totals: list[tuple[int, Money]]
    page: int
    pages: int
    count: int


def list_bills(r: Reader, asked: BillFilter) -> BillPage:
    """One page of what a filter keeps: what is still a risk first, by its maturity."""
    kept = _kept(asked)
    columns: list[Any] = [Bill.currency, func.count(), func.sum(Bill.amount_minor)]
    sums: Select[Any] = _joined(select(*columns)).where(*kept).group_by(Bill.currency)
    told = r.session.execute(visible_to(sums.order_by(Bill.currency), r.actor, Bill.customer_id))
    totals = [(count, Money(int(minor), currency)) for currency, count, minor in told]
    count = sum(each for each, _money in totals)
    page, pages = page_within(asked.page, count, asked.per_page)
    is_over = case((Bill.state.in_(OPEN), 0), else_=1)
    rows = _rows().where(*kept).order_by(is_over, Bill.matures_on, Bill.id)
    cut = rows.limit(asked.per_page).offset((page - 1) * asked.per_page)
    found = r.session.execute(visible_to(cut, r.actor, Bill.customer_id))
    return BillPage([_row(r, each) for each in found], totals, page, pages, count)


def get_bill(r: Reader, ref: str) -> BillRow:
    """One bill; `NotFound` where there is none or its customer is not the reader's to see."""
    rows = _rows().where(Bill.id == r.id_of(PREFIX, ref))
    found = r.session.execute(visible_to(rows, r.actor, Bill.customer_id)).first()
    if found is None:
        raise NotFound(ref)
    return _row(r, found)


def _joined(rows: Select[Any]) -> Select[Any]:
    return rows.select_from(Bill).join(Customer, Customer.id == Bill.customer_id)


def _rows() -> Select[Any]:
    columns: list[Any] = [Bill, Customer.name]
    return _joined(select(*columns))


def _kept(asked: BillFilter) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if asked.state == "running":
        kept.append(Bill.state.in_(OPEN))
    elif asked.state != "all":
        kept.append(Bill.state == asked.state)
    if asked.customer_id is not None:
        kept.append(Bill.customer_id == asked.customer_id)
    return kept + says(
        asked.text, Bill.number, Bill.drawer, Bill.acceptor, Customer.name, Customer.code
    )


def _row(r: Reader, found: Any) -> BillRow:
    bill: Bill = found.Bill
    return BillRow(
        id=bill.id,
        ref=r.refs.of(PREFIX, bill.id),
        number=bill.number,
        kind=bill.kind,
        customer_ref=r.refs.of("cu", bill.customer_id),
        customer_name=found.name,
        amount=Money(bill.amount_minor, bill.currency),
        received_on=bill.received_on,
        matures_on=bill.matures_on,
        drawer=bill.drawer,
        acceptor=bill.acceptor,
        payment_code=bill.payment_code,
        state=bill.state,
        state_on=bill.state_on,
        note=bill.note,
        row_version=bill.row_version,
    )
