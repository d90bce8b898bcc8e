"""What changed since the last agreed statement of an account, up to another one, by document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import aliased

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.statement import SUMS
from portal.core.statement_walk import Moved, Walk, walk
from portal.statements.rows import StatementView
from portal.tables.invoices import Entry
from portal.tables.statements import Confirmation, Statement, StatementLine

#: No account has more statements than these between an agreed one and today's: 25 years of months.
MOST = 300
#: Lines listed at once, as many as of a statement.
PER_PAGE = 200


@dataclass(frozen=True, slots=True)
class _Version:
    """A version of a statement of the account, and when it was agreed to where it was."""

    id: int
    prev_id: int | None
    version: int
    period_from: dt.date
    period_to: dt.date
    closing_minor: int
    agreed_at: dt.datetime | None

    @property
    def order(self) -> tuple[dt.date, int]:
        return (self.period_to, self.version)


@dataclass(frozen=True)
class Between:
    """The last agreed statement, and the statements from there to the one that is looked at."""

    agreed: _Version
    #: The statements whose lines stand between, the newest first.
    ids: tuple[int, ...]
    #: Whether the oldest of them is another version of the agreed one, and holds its lines too.
    holds_agreed: bool


@dataclass(frozen=True)
class WalkView:
    """The walk as pages show it."""

    agreed_ref: str
    agreed_version: int
    period_from: dt.date
    period_to: dt.date
    agreed_at: dt.datetime
    #: Whether it is what the statement's own equation says: the month before was agreed.
    is_equation: bool
    currency: str
    walk: Walk

    @property
    def opening(self) -> Money:
        return Money(self.walk.from_minor, self.currency)

    @property
    def closing(self) -> Money:
        return Money(self.walk.to_minor, self.currency)

    def amount(self, minor: int) -> Money:
        """A figure of the walk."""
        return Money(minor, self.currency)


@dataclass(frozen=True, slots=True)
class WalkLine:
    """A document that stands between the agreed balance and the closing one."""

    dated_on: dt.date
    kind: int
    number: str
    reference: str
    amount: Money
    is_late: bool
    statement_ref: str
    period_to: dt.date


def walk_to(r: Reader, view: StatementView) -> WalkView | None:
    """The walk from the last agreed statement to this one; None where none was agreed before."""
    between = _between(r, view)
    if between is None:
        return None
    shown: Any = case((Entry.kind == Kind.OPENING, int(Kind.ADJUSTMENT)), else_=Entry.kind)
    rows = _lines(
        r,
        between,
        shown.label("shown"),
        func.sum(Entry.amount_minor),
        func.count(),
        func.sum(_is_late()),
    ).group_by(shown)
    moved = [Moved(row[0], int(row[1]), row[2], int(row[3])) for row in r.session.execute(rows)]
    agreed = between.agreed
    assert agreed.agreed_at is not None
    return WalkView(
        agreed_ref=r.refs.of("st", agreed.id),
        agreed_version=agreed.version,
        period_from=agreed.period_from,
        period_to=agreed.period_to,
        agreed_at=agreed.agreed_at,
        is_equation=len(between.ids) == 1 and not between.holds_agreed,
        currency=view.row.currency,
        walk=walk(agreed.closing_minor, moved, view.row.closing.minor),
    )


def walk_lines(r: Reader, view: StatementView, term: str, page: int) -> list[WalkLine]:
    """One page of the documents of the walk, of one term where it is named, by date."""
    between = _between(r, view)
    if between is None:
        return []
    columns = (
        Entry.dated_on,
        Entry.kind,
        Entry.number,
        Entry.reference,
        Entry.amount_minor,
        _is_late().label("late"),
        Statement.id.label("statement_id"),
        Statement.period_to,
    )
    rows = _lines(r, between, *columns)
    if term in SUMS:
        rows = rows.where(Entry.kind.in_([int(kind) for kind in SUMS[term][0]]))
    rows = rows.order_by(Entry.dated_on, Entry.kind, Entry.number)
    found = r.session.execute(rows.limit(PER_PAGE).offset((max(page, 1) - 1) * PER_PAGE))
    return [
        WalkLine(
            row.dated_on,
            int(Kind(row.kind).shown),
            row.number,
            row.reference or "",
            Money(row.amount_minor, view.row.currency),
            bool(row.late),
            r.refs.of("st", row.statement_id),
            row.period_to,
        )
        for row in found
    ]


def _is_late() -> Any:
    return case((Entry.dated_on < Statement.period_from, 1), else_=0)


def _lines(r: Reader, between: Between, *columns: Any) -> Select[Any]:
    """The documents that stand between: on the statements since, and not on the agreed one."""
    rows: Select[Any] = (
        select(*columns)
        .select_from(StatementLine)
        .join(
            Statement,
            and_(
                Statement.customer_id == StatementLine.customer_id,
                Statement.id == StatementLine.statement_id,
            ),
        )
        .join(Entry, Entry.id == StatementLine.entry_id)
        .where(StatementLine.statement_id.in_(between.ids))
    )
    if between.holds_agreed:
        old = aliased(StatementLine)
        rows = rows.where(
            ~exists().where(
                old.customer_id == StatementLine.customer_id,
                old.statement_id == between.agreed.id,
                old.entry_id == StatementLine.entry_id,
            )
        )
    return visible_to(rows, r.actor, Statement.customer_id)


def _between(r: Reader, view: StatementView) -> Between | None:
    """The way back from a statement, opening by opening, to the newest that was agreed to."""
    versions = _versions(r, view)
    mine = versions[view.row.id]
    agreed = next(
        (each for each in versions.values() if each.agreed_at and each.order < mine.order), None
    )
    if agreed is None:
        return None
    ids, at = [mine.id], mine
    while at.period_to > agreed.period_to:
        before = versions.get(at.prev_id or 0)
        if before is None or before.period_to < agreed.period_to:
            return None
        if before.id == agreed.id:
            return Between(agreed, tuple(ids), holds_agreed=False)
        ids.append(before.id)
        at = before
    return Between(agreed, tuple(ids), holds_agreed=True)


def _versions(r: Reader, view: StatementView) -> Mapping[int, _Version]:
    """Every version of the account's statements up to this one, the newest first."""
    columns: list[Any] = [
        Statement.id,
        Statement.prev_id,
        Statement.version,
        Statement.period_from,
        Statement.period_to,
        Statement.closing_minor,
        Confirmation.signed_at,
    ]
    rows: Select[Any] = (
        select(*columns)
        .outerjoin(
            Confirmation,
            and_(
                Confirmation.customer_id == Statement.customer_id,
                Confirmation.statement_id == Statement.id,
                Confirmation.result == "confirmed",
                Confirmation.withdrawn_at.is_(None),
            ),
        )
        .where(
            Statement.customer_id == view.row.customer_id,
            Statement.currency == view.row.currency,
            Statement.period_to <= view.row.period_to,
        )
        .order_by(Statement.period_to.desc(), Statement.version.desc())
        .limit(MOST)
    )
    found = r.session.execute(visible_to(rows, r.actor, Statement.customer_id))
    return {row[0]: _Version(*row) for row in found}
