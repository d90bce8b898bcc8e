"""What the house still expects of a customer's items: what may be written off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, select

from portal.base.work import Reader
from portal.core.money import Money
from portal.invoices.open_items import one, open_items
from portal.tables.bad_debts import WriteOff, WriteOffPart
from portal.tables.invoices import Entry

#: Customer's document and its part.
PartKey = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ExpectedPart:
    """A due part of which the house still expects something, as of a day."""

    entry_id: int
    part: int
    number: str
    dated_on: dt.date
    due_on: dt.date | None
    days_late: int
    expected: Money
    #: Whether a write-off of it waits for its approval already.
    is_waiting: bool

    @property
    def key(self) -> PartKey:
        return self.entry_id, self.part


def expected_parts(r: Reader, customer_id: int, on: dt.date | None = None) -> list[ExpectedPart]:
    """What is open of a customer inside the house, the oldest due first."""
    day = on or r.today
    items = open_items(day, one(customer_id), inside=True)
    rows = r.session.execute(
        select(items, Entry.number)
        .join(Entry, and_(Entry.id == items.c.entry_id))
        .where(items.c.open > 0)
        .order_by(items.c.due_on.is_(None), items.c.due_on, Entry.number, items.c.part)
    )
    waiting = waiting_parts(r, customer_id)
    return [
        ExpectedPart(
            row.entry_id,
            row.part,
            row.number,
            row.dated_on,
            row.due_on,
            max(0, (day - row.due_on).days) if row.due_on else 0,
            Money(int(row.open), row.currency),
            (row.entry_id, row.part) in waiting,
        )
        for row in rows
    ]


def waiting_parts(r: Reader, customer_id: int) -> set[PartKey]:
    """The parts whose write-off waits for its approval."""
    rows = (
        select(WriteOffPart.entry_id, WriteOffPart.part)
        .join(WriteOff, WriteOff.id == WriteOffPart.write_off_id)
        .where(WriteOffPart.customer_id == customer_id, WriteOff.state == "waiting")
    )
    return {(row.entry_id, row.part) for row in r.session.execute(rows)}


def by_key(parts: Iterable[ExpectedPart]) -> dict[PartKey, ExpectedPart]:
    """The parts found by what they are."""
    return {part.key: part for part in parts}
