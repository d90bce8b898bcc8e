"""Posting many entries at once: the ledger's rows, and that they stand on no statement yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from portal.base.batch import insert_rows
from portal.tables.invoices import Entry, Part
from portal.tables.statements import Pending


class NewEntry(NamedTuple):
    """An entry to be posted, by the names of the table's columns."""

    id: int
    customer_id: int
    currency: str
    kind: int
    space: int
    dated_on: str
    amount_minor: int
    number: str
    posted_at: str
    reference: str | None = None
    reason: str | None = None
    about_id: int | None = None
    subkind: str | None = None
    counter_customer_id: int | None = None
    leg: int = 0
    memo: int = 0


class NewPart(NamedTuple):
    """A due part to be posted, by the names of the table's columns."""

    customer_id: int
    entry_id: int
    part: int
    currency: str
    dated_on: str
    due_on: str | None
    term_days: int | None
    amount_minor: int


MEMO = NewEntry._fields.index("memo")
PENDING = ("customer_id", "entry_id", "currency", "dated_on")


def post_entries(session: Session, entries: Sequence[tuple[Any, ...]]) -> None:
    """Posts entries, each in the order of `NewEntry`; all but memos wait for a statement."""
    insert_rows(session, Entry.__table__, NewEntry._fields, entries, are_plain=True)
    waiting = [(e[1], e[0], e[2], e[5]) for e in entries if not e[MEMO]]
    insert_rows(session, Pending.__table__, PENDING, waiting, are_plain=True)


def post_parts(session: Session, parts: Sequence[tuple[Any, ...]]) -> None:
    """Posts due parts of entries that are posted, each in the order of `NewPart`."""
    insert_rows(session, Part.__table__, NewPart._fields, parts, are_plain=True)
