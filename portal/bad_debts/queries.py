"""What pages read of write-offs: those proposed here and those of the books, and what came back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from portal.bad_debts.proposing import KIND, SECOND, SUBJECT
from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.money import Money
from portal.invoices.open_items import counts_on
from portal.tables.approvals import Approval
from portal.tables.bad_debts import WriteOff, WriteOffPart
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation
from portal.tables.people import User

PER_PAGE = 50
PREFIX = "wo"
STATES = ("all", "waiting", "posted", "refused", "withdrawn")


@dataclass(frozen=True, slots=True)
class WriteOffFilter:
    """What the list of write-offs is narrowed to."""

    state: str = "all"
    text: str = ""
    customer_id: int | None = None
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class WriteOffRow:
    """A write-off as lists show it."""

    id: int
    ref: str
    number: str
    customer_id: int
    customer_ref: str
    customer_name: str
    amount: Money
    reason: str
    note: str
    state: str
    proposer: str
    proposed_at: dt.datetime
    posted_on: dt.date | None


@dataclass(frozen=True, slots=True)
class WriteOffPage:
    """One page of write-offs, with the sums of all pages by currency."""

    rows: list[WriteOffRow]
    totals: list[tuple[int, Money]]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class WrittenOffPart:
    """A part of a write-off: what was written off of it, and what of that still stands."""

    invoice_ref: str
    number: str
    part: int
    amount: Money
    standing: Money


@dataclass(frozen=True, slots=True)
class Memos:
    """What is written off in one currency: what stands of it, and what came back."""

    currency: str
    written_off: Money
    recovered: Money

    @property
    def standing(self) -> Money:
        return self.written_off - self.recovered


def list_write_offs(r: Reader, asked: WriteOffFilter) -> WriteOffPage:
    """One page of what a filter keeps, the latest first."""
    kept = _kept(asked)
    columns: list[Any] = [WriteOff.currency, func.count(), func.sum(WriteOff.amount_minor)]
    sums: Select[Any] = _joined(select(*columns)).where(*kept).group_by(WriteOff.currency)
    told = r.session.execute(
        visible_to(sums.order_by(WriteOff.currency), r.actor, WriteOff.customer_id)
    )
    totals = [(count, Money(int(minor), currency)) for currency, count, minor in told]
    count = sum(each for each, _money in totals)
    page, pages = page_within(asked.page, count, asked.per_page)
    rows = _rows().where(*kept).order_by(WriteOff.id.desc())
    cut = rows.limit(asked.per_page).offset((page - 1) * asked.per_page)
    found = r.session.execute(visible_to(cut, r.actor, WriteOff.customer_id))
    return WriteOffPage([_row(r, each) for each in found], totals, page, pages, count)


def get_write_off(r: Reader, ref: str) -> WriteOffRow:
    """One write-off; `NotFound` where there is none or it is not the reader's to see."""
    rows = _rows().where(WriteOff.id == r.id_of(PREFIX, ref))
    found = r.session.execute(visible_to(rows, r.actor, WriteOff.customer_id)).first()
    if found is None:
        raise NotFound(ref)
    return _row(r, found)


def waiting_request(r: Reader, row: WriteOffRow) -> tuple[str, str] | None:
    """The kind and the reference of the request that waits about it."""
    waiting = select(Approval.id, Approval.kind).where(
        Approval.kind.in_((KIND, SECOND)),
        Approval.subject == f"{SUBJECT}/{row.id}",
        Approval.state == "waiting",
    )
    found = r.session.execute(waiting).first()
    return (found.kind, r.refs.of("ap", found.id)) if found else None


def list_parts(r: Reader, row: WriteOffRow) -> list[WrittenOffPart]:
    """The parts that a write-off is about, by their documents' numbers."""
    standing = (
        select(
            Allocation.entry_id, Allocation.part, func.sum(Allocation.amount_minor).label("left")
        )
        .join(WriteOff, WriteOff.entry_id == Allocation.credit_id)
        .where(WriteOff.id == row.id, Allocation.memo == 1, counts_on(r.today))
        .group_by(Allocation.entry_id, Allocation.part)
        .subquery("standing")
    )
    same = and_(standing.c.entry_id == WriteOffPart.entry_id, standing.c.part == WriteOffPart.part)
    found: Any = (
        select(WriteOffPart, Entry.number, func.coalesce(standing.c.left, 0).label("left"))
        .join(Entry, Entry.id == WriteOffPart.entry_id)
        .outerjoin(standing, same)
        .where(WriteOffPart.customer_id == row.customer_id, WriteOffPart.write_off_id == row.id)
        .order_by(Entry.number, WriteOffPart.part)
    )
    return [
        WrittenOffPart(
            r.refs.of("iv", each.WriteOffPart.entry_id),
            each.number,
            each.WriteOffPart.part,
            Money(each.WriteOffPart.amount_minor, row.amount.currency),
            Money(int(each.left), row.amount.currency),
        )
        for each in r.session.execute(found)
    ]


def memos_by_currency(r: Reader) -> list[Memos]:
    """What was written off and what came back, from the books: imported write-offs too."""
    down = func.sum(func.abs(Entry.amount_minor)).filter(Entry.amount_minor < 0)
    up = func.sum(Entry.amount_minor).filter(Entry.amount_minor > 0)
    columns: list[Any] = [Entry.currency, func.coalesce(down, 0), func.coalesce(up, 0)]
    rows = (
        select(*columns)
        .where(Entry.memo == 1, Entry.dated_on <= r.today)
        .group_by(Entry.currency)
        .order_by(Entry.currency)
    )
    found = r.session.execute(visible_to(rows, r.actor, Entry.customer_id))
    return [
        Memos(currency, Money(int(lost), currency), Money(int(back), currency))
        for currency, lost, back in found
    ]


def _joined(rows: Select[Any]) -> Select[Any]:
    return rows.select_from(WriteOff).join(Customer, Customer.id == WriteOff.customer_id)


def _rows() -> Select[Any]:
    columns: list[Any] = [WriteOff, Customer.name, User.name.label("who"), User.email]
    return _joined(select(*columns)).join(User, User.id == WriteOff.proposer_id)


def _kept(asked: WriteOffFilter) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if asked.state != "all":
        kept.append(WriteOff.state == asked.state)
    if asked.customer_id is not None:
        kept.append(WriteOff.customer_id == asked.customer_id)
    return kept + says(asked.text, WriteOff.number, Customer.name, Customer.code)


def _row(r: Reader, found: Any) -> WriteOffRow:
    told: WriteOff = found.WriteOff
    return WriteOffRow(
        id=told.id,
        ref=r.refs.of(PREFIX, told.id),
        number=told.number,
        customer_id=told.customer_id,
        customer_ref=r.refs.of("cu", told.customer_id),
        customer_name=found.name,
        amount=Money(told.amount_minor, told.currency),
        reason=told.reason,
        note=told.note,
        state=told.state,
        proposer=found.who or found.email,
        proposed_at=told.proposed_at,
        posted_on=told.posted_on,
    )
