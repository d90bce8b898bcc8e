"""Which account somebody is about to promise for, and which of its items are meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select

from portal.base.access import NotFound, visible_to
from portal.base.work import Reader
from portal.core.money import Money
from portal.core.promise import last_offered
from portal.invoices.open_items import open_items, whose_items
from portal.promises.promisable import PromisableRow
from portal.tables.customers import Customer
from portal.tables.invoices import Entry

#: What falls due so soon is proposed along with what is overdue.
SOON = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account on which something is open."""

    customer_id: int
    customer_ref: str
    customer_name: str
    currency: str
    open: Money
    overdue: Money


def list_open_accounts(r: Reader, customer_id: int | None = None) -> list[OpenAccount]:
    """The accounts of which something is open, by customer and currency."""
    items = open_items(r.today, whose_items(r.actor, customer_id))
    overdue = func.sum(case((items.c.due_on < r.today, items.c.open), else_=0))
    found = r.session.execute(
        select(Customer.id, Customer.name, items.c.currency, func.sum(items.c.open), overdue)
        .join(Customer, Customer.id == items.c.customer_id)
        .where(items.c.open > 0)
        .group_by(Customer.id, Customer.name, items.c.currency)
        .order_by(Customer.name, Customer.id, items.c.currency)
    )
    return [
        OpenAccount(
            row_id,
            r.refs.of("cu", row_id),
            name,
            currency,
            Money(int(is_open), currency),
            Money(int(late), currency),
        )
        for row_id, name, currency, is_open, late in found
    ]


def named_entries(r: Reader, refs: Sequence[str]) -> list[Entry]:
    """The documents that an address names; `NotFound` where one is not the reader's."""
    ids = {r.id_of("iv", ref) for ref in refs}
    rows: Any = visible_to(select(Entry), r.actor, Entry.customer_id)
    wanted = rows.where(Entry.id.in_(ids), Entry.dated_on <= r.today).order_by(Entry.id)
    found = list(r.session.scalars(wanted))
    if len(found) < len(ids):
        raise NotFound("invoice")
    return found


def proposed_keys(
    r: Reader, rows: Sequence[PromisableRow], up_to: dt.date | None = None
) -> list[str]:
    """
    The items that are ticked at first: what is due or soon is, and can be promised.

    Of a statement that is all that is open on it; where nothing is due soon it is the item that
    falls due first; where nothing can be promised any more it is what is overdue, so that more time
    can be asked for.
    """
    day = up_to or r.today
    meant = [row for row in rows if row.room.minor > 0 and row.dated_on <= day]
    if up_to is None:
        soon = [row for row in meant if row.due_on and row.due_on <= r.today + SOON]
        meant = soon or meant[:1]
    calendar = r.calendar()
    fit = [row for row in meant if last_offered(row.limit, r.today, calendar)]
    return [row.key for row in fit or meant]
