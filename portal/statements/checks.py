"""What must hold of all statements: `accord verify` tells what does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from portal.base.chain import Check
from portal.base.work import Reader
from portal.core.statement import read_statement, sha256_of
from portal.invoices.checks import told
from portal.tables.invoices import Entry
from portal.tables.journal import Audit
from portal.tables.statements import Pending, RunSlice, Statement, StatementLine, StatementRun

AT_ONCE = 500


def check_statements(r: Reader) -> Iterator[Check]:
    """The statements: their bytes, their chain, their lines, and that no entry is forgotten."""
    yield told("statements' bytes are what was hashed", _altered(r))
    yield told("each statement opens with the closing before it", _gaps(r))
    yield told("lines are those of the frozen bytes", _other_lines(r))
    yield told("every entry stands once or waits", _forgotten(r))
    yield told("issued statements were audited", _unaudited(r))


def _altered(r: Reader) -> Iterator[str]:
    rows = select(
        Statement.number,
        Statement.version,
        Statement.payload,
        Statement.sha256,
        Statement.closing_minor,
    ).order_by(Statement.id)
    for row in r.session.execute(rows.execution_options(yield_per=AT_ONCE)):
        name = f"{row.number} version {row.version}"
        if sha256_of(row.payload.encode()) != row.sha256:
            yield f"{name} was altered"
        elif not _adds_up(row.payload, row.closing_minor):
            yield f"{name} does not add up"


def _adds_up(payload: str, closing_minor: int) -> bool:
    try:
        return read_statement(payload).head.sums.closing_minor == closing_minor
    except ValueError:
        return False


def _gaps(r: Reader) -> Iterator[str]:
    """Where the statement before, in force, closes with another sum or another day."""
    before = aliased(Statement)
    newest: Select[Any] = select(func.max(before.period_to)).where(
        before.customer_id == Statement.customer_id,
        before.currency == Statement.currency,
        before.period_to < Statement.period_to,
        before.in_force == 1,
    )
    previous = aliased(Statement)
    same = and_(
        previous.customer_id == Statement.customer_id,
        previous.currency == Statement.currency,
        previous.period_to == newest.scalar_subquery(),
        previous.in_force == 1,
    )
    found = r.session.scalars(
        select(Statement.number)
        .join(previous, same)
        .where(
            Statement.in_force == 1,
            or_(
                previous.closing_minor != Statement.opening_minor,
                previous.period_to >= Statement.period_from,
            ),
        )
        .order_by(Statement.id)
    )
    return (str(number) for number in found)


def _other_lines(r: Reader) -> Iterator[str]:
    counted = (
        select(
            StatementLine.customer_id,
            StatementLine.statement_id,
            func.count().label("lines"),
            func.sum(Entry.amount_minor).label("total"),
        )
        .join(Entry, Entry.id == StatementLine.entry_id)
        .group_by(StatementLine.customer_id, StatementLine.statement_id)
        .subquery("counted")
    )
    same = and_(
        counted.c.customer_id == Statement.customer_id, counted.c.statement_id == Statement.id
    )
    moved = Statement.closing_minor - Statement.opening_minor
    found = r.session.scalars(
        select(Statement.number)
        .outerjoin(counted, same)
        .where(
            or_(
                func.coalesce(counted.c.lines, 0) != Statement.line_count,
                func.coalesce(counted.c.total, 0) != moved,
            )
        )
        .order_by(Statement.id)
    )
    return (str(number) for number in found)


def _forgotten(r: Reader) -> Iterator[str]:
    """
    Entries that stand on no statement in force, do not wait, and are in no opening either.

    What is dated before an account's first statement may be in its opening.
    """
    first = (
        select(
            Statement.customer_id,
            Statement.currency,
            func.min(Statement.period_from).label("begins"),
        )
        .group_by(Statement.customer_id, Statement.currency)
        .subquery("first")
    )
    opened = and_(first.c.customer_id == Entry.customer_id, first.c.currency == Entry.currency)
    waits = and_(Pending.customer_id == Entry.customer_id, Pending.entry_id == Entry.id)
    stands = and_(
        StatementLine.customer_id == Entry.customer_id,
        StatementLine.entry_id == Entry.id,
        StatementLine.in_force == 1,
    )
    found = r.session.scalars(
        select(Entry.number)
        .outerjoin(Pending, waits)
        .outerjoin(StatementLine, stands)
        .outerjoin(first, opened)
        .where(
            Entry.memo == 0,
            or_(
                and_(
                    Pending.entry_id.is_(None),
                    StatementLine.entry_id.is_(None),
                    or_(first.c.begins.is_(None), Entry.dated_on >= first.c.begins),
                ),
                and_(Pending.entry_id.is_not(None), StatementLine.entry_id.is_not(None)),
            ),
        )
        .order_by(Entry.id)
    )
    return (str(number) for number in found)


def _unaudited(r: Reader) -> Iterator[str]:
    """Slices of runs whose audit entry is missing or counts other statements."""
    audited = r.session.execute(
        select(Audit.subject, Audit.facts).where(Audit.kind == "statements.issued")
    )
    facts: dict[str, str] = {row.subject: row.facts for row in audited}
    slices = select(RunSlice.run_id, RunSlice.lo, RunSlice.issued).join(StatementRun)
    for row in r.session.execute(slices.where(RunSlice.done_at.is_not(None))):
        subject = f"run/{row.run_id}/{row.lo}"
        if json.loads(facts.get(subject, "{}")).get("statements") != row.issued:
            yield subject
