"""Who there is: a customer's people who can act for it now, and those of the house who may."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, Select, and_, select

from portal.base.access import Actor, Permission, allows, roles_holding, visible_to
from portal.base.work import Reader
from portal.tables.approvals import StandIn
from portal.tables.customers import Customer
from portal.tables.people import Membership, User


def members_of(customer_id: int) -> Select[User]:
    """A customer's people, each once, in a stated order; none who is suspended or disabled."""
    return (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.customer_id == customer_id,
            Membership.suspended_at.is_(None),
            User.disabled_at.is_(None),
        )
        .distinct()
        .order_by(User.id)
    )


def is_member(r: Reader, user_id: int, customer_id: int) -> bool:
    """Whether somebody can still act for a customer: their mails say so when they leave."""
    membership = select(Membership.user_id).where(
        Membership.user_id == user_id,
        Membership.customer_id == customer_id,
        Membership.suspended_at.is_(None),
    )
    return r.session.scalar(membership.limit(1)) is not None


def stands_in_on(on: dt.date) -> ColumnElement[bool]:
    """The stand-ins that count on a day, their first and last included."""
    return and_(StandIn.ended_at.is_(None), StandIn.from_on <= on, StandIn.until_on >= on)


def list_colleagues(r: Reader, permission: Permission) -> list[tuple[int, str]]:
    """Who of the house has a permission, by name."""
    rows = (
        select(User.id, User.name, User.email)
        .where(User.staff_role.in_(roles_holding(permission)), User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    )
    return [(row.id, row.name or row.email) for row in r.session.execute(rows)]


def staff_by_name(r: Reader) -> dict[str, int]:
    """Who of the house is meant by a name or an address, as customers' files tell them."""
    staff = select(User.id, User.name, User.email).where(
        User.staff_role.is_not(None), User.disabled_at.is_(None)
    )
    found: dict[str, int] = {}
    for row in r.session.execute(staff.order_by(User.id.desc())):
        found |= {row.name: row.id, row.email: row.id}
    found.pop("", None)
    return found


def colleague_may(r: Reader, user_id: int, permission: Permission, customer_id: int) -> bool:
    """Whether somebody of the house has a permission, and sees this customer."""
    user = r.session.get(User, user_id)
    if user is None or user.staff_role is None or user.disabled_at is not None:
        return False
    actor = Actor("staff", user.id, user.name, user.email, staff_role=user.staff_role)
    seen = visible_to(select(Customer.id), actor, Customer.id)
    found = r.session.scalar(seen.where(Customer.id == customer_id))
    return found is not None and allows(actor, permission)
