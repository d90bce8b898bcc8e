"""Promises as an export writes them: one row a document, those that still count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from portal.base.lookup import found_by, plain_day
from portal.base.work import Reader
from portal.core.money import Money
from portal.core.promise import Reason
from portal.promises.queries import number_of

COLUMNS = """select q.id, q.code, c.code as customer, q.promised_on, q.made_on, q.currency,
  q.amount_minor as whole, q.reason, q.note, s.amount_minor as share, e.number as document
from promise q join customer c on c.id = q.customer_id
left join promised_part s on s.customer_id = q.customer_id and s.promise_id = q.id
left join entry e on e.id = s.entry_id"""
#: What was taken back or replaced is no promise any more.
EVERY = f"{COLUMNS} where q.ended_on is null"
SOME = f"{COLUMNS} where q.id in (:keys)"


class WrittenPromise(NamedTuple):
    """A row of `promises.csv`, in the order of its columns."""

    promise_id: str
    customer_id: str
    promised_on: str
    amount: str
    invoice_id: str | None
    made_on: str
    reason: str


def written_promises(r: Reader) -> Iterator[tuple[object, ...]]:
    """The promises as `promises.csv` has them, by key."""
    return iter(sorted(_rows(r.session.execute(text(EVERY)))))


def rows_of(session: Session, promise_ids: Iterable[int]) -> dict[str, WrittenPromise]:
    """What an export would write of some promises, by key; those that ended too."""
    rows = _rows(found_by(session, SOME, promise_ids))
    return {row.promise_id: row for row in rows}


def _rows(found: Iterable[Row[Any]]) -> Iterator[WrittenPromise]:
    by_promise: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in found:
        by_promise[row.id].append(row)
    for shares in by_promise.values():
        yield from _written(shares)


def _written(shares: Sequence[Row[Any]]) -> Iterator[WrittenPromise]:
    """A promise over several documents is as many rows, each with a key of its own."""
    row = shares[0]
    key = number_of(row.id, row.code)
    amounts: dict[str | None, int] = defaultdict(int)
    for share in shares:
        amounts[share.document] += row.whole if share.share is None else share.share
    for nth, document in enumerate(sorted(amounts, key=str), 1):
        yield WrittenPromise(
            key if len(amounts) == 1 else f"{key}/{nth}",
            row.customer,
            plain_day(row.promised_on) or "",
            Money(amounts[document], row.currency).major(),
            document,
            plain_day(row.made_on) or "",
            reason_written(row.reason, row.note),
        )


def reason_written(reason: str, note: str) -> str:
    """
    A reason as a file has it: its word, or what was written instead of one; nothing unsaid.

    >>> reason_written("short_of_cash", ""), reason_written("other", "a flood")
    ('short_of_cash', 'a flood')
    """
    if reason == Reason.OTHER and note:
        return note
    return "" if reason == Reason.UNSAID else reason
