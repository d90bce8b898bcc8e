"""What is wished to be promised, and whether it can be: under the customer's lock, by the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from portal.base.access import NotFound
from portal.base.evidence import Surroundings
from portal.base.locks import lock_customer
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.promise import Reason, check_amount, check_reason
from portal.core.promise_kept import State
from portal.promises.facts import PartKey
from portal.promises.promisable import PromisableRow, list_promisable
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.tables.customers import Customer
from portal.tables.invoices import Entry

LONGEST_NOTE = 1000

Items = Sequence[tuple[PromisableRow, Money]]


@dataclass(frozen=True)
class WishedItem:
    """What of a due part shall be promised; `seen` is the room that its author was shown."""

    entry_id: int
    part: int
    amount: Money
    seen: Money | None = None


@dataclass(frozen=True)
class Wish:
    """That somebody will pay amounts of some items of an account by a day."""

    customer_id: int
    currency: str
    items: tuple[WishedItem, ...]
    pay_on: dt.date
    reason: Reason = Reason.UNSAID
    note: str = ""
    method: str = ""
    #: Who of the customer said so, where it was on the phone.
    given_by: str = ""
    #: The promises on these items that are running are replaced by this one.
    replaces: bool = False
    #: portal | statement | phone
    way: str = "portal"
    #: One key, one promise, however often it is sent.
    key: str = ""
    surroundings: Surroundings = field(default_factory=Surroundings)

    @property
    def parts(self) -> frozenset[PartKey]:
        """The due parts that it is about."""
        return frozenset((item.entry_id, item.part) for item in self.items)


def locked_customer(w: Work, customer_id: int, permission: str) -> Customer:
    """The customer under its lock; who may not do this to it does not pass."""
    customer = lock_customer(w, customer_id)
    w.require(permission, customer)
    return customer


def checked_items(w: Work, wish: Wish, without: Collection[int] = ()) -> Items:
    """
    The items of a wish, each as it stands now and with room for what is wished of it.

    Raises: promise.nothing_chosen, promise.currencies_differ, promise.stale, and those of
    `core.promise.check_amount` and `check_reason`.
    """
    check_reason(wish.reason, wish.note, is_house=w.actor.kind != "customer")
    if not wish.items:
        raise RuleBroken("promise.nothing_chosen", field="items")
    rows = _rows(w, wish)
    for item in wish.items:
        _refuse_stale(item, rows[item.entry_id, item.part])
    if without:
        rows = _rows(w, wish, without)
    checked = []
    for item in wish.items:
        row = rows[item.entry_id, item.part]
        check_amount(item.amount, row.open, row.promised, row.number)
        checked.append((row, item.amount))
    return checked


def _rows(w: Work, wish: Wish, without: Collection[int] = ()) -> dict[PartKey, PromisableRow]:
    found = list_promisable(w, wish.customer_id, wish.currency, wish.parts, without)
    rows = {(row.entry_id, row.part): row for row in found}
    for item in wish.items:
        if (item.entry_id, item.part) not in rows or item.amount.currency != wish.currency:
            _refuse_foreign(w, wish, item)
    return rows


def _refuse_foreign(w: Work, wish: Wish, item: WishedItem) -> None:
    """An item of another account: in another currency it is told, else there is no such thing."""
    entry = w.session.get(Entry, item.entry_id)
    if entry is None or entry.customer_id != wish.customer_id or entry.dated_on > w.today:
        raise NotFound("item")
    raise RuleBroken(
        "promise.currencies_differ", field="items", number=entry.number, currency=wish.currency
    )


def _refuse_stale(item: WishedItem, row: PromisableRow) -> None:
    if item.seen is not None and item.seen != row.room:
        raise RuleBroken(
            "promise.stale", field="items", number=row.number, before=item.seen, now=row.room
        )


def broken_days(r: Reader, customer_id: int) -> list[dt.date]:
    """The days of a customer's promises that were missed and whose items are still unpaid."""
    rows = list_promises(r, PromiseFilter(customer_id=customer_id, counts=True))
    return [row.promised_on for row in rows if row.state is State.BROKEN and _is_unpaid(row)]


def _is_unpaid(row: PromiseRow) -> bool:
    """One that was promised again since awaits nothing itself, but its items may be open."""
    return any(item.open.minor > 0 for item in row.items) or row.awaited.minor > 0
