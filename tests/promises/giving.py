"""Promises for tests: an account with items, somebody who promises, what is wished."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import select

from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.core.ledger import Allocation, Book, Entry, Kind
from portal.core.money import Money
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.promises.commands import make_promise
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.promises.wishes import Wish, WishedItem
from portal.tables.customers import Customer
from tests.desk import books, day
from tests.ledgers import store
from tests.people.cast import PASSWORD

#: The promise limit of INV-2 (due 25 November after 51 days) is Saturday, 12 December.
LAST_DAY = day("12-11")


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def an_account(installation: Installation) -> None:
    store(installation, books(), owner="Li Na")


def somebody(
    installation: Installation, role: str = "customer_accountant", code: str = "HUADONG"
) -> Actor:
    """A person of the customer, or of the house."""
    codes = (code,) if role.startswith("customer") else ()
    new = NewUser(f"{role}@{code.lower()}.example", "Chen Wei", PASSWORD, (role,), codes)
    with installation.work(SYSTEM) as w:
        user_id = create_user_with_password(w, new).user_id
    with installation.reading(SYSTEM) as r:
        return actor_of(r, user_id)


def customer_id(installation: Installation, code: str = "HUADONG") -> int:
    with installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Customer.id).where(Customer.code == code)).one()


def wish(installation: Installation, minor: int = 250_00, **changes) -> Wish:
    """INV-2, whole, on the last day that is offered."""
    plain = Wish(
        customer_id=customer_id(installation),
        currency="CNY",
        items=(WishedItem(2, 1, cny(minor)),),
        pay_on=LAST_DAY,
    )
    return replace(plain, **changes)


def give(installation: Installation, actor: Actor, asked: Wish) -> int:
    with installation.work(actor) as w:
        return make_promise(w, asked)


def promises(installation: Installation, on: dt.date | None = None) -> list[PromiseRow]:
    with installation.reading(SYSTEM) as r:
        return list_promises(r, PromiseFilter(), on)


def pay(
    installation: Installation, number: int, minor: int, invoice: int = 2, on: str = "11-20"
) -> None:
    """A payment that is applied at once."""
    entry = Entry(number, "HUADONG", Kind.PAYMENT, f"RCT-{number}", day(on), cny(-minor))
    known = books()
    book = Book(
        (*known.entries, entry),
        known.parts,
        (Allocation(number, invoice, 1, cny(minor), day(on)),),
    )
    store(installation, book)
