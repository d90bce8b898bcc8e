"""What was posted to a statement's period since it was issued: what a new version would hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import aliased

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.statements.rows import StatementView
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.statements import Pending, Statement

#: So many documents are named; more are only counted.
MOST_NAMED = 50
#: So many statements are issued again at once.
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Posted:
    """A document that came after its statement."""

    dated_on: dt.date
    kind: int
    number: str
    amount: Money
    posted_at: dt.datetime


@dataclass(frozen=True)
class PostedSince:
    """What came to one statement, and what it would close with."""

    rows: list[Posted]
    count: int
    sum: Money
    closing: Money
    #: Whether a later statement has taken it already, so that no new version can.
    is_followed: bool


@dataclass(frozen=True, slots=True)
class LateRow:
    """A statement to which documents came, and what a new version would close with."""

    id: int
    ref: str
    number: str
    version: int
    customer_name: str
    state: str
    count: int
    closing: Money
    closing_then: Money


def posted_since(r: Reader, view: StatementView) -> PostedSince:
    """What was posted to the period of a statement in force since it was issued, by date."""
    columns: list[Any] = [
        *(Entry.dated_on, Entry.kind, Entry.number, Entry.amount_minor, Entry.posted_at)
    ]
    rows: Select[Any] = (
        select(*columns)
        .select_from(Pending)
        .join(Entry, Entry.id == Pending.entry_id)
        .where(
            Pending.customer_id == view.row.customer_id,
            Pending.currency == view.row.currency,
            Pending.dated_on <= view.row.period_to,
        )
        .order_by(Entry.dated_on, Entry.kind, Entry.number)
    )
    found = r.session.execute(visible_to(rows, r.actor, Pending.customer_id)).all()
    currency = view.row.currency
    total = Money(sum(row.amount_minor for row in found), currency)
    named = [
        Posted(
            row.dated_on,
            int(Kind(row.kind).shown),
            row.number,
            Money(row.amount_minor, currency),
            row.posted_at,
        )
        for row in found[:MOST_NAMED]
    ]
    closing = view.row.closing + total
    return PostedSince(named, len(found), total, closing, _is_followed(r, view))


def _is_followed(r: Reader, view: StatementView) -> bool:
    later: Select[Any] = select(Statement.id).where(
        Statement.customer_id == view.row.customer_id,
        Statement.currency == view.row.currency,
        Statement.period_to > view.row.period_to,
        Statement.in_force == 1,
    )
    return r.session.scalar(visible_to(later, r.actor, Statement.customer_id).limit(1)) is not None


def list_late(r: Reader, run_id: int | None = None, ids: Sequence[int] = ()) -> list[LateRow]:
    """The newest statements to which documents came since, by customer; of a run, or the named."""
    rows = _with_late_documents()
    if run_id is not None:
        rows = rows.where(Statement.run_id == run_id)
    if ids:
        rows = rows.where(Statement.id.in_(ids))
    return [
        LateRow(
            id=row.id,
            ref=r.refs.of("st", row.id),
            number=row.number,
            version=row.version,
            customer_name=row.name,
            state=row.state,
            count=row.came,
            closing=Money(row.closing_minor, row.currency),
            closing_then=Money(row.closing_minor + int(row.minor), row.currency),
        )
        for row in r.session.execute(visible_to(rows, r.actor, Statement.customer_id))
    ]


def _with_late_documents() -> Select[Any]:
    """The statements in force that none follows, each with what waits in its period."""
    later = aliased(Statement)
    followed = exists().where(
        later.customer_id == Statement.customer_id,
        later.currency == Statement.currency,
        later.period_to > Statement.period_to,
        later.in_force == 1,
    )
    told: list[Any] = [
        Statement.id,
        Statement.number,
        Statement.version,
        Statement.state,
        Statement.currency,
        Statement.closing_minor,
        Customer.name,
    ]
    came: Any = func.count(Entry.id)
    waits = and_(
        Pending.customer_id == Statement.customer_id,
        Pending.currency == Statement.currency,
        Pending.dated_on <= Statement.period_to,
    )
    rows: Select[Any] = select(
        *told, came.label("came"), func.sum(Entry.amount_minor).label("minor")
    )
    return (
        rows.select_from(Statement)
        .join(Customer, Customer.id == Statement.customer_id)
        .join(Pending, waits)
        .join(Entry, Entry.id == Pending.entry_id)
        .where(Statement.in_force == 1, ~followed)
        .group_by(*told, Customer.code)
        .order_by(Customer.code, Statement.currency)
        .limit(AT_ONCE)
    )
