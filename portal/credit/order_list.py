"""Orders as the desk reads them: those that wait first, each with its last answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.money import Money
from portal.tables.customers import Customer
from portal.tables.orders import HoldRelease, OrderDecision, SalesOrder
from portal.tables.people import User

STATES = ("waiting", "released", "allowed", "unasked", "closed", "all")
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What the list is narrowed to; empty is no restriction."""

    #: One of STATES; empty: all.
    state: str = ""
    customer_id: int | None = None
    order_id: int | None = None
    text: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with the answer that holds today; a release that has run out holds no more."""

    id: int
    ref: str
    code: str
    customer_id: int
    customer_ref: str
    customer_code: str
    customer_name: str
    amount: Money
    ordered_on: dt.date
    status: str
    #: Empty: nobody asked.
    decision: str
    released_until: dt.date | None
    #: JSON, as `names.reasons_said` reads it.
    reasons: str
    asked_by: str
    asked_at: dt.datetime | None
    is_release_asked: bool

    @property
    def waits(self) -> bool:
        """Whether it may not be shipped now."""
        return self.status == "open" and self.decision in {"hold", "refuse"}


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of orders, and the sums of all pages by currency."""

    rows: list[OrderRow]
    totals: list[tuple[int, Money]]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class Answered:
    """One line of an order's history."""

    row: OrderDecision
    exposure: Money | None
    limit: Money | None
    amount: Money | None


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A release that was asked for, by whom, and what became of it."""

    row: HoldRelease
    ref: str
    by: str
    approval_ref: str


def list_orders(r: Reader, asked: OrderFilter) -> OrderPage:
    """One page of the orders that a filter keeps: those that wait first, of them the oldest."""
    kept = _kept(r, asked)
    sums = r.session.execute(
        visible_to(
            select(SalesOrder.currency, func.count(), func.sum(SalesOrder.amount_minor)),
            r.actor,
            SalesOrder.customer_id,
        )
        .join(Customer, Customer.id == SalesOrder.customer_id)
        .where(*kept)
        .group_by(SalesOrder.currency)
        .order_by(SalesOrder.currency)
    ).all()
    totals = [(count, Money(int(minor), currency)) for currency, count, minor in sums]
    count = sum(number for number, _ in totals)
    page, pages = page_within(asked.page, count, asked.per_page)
    turn = case((waits(r.today), 0), else_=1)
    rows = r.session.execute(
        _rows(r)
        .where(*kept)
        .order_by(turn, SalesOrder.ordered_on, SalesOrder.id)
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    )
    return OrderPage([_row(r, row) for row in rows], totals, page, pages, count)


def get_order(r: Reader, ref: str) -> OrderRow:
    """An order of a customer whom the actor may see; else `NotFound`."""
    row = r.session.execute(_rows(r).where(SalesOrder.id == r.id_of("or", ref))).first()
    if row is None:
        raise NotFound(ref)
    return _row(r, row)


def order_of_release(r: Reader, ref: str) -> str:
    """The reference of the order that a release is about; else `NotFound`."""
    wanted = visible_to(select(HoldRelease.order_id), r.actor, HoldRelease.customer_id)
    order_id = r.session.scalar(wanted.where(HoldRelease.id == r.id_of("rl", ref)))
    if order_id is None:
        raise NotFound(ref)
    return r.refs.of("or", order_id)


def history_of(r: Reader, order: OrderRow) -> list[Answered]:
    """Every answer that was given for an order, the latest first."""
    wanted = visible_to(select(OrderDecision), r.actor, OrderDecision.customer_id)
    rows = r.session.scalars(
        wanted.where(OrderDecision.order_id == order.id).order_by(OrderDecision.id.desc())
    )
    return [
        Answered(
            row,
            *(
                None if minor is None or row.currency is None else Money(minor, row.currency)
                for minor in (row.exposure_minor, row.limit_minor, row.amount_minor)
            ),
        )
        for row in rows
    ]


def releases_of(r: Reader, order: OrderRow) -> list[ReleaseRow]:
    """Every release that was asked for an order, the latest first."""
    wanted = visible_to(
        select(HoldRelease, User.name, User.email).join(User, User.id == HoldRelease.author_id),
        r.actor,
        HoldRelease.customer_id,
    )
    rows = r.session.execute(
        wanted.where(HoldRelease.order_id == order.id).order_by(HoldRelease.id.desc())
    )
    return [
        ReleaseRow(
            row,
            r.refs.of("rl", row.id),
            name or email,
            r.refs.of("ap", row.approval_id) if row.approval_id else "",
        )
        for row, name, email in rows
    ]


def waits(on: dt.date) -> ColumnElement[bool]:
    """Whether an order may not be shipped on a day: held, refused, or released for too long."""
    return and_(
        SalesOrder.status == "open",
        or_(SalesOrder.decision.in_(["hold", "refuse"]), _has_run_out(on)),
    )


def _has_run_out(on: dt.date) -> ColumnElement[bool]:
    return and_(
        SalesOrder.decision == "released",
        or_(SalesOrder.released_until.is_(None), SalesOrder.released_until < on),
    )


def _kept(r: Reader, asked: OrderFilter) -> list[ColumnElement[bool]]:
    is_open = SalesOrder.status == "open"
    states: dict[str, ColumnElement[bool]] = {
        "waiting": waits(r.today),
        "released": and_(
            is_open, SalesOrder.decision == "released", SalesOrder.released_until >= r.today
        ),
        "allowed": and_(is_open, SalesOrder.decision == "allow"),
        "unasked": and_(is_open, SalesOrder.decision.is_(None)),
        "closed": SalesOrder.status != "open",
    }
    kept = [states[asked.state]] if asked.state in states else []
    if asked.customer_id is not None:
        kept.append(SalesOrder.customer_id == asked.customer_id)
    return kept + says(asked.text, SalesOrder.code, Customer.name, Customer.code)


def _rows(r: Reader) -> Select[Any]:
    later = aliased(OrderDecision)
    last = (
        select(func.max(later.id))
        .where(later.order_id == SalesOrder.id)
        .correlate(SalesOrder)
        .scalar_subquery()
    )
    waiting = (
        select(HoldRelease.id)
        .where(HoldRelease.order_id == SalesOrder.id, HoldRelease.state == "waiting")
        .correlate(SalesOrder)
        .exists()
    )
    rows = (
        select(
            SalesOrder,
            Customer.code.label("customer_code"),
            Customer.name.label("customer_name"),
            OrderDecision.reasons,
            OrderDecision.asked_by,
            OrderDecision.at,
            waiting.label("is_release_asked"),
        )
        .join(Customer, Customer.id == SalesOrder.customer_id)
        .outerjoin(OrderDecision, OrderDecision.id == last)
    )
    untyped: Any = rows  # seven columns and more have no type of their own
    return visible_to(untyped, r.actor, SalesOrder.customer_id)


def _row(r: Reader, row: Any) -> OrderRow:
    order: SalesOrder = row.SalesOrder
    until = order.released_until
    has_run_out = order.decision == "released" and (until is None or until < r.today)
    return OrderRow(
        id=order.id,
        ref=r.refs.of("or", order.id),
        code=order.code,
        customer_id=order.customer_id,
        customer_ref=r.refs.of("cu", order.customer_id),
        customer_code=row.customer_code,
        customer_name=row.customer_name,
        amount=Money(order.amount_minor, order.currency),
        ordered_on=order.ordered_on,
        status=order.status,
        decision="hold" if has_run_out else order.decision or "",
        released_until=until,
        reasons=row.reasons or "[]",
        asked_by=row.asked_by or "",
        asked_at=row.at,
        is_release_asked=bool(row.is_release_asked),
    )
