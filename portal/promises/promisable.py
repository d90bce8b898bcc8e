"""What can be promised of an account: its open items, each with its room and its limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import and_, select, tuple_

from portal.base.work import Reader
from portal.core.ageing import days_late
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.promise import Limit, earliest_limit, promise_limit
from portal.invoices.open_items import both, due_parts, one, seen_by, with_disputes
from portal.promises.facts import PartKey
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.tables.invoices import Entry, Part


@dataclass(frozen=True, slots=True)
class PromisableRow:
    """A due part with what may still be promised of it."""

    entry_id: int
    ref: str
    kind: str
    number: str
    reference: str
    part: int
    dated_on: dt.date
    due_on: dt.date | None
    amount: Money
    open: Money
    disputed: Money
    #: What running promises cover of it already.
    promised: Money
    limit: Limit
    days_late: int | None

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.entry_id}-{self.part}"

    @property
    def room(self) -> Money:
        """What may still be promised of it."""
        return self.open - self.promised

    @property
    def proposed(self) -> Money:
        """What a promise takes of it unless told otherwise: the rest that nobody disputes."""
        undisputed = self.room - self.disputed
        return undisputed if undisputed.minor > 0 else self.room


def list_promisable(
    r: Reader,
    customer_id: int,
    currency: str,
    also: Collection[PartKey] = (),
    without: Collection[int] = (),
) -> list[PromisableRow]:
    """
    The open items of an account, the earliest due first.

    `also` names parts that are wanted even when nothing is open of them any more; the promises
    `without` are taken for ended, as they are to be replaced.
    """
    running = _running(r, customer_id, without)
    found = r.session.execute(_items(r, customer_id, currency, also))
    return [_row(r, row, running.get((row.entry_id, row.part), 0)) for row in found]


def _items(r: Reader, customer_id: int, currency: str, also: Collection[PartKey]) -> Any:
    whose = both(seen_by(r.actor), one(customer_id))
    items = with_disputes(due_parts(r.today, whose), r.today, whose).subquery("promisable")
    same = and_(
        Part.customer_id == items.c.customer_id,
        Part.entry_id == items.c.entry_id,
        Part.part == items.c.part,
    )
    is_wanted = items.c.open > 0
    if also:
        is_wanted |= tuple_(items.c.entry_id, items.c.part).in_(list(also))
    return (
        select(items, Part.term_days, Entry.kind, Entry.number, Entry.reference)
        .join(Part, same)
        .join(Entry, Entry.id == items.c.entry_id)
        .where(is_wanted, items.c.currency == currency)
        .order_by(items.c.due_on.is_(None), items.c.due_on, Entry.number, items.c.part)
    )


def _running(r: Reader, customer_id: int, without: Collection[int]) -> Mapping[PartKey, int]:
    """What running promises still await of each part."""
    awaited: dict[PartKey, int] = {}
    for row in running_promises(r, customer_id):
        for item in row.items if row.id not in without else ():
            key = (item.entry_id, item.part)
            awaited[key] = awaited.get(key, 0) + item.awaited.minor
    return awaited


def running_promises(r: Reader, customer_id: int) -> list[PromiseRow]:
    """The promises of a customer whose day has not passed and under which something is awaited."""
    rows = list_promises(r, PromiseFilter(customer_id=customer_id, counts=True))
    return [row for row in rows if row.is_running]


def _row(r: Reader, row: Any, promised: int) -> PromisableRow:
    currency = row.currency
    return PromisableRow(
        entry_id=row.entry_id,
        ref=r.refs.of("iv", row.entry_id),
        kind=Kind(row.kind).word,
        number=row.number,
        reference=row.reference or "",
        part=row.part,
        dated_on=row.dated_on,
        due_on=row.due_on,
        amount=Money(row.amount_minor, currency),
        open=Money(int(row.open), currency),
        disputed=Money(int(row.disputed), currency),
        promised=Money(min(promised, max(0, int(row.open))), currency),
        limit=limit_of(row.due_on, row.term_days, row.dated_on, r.policy.promise_fraction),
        days_late=days_late(row.due_on, r.today),
    )


def limit_of(
    due_on: dt.date | None, term_days: int | None, dated_on: dt.date, fraction: Fraction
) -> Limit:
    """The promise limit of a part; a term that nobody told counts from its document's date."""
    if term_days is None:
        term_days = (due_on - dated_on).days if due_on else 0
    return promise_limit(due_on, term_days, fraction)


def common_limit(rows: Iterable[PromisableRow]) -> Limit | None:
    """The limit of several items in one promise; None for no items."""
    limits = [row.limit for row in rows]
    return earliest_limit(limits) if limits else None


def overlapping(rows: Sequence[PromiseRow], keys: Collection[PartKey]) -> list[PromiseRow]:
    """Those promises that cover something of these parts."""
    return [row for row in rows if any((item.entry_id, item.part) in keys for item in row.items)]
