"""
What a statement run has to do: which accounts get a statement of a month, and who is left out why.

It reads the same rules as composing does, without composing: a run that finds nothing here has
nothing to do, so that repeating it makes nothing new.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.period import Cycle, Month
from portal.invoices.open_items import Scope, between, both
from portal.statements.issuing.composing import AccountKey, cycles_ending_in, newest_in_force
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.statements import Pending, Statement

#: How much a worker takes at a time, in lines; a statement itself weighs as much as a few.
SLICE = 20_000
STATEMENT = 5


@dataclass(frozen=True, slots=True)
class Skipped:
    """A customer who gets no statement of the month: nothing, not_this_month, stated_later."""

    customer_code: str
    reason: str


def customers_due(session: Session, whose: Scope, month: Month) -> dict[int, Cycle]:
    """The customers of whose cycle a turn ends in the month."""
    cycles = [cycle.value for cycle in cycles_ending_in(month)]
    found = session.execute(
        select(Customer.id, Customer.statement_cycle).where(
            whose(Customer.id), Customer.statement_cycle.in_(cycles)
        )
    )
    return {row[0]: Cycle(row[1]) for row in found}


def accounts_due(session: Session, whose: Scope, month: Month) -> dict[AccountKey, int]:
    """The accounts that get a statement of the month, and how many lines it will have at most."""
    cycles = customers_due(session, whose, month)
    previous = newest_in_force(session, whose)
    until, begins = month.last_on, {cycle: cycle.first_month(month).first_on for cycle in Cycle}
    stated = {key for key, last in previous.items() if last.period_to >= until}
    due: dict[AccountKey, int] = {}
    doubtful: dict[AccountKey, int] = {}
    for customer_id, currency, count, newest_on in _pending(session, whose, month):
        key = (customer_id, currency)
        if customer_id in cycles and key not in stated:
            moved = key in previous or newest_on >= begins[cycles[customer_id]]
            (due if moved else doubtful)[key] = count
    if doubtful:
        owing = _owing_before(session, whose, month, sorted(doubtful))
        due |= {key: 0 for key in doubtful if key in owing}
    for key, last in previous.items():
        if last.closing_minor and key[0] in cycles and key not in stated:
            due.setdefault(key, 0)
    return due


def _pending(
    session: Session, whose: Scope, month: Month
) -> Iterator[tuple[int, str, int, dt.date]]:
    found = session.execute(
        select(Pending.customer_id, Pending.currency, func.count(), func.max(Pending.dated_on))
        .where(Pending.dated_on <= month.last_on, whose(Pending.customer_id))
        .group_by(Pending.customer_id, Pending.currency)
    )
    return ((row[0], row[1], row[2], row[3]) for row in found)


def _owing_before(
    session: Session, whose: Scope, month: Month, keys: list[AccountKey]
) -> set[AccountKey]:
    """Of accounts without movement since their cycle began, those that owe from before it."""
    narrowed = both(whose, between(keys[0][0], keys[-1][0]))
    total = func.sum(Entry.amount_minor)
    found = session.execute(
        select(Pending.customer_id, Pending.currency)
        .join(Entry, Entry.id == Pending.entry_id)
        .where(Pending.dated_on <= month.last_on, narrowed(Pending.customer_id))
        .group_by(Pending.customer_id, Pending.currency)
        .having(total != 0)
    )
    return {(row[0], row[1]) for row in found}


def slices_of(due: dict[AccountKey, int]) -> list[tuple[int, int]]:
    """Ranges of customers that weigh about the same, so that memory and waiting stay even."""
    ranges: list[tuple[int, int]] = []
    weight = SLICE
    for key in sorted(due):
        if weight >= SLICE and not (ranges and ranges[-1][1] == key[0]):
            ranges.append((key[0], key[0]))
            weight = 0
        ranges[-1] = (ranges[-1][0], key[0])
        weight += STATEMENT + due[key]
    return ranges


def count_issued(session: Session, whose: Scope, month: Month) -> int:
    """How many statements of the month are in force."""
    found = session.scalar(
        select(func.count())
        .select_from(Statement)
        .where(
            Statement.in_force == 1,
            Statement.period_to == month.last_on,
            whose(Statement.customer_id),
        )
    )
    return found or 0


def skipped_customers(
    session: Session, whose: Scope, month: Month, due: dict[AccountKey, int]
) -> list[Skipped]:
    """Who has no statement of the month and gets none, by code, each with the reason."""
    newest = (
        select(Statement.customer_id, func.max(Statement.period_to).label("period_to"))
        .where(Statement.in_force == 1, whose(Statement.customer_id))
        .group_by(Statement.customer_id)
        .subquery("newest")
    )
    issued = select(Statement.customer_id).where(
        Statement.in_force == 1,
        Statement.period_to == month.last_on,
        whose(Statement.customer_id),
    )
    found = session.execute(
        select(Customer.id, Customer.code, Customer.statement_cycle, newest.c.period_to)
        .outerjoin(newest, newest.c.customer_id == Customer.id)
        .where(whose(Customer.id), Customer.id.not_in(issued))
        .order_by(Customer.code)
    )
    expected = {key[0] for key in due}
    return [
        Skipped(row.code, _reason(Cycle(row.statement_cycle), row.period_to, month))
        for row in found
        if row.id not in expected
    ]


def _reason(cycle: Cycle, newest_to: dt.date | None, month: Month) -> str:
    if not cycle.ends_in(month):
        return "not_this_month"
    return "stated_later" if newest_to and newest_to > month.last_on else "nothing"
