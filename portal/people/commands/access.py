"""A person's access among a customer's branches: roles at each, limits, and taking it away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select

from portal.base.access import CUSTOMER_ROLES, NotFound, allows
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.people.commands.invitations import (
    Invite,
    Invited,
    give_role,
    is_still_invited,
    send_invitation,
)
from portal.people.commands.members import (
    AtCustomer,
    give_roles,
    is_anywhere,
    keep_an_admin,
    memberships_at,
)
from portal.people.commands.sessions import end_sessions_of
from portal.people.notices import admins_of, tell, tell_of_change
from portal.tables.customers import Contact, Customer, SignatoryLimit
from portal.tables.people import Membership, User


@dataclass(frozen=True)
class InviteTo:
    """A person to invite with the same roles to one or several branches."""

    email: str
    name: str
    roles: frozenset[str]
    customer_ids: tuple[int, ...]
    language: str = ""


@dataclass(frozen=True)
class ChangeAccess:
    """What a person shall be at each of these customers; no role at one is no access there."""

    user_id: int
    roles: Mapping[int, frozenset[str]]


@dataclass(frozen=True)
class SetLimits:
    """The most a person may sign for, at most one a currency; none is no limit on file."""

    user_id: int
    customer_id: int
    limits: tuple[Money, ...] = ()


def invite_to(w: Work, c: InviteTo) -> Invited:
    """
    Invites a person to several branches with one mail; who is here already gets the roles at once.

    `RuleBroken`: person.bad_address, person.bad_role, person.is_staff.
    """
    if not c.roles or not c.customer_ids:
        raise RuleBroken("person.nowhere", field="roles")
    wishes = [
        Invite(c.email, c.name, role, customer_id, c.language)
        for customer_id in sorted(set(c.customer_ids))
        for role in sorted(c.roles)
    ]
    given = [give_role(w, wish) for wish in wishes]
    user = given[0][0]
    customers = {customer.id: customer for _user, customer, _is_new in given if customer}
    where = ", ".join(customer.name for customer in customers.values())
    comes_anew = given[0][2] or is_still_invited(w, user)
    admins = {admin.id: admin for each in customers for admin in admins_of(w, each)}
    for admin in admins.values():
        if admin.id != user.id:
            tell(w, admin, user, "invited" if comes_anew else "roles_changed", where)
    if not comes_anew:
        tell(w, user, user, "roles_changed", where)
        return Invited(user.id)
    return Invited(user.id, send_invitation(w, user, where))


def change_access(w: Work, c: ChangeAccess) -> None:
    """
    Gives a person exactly these roles at each of these customers, all of it or nothing.

    `RuleBroken`: person.bad_role, person.last_admin, person.nowhere.
    """
    user = _person(w, c.user_id)
    known = False
    for customer_id, roles in sorted(c.roles.items()):
        customer = _locked(w, customer_id)
        held = {membership.role for membership in memberships_at(w, user.id, customer_id)}
        known = known or bool(held)
        if not roles <= set(CUSTOMER_ROLES):
            raise RuleBroken("person.bad_role", role=", ".join(sorted(roles)))
        if roles == held:
            continue
        if "customer_admin" not in roles:
            keep_an_admin(w, customer_id, user.id)
        if roles:
            give_roles(w, customer, user, roles)
        else:
            _take_out(w, customer, user)
    if not known:
        raise NotFound("person")
    if not any(c.roles.values()):
        raise RuleBroken("person.nowhere")
    _close_if_nowhere(w, user)


def remove_person(w: Work, c: AtCustomer) -> None:
    """
    Takes everything from a person that they are at a customer; what they did stays theirs.

    `RuleBroken`: person.last_admin.
    """
    customer, user = _locked(w, c.customer_id), _person(w, c.user_id)
    if not memberships_at(w, user.id, customer.id):
        raise NotFound("person")
    keep_an_admin(w, customer.id, user.id)
    _take_out(w, customer, user)
    _close_if_nowhere(w, user)


def _take_out(w: Work, customer: Customer, user: User) -> None:
    also = admins_of(w, customer.id)
    held = memberships_at(w, user.id, customer.id)
    w.session.execute(
        delete(Membership).where(
            Membership.user_id == user.id, Membership.customer_id == customer.id
        )
    )
    w.session.flush()
    user.link_epoch += 1
    roles = sorted(membership.role for membership in held)
    w.audit("person.removed", f"user/{user.id}", customer_id=customer.id, roles=roles)
    tell_of_change(w, user, "removed", customer.name, also=also)


def _close_if_nowhere(w: Work, user: User) -> None:
    w.session.flush()
    if not is_anywhere(w, user):
        end_sessions_of(w, user.id)


def set_limits(w: Work, c: SetLimits) -> None:
    """
    A person may sign for these sums, one a currency; kept on the contact of their address.

    They count wherever the person signs, so only who may change them everywhere sets them.
    `RuleBroken`: contact.negative_limit, person.elsewhere_too.
    """
    customer, user = _locked(w, c.customer_id), _person(w, c.user_id)
    if not memberships_at(w, user.id, customer.id):
        raise NotFound("person")
    for limit in c.limits:
        if limit.minor < 0:
            raise RuleBroken("contact.negative_limit", field=f"limit_{limit.currency}")
    _refuse_strange_branches(w, user)
    contact = _contact_of(w, customer, user)
    wanted = {limit.currency: limit.minor for limit in c.limits}
    before = _limits_of(w, contact)
    if wanted == before:
        return
    w.session.execute(delete(SignatoryLimit).where(SignatoryLimit.contact_id == contact.id))
    w.session.add_all(
        SignatoryLimit(contact_id=contact.id, currency=currency, amount_minor=minor)
        for currency, minor in sorted(wanted.items())
    )
    w.session.flush()
    said = [f"{limit.currency} {limit.major()}" for limit in c.limits]
    w.audit(
        "person.limits_changed",
        f"user/{user.id}",
        customer_id=customer.id,
        before=[f"{each} {Money(minor, each).major()}" for each, minor in sorted(before.items())],
        after=sorted(said),
    )
    also = admins_of(w, customer.id)
    tell_of_change(w, user, "limits_changed", ", ".join(sorted(said)) or "—", also=also)


def _limits_of(w: Work, contact: Contact) -> dict[str, int]:
    rows = select(SignatoryLimit).where(SignatoryLimit.contact_id == contact.id)
    return {row.currency: row.amount_minor for row in w.session.scalars(rows)}


def _refuse_strange_branches(w: Work, user: User) -> None:
    places = select(Membership.customer_id).where(Membership.user_id == user.id).distinct()
    for customer in w.session.scalars(select(Customer).where(Customer.id.in_(places))):
        if not allows(w.actor, "person.change", customer):
            raise RuleBroken("person.elsewhere_too", name=user.name or user.email)


def _contact_of(w: Work, customer: Customer, user: User) -> Contact:
    """The contact with a person's address, made where there is none; no stranger's is touched."""
    contact = w.session.scalars(select(Contact).where(Contact.email == user.email)).first()
    if contact is not None:
        whose = w.session.get_one(Customer, contact.customer_id)
        if not allows(w.actor, "person.change", whose):
            raise RuleBroken("person.elsewhere_too", name=user.name or user.email)
    if contact is None:
        contact = Contact(
            customer_id=customer.id,
            name=user.name or user.email,
            email=user.email,
            title=user.title,
            language=user.language,
        )
        w.session.add(contact)
        w.session.flush()
    return contact


def _locked(w: Work, customer_id: int) -> Customer:
    customer = w.session.get(Customer, customer_id, with_for_update=True)
    if customer is None:
        raise NotFound("customer")
    w.require("person.change", customer)
    return customer


def _person(w: Work, user_id: int) -> User:
    """Somebody of a customer; our own people are changed elsewhere."""
    user = w.session.get(User, user_id)
    if user is None or user.staff_role is not None:
        raise NotFound("person")
    return user
