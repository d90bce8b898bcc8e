"""What a payment can be announced for: open items by account, and what is announced already."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.ageing import days_late
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.open_items import open_items, seen_by
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.promises import RemittanceAdvice, RemittanceLine


@dataclass(frozen=True, slots=True)
class AnnounceableRow:
    """An open item that a payment can be announced for."""

    entry_id: int
    part: int
    ref: str
    kind: str
    number: str
    reference: str
    due_on: dt.date | None
    days_late: int | None
    open: Money
    disputed: Money
    #: What open announcements name of it already.
    announced: Money

    @property
    def key(self) -> str:
        """What names it in a form: entry_part."""
        return f"{self.entry_id}_{self.part}"

    @property
    def name(self) -> str:
        """What a sentence calls it."""
        return item_name(self.number, self.part)

    @property
    def proposed(self) -> Money:
        """What is written before anybody types: what is not disputed of it, else all."""
        rest = self.open - self.disputed
        return rest if rest.minor > 0 else self.open


@dataclass(frozen=True, slots=True)
class PayableAccount:
    """A customer's open items in one currency."""

    customer_id: int
    customer_ref: str
    customer_name: str
    currency: str
    items: tuple[AnnounceableRow, ...]

    @property
    def key(self) -> str:
        """What names it in an address."""
        return f"{self.customer_ref}.{self.currency}"


def item_name(number: str, part: int) -> str:
    """
    A due part in a sentence: its document, and which part where it is not the first.

    >>> item_name("INV-7", 1), item_name("INV-7", 2)
    ('INV-7', 'INV-7 (2)')
    """
    return number if part == 1 else f"{number} ({part})"


def payable_accounts(r: Reader) -> list[PayableAccount]:
    """Every account of the reader's with something open, by customer and currency."""
    items = open_items(r.today, seen_by(r.actor))
    announced = _announced_parts(r)
    undated = case((items.c.due_on.is_(None), 1), else_=0)
    found = r.session.execute(
        select(items, Entry.kind, Entry.number, Entry.reference, Customer.name, announced.c.minor)
        .join(Entry, Entry.id == items.c.entry_id)
        .join(Customer, Customer.id == items.c.customer_id)
        .outerjoin(
            announced,
            and_(announced.c.entry_id == items.c.entry_id, announced.c.part == items.c.part),
        )
        .where(items.c.open > 0)
        .order_by(
            *(Customer.name, Customer.id, items.c.currency, undated, items.c.due_on),
            *(Entry.number, items.c.part),
        )
    )
    accounts: dict[tuple[int, str, str], list[AnnounceableRow]] = defaultdict(list)
    for row in found:
        accounts[row.customer_id, row.name, row.currency].append(_announceable(r, row))
    return [
        PayableAccount(customer_id, r.refs.of("cu", customer_id), name, currency, tuple(rows))
        for (customer_id, name, currency), rows in accounts.items()
    ]


def _announced_parts(r: Reader) -> Any:
    """What open announcements name of each due part."""
    minor: Any = func.sum(RemittanceLine.amount_minor).label("minor")
    columns: list[Any] = [RemittanceLine.entry_id, RemittanceLine.part, minor]
    rows: Select[Any] = (
        select(*columns)
        .join(RemittanceAdvice, RemittanceAdvice.id == RemittanceLine.advice_id)
        .where(RemittanceAdvice.ended_at.is_(None))
        .group_by(RemittanceLine.entry_id, RemittanceLine.part)
    )
    return visible_to(rows, r.actor, RemittanceAdvice.customer_id).subquery("announced")


def _announceable(r: Reader, row: Any) -> AnnounceableRow:
    return AnnounceableRow(
        entry_id=row.entry_id,
        part=row.part,
        ref=r.refs.of("iv", row.entry_id),
        kind=Kind(row.kind).word,
        number=row.number,
        reference=row.reference or "",
        due_on=row.due_on,
        days_late=days_late(row.due_on, r.today),
        open=Money(int(row.open), row.currency),
        disputed=Money(int(row.disputed), row.currency),
        announced=Money(int(row.minor or 0), row.currency),
    )
