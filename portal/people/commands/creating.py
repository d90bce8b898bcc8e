"""Creating people from the command line and for the demo, where nobody waits for a mail."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.work import Work
from portal.people import factors
from portal.people.addresses import folded
from portal.people.commands.invitations import Invite, give_role, invite
from portal.people.passwords import hash_password
from portal.tables.customers import Customer
from portal.tables.people import Membership, User


@dataclass(frozen=True)
class AddUser:
    """A person to add: with a role at each of these customers, or among our own without any."""

    email: str
    role: str
    customers: tuple[str, ...] = ()
    name: str = ""
    has_totp: bool = False


@dataclass(frozen=True)
class AddedUser:
    """Where the person gets in, and the secret of their app when one was asked for."""

    email: str
    invitation_path: str
    totp_secret: str | None


@dataclass(frozen=True)
class NewUser:
    """A person as the demo makes them: their password known, their second factor set up."""

    email: str
    name: str
    password: str
    roles: tuple[str, ...]
    customers: tuple[str, ...] = ()
    language: str = "en"
    has_totp: bool = False
    title: str | None = None


@dataclass(frozen=True)
class CreatedUser:
    """Who was created, and the secret of their authenticator app."""

    user_id: int
    totp_secret: str | None


def add_user(w: Work, c: AddUser) -> AddedUser:
    """
    Invites a person, or gives one who is here a role more; `NotFound` names an unknown customer.

    `RuleBroken`: person.bad_address, person.bad_role, person.is_staff, person.is_customers.
    """
    ids: list[int | None] = [_customer_id(w, code) for code in dict.fromkeys(c.customers)]
    wanted = [Invite(c.email, c.name, c.role, customer_id) for customer_id in ids or [None]]
    # One mail: the roles at further customers are given quietly.
    invited = invite(w, wanted[0])
    for wish in wanted[1:]:
        give_role(w, wish)
    user = w.session.get_one(User, invited.user_id)
    if c.name:
        user.name = c.name
    return AddedUser(user.email, invited.path, _give_app(w, user) if c.has_totp else None)


def create_user_with_password(w: Work, c: NewUser) -> CreatedUser:
    """Makes a person who can sign in at once; for the demo and tests, which know the password."""
    w.require("user.manage")
    is_staff = not c.customers
    user = User(
        email=folded(c.email),
        name=c.name,
        title=c.title,
        language=c.language,
        staff_role=c.roles[0] if is_staff else None,
        password_hash=hash_password(c.password),
        created_at=w.now,
    )
    w.session.add(user)
    w.session.flush()
    for code in c.customers:
        customer_id = _customer_id(w, code)
        w.session.add_all(
            Membership(user_id=user.id, customer_id=customer_id, role=role, since_at=w.now)
            for role in c.roles
        )
    w.audit("person.created", f"user/{user.id}", roles=list(c.roles), email=user.email)
    return CreatedUser(user.id, _give_app(w, user) if c.has_totp else None)


def _customer_id(w: Work, code: str) -> int:
    found = w.session.scalar(select(Customer.id).where(Customer.code == code))
    if found is None:
        raise NotFound(f"customer {code}")
    return found


def _give_app(w: Work, user: User) -> str:
    """The secret of an authenticator app that counts from now on; an existing one is kept."""
    if user.totp_secret is not None:
        return factors.decrypted(w.keys, user.totp_secret)
    secret = factors.new_secret()
    user.totp_secret = factors.encrypted(w.keys, secret)
    w.audit("user.second_factor_set", f"user/{user.id}")
    return secret
