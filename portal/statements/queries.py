"""What pages read of statements and of the runs that issued them, each list in a stated order."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from sqlalchemy import ColumnElement, Select, case, extract, func, or_, select

from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.money import Money
from portal.core.statement import read_statement
from portal.core.statement_status import ANSWERED, UNANSWERED, Status
from portal.statements.duties import deemed_on, kept_by_duty
from portal.statements.rows import (
    RunRow,
    StateCount,
    StatementFilter,
    StatementPage,
    StatementRow,
    StatementView,
)
from portal.tables.customers import Customer
from portal.tables.runs import RunPlan
from portal.tables.statements import Difference, RunSlice, Statement, StatementLine, StatementRun

COLUMNS = (
    Statement.id,
    Statement.number,
    Statement.version,
    Statement.customer_id,
    Statement.currency,
    Statement.period_from,
    Statement.period_to,
    Statement.opening_minor,
    Statement.closing_minor,
    Statement.overdue_minor,
    Statement.line_count,
    Statement.state,
    Statement.confirm_by,
    Statement.issued_on,
    Statement.issued_at,
    Statement.sha256,
    Customer.code,
    Customer.name,
)


#: Whoever answered has opened it; a withdrawn answer was one.
OPENED = ANSWERED | UNANSWERED - {Status.ISSUED}


def _statements(r: Reader) -> Select[Any]:
    """The columns of a statement's row, kept to what the reader may see."""
    named = (
        select(func.count())
        .select_from(Difference)
        .where(
            Difference.customer_id == Statement.customer_id,
            Difference.statement_id == Statement.id,
        )
        .scalar_subquery()
    )
    columns: list[Any] = [*COLUMNS, named.label("differences"), deemed_on().label("deemed_on")]
    rows: Select[Any] = select(*columns).join(Customer, Customer.id == Statement.customer_id)
    return visible_to(rows, r.actor, Statement.customer_id)


def _kept(r: Reader, asked: StatementFilter) -> list[ColumnElement[bool]]:
    kept = kept_by_duty(r, asked)
    if not asked.replaced:
        kept.append(Statement.in_force == 1)
    if asked.customer_id is not None:
        kept.append(Statement.customer_id == asked.customer_id)
    if asked.run_id is not None:
        kept.append(Statement.run_id == asked.run_id)
    if asked.year is not None:
        first, last = dt.date(asked.year, 1, 1), dt.date(asked.year, 12, 31)
        kept.append(Statement.period_to.between(first, last))
    if asked.state:
        families = {"waiting": UNANSWERED, "answered": ANSWERED, "opened": OPENED}
        states = families.get(asked.state, frozenset({asked.state}))
        kept.append(Statement.state.in_(sorted(states)))
    return kept + says(asked.text, Statement.number, Customer.code, Customer.name)


def list_statements(r: Reader, asked: StatementFilter) -> StatementPage:
    """One page of the statements that a filter keeps: the newest period first, then by customer."""
    kept = _kept(r, asked)
    every: Select[Any] = select(Statement.id).join(Customer)
    counted = visible_to(every, r.actor, Statement.customer_id).where(*kept)
    count = r.session.scalar(select(func.count()).select_from(counted.subquery())) or 0
    page, pages = page_within(asked.page, count, asked.per_page)
    wanted = (
        _statements(r)
        .where(*kept)
        .order_by(
            Statement.period_to.desc(),
            Customer.code,
            Statement.currency,
            Statement.version.desc(),
        )
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    )
    rows = [_row(r, row) for row in r.session.execute(wanted)]
    return StatementPage(rows, page, pages, count)


def list_statement_ids(r: Reader, asked: StatementFilter) -> list[int]:
    """The statements that a filter keeps, whatever page, as ids."""
    every: Select[Any] = select(Statement.id).join(Customer)
    mine = visible_to(every, r.actor, Statement.customer_id).where(*_kept(r, asked))
    return list(r.session.scalars(mine.order_by(Statement.id)))


def statements_counted(r: Reader, asked: StatementFilter) -> Select[Any]:
    """The statements that a filter keeps, as counts and closing sums by currency and state."""
    columns: list[Any] = [
        Statement.state,
        Statement.currency,
        func.count().label("count"),
        func.sum(Statement.closing_minor).label("closing"),
    ]
    rows: Select[Any] = select(*columns).join(Customer, Customer.id == Statement.customer_id)
    return (
        visible_to(rows, r.actor, Statement.customer_id)
        .where(*_kept(r, asked))
        .group_by(Statement.state, Statement.currency)
    )


def total_statements(r: Reader, asked: StatementFilter) -> list[StateCount]:
    """How many statements a filter keeps and what they close with, by currency and state."""
    counted = statements_counted(r, asked).order_by(Statement.currency, Statement.state)
    return [
        StateCount(state, currency, count, Money(int(closing), currency))
        for state, currency, count, closing in r.session.execute(counted)
    ]


def list_latest_statements(r: Reader, customer_id: int, limit: int) -> list[StatementRow]:
    """A customer's newest statements in force."""
    mine = _statements(r).where(Statement.in_force == 1, Statement.customer_id == customer_id)
    newest = mine.order_by(Statement.period_to.desc(), Statement.currency).limit(limit)
    return [_row(r, row) for row in r.session.execute(newest)]


def statement_years(r: Reader, customer_id: int | None = None) -> list[int]:
    """The years that have statements, the newest first: the tabs of the list."""
    year: Any = extract("year", Statement.period_to)
    every: Select[Any] = select(year)
    rows = visible_to(every, r.actor, Statement.customer_id)
    if customer_id is not None:
        rows = rows.where(Statement.customer_id == customer_id)
    return [int(found) for found in r.session.scalars(rows.distinct().order_by(year.desc()))]


def _row(r: Reader, row: Any) -> StatementRow:
    return StatementRow(
        id=row.id,
        ref=r.refs.of("st", row.id),
        number=row.number,
        version=row.version,
        customer_id=row.customer_id,
        customer_code=row.code,
        customer_name=row.name,
        currency=row.currency,
        period_from=row.period_from,
        period_to=row.period_to,
        opening=Money(row.opening_minor, row.currency),
        closing=Money(row.closing_minor, row.currency),
        overdue=Money(row.overdue_minor, row.currency),
        line_count=row.line_count,
        state=row.state,
        confirm_by=row.confirm_by,
        issued_on=row.issued_on,
        issued_at=row.issued_at,
        sha256=row.sha256,
        differences=row.differences,
        deemed_on=row.deemed_on,
    )


def get_statement(r: Reader, ref: str) -> StatementView:
    """A statement by its public reference; `NotFound` where it is not yours."""
    return get_statement_by_id(r, r.id_of("st", ref))


def get_statement_by_id(r: Reader, statement_id: int) -> StatementView:
    """A statement by its id; `NotFound` where it is not yours."""
    wanted = _statements(r).add_columns(Statement.payload, Statement.in_force)
    row = r.session.execute(wanted.where(Statement.id == statement_id)).first()
    if row is None:
        raise NotFound(statement_id)
    payload = row.payload.encode()
    refs, entry_ids = (
        r.refs,
        r.session.scalars(
            select(StatementLine.entry_id)
            .where(
                StatementLine.customer_id == row.customer_id,
                StatementLine.statement_id == statement_id,
            )
            .order_by(StatementLine.seq)
        ).all(),
    )
    return StatementView(
        row=_row(r, row),
        snapshot=read_statement(payload),
        payload=payload,
        in_force=row.in_force == 1,
        replaced_by="" if row.in_force else _in_force_ref(r, row),
        line_ref=lambda seq: refs.of("iv", entry_ids[seq - 1]),
    )


def _in_force_ref(r: Reader, row: Any) -> str:
    found = r.session.scalar(
        select(Statement.id).where(
            Statement.customer_id == row.customer_id,
            Statement.currency == row.currency,
            Statement.period_to == row.period_to,
            Statement.in_force == 1,
        )
    )
    return "" if found is None else r.refs.of("st", found)


def list_runs(r: Reader, limit: int = 50) -> list[RunRow]:
    """The newest statement runs first."""
    return [_run_row(r, row) for row in r.session.execute(_runs().limit(limit))]


def get_run(r: Reader, ref: str) -> RunRow:
    """A statement run; `NotFound` where there is none."""
    row = r.session.execute(_runs().where(StatementRun.id == r.id_of("ru", ref))).first()
    if row is None:
        raise NotFound(ref)
    return _run_row(r, row)


def _runs() -> Select[Any]:
    lately = or_(RunPlan.resumed_at.is_(None), RunSlice.done_at >= RunPlan.resumed_at)
    slices = (
        select(
            RunSlice.run_id,
            func.count().label("slices"),
            func.count(RunSlice.done_at).label("done"),
            func.sum(RunSlice.issued).label("issued"),
            func.sum(case((lately, RunSlice.issued), else_=0)).label("lately"),
        )
        .outerjoin(RunPlan, RunPlan.run_id == RunSlice.run_id)
        .group_by(RunSlice.run_id)
        .subquery("slices")
    )
    columns: list[Any] = [StatementRun, RunPlan, slices]
    rows: Select[Any] = select(*columns)
    return (
        rows.outerjoin(slices, slices.c.run_id == StatementRun.id)
        .outerjoin(RunPlan, RunPlan.run_id == StatementRun.id)
        .order_by(StatementRun.id.desc())
    )


def _run_row(r: Reader, row: Any) -> RunRow:
    run: StatementRun = row[0]
    plan: RunPlan | None = row[1]
    return RunRow(
        id=run.id,
        ref=r.refs.of("ru", run.id),
        period_to=run.period_to,
        issued_on=run.issued_on,
        confirm_by=run.confirm_by,
        started_at=run.started_at,
        finished_at=run.finished_at,
        slices=row.slices or 0,
        slices_done=row.done or 0,
        issued=int(row.issued or 0),
        planned=plan.planned if plan else 0,
        issued_lately=int(row.lately or 0),
        paused_at=plan.paused_at if plan else None,
        resumed_at=plan.resumed_at if plan else None,
        remind_after=tuple(json.loads(plan.remind_after)) if plan else None,
        is_held=plan is not None and plan.holds_mails and plan.released_on is None,
    )
