"""Posting many entries at once: the ledger's rows, and that they stand on no statement yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

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


PENDING = ("customer_id", "entry_id", "currency", "dated_on")


def post_entries(session: Session, entries: Sequence[NewEntry]) -> None:
    """Posts entries; all but memos wait for the next statement."""
    insert_rows(session, Entry.__table__, NewEntry._fields, entries, are_plain=True)
    waiting = [(e.customer_id, e.id, e.currency, e.dated_on) for e in entries if not e.memo]
    insert_rows(session, Pending.__table__, PENDING, waiting, are_plain=True)


def post_parts(session: Session, parts: Sequence[NewPart]) -> None:
    """Posts the due parts of entries that are posted."""
    insert_rows(session, Part.__table__, NewPart._fields, parts, are_plain=True)
