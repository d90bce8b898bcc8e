"""
The one open-items query: what is open of every due part at the end of a day.

Statement, ageing, portal and checks all read this selectable, so that they cannot disagree. It
looks at allocations by their effective dates and stores nothing. `core.ledger.open_items` says the
same over plain data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    true,
)

from portal.base.access import Actor, sees
from portal.core.ageing import AgeingScheme
from portal.tables.disputes import DisputedPart
from portal.tables.invoices import Entry, Part
from portal.tables.payments import Allocation

#: Whose rows: a condition on a customer column, said once for every table that is read.
Scope = Callable[[Any], ColumnElement[bool]]
#: So few customers are named one by one.
NAMED_ONE_BY_ONE = 50


def everyone(customer_id: Any) -> ColumnElement[bool]:  # noqa: ARG001 - one of the scopes
    """No restriction."""
    return true()


def one(wanted_id: int) -> Scope:
    """One customer's rows."""
    return lambda customer_id: customer_id == wanted_id


def among(wanted_ids: Sequence[int]) -> Scope:
    """The rows of a few customers."""
    return lambda customer_id: customer_id.in_(wanted_ids)


def between(lowest_id: int, highest_id: int) -> Scope:
    """The rows of a range of customers, both ends included."""
    return lambda customer_id: customer_id.between(lowest_id, highest_id)


def spanning(wanted_ids: Collection[int]) -> Scope:
    """
    The rows of some customers, to be looked up by customer; of others between them as well.

    To name hundreds one by one costs more than to read past a few that nobody asked for.
    """
    lowest, highest = min(wanted_ids, default=0), max(wanted_ids, default=0)
    if len(wanted_ids) <= NAMED_ONE_BY_ONE or highest - lowest > 4 * len(wanted_ids):
        return among(sorted(wanted_ids))
    return between(lowest, highest)


def seen_by(actor: Actor) -> Scope:
    """The rows that an actor may see."""

    def condition(customer_id: Any) -> ColumnElement[bool]:
        seen = sees(actor, customer_id)
        return true() if seen is None else seen

    return condition


def both(first: Scope, second: Scope) -> Scope:
    """The rows that two scopes share."""
    return lambda customer_id: and_(first(customer_id), second(customer_id))


def whose_items(actor: Actor, customer_id: int | None = None) -> Scope:
    """The rows that an actor may see, narrowed to one customer where one is named."""
    seen = seen_by(actor)
    return seen if customer_id is None else both(seen, one(customer_id))


def counts_on(as_of: dt.date) -> ColumnElement[bool]:
    """Whether an allocation holds on a day; on the day it is ended it no longer does."""
    return and_(
        Allocation.effective_on <= as_of,
        or_(Allocation.ended_on.is_(None), Allocation.ended_on > as_of),
    )


def _of(entries: Select[Any] | None, entry_id: Any) -> ColumnElement[bool]:
    return true() if entries is None else entry_id.in_(entries)


def applied(
    as_of: dt.date, whose: Scope = everyone, entries: Select[Any] | None = None
) -> Subquery:
    """What of each due part is paid (`claim`) and what is written off inside the house (`memo`)."""
    amount = Allocation.amount_minor
    return (
        select(
            Allocation.customer_id,
            Allocation.entry_id,
            Allocation.part,
            func.sum(case((Allocation.memo == 0, amount), else_=0)).label("claim"),
            func.sum(case((Allocation.memo == 1, amount), else_=0)).label("memo"),
        )
        .where(counts_on(as_of), whose(Allocation.customer_id), _of(entries, Allocation.entry_id))
        .group_by(Allocation.customer_id, Allocation.entry_id, Allocation.part)
        .subquery("applied")
    )


def due_parts(
    as_of: dt.date, whose: Scope = everyone, entries: Select[Any] | None = None
) -> Subquery:
    """
    Every due part as of a day, the settled ones too.

    `claim` is what the customer still owes of it, `house` what the house still expects, `applied`
    what credits have paid. `entries` selects the ids of the documents that are asked for.
    """
    paid = applied(as_of, whose, entries)
    claimed, written_off = func.coalesce(paid.c.claim, 0), func.coalesce(paid.c.memo, 0)
    same_part = and_(
        paid.c.customer_id == Part.customer_id,
        paid.c.entry_id == Part.entry_id,
        paid.c.part == Part.part,
    )
    return (
        select(
            Part.customer_id,
            Part.currency,
            Part.entry_id,
            Part.part,
            Part.dated_on,
            Part.due_on,
            Part.amount_minor,
            (Part.amount_minor - claimed).label("claim"),
            (Part.amount_minor - claimed - written_off).label("house"),
            claimed.label("applied"),
        )
        .outerjoin(paid, same_part)
        .where(Part.dated_on <= as_of, whose(Part.customer_id), _of(entries, Part.entry_id))
        .subquery("item")
    )


def disputed_parts(as_of: dt.date, whose: Scope = everyone) -> Subquery:
    """What is said to be disputed of each due part on a day, all its running marks together."""
    is_whole = func.max(case((DisputedPart.amount_minor.is_(None), 1), else_=0))
    return (
        select(
            DisputedPart.customer_id,
            DisputedPart.entry_id,
            DisputedPart.part,
            func.sum(func.coalesce(DisputedPart.amount_minor, 0)).label("amount_minor"),
            is_whole.label("is_whole"),
        )
        .where(
            DisputedPart.from_on <= as_of,
            or_(DisputedPart.ended_on.is_(None), DisputedPart.ended_on > as_of),
            whose(DisputedPart.customer_id),
        )
        .group_by(DisputedPart.customer_id, DisputedPart.entry_id, DisputedPart.part)
        .subquery("disputed_of")
    )


def with_disputes(
    items: Subquery, as_of: dt.date, whose: Scope = everyone, *, inside: bool = False
) -> Select[Any]:
    """
    The open items with what is `open` and `disputed` of each.

    What is disputed never exceeds what is open. `inside` reads them as the house does, without what
    was written off; a customer's statement and pages never do.
    """
    is_open = items.c.house if inside else items.c.claim
    marks = disputed_parts(as_of, whose)
    same_part = and_(
        marks.c.customer_id == items.c.customer_id,
        marks.c.entry_id == items.c.entry_id,
        marks.c.part == items.c.part,
    )
    disputed = case(
        (or_(marks.c.is_whole.is_(None), is_open <= 0), 0),
        (and_(marks.c.is_whole == 0, marks.c.amount_minor < is_open), marks.c.amount_minor),
        else_=is_open,
    )
    return select(items, is_open.label("open"), disputed.label("disputed")).outerjoin(
        marks, same_part
    )


def open_items(as_of: dt.date, whose: Scope = everyone, *, inside: bool = False) -> Subquery:
    """The due parts of which something is open at the end of a day, and what is disputed of it."""
    items = due_parts(as_of, whose)
    is_open = items.c.house if inside else items.c.claim
    return (
        with_disputes(items, as_of, whose, inside=inside).where(is_open != 0).subquery("open_item")
    )


def bucket(day: Any, as_of: dt.date, scheme: AgeingScheme) -> ColumnElement[int]:
    """Which of the scheme's names holds for a due date: the number of cut-off days after it."""
    rising = sorted(scheme.cut_offs(as_of))
    oldest_first: list[Any] = [
        (day < cut_off, literal_column(str(len(rising) - turn)))
        for turn, cut_off in enumerate(rising)
    ]
    return case(*oldest_first, else_=literal_column("0"))


def credits_dated(as_of: dt.date, whose: Scope = everyone) -> Select[Any]:
    """Every credit that counts towards the claim by a day, write-offs apart."""
    columns: list[Any] = [
        Entry.customer_id,
        Entry.currency,
        Entry.id,
        (-Entry.amount_minor).label("credit"),
    ]
    return select(*columns).where(
        Entry.amount_minor < 0,
        Entry.memo == 0,
        Entry.dated_on <= as_of,
        whose(Entry.customer_id),
    )
