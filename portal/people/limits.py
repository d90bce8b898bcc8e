"""How much the people of a customer may sign for, as it stands on file."""

from __future__ import annotations

from sqlalchemy import or_, select

from portal.base.work import Reader
from portal.tables.customers import Contact, SignatoryLimit
from portal.tables.people import Membership, User


def signing_limits(r: Reader, customer_id: int) -> dict[tuple[str, str], int]:
    """By address and currency: the limits on file of a customer's contacts and people."""
    members = (
        select(User.email)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.customer_id == customer_id)
    )
    rows = r.session.execute(
        select(Contact.email, SignatoryLimit.currency, SignatoryLimit.amount_minor)
        .join(SignatoryLimit, SignatoryLimit.contact_id == Contact.id)
        .where(or_(Contact.customer_id == customer_id, Contact.email.in_(members)))
    )
    return {(row.email, row.currency): row.amount_minor for row in rows}
