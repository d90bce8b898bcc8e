"""
What the statements of many accounts say, read from the books in a handful of set-based queries.

The run freezes it, a preview shows it. `core.composition` says the same of one account over plain
data. Nothing is written here, and nothing is asked per customer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.orm import Session

from portal.core.ageing import AgeingScheme
from portal.core.deliveries import Delivered
from portal.core.ledger import Kind
from portal.core.period import Cycle, Month, Period, month_period, statement_period
from portal.core.statement import SUMS, Sums
from portal.invoices.ageing import AgedAccount, AsOf, aged_accounts
from portal.invoices.deliveries import not_invoiced
from portal.invoices.open_items import Scope, due_parts
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.statements import Pending, Statement

#: kind → the sum of the equation that it counts in, and the sign with which it does.
COUNTED_IN = {
    int(kind): (place, sign) for place, (kinds, sign) in enumerate(SUMS.values()) for kind in kinds
}
#: The rank of a line among those of its day: an opening is shown as an adjustment.
SHOWN = case((Entry.kind == Kind.OPENING, int(Kind.ADJUSTMENT)), else_=Entry.kind)

AccountKey = tuple[int, str]
#: When a document is due, and in how many parts.
Due = tuple[dt.date | None, int]
NEVER_DUE: Due = (None, 0)

LINE: tuple[Any, ...] = (
    Entry.customer_id,
    Entry.currency,
    Entry.dated_on,
    SHOWN.label("shown"),
    Entry.number,
    Entry.reference,
    Entry.amount_minor,
    Entry.id,
)
ORDER: tuple[Any, ...] = (
    Entry.customer_id,
    Entry.currency,
    Entry.dated_on,
    SHOWN,
    Entry.number,
)


class Previous(NamedTuple):
    """The newest statement in force of an account."""

    id: int
    period_to: dt.date
    closing_minor: int


class Taken(NamedTuple):
    """An entry on its way to a statement."""

    customer_id: int
    currency: str
    dated_on: dt.date
    shown: int
    number: str
    reference: str | None
    amount_minor: int
    entry_id: int


@dataclass(frozen=True, slots=True)
class Composed:
    """What the statement of one account says; `lines` are rows for `core.statement.canonical`."""

    customer_id: int
    currency: str
    period: Period
    previous_id: int | None
    sums: Sums
    lines: list[tuple[Any, ...]]
    entry_ids: list[int]
    aged: AgedAccount
    #: What was delivered up to the period's end and not invoiced by then.
    deliveries: tuple[Delivered, ...] = ()


@dataclass(frozen=True)
class Again:
    """A statement that is issued again: its account, its period, its next version."""

    key: AccountKey
    period: Period
    version: int
    #: What a first statement opened with; 0 for one that follows another.
    opened_with: int


@dataclass(frozen=True)
class Asked:
    """Which statements: of whom, for the month in which a cycle ends, aged by which scheme."""

    whose: Scope
    month: Month
    scheme: AgeingScheme
    #: Without the statements issued so far: what a preview shows.
    by_dates_only: bool = False
    #: The one account whose statement is made anew, when it is.
    again: Again | None = None
    #: Only the accounts in this currency; empty is every one.
    currency: str = ""

    @cached_property
    def until(self) -> dt.date:
        """The last day of the period."""
        return self.month.last_on


def cycles_ending_in(month: Month) -> list[Cycle]:
    """The cycles of which a turn ends in a month."""
    return [cycle for cycle in Cycle if cycle.ends_in(month)]


def first_day(month: Month) -> ColumnElement[dt.date]:
    """The day on which a customer's first statement begins, from the customer's cycle."""
    days = {cycle: cycle.first_month(month).first_on for cycle in cycles_ending_in(month)}
    longer = [
        (Customer.statement_cycle == cycle.value, literal(day))
        for cycle, day in days.items()
        if cycle is not Cycle.MONTHLY
    ]
    monthly = literal(month.first_on)
    return case(*longer, else_=monthly) if longer else monthly


def newest_in_force(session: Session, whose: Scope) -> dict[AccountKey, Previous]:
    """The newest statement in force of each account."""
    newest = (
        select(
            Statement.customer_id,
            Statement.currency,
            func.max(Statement.period_to).label("period_to"),
        )
        .where(Statement.in_force == 1, whose(Statement.customer_id))
        .group_by(Statement.customer_id, Statement.currency)
        .subquery("newest")
    )
    same = and_(
        Statement.customer_id == newest.c.customer_id,
        Statement.currency == newest.c.currency,
        Statement.period_to == newest.c.period_to,
        Statement.in_force == 1,
    )
    found = session.execute(
        select(
            Statement.customer_id,
            Statement.currency,
            Statement.id,
            Statement.period_to,
            Statement.closing_minor,
        ).join(newest, same)
    )
    return {(row[0], row[1]): Previous(*row[2:]) for row in found}


def compose(session: Session, asked: Asked, cycles: dict[int, Cycle]) -> Iterator[Composed]:
    """
    What is said to each account that has movement or balance, by customer and currency.

    `cycles` are the customers that get a statement of this month at all. Accounts whose newest
    statement reaches this month have one already and are left out.
    """
    previous = {} if asked.by_dates_only else newest_in_force(session, asked.whose)
    before, taken = _movements(session, asked, previous)
    aged = {
        (account.customer_id, account.currency): account
        for account in aged_accounts(session, AsOf(asked.until, asked.scheme), asked.whose)
    }
    due = _due_dates(session, asked, _since(asked, (Entry.id,)))
    late = _late_customers(before, previous)
    if late:
        due |= _due_dates(session, asked, _since(asked, (Entry.id,), late))
    delivered = not_invoiced(session, asked.until, asked.whose)
    keys = {asked.again.key} if asked.again else {*taken, *before, *previous}
    for key in sorted(keys):
        last = previous.get(key)
        if key[0] not in cycles or _is_stated(asked, last):
            continue
        if asked.currency not in {"", key[1]}:
            continue
        opening = last.closing_minor if last else before.get(key, 0) + _opened_with(asked)
        lines = taken.get(key, [])
        if lines or opening or asked.again:
            period = _period(asked, cycles[key[0]], last)
            account = aged.get(key) or AgedAccount(*key, (0,) * len(asked.scheme.names), 0, 0)
            composed = _composed(period, last, opening, lines, account, due)
            yield replace(composed, deliveries=tuple(delivered.get(key, ())))


def _opened_with(asked: Asked) -> int:
    return asked.again.opened_with if asked.again else 0


def _is_stated(asked: Asked, last: Previous | None) -> bool:
    return last is not None and last.period_to >= asked.until


def _period(asked: Asked, cycle: Cycle, last: Previous | None) -> Period:
    if asked.again:
        return asked.again.period
    if asked.by_dates_only:
        return month_period(asked.month)
    return statement_period(cycle, asked.month, last.period_to if last else None)


def _composed(
    period: Period,
    last: Previous | None,
    opening: int,
    taken: list[Taken],
    aged: AgedAccount,
    due: dict[int, Due],
) -> Composed:
    sums, balance, lines = [0] * len(SUMS), opening, []
    for entry in taken:
        place, sign = COUNTED_IN[entry.shown]
        sums[place] += sign * entry.amount_minor
        balance += entry.amount_minor
        due_on, parts = due.get(entry.entry_id, NEVER_DUE)
        lines.append(
            (
                entry.dated_on,
                entry.shown,
                entry.number,
                entry.reference,
                due_on,
                parts,
                entry.amount_minor,
                balance,
                entry.dated_on < period.from_on,
            )
        )
    return Composed(
        customer_id=aged.customer_id,
        currency=aged.currency,
        period=period,
        previous_id=last.id if last else None,
        sums=Sums(opening, *sums),
        lines=lines,
        entry_ids=[entry.entry_id for entry in taken],
        aged=aged,
    )


def _movements(
    session: Session, asked: Asked, previous: dict[AccountKey, Previous]
) -> tuple[dict[AccountKey, int], dict[AccountKey, list[Taken]]]:
    """What was owed before the first statements begin, and the entries that become lines."""
    total = func.sum(Entry.amount_minor)
    older = _unstated(asked, Entry.customer_id, Entry.currency, total)
    before = {
        (row[0], row[1]): int(row[2])
        for row in session.execute(
            older.where(Entry.dated_on < _begins(asked)).group_by(Entry.customer_id, Entry.currency)
        )
    }
    rows = list(map(Taken._make, session.execute(_since(asked, LINE).order_by(*ORDER))))
    late = _late_customers(before, previous)
    if late:
        found = session.execute(_since(asked, LINE, late))
        rows += [row for row in map(Taken._make, found) if row[:2] in previous]
        rows.sort(key=itemgetter(0, 1, 2, 3, 4))
    return before, {key: list(lines) for key, lines in groupby(rows, key=itemgetter(0, 1))}


def _late_customers(
    before: dict[AccountKey, int], previous: dict[AccountKey, Previous]
) -> list[int]:
    """Who has entries from before this cycle that their statements so far do not hold."""
    return sorted({key[0] for key in before if key in previous})


def _unstated(asked: Asked, *columns: Any) -> Select[Any]:
    """The entries dated up to the period's end that stand on no statement in force yet."""
    rows: Select[Any] = select(*columns)
    if asked.by_dates_only:
        return rows.join(Customer, Customer.id == Entry.customer_id).where(
            Entry.memo == 0, Entry.dated_on <= asked.until, asked.whose(Entry.customer_id)
        )
    return (
        rows.join(Pending, Pending.entry_id == Entry.id)
        .join(Customer, Customer.id == Pending.customer_id)
        .where(Pending.dated_on <= asked.until, asked.whose(Pending.customer_id))
    )


def _begins(asked: Asked) -> ColumnElement[dt.date]:
    if asked.again:
        return literal(asked.again.period.from_on)
    return literal(asked.month.first_on) if asked.by_dates_only else first_day(asked.month)


def _since(asked: Asked, columns: Sequence[Any], late: Sequence[int] = ()) -> Select[Any]:
    """The unstated entries since the cycle began; of the `late` customers those from before it."""
    begins = _begins(asked)
    if late:
        older = _unstated(asked, *columns).where(Entry.dated_on < begins)
        return older.where(Entry.customer_id.in_(late))
    return _unstated(asked, *columns).where(Entry.dated_on >= begins)


def _due_dates(session: Session, asked: Asked, chosen: Select[Any]) -> dict[int, Due]:
    """
    Of every chosen entry when it is due, and in how many parts.

    Due is the first open part, and of what is settled the last one.
    """
    # Only what raises what is owed has due parts.
    debits = chosen.where(Entry.amount_minor > 0)
    items = due_parts(asked.until, asked.whose, entries=debits)
    first_open = func.min(case((items.c.claim != 0, items.c.due_on)))
    found = session.execute(
        select(
            items.c.entry_id,
            func.coalesce(first_open, func.max(items.c.due_on)),
            func.count(),
        ).group_by(items.c.entry_id)
    )
    return {row[0]: (row[1], row[2]) for row in found}
