"""Who there is in a story: customers, their branches and people, our own."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.base.access import SYSTEM, Actor
from portal.core.money import Money
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.customers import Contact, Customer, SignatoryLimit
from portal.tables.journal import Outbox
from tests.stories.teller import CAST, World, money

ROLES = {
    "looks at the accounts of": "customer_viewer",
    "keeps the books of": "customer_accountant",
    "signs for": "customer_signatory",
    "looks after the people of": "customer_admin",
}
HOUSE = {"is our clerk": "clerk", "is our auditor": "auditor", "is our administrator": "admin"}
PASSWORD = "seven small teapots"


@CAST.says(r"(?P<name>[A-Z][\w ]*) is a customer(?:, reconciled (?P<cycle>\w+))?")
def customer_is_there(world: World, name: str, cycle: str) -> None:
    with world.installation.work() as w:
        row = Customer(
            code=world.code_of(name),
            name=name,
            created_at=w.now,
            statement_cycle=cycle or "monthly",
        )
        w.session.add(row)
        w.session.flush()
        world.customers[name] = row.id


@CAST.says(r"(?P<name>[A-Z][\w ]*) is a branch of (?P<parent>[A-Z][\w ]*)")
def branch_is_there(world: World, name: str, parent: str) -> None:
    customer_is_there(world, name, "")
    with world.installation.work() as w:
        w.session.get_one(Customer, world.customers[name]).parent_id = world.customers[parent]


@CAST.says(
    r"(?P<name>[A-Z]\w* [A-Z]\w*) (?P<role>looks at the accounts of|keeps the books of|signs for"
    r"|looks after the people of) (?P<customers>[A-Z][\w, ]*?)(?: up to (?P<limit>{money}))?"
)
def person_is_there(world: World, name: str, role: str, customers: str, limit: str) -> None:
    codes = tuple(world.code_of(each.strip()) for each in customers.split(","))
    with world.installation.work() as w:
        created = create_user_with_password(
            w, NewUser(email_of(name), name, PASSWORD, (ROLES[role],), codes)
        )
        world.people[name] = created.user_id
        for each in customers.split(",") if limit else ():
            _give_limit(w.session, world.customers[each.strip()], name, money(limit))


def _give_limit(session: Session, customer_id: int, name: str, limit: Money) -> None:
    contact = Contact(customer_id=customer_id, name=name, email=email_of(name))
    session.add(contact)
    session.flush()
    row = SignatoryLimit(contact_id=contact.id, currency=limit.currency, amount_minor=limit.minor)
    session.add(row)


@CAST.says(
    r"(?P<name>[A-Z]\w* [A-Z]\w*) (?P<role>is our clerk|is our auditor|is our administrator)"
)
def colleague_is_there(world: World, name: str, role: str) -> None:
    with world.installation.work() as w:
        created = create_user_with_password(
            w, NewUser(email_of(name), name, PASSWORD, (HOUSE[role],))
        )
        world.people[name] = created.user_id


def email_of(name: str) -> str:
    """A person's address: `chen.wei@example.com`."""
    return name.lower().replace(" ", ".") + "@example.com"


def newest_code(world: World, name: str) -> str:
    """The six digits that somebody was mailed last."""
    with world.installation.reading(SYSTEM) as r:
        payload = r.session.scalars(
            select(Outbox.payload)
            .where(Outbox.kind == "code", Outbox.to_address == email_of(name))
            .order_by(Outbox.id.desc())
            .limit(1)
        ).one()
    return str(json.loads(payload)["code"])


def actor(world: World, name: str) -> Actor:
    """The person as the books know them at this moment."""
    with world.installation.reading(SYSTEM) as r:
        return actor_of(r, world.people[name])
