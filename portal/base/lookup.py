"""Rows found by thousands of keys at once or by words, and streamed when there are many."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, SQLColumnExpression, func, or_, text
from sqlalchemy.orm import Session

BATCH = 5_000


def found_by(session: Session, statement: str, keys: Iterable[Any]) -> list[Row[Any]]:
    """The rows of a statement that asks `… in (:keys)`, for however many keys."""
    wanted = list(keys)
    if not wanted:
        return []
    if session.get_bind().dialect.name == "sqlite":
        among = statement.replace("(:keys)", "(select value from json_each(:keys))")
        return list(session.execute(text(among), {"keys": json.dumps(wanted)}))
    any_of = statement.replace("in (:keys)", "= any(:keys)")
    return list(session.execute(text(any_of), {"keys": wanted}))


def says(words: str, *columns: SQLColumnExpression[Any]) -> list[ColumnElement[bool]]:
    """What keeps the rows with these words in one of the columns; all are kept without words."""
    wanted = words.strip().lower()
    if not wanted:
        return []
    return [or_(*(func.lower(each).contains(wanted, autoescape=True) for each in columns))]


def streamed(session: Session, statement: Executable, **values: object) -> Iterator[Row[Any]]:
    """The rows of a statement, some thousands at a time."""
    return iter(session.execute(statement, values, execution_options={"yield_per": BATCH}))


def plain_moment(session: Session, moment: dt.datetime) -> str:
    """A moment as the driver takes it in a plain row."""
    utc = moment.astimezone(dt.UTC)
    naive = session.get_bind().dialect.name == "sqlite"
    return (utc.replace(tzinfo=None) if naive else utc).isoformat(" ", "microseconds")


def plain_day(day: dt.date | str | None) -> str | None:
    """A day as ISO text, whichever way the driver gave it."""
    return day.isoformat() if isinstance(day, dt.date) else day
