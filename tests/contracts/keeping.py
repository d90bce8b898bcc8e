"""Contracts on the stage: two clerks, a credit manager, and what they do about Huadong."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from tests.desk import books
from tests.ledgers import count_on, store
from tests.people.cast import PASSWORD

CLERK, OTHER, LEAD = "tom@northwind.example", "eva@northwind.example", "amy@northwind.example"
SALES = "li@northwind.example"
PEOPLE = (
    NewUser(CLERK, "Tom Reed", PASSWORD, ("clerk",)),
    NewUser(OTHER, "Eva Lind", PASSWORD, ("clerk",)),
    NewUser(LEAD, "Amy Sun", PASSWORD, ("credit_manager",)),
    NewUser(SALES, "Li Na", PASSWORD, ("sales",)),
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@dataclass
class Archive:
    """Books, people, and what they do about contracts."""

    installation: Installation
    ids: dict[str, int]

    def actor(self, email: str) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            return actor_of(r, self.ids[email])

    def act(self, email: str, act: Any, command: Any) -> Any:
        with self.installation.work(self.actor(email)) as w:
            return act(w, command)

    def read(self, query: Any, *given: Any, email: str = "") -> Any:
        with self.installation.reading(self.actor(email) if email else SYSTEM) as r:
            return query(r, *given)

    def rows(self, table: Any, *where: Any) -> list[Any]:
        with self.installation.reading(SYSTEM) as r:
            return list(r.session.scalars(select(table).where(*where)))

    def customer_id(self, code: str = "HUADONG") -> int:
        return int(self.rows(Customer, Customer.code == code)[0].id)


def an_archive(installation: Installation) -> Archive:
    store(installation, books(), owner="Li Na")
    count_on(installation)
    with installation.work() as w:
        ids = {each.email: create_user_with_password(w, each).user_id for each in PEOPLE}
    return Archive(installation, ids)
