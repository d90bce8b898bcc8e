"""A customer's people and our own: what they may do, and closing the door on them at once."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from portal.base.access import CUSTOMER_ROLES, STAFF_ROLES, NotFound
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.people.commands.sessions import end_sessions_of
from portal.people.notices import admins_of, tell_of_change
from portal.tables.customers import Customer
from portal.tables.people import Membership, RecoveryCode, User


@dataclass(frozen=True)
class ChangeRoles:
    """The roles a person shall hold at a customer, and no others."""

    user_id: int
    customer_id: int
    roles: frozenset[str]


@dataclass(frozen=True)
class AtCustomer:
    """A person at one customer."""

    user_id: int
    customer_id: int


@dataclass(frozen=True)
class ChangeStaffRole:
    """The role one of our own shall have."""

    user_id: int
    role: str


def change_roles(w: Work, c: ChangeRoles) -> None:
    """
    Gives a person exactly these roles at a customer; counts from their next request on.

    `RuleBroken`: person.bad_role, person.last_admin.
    """
    customer, user = _member(w, AtCustomer(c.user_id, c.customer_id))
    if not c.roles or not c.roles <= set(CUSTOMER_ROLES):
        raise RuleBroken("person.bad_role", field="roles", role=", ".join(sorted(c.roles)))
    if "customer_admin" not in c.roles:
        keep_an_admin(w, c.customer_id, c.user_id)
    give_roles(w, customer, user, c.roles)


def give_roles(w: Work, customer: Customer, user: User, roles: frozenset[str]) -> None:
    """A person holds exactly these roles at a locked customer; the trail and the mails say so."""
    held = memberships_at(w, user.id, customer.id)
    suspended_at = held[0].suspended_at if held else None
    for membership in held:
        if membership.role not in roles:
            w.session.delete(membership)
    for role in sorted(roles - {membership.role for membership in held}):
        w.session.add(
            Membership(
                user_id=user.id,
                customer_id=customer.id,
                role=role,
                since_at=w.now,
                suspended_at=suspended_at,
            )
        )
    w.session.flush()
    w.audit(
        "person.roles_changed",
        f"user/{user.id}",
        customer_id=customer.id,
        before=sorted(membership.role for membership in held),
        after=sorted(roles),
    )
    tell_of_change(w, user, "roles_changed", customer.name, also=admins_of(w, customer.id))


def suspend_person(w: Work, c: AtCustomer) -> None:
    """
    Takes from a person, at once, everything they may do at a customer; others are not concerned.

    `RuleBroken`: person.last_admin.
    """
    customer, user = _member(w, c)
    keep_an_admin(w, c.customer_id, c.user_id)
    also = admins_of(w, customer.id)
    for membership in memberships_at(w, c.user_id, c.customer_id):
        membership.suspended_at = w.now
    w.session.flush()
    if not is_anywhere(w, user):
        end_sessions_of(w, user.id)
    user.link_epoch += 1
    w.audit("person.suspended", f"user/{user.id}", customer_id=customer.id)
    tell_of_change(w, user, "suspended", customer.name, also=also)


def unsuspend_person(w: Work, c: AtCustomer) -> None:
    """Gives a suspended person back what they might do at the customer before."""
    customer, user = _member(w, c)
    for membership in memberships_at(w, c.user_id, c.customer_id):
        membership.suspended_at = None
    w.session.flush()
    w.audit("person.unsuspended", f"user/{user.id}", customer_id=customer.id)
    tell_of_change(w, user, "unsuspended", customer.name, also=admins_of(w, customer.id))


def change_staff_role(w: Work, c: ChangeStaffRole) -> None:
    """
    Gives one of our own another role; counts from their next request on.

    `RuleBroken`: person.bad_role, person.last_admin.
    """
    user = _colleague(w, c.user_id)
    if c.role not in STAFF_ROLES:
        raise RuleBroken("person.bad_role", field="role", role=c.role)
    if c.role != "admin":
        _keep_a_staff_admin(w, user)
    before, user.staff_role = user.staff_role, c.role
    w.audit("person.roles_changed", f"user/{user.id}", before=[before], after=[c.role])
    tell_of_change(w, user, "roles_changed", w.company.name)


def disable_user(w: Work, user_id: int) -> None:
    """
    Closes an account at once: its sessions, remembered devices and mailed links end with it.

    `RuleBroken`: person.last_admin, person.not_oneself.
    """
    user = _colleague(w, user_id)
    if user.id == w.actor.user_id:
        raise RuleBroken("person.not_oneself")
    _keep_a_staff_admin(w, user)
    user.disabled_at = w.now
    user.link_epoch += 1
    end_sessions_of(w, user.id)
    w.audit("user.disabled", f"user/{user.id}")
    tell_of_change(w, user, "disabled")


def enable_user(w: Work, user_id: int) -> None:
    """Opens a closed account again, with the password and second factor it had."""
    user = _colleague(w, user_id)
    user.disabled_at = None
    w.audit("user.enabled", f"user/{user.id}")
    tell_of_change(w, user, "enabled")


def remove_second_factor(w: Work, user_id: int) -> None:
    """Lets somebody who lost app and recovery codes set up a new one when they next sign in."""
    w.require("user.manage")
    user = w.session.get_one(User, user_id, with_for_update=True)
    user.totp_secret = user.totp_step = None
    w.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    end_sessions_of(w, user.id)
    w.audit("user.second_factor_removed", f"user/{user.id}")
    tell_of_change(w, user, "second_factor_removed")


def _member(w: Work, c: AtCustomer) -> tuple[Customer, User]:
    """The customer, locked, and its person; `NotFound` where they do not belong together."""
    customer = w.session.get(Customer, c.customer_id, with_for_update=True)
    if customer is None:
        raise NotFound("customer")
    w.require("person.change", customer)
    if not memberships_at(w, c.user_id, c.customer_id):
        raise NotFound("person")
    return customer, w.session.get_one(User, c.user_id)


def memberships_at(w: Work, user_id: int, customer_id: int) -> list[Membership]:
    """What a person is at a customer, suspended or not."""
    return list(
        w.session.scalars(
            select(Membership)
            .where(Membership.user_id == user_id, Membership.customer_id == customer_id)
            .order_by(Membership.role)
        )
    )


def is_anywhere(w: Work, user: User) -> bool:
    """Whether somebody can still do anything anywhere."""
    left = select(Membership.customer_id).where(
        Membership.user_id == user.id, Membership.suspended_at.is_(None)
    )
    return user.staff_role is not None or w.session.scalar(left.limit(1)) is not None


def keep_an_admin(w: Work, customer_id: int, leaving: int) -> None:
    """A customer that has an administrator keeps one, unless our own people decide otherwise."""
    admins = {admin.id for admin in admins_of(w, customer_id)}
    if leaving in admins and admins == {leaving} and w.actor.kind == "customer":
        raise RuleBroken("person.last_admin")


def _colleague(w: Work, user_id: int) -> User:
    """One of our own, locked; the head count of administrators is locked with them."""
    w.require("user.manage")
    w.session.scalars(
        select(User.id).where(User.staff_role == "admin").order_by(User.id).with_for_update()
    ).all()
    user = w.session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None or user.staff_role is None:
        raise NotFound("person")
    return user


def _keep_a_staff_admin(w: Work, leaving: User) -> None:
    others = select(func.count()).where(
        User.staff_role == "admin", User.disabled_at.is_(None), User.id != leaving.id
    )
    if (
        leaving.staff_role == "admin"
        and leaving.disabled_at is None
        and not w.session.scalar(others)
    ):
        raise RuleBroken("person.last_admin")
