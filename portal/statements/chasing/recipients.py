"""Whom to write to about a statement: who may act on it, else the contacts, each in their words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import exists, select

from portal.base.language import LANGUAGES
from portal.base.work import Reader
from portal.invoices.open_items import Scope
from portal.tables.customers import Contact, Customer
from portal.tables.people import Membership, User
from portal.tables.runs import Bounce

SIGNATORY = "customer_signatory"
ACTING = ("customer_accountant", SIGNATORY, "customer_admin")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a customer: a portal user, or a contact who is none."""

    email: str
    name: str
    language: str
    user_id: int | None = None
    contact_id: int | None = None
    may_sign: bool = False

    @property
    def key(self) -> str:
        """What tells their mail from the others'."""
        return str(self.user_id) if self.user_id else self.email


@dataclass(slots=True)
class People:
    """Who is known at one customer, and which of their addresses refuse mails."""

    users: list[Person] = field(default_factory=list)
    contacts: list[Person] = field(default_factory=list)
    refusing: set[str] = field(default_factory=set)

    def meant(self, state: str) -> list[Person]:
        """Who is to act on a statement in a state: those who sign it once it is passed on."""
        signing = [person for person in self.users if person.may_sign]
        if state == "prepared" and signing:
            return signing
        return self.users or self.contacts

    def reached(self, state: str) -> list[Person]:
        """Those of them whose address takes mails."""
        return [person for person in self.meant(state) if person.email not in self.refusing]

    def others(self, addresses: Iterable[str]) -> list[Person]:
        """Who else is known, and takes mails: users first."""
        told = {*addresses, *self.refusing}
        return [person for person in (*self.users, *self.contacts) if person.email not in told]


def people_of(r: Reader, whose: Scope) -> dict[int, People]:
    """By customer, everybody who may be written to about statements."""
    people: defaultdict[int, People] = defaultdict(People)
    for customer_id, person in _users(r, whose):
        people[customer_id].users.append(person)
    for customer_id, person in _contacts(r, whose):
        known = {user.email for user in people[customer_id].users}
        if person.email not in known:
            people[customer_id].contacts.append(person)
    for customer_id, address in _refusing(r, whose):
        people[customer_id].refusing.add(address)
    return people


def _users(r: Reader, whose: Scope) -> list[tuple[int, Person]]:
    """The portal users who may act and have not been spared statements."""
    spared = exists().where(
        Contact.email == User.email,
        Contact.customer_id == Membership.customer_id,
        Contact.gets_statements.is_(False),
    )
    found = r.session.execute(
        select(
            Membership.customer_id,
            Membership.role,
            User.id,
            User.email,
            User.name,
            User.language,
        )
        .join(User, User.id == Membership.user_id)
        .where(
            whose(Membership.customer_id),
            Membership.role.in_(ACTING),
            Membership.suspended_at.is_(None),
            User.disabled_at.is_(None),
            ~spared,
        )
        .order_by(Membership.customer_id, User.id)
    ).all()
    signing = {(row.customer_id, row.id) for row in found if row.role == SIGNATORY}
    people = {
        (row.customer_id, row.id): Person(
            email=row.email,
            name=row.name,
            language=row.language,
            user_id=row.id,
            may_sign=(row.customer_id, row.id) in signing,
        )
        for row in found
    }
    return [(customer_id, person) for (customer_id, _), person in people.items()]


def _contacts(r: Reader, whose: Scope) -> list[tuple[int, Person]]:
    found = r.session.execute(
        select(
            Contact.customer_id,
            Contact.id,
            Contact.email,
            Contact.name,
            Contact.language,
            Customer.language.label("of_customer"),
        )
        .join(Customer, Customer.id == Contact.customer_id)
        .where(whose(Contact.customer_id), Contact.gets_statements.is_(True))
        .order_by(Contact.customer_id, Contact.id)
    )
    return [
        (
            row.customer_id,
            Person(
                email=row.email,
                name=row.name,
                language=language_of(r, row.language, row.of_customer),
                contact_id=row.id,
            ),
        )
        for row in found
    ]


def language_of(r: Reader, *told: str | None) -> str:
    """The first language that is one of ours, else the company's."""
    return next((each for each in told if each in LANGUAGES), r.company.language)


def _refusing(r: Reader, whose: Scope) -> list[tuple[int, str]]:
    found = r.session.execute(
        select(Bounce.customer_id, Bounce.address)
        .where(Bounce.customer_id.is_not(None), whose(Bounce.customer_id))
        .where(Bounce.cleared_at.is_(None))
        .distinct()
    )
    return [(row.customer_id or 0, row.address) for row in found]


def refusing_addresses(r: Reader, customer_id: int) -> set[str]:
    """The addresses at a customer that refused a mail and were not cleared since."""
    return {address for _, address in _refusing(r, lambda column: column == customer_id)}
