"""The due parts whose due date a change of terms would move, or has moved, one by one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Row, and_, func, select

from portal.base.lookup import BATCH, found_by
from portal.base.work import Reader
from portal.core.money import Money
from portal.invoices.open_items import seen_by
from portal.tables.invoices import Part
from portal.tables.terms import PartMove
from portal.terms.concerned import Concern, open_parts


@dataclass(frozen=True, slots=True)
class MovedPart:
    """An open due part as it is, and what its due date and term would be."""

    customer_id: int
    entry_id: int
    part: int
    dated_on: dt.date
    due_on: dt.date | None
    then_on: dt.date
    term_days: int | None
    then_days: int
    open: Money

    @property
    def days(self) -> int | None:
        """By how many days it moves; None where it had no due date."""
        return None if self.due_on is None else (self.then_on - self.due_on).days


@dataclass(frozen=True, slots=True)
class MovedRow:
    """A due part that would move, with the names of what it belongs to."""

    moved: MovedPart
    ref: str
    number: str
    customer_ref: str
    customer_code: str
    customer_name: str
    #: How many parts the invoice has.
    parts: int


def moved_parts(r: Reader, concern: Concern) -> Iterator[MovedPart]:
    """What moves, customer by customer, some thousands at a time."""
    rows = open_parts(r.today, concern)
    order = (rows.c.customer_id, rows.c.dated_on, rows.c.entry_id, rows.c.part)
    wanted = select(rows).where(rows.c.key.is_not(None)).order_by(*order)
    with r.session.execute(wanted, execution_options={"yield_per": BATCH}) as found:
        for row in found:
            then = concern.redating.date(row.key, row.baseline, row.parts, row.place)
            if then is not None and then[0] != row.due_on:
                yield _moved(row, *then)


def _moved(row: Row[Any], then_on: dt.date, then_days: int) -> MovedPart:
    return MovedPart(
        row.customer_id,
        row.entry_id,
        row.part,
        row.dated_on,
        row.due_on,
        then_on,
        row.term_days,
        then_days,
        Money(int(row.amount), row.currency),
    )


def list_moved(
    r: Reader, concern: Concern, first: int = 0, most: int | None = None
) -> list[MovedRow]:
    """Some of what moves, with names."""
    last = None if most is None else first + most
    return _named(r, list(islice(moved_parts(r, concern), first, last)))


def _named(r: Reader, moved: list[MovedPart]) -> list[MovedRow]:
    names = _names(r, sorted({each.entry_id for each in moved}))
    return [
        MovedRow(
            each,
            r.refs.of("iv", each.entry_id),
            names[each.entry_id].number,
            r.refs.of("cu", each.customer_id),
            names[each.entry_id].code,
            names[each.entry_id].name,
            names[each.entry_id].parts,
        )
        for each in moved
    ]


NAMES = """select e.id, e.number, c.code, c.name, (select count(*) from part p
where p.customer_id = e.customer_id and p.entry_id = e.id) as parts
from entry e join customer c on c.id = e.customer_id where e.id in (:keys)"""


def _names(r: Reader, entry_ids: list[int]) -> dict[int, Row[Any]]:
    return {row.id: row for row in found_by(r.session, NAMES, entry_ids)}


def count_moved_by(r: Reader, change_id: int) -> int:
    """How many due dates a change has moved, of those that the reader may see."""
    asked = select(func.count()).where(PartMove.change_id == change_id)
    return r.session.scalar(asked.where(seen_by(r.actor)(PartMove.customer_id))) or 0


def list_moved_by(r: Reader, change_id: int, first: int, most: int) -> list[MovedRow]:
    """Some of the due dates that a change has moved, with the amount of each part."""
    part = and_(
        Part.customer_id == PartMove.customer_id,
        Part.entry_id == PartMove.entry_id,
        Part.part == PartMove.part,
    )
    rows = r.session.execute(
        select(PartMove, Part.dated_on, Part.amount_minor, Part.currency)
        .join(Part, part)
        .where(PartMove.change_id == change_id, seen_by(r.actor)(PartMove.customer_id))
        .order_by(PartMove.id)
        .offset(first)
        .limit(most)
    )
    return _named(r, [_was_moved(row) for row in rows])


def _was_moved(row: Any) -> MovedPart:
    move: PartMove = row[0]
    return MovedPart(
        move.customer_id,
        move.entry_id,
        move.part,
        row.dated_on,
        move.from_due_on,
        move.to_due_on,
        move.from_term_days,
        move.to_term_days or 0,
        Money(row.amount_minor, row.currency),
    )
