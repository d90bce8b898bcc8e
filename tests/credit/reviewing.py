"""A desk with a credit manager, for tests of reviews, grades and signals."""

import datetime as dt

from sqlalchemy import select

from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.people.commands import NewUser, create_user_with_password
from portal.tables.customers import Customer
from portal.tables.people import User
from tests.people.cast import PASSWORD

TODAY = dt.date(2026, 11, 20)


def employ(installation: Installation, name: str, role: str = "credit_manager") -> Actor:
    """Somebody of the house with a role."""
    email = f"{name.lower().replace(' ', '.')}@northwind.example"
    with installation.work(SYSTEM) as w:
        new = NewUser(email, name, PASSWORD, (role,))
        user_id = create_user_with_password(w, new).user_id
        user = w.session.get_one(User, user_id)
        return Actor("staff", user_id, user.name, email, staff_role=role)


def customer_id_of(installation: Installation, code: str) -> int:
    with installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Customer.id).where(Customer.code == code)).one()
