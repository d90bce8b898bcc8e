"""
Accounts by age: the open items of each customer and currency in buckets, and what is unapplied.

The buckets' days come from a scheme of `core.ageing`. Nothing is summed across currencies, and
credits are never netted against items.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, text
from sqlalchemy.orm import Session

from portal.core.ageing import BUCKETS, AgeingScheme, Basis
from portal.core.ledger import Kind
from portal.invoices.open_items import Scope, credits_dated, due_parts, everyone, with_disputes
from portal.invoices.raised import on_part, raised_for, stretch
from portal.tables.invoices import Entry, Invoice

#: Divides accounts by where their claims come from.
ORIGIN = "origin"
#: Claims that no sale made.
BESIDE_SALES = (Kind.CHARGE, Kind.ADJUSTMENT)
#: On PostgreSQL each parallel worker would repeat the whole aggregate of allocations, and
#: compiling such a query takes longer than running it.
SERIAL = ("set local max_parallel_workers_per_gather = 0", "set local jit = off")


@dataclass(frozen=True)
class AsOf:
    """How an ageing is asked for: the day, the names, what counts as late, and for whose eyes."""

    day: dt.date
    scheme: AgeingScheme = BUCKETS
    basis: Basis = Basis.DUE
    #: As the house sees it, without what was written off; the customer's view keeps it.
    inside: bool = False


@dataclass(frozen=True, slots=True)
class AgedAccount:
    """One customer in one currency as of a day, in minor units."""

    customer_id: int
    currency: str
    buckets: tuple[int, ...]
    unapplied_minor: int
    disputed_minor: int
    #: What of the items the report splits by, when it does: their region or product.
    split: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether nothing is open and nothing unapplied."""
        return not (self.unapplied_minor or any(self.buckets))

    @property
    def open_minor(self) -> int:
        """What is open, in all buckets."""
        return sum(self.buckets)

    @property
    def balance_minor(self) -> int:
        """What is owed in all: open − unapplied."""
        return self.open_minor - self.unapplied_minor


def run_serially(session: Session) -> None:
    """Tells PostgreSQL, for this transaction, to plan large aggregates for one process."""
    if session.get_bind().dialect.name == "postgresql":
        for setting in SERIAL:
            session.execute(text(setting))


def aged_accounts(
    session: Session,
    asked: AsOf,
    whose: Scope = everyone,
    split: str = "",
    *,
    settled: bool = False,
) -> list[AgedAccount]:
    """
    Every account with something open or unapplied, by customer and currency; `settled` ones too.

    `split` names a column of the invoice (`region`, `product`) that divides the accounts further;
    what is no invoice stands under the empty name. `origin` divides them by where claims come from.
    """
    run_serially(session)
    aged: dict[tuple[int, str, str], tuple[list[int], int]] = {}
    unapplied: dict[tuple[int, str, str], int] = {}
    for customer_id, currency, part, disputed, paid, *buckets in session.execute(
        _aged_items(asked, whose, split)
    ):
        aged[customer_id, currency, part] = (buckets, int(disputed))
        account = (customer_id, currency, "")
        unapplied[account] = unapplied.get(account, 0) - paid
    for customer_id, currency, credit in session.execute(_credits(asked.day, whose)):
        account = (customer_id, currency, "")
        unapplied[account] = unapplied.get(account, 0) + credit
    accounts = _merged(aged, unapplied, len(asked.scheme.names))
    return [account for account in accounts if settled or not account.is_settled]


def _aged_items(asked: AsOf, whose: Scope, split: str) -> Select[Any]:
    """One row an account (and split): what is disputed and applied, then the buckets in order."""
    items = due_parts(asked.day, whose)
    opened = with_disputes(items, asked.day, whose, inside=asked.inside).subquery("opened")
    day = opened.c.due_on if asked.basis is Basis.DUE else opened.c.dated_on
    raised = raised_for(asked.day, asked.scheme, whose, inside=asked.inside)
    index = stretch(day, asked.day, asked.scheme, raised)
    named: Any = _split_by(split) if split else func.min("")
    rows = select(
        opened.c.customer_id,
        opened.c.currency,
        named.label("split"),
        func.sum(opened.c.disputed),
        func.sum(opened.c.applied),
        *(
            func.sum(case((index == turn, opened.c.open), else_=0))
            for turn in range(len(asked.scheme.names))
        ),
    ).group_by(opened.c.customer_id, opened.c.currency)
    if raised is not None:
        rows = rows.select_from(opened.outerjoin(raised, on_part(opened, raised)))
    if not split:
        return rows
    if split == ORIGIN:
        return rows.join(Entry, Entry.id == opened.c.entry_id).group_by(named)
    return rows.outerjoin(Invoice, Invoice.entry_id == opened.c.entry_id).group_by(named)


def _split_by(split: str) -> ColumnElement[str]:
    return origin() if split == ORIGIN else func.coalesce(getattr(Invoice, split), "")


def origin() -> ColumnElement[str]:
    """Where a claim comes from: from selling, or from interest, fees and adjustments (S-169)."""
    return case((Entry.kind.in_(BESIDE_SALES), "beside"), else_="sales")


def _credits(day: dt.date, whose: Scope) -> Select[Any]:
    credits_ = credits_dated(day, whose).subquery("credits")
    return select(
        credits_.c.customer_id, credits_.c.currency, func.sum(credits_.c.credit)
    ).group_by(credits_.c.customer_id, credits_.c.currency)


def _merged(
    aged: dict[tuple[int, str, str], tuple[list[int], int]],
    unapplied: dict[tuple[int, str, str], int],
    width: int,
) -> Iterator[AgedAccount]:
    nothing: tuple[Sequence[int], int] = ([0] * width, 0)
    for key in sorted(aged.keys() | unapplied.keys()):
        customer_id, currency, split = key
        buckets, disputed = aged.get(key, nothing)
        credit = int(unapplied.get(key, 0))
        yield AgedAccount(customer_id, currency, tuple(map(int, buckets)), credit, disputed, split)
