"""Memos of the house: a write-off posted and applied to its items, and what of it is taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.batch import reserve_ids
from portal.base.lookup import plain_moment
from portal.base.work import Reader, Work
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.posting import NewEntry, post_entries
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation

#: Who says that a write-off be applied.
SOURCE = "clerk"


@dataclass(frozen=True)
class Memo:
    """A memo to be posted: + takes a write-off back, - writes off."""

    customer_id: int
    amount: Money
    number: str
    on: dt.date
    subkind: str
    reason: str
    about_id: int | None = None


def free_number(r: Reader, number: str) -> str:
    """The number of a memo; where there is one of it already, as a file may bring, the next one."""
    rows = select(Entry.number).where(
        Entry.space == Kind.WRITE_OFF.space, Entry.number.startswith(number, autoescape=True)
    )
    taken = set(r.session.scalars(rows))
    turn, found = 1, number
    while found in taken:
        turn += 1
        found = f"{number}-{turn}"
    return found


def post_memo(w: Work, memo: Memo) -> int:
    """The id of the memo's entry; it stands on no statement, and no item is opened by it."""
    (row_id,) = reserve_ids(w.session, Entry.__table__, 1)
    entry = NewEntry(
        row_id,
        memo.customer_id,
        memo.amount.currency,
        Kind.WRITE_OFF,
        Kind.WRITE_OFF.space,
        memo.on.isoformat(),
        memo.amount.minor,
        memo.number,
        plain_moment(w.session, w.now),
        reason=memo.reason,
        about_id=memo.about_id,
        subkind=memo.subkind,
        memo=1,
    )
    post_entries(w.session, [entry])
    return row_id


@dataclass(frozen=True)
class Lowered:
    """What of an item a write-off lowers."""

    entry_id: int
    part: int
    amount: Money


def apply_memo(
    w: Work, customer_id: int, credit_id: int, on: dt.date, lowered: Sequence[Lowered]
) -> None:
    """The write-off lowers what the house expects of these parts, from its day on."""
    for each in lowered:
        w.session.add(
            Allocation(
                customer_id=customer_id,
                entry_id=each.entry_id,
                part=each.part,
                credit_id=credit_id,
                nth=1,
                currency=each.amount.currency,
                memo=1,
                effective_on=on,
                ended_on=None,
                amount_minor=each.amount.minor,
                source=SOURCE,
            )
        )
    w.session.flush()
