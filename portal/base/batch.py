"""
Many rows at once, inside the act's transaction: COPY on PostgreSQL, one prepared one on SQLite.

For rows that a program makes by the thousand; what can be an insert-select stays one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import CursorResult, Dialect, FromClause, Select, Table, func, select
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from portal.base.recording import highest_ever, note


def insert_rows(
    session: Session,
    into: FromClause,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    are_plain: bool = False,
) -> None:
    """
    Inserts rows given as tuples in the order of the columns; constraints and triggers hold.

    Plain rows hold only what both drivers take as it is: whole numbers, texts, ISO dates, nothing.
    """
    table = _table(into)
    raw = session.connection().connection.cursor()
    dialect = session.get_bind().dialect
    quoted = [dialect.identifier_preparer.quote(name) for name in columns]
    target = f"{dialect.identifier_preparer.quote(table.name)} ({', '.join(quoted)})"
    prepared = rows if are_plain else _prepared(table, columns, dialect, rows)
    if dialect.name == "postgresql":
        with raw.copy(f"copy {target} from stdin") as copy:
            for row in prepared:
                copy.write_row(row)
    else:
        marks = ", ".join("?" * len(columns))
        raw.executemany(f"insert into {target} values ({marks})", prepared)  # type: ignore[arg-type]  # noqa: S608
    raw.close()


def plain_rows(session: Session, asked: Select[Any]) -> CursorResult[*tuple[Any, ...]]:
    """Rows of columns without what the mapper does for each; what waits is written first."""
    if session.autoflush:
        session.flush()
    return session.connection().execute(asked)


def reserve_ids(session: Session, into: FromClause, count: int) -> list[int]:
    """
    New keys for rows to come, rising; on SQLite they are only safe under its write lock.

    Never one that was given out before, be its row taken back: links and papers name rows by them.
    """
    table = _table(into)
    if not count:
        return []
    if session.get_bind().dialect.name == "postgresql":
        # Named once: looked up for every row it would cost more than the row.
        sequence = session.scalar(select(func.pg_get_serial_sequence(table.name, "id")))
        drawn = select(func.nextval(sequence)).select_from(func.generate_series(1, count).alias())
        ids = sorted(session.scalars(drawn))
    else:
        last = session.scalar(select(func.coalesce(func.max(table.c.id), 0))) or 0
        last = max(last, highest_ever(session, table.name))
        ids = list(range(last + 1, last + 1 + count))
    note(session, table.name, ids)
    return ids


def _table(into: FromClause) -> Table:
    assert isinstance(into, Table)
    return into


def _prepared(
    table: Table, columns: Sequence[str], dialect: Dialect, rows: Iterable[Sequence[Any]]
) -> Iterable[Sequence[Any]]:
    """The rows with their values as the driver wants them: dates are text on SQLite."""
    makers = [
        (place, maker)
        for place, name in enumerate(columns)
        if (maker := _maker(table.c[name].type, dialect)) is not None
    ]
    if not makers:
        return rows
    return (_converted(row, makers) for row in rows)


def _maker(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes the driver's value of one; of days and moments, which come again, only once."""
    maker = kind.dialect_impl(dialect).bind_processor(dialect)
    if maker is not None and kind.python_type in (dt.date, dt.datetime):
        return lru_cache(maxsize=1_000)(maker)
    return maker


def _converted(row: Sequence[Any], makers: Sequence[tuple[int, Any]]) -> list[Any]:
    values = list(row)
    for place, maker in makers:
        values[place] = maker(values[place])
    return values
