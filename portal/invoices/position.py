"""
What an account owes: its position as of a day, and its open items one by one.

Customers see the claim; what the house wrote off of it (`Position.memo`) is for staff alone.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import case, func, select

from portal.base.work import Reader
from portal.core.ageing import days_late
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.ageing import AgedAccount, AsOf, aged_accounts
from portal.invoices.open_items import Scope, due_parts, open_items, whose_items
from portal.invoices.rows import OpenItemRow, Position
from portal.tables.invoices import Entry

#: How soon a due date is near, on the first pages of both audiences.
SOON = dt.timedelta(days=7)


def list_open_items(
    r: Reader, customer_id: int, as_of: dt.date | None = None, currency: str = ""
) -> list[OpenItemRow]:
    """A customer's open due parts, the earliest due first, what has no due date yet last."""
    day = as_of or r.today
    items = open_items(day, whose_items(r.actor, customer_id))
    undated = case((items.c.due_on.is_(None), 1), else_=0)
    wanted = (
        select(items, Entry.kind, Entry.number, Entry.reference)
        .join(Entry, Entry.id == items.c.entry_id)
        .order_by(undated, items.c.due_on, items.c.dated_on, Entry.number, items.c.part)
    )
    if currency:
        wanted = wanted.where(items.c.currency == currency)
    return [
        OpenItemRow(
            entry_id=row.entry_id,
            ref=r.refs.of("iv", row.entry_id),
            kind=Kind(row.kind).word,
            number=row.number,
            reference=row.reference or "",
            part=row.part,
            dated_on=row.dated_on,
            due_on=row.due_on,
            amount=Money(row.amount_minor, row.currency),
            open=Money(int(row.open), row.currency),
            disputed=Money(int(row.disputed), row.currency),
            days_late=days_late(row.due_on, day),
        )
        for row in r.session.execute(wanted)
    ]


def customer_position(
    r: Reader, customer_id: int | None = None, as_of: dt.date | None = None
) -> list[Position]:
    """
    What is owed, one row a currency: by a customer, or by all that the reader may see together.

    A customer's person gets the claim; for staff `memo` tells what of it was written off.
    """
    day = as_of or r.today
    whose = whose_items(r.actor, customer_id)
    asked = AsOf(day, r.policy.scheme)
    claims = aged_accounts(r.session, asked, whose)
    asides = _asides(r, day, whose)
    return [
        _position(asked, currency, claims, asides.get(currency, (0, 0)))
        for currency in sorted({account.currency for account in claims})
    ]


def _asides(r: Reader, day: dt.date, whose: Scope) -> dict[str, tuple[int, int]]:
    """By currency: what falls due soon, and what was written off inside, which only staff see."""
    items = due_parts(day, whose)
    is_soon = items.c.due_on.between(day, day + SOON)
    found = r.session.execute(
        select(
            items.c.currency,
            func.sum(case((is_soon, items.c.claim), else_=0)),
            func.sum(items.c.claim - items.c.house),
        ).group_by(items.c.currency)
    )
    is_inside = r.actor.kind in {"staff", "system"}
    return {currency: (int(soon), int(memo) if is_inside else 0) for currency, soon, memo in found}


def _position(
    asked: AsOf, currency: str, claims: list[AgedAccount], asides: tuple[int, int]
) -> Position:
    mine = [account for account in claims if account.currency == currency]
    buckets = [sum(each) for each in zip(*(account.buckets for account in mine), strict=True)]
    is_open = sum(buckets)
    unapplied = sum(account.unapplied_minor for account in mine)
    due_soon, written_off = asides
    return Position(
        currency=currency,
        names=asked.scheme.names,
        buckets=tuple(Money(minor, currency) for minor in buckets),
        open=Money(is_open, currency),
        overdue=Money(is_open - buckets[0], currency),
        due_soon=Money(due_soon, currency),
        not_due=Money(buckets[0], currency),
        unapplied=Money(unapplied, currency),
        disputed=Money(sum(account.disputed_minor for account in mine), currency),
        balance=Money(is_open - unapplied, currency),
        memo=Money(written_off, currency),
    )
