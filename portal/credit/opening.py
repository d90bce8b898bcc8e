"""
A new customer: on file, with whom to write to and the application that its opening needs.

Before the first deal it is rated in full (S-026); until then it has no limit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import Permission, allows
from portal.base.language import LANGUAGES
from portal.base.work import Work
from portal.core.application import Asks
from portal.core.errors import RuleBroken
from portal.core.money import exponent
from portal.credit.applications import BeginApplication, begin_application
from portal.people.commands import Invite, invite
from portal.tables.customers import Contact, Customer

COUNTRY = re.compile(r"[A-Z]{2}")
LONGEST = 200


@dataclass(frozen=True)
class OpenCustomer:
    """A customer who is not on file yet, and the person there to write to."""

    code: str
    name: str
    currency: str
    country: str = ""
    customer_type: str = ""
    owner: str = ""
    contact_name: str = ""
    contact_email: str = ""
    language: str = "en"
    #: Their person fills in the application in the portal, rather than the house here.
    invites: bool = False


@dataclass(frozen=True)
class Opened:
    """A customer who is on file now; an application where the house fills it in."""

    customer_id: int
    application_id: int | None


def open_customer(w: Work, c: OpenCustomer) -> Opened:
    """
    The customer with its contact: invited to apply, or with an application begun for it.

    Raises: customer.code_missing, customer.code_taken, customer.name_missing,
    customer.country_unknown, money.unknown_currency, company.language_unknown, and what `invite`
    and `begin_application` raise.
    """
    w.require(Permission.CREDIT_APPLY)
    code, name = c.code.strip(), c.name.strip()
    _check(w, c, code, name)
    is_sales = w.actor.staff_role == "sales"
    customer = Customer(
        code=code,
        name=name[:LONGEST],
        country=c.country.strip().upper() or None,
        currency=c.currency,
        language=c.language or None,
        customer_type=c.customer_type.strip() or None,
        # Sales open customers of their own; nobody else's are theirs to see.
        owner=(w.actor.name if is_sales else c.owner.strip()) or None,
        created_at=w.now,
    )
    w.session.add(customer)
    w.session.flush()
    w.audit("customer.opened", f"customer/{customer.id}", customer_id=customer.id, code=code)
    if c.contact_email.strip():
        _add_contact(w, customer, c)
    if c.invites and c.contact_email.strip() and allows(w.actor, "person.invite"):
        person = (c.contact_email.strip(), c.contact_name.strip() or c.contact_email.strip())
        invite(w, Invite(*person, "customer_admin", customer.id, c.language))
        return Opened(customer.id, None)
    return Opened(customer.id, begin_application(w, BeginApplication(customer.id, Asks.OPENING)))


def _check(w: Work, c: OpenCustomer, code: str, name: str) -> None:
    if not code:
        raise RuleBroken("customer.code_missing", field="code")
    if w.session.scalar(select(Customer.id).where(Customer.code == code)) is not None:
        raise RuleBroken("customer.code_taken", field="code", customer=code)
    if not name:
        raise RuleBroken("customer.name_missing", field="name")
    if c.country.strip() and not COUNTRY.fullmatch(c.country.strip().upper()):
        raise RuleBroken("customer.country_unknown", field="country")
    if c.language and c.language not in LANGUAGES:
        raise RuleBroken("company.language_unknown", field="language")
    try:
        exponent(c.currency)
    except RuleBroken as broken:
        raise RuleBroken(broken.code, field="billed_in", **broken.facts) from broken


def _add_contact(w: Work, customer: Customer, c: OpenCustomer) -> None:
    email = c.contact_email.strip().lower()
    known = w.session.scalars(select(Contact).where(Contact.email == email)).first()
    if known is not None:
        other = w.session.get_one(Customer, known.customer_id)
        raise RuleBroken("contact.known_elsewhere", field="contact_email", customer=other.name)
    contact = Contact(
        customer_id=customer.id,
        name=c.contact_name.strip() or email,
        email=email,
        language=c.language or None,
    )
    w.session.add(contact)
    w.session.flush()
    w.audit("contact.added", f"contact/{contact.id}", customer_id=customer.id, email=email)
