"""
The promise board: what is still awaited under promises, by the day until which it is in time.

States follow from payments and are never stored, so all that is unsettled is judged each time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select

from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.money import Money
from portal.core.promise_board import Group, group_of
from portal.core.promise_kept import State
from portal.invoices.open_items import Scope, due_parts, whose_items
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.tables.customers import Customer
from portal.tables.promises import Promise, PromisedPart

PER_PAGE = 50
#: States in which something is still awaited.
AWAITED = (State.OPEN, State.BEING_CHECKED, State.PARTLY_KEPT, State.BROKEN)
#: A promise on an account as a whole shows no open item; after so long it is let go.
LETS_GO = dt.timedelta(days=365)


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What the board is narrowed to; empty is no restriction."""

    owner: str = ""
    #: One of AWAITED.
    state: str = ""
    customer_id: int | None = None
    #: Part of a customer's name or code, or of the number of a promise or document.
    text: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class Sum:
    """How many promises in one currency, and what is still awaited under them."""

    count: int
    awaited: Money


@dataclass(frozen=True, slots=True)
class BoardGroup:
    """Promises of a group of days: those on this page, and the sums of the whole group."""

    name: Group
    rows: tuple[PromiseRow, ...]
    count: int
    sums: tuple[Sum, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """One page of the board; groups without a row on it are left out."""

    groups: list[BoardGroup]
    sums: tuple[Sum, ...]
    page: int
    pages: int
    count: int


def promise_board(r: Reader, asked: BoardFilter) -> Board:
    """One page of what a filter keeps, the day that presses most first."""
    rows = awaited_promises(r, asked)
    page, pages = page_within(asked.page, len(rows), asked.per_page)
    first = (page - 1) * asked.per_page
    shown = rows[first : first + asked.per_page]
    groups = [_group(r, name, shown, rows) for name in Group]
    return Board([each for each in groups if each.rows], sums_of(rows), page, pages, len(rows))


def awaited_promises(r: Reader, asked: BoardFilter) -> list[PromiseRow]:
    """Every promise that a filter keeps and of which something is awaited, in the board's order."""
    ids = _unsettled_ids(r, asked)
    if not ids:
        return []
    found = list_promises(r, PromiseFilter(asked.customer_id, where=(_among(ids),)))
    awaited = (row for row in found if row.state in AWAITED and row.awaited.minor)
    kept = [row for row in awaited if _is_kept(row, asked)]
    return sorted(kept, key=lambda row: (row.last_day, row.customer_name, row.id))


def sums_of(rows: Iterable[PromiseRow]) -> tuple[Sum, ...]:
    """The sums of promises, one a currency."""
    by_currency: dict[str, list[Money]] = {}
    for row in rows:
        by_currency.setdefault(row.amount.currency, []).append(row.awaited)
    return tuple(
        Sum(len(amounts), Money.total(amounts, currency))
        for currency, amounts in sorted(by_currency.items())
    )


def _group(
    r: Reader, name: Group, shown: Sequence[PromiseRow], rows: Sequence[PromiseRow]
) -> BoardGroup:
    here = tuple(row for row in shown if group_of(row.last_day, r.today) is name)
    whole = [row for row in rows if group_of(row.last_day, r.today) is name]
    return BoardGroup(name, here, len(whole), sums_of(whole))


def _is_kept(row: PromiseRow, asked: BoardFilter) -> bool:
    if asked.state and row.state != asked.state:
        return False
    words = asked.text.strip().lower()
    named = (row.customer_name, row.customer_code, row.number, *(each.number for each in row.items))
    return not words or any(words in name.lower() for name in named)


# ── Which promises are looked at ─────────────────────────────────────────────


def _among(ids: Sequence[int]) -> ColumnElement[bool]:
    """Written into the statement as numbers: there can be more than a database binds."""
    return Promise.id.in_(bindparam("promise_ids", ids, expanding=True, literal_execute=True))


def _unsettled_ids(r: Reader, asked: BoardFilter) -> list[int]:
    whose = whose_items(r.actor, asked.customer_id)
    rows = select(Promise.id).where(whose(Promise.customer_id), is_unsettled(r.today, whose))
    if asked.owner:
        owned = select(Customer.id).where(Customer.owner == asked.owner)
        rows = rows.where(Promise.customer_id.in_(owned))
    return list(r.session.scalars(rows))


def is_unsettled(as_of: dt.date, whose: Scope) -> ColumnElement[bool]:
    """Whether a promise still counts on a day and one of its items is open; a superset of those."""
    counts = and_(
        Promise.made_on <= as_of, or_(Promise.ended_on.is_(None), Promise.ended_on > as_of)
    )
    names_items = exists().where(
        PromisedPart.customer_id == Promise.customer_id, PromisedPart.promise_id == Promise.id
    )
    of_account = and_(~names_items, Promise.promised_on >= as_of - LETS_GO)
    return and_(counts, or_(Promise.id.in_(_with_open_items(as_of, whose, counts)), of_account))


def _with_open_items(as_of: dt.date, whose: Scope, counts: ColumnElement[bool]) -> Select[Any]:
    promised = (
        select(PromisedPart.entry_id)
        .join(Promise, Promise.id == PromisedPart.promise_id)
        .where(whose(PromisedPart.customer_id), counts)
    )
    items = due_parts(as_of, whose, promised)
    same_part = and_(
        items.c.customer_id == PromisedPart.customer_id,
        items.c.entry_id == PromisedPart.entry_id,
        items.c.part == PromisedPart.part,
    )
    return select(PromisedPart.promise_id).join(items, same_part).where(items.c.claim > 0)
