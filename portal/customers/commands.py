"""The acts on a customer's contacts: whom to write to, and who may sign up to how much."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import delete, select

from portal.base.access import CUSTOMER_ROLES, NotFound
from portal.base.language import LANGUAGES
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.tables.customers import Contact, Customer, SignatoryLimit

ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s.,;<>\"]+")
KEPT = ("name", "email", "phone", "title", "role", "language", "gets_statements")


@dataclass(frozen=True)
class KeepContact:
    """A contact as it shall be; `contact_id` is None for a new one."""

    customer_id: int
    name: str
    email: str
    phone: str = ""
    title: str = ""
    role: str = ""
    language: str = ""
    gets_statements: bool = True
    #: At most one a currency; a currency that is not here has no limit.
    limits: tuple[Money, ...] = ()
    contact_id: int | None = None


@dataclass(frozen=True)
class RemoveContact:
    """A contact who is no longer one."""

    customer_id: int
    contact_id: int


def keep_contact(w: Work, c: KeepContact) -> int:
    """
    Adds a contact or changes one, with the limits they may sign up to; gives its id.

    `RuleBroken`: person.bad_address, person.bad_role, company.language_unknown,
    contact.known_elsewhere, contact.negative_limit.
    """
    _check(c)
    _locked_customer(w, c.customer_id)
    contact = _contact(w, c.customer_id, c.contact_id) if c.contact_id else None
    _refuse_known_address(w, c)
    told = {name: getattr(c, name) for name in KEPT} | {"email": c.email.strip().lower()}
    told |= {name: told[name] or None for name in ("phone", "title", "role", "language")}
    before = {} if contact is None else {name: getattr(contact, name) for name in KEPT}
    if contact is None:
        contact = Contact(customer_id=c.customer_id, **told)
        w.session.add(contact)
    for name, value in told.items():
        setattr(contact, name, value)
    w.session.flush()
    changed = {name: told[name] for name in KEPT if before.get(name) != told[name]}
    limits_changed = _keep_limits(w, contact.id, c.limits)
    if changed or limits_changed:
        w.audit(
            "contact.changed" if before else "contact.added",
            f"contact/{contact.id}",
            customer_id=c.customer_id,
            changed=changed,
            limits=[f"{limit.currency} {limit.major()}" for limit in c.limits],
        )
    return contact.id


def remove_contact(w: Work, c: RemoveContact) -> None:
    """Takes a contact out; a portal user of the same address stays one."""
    _locked_customer(w, c.customer_id)
    contact = _contact(w, c.customer_id, c.contact_id)
    w.session.execute(delete(SignatoryLimit).where(SignatoryLimit.contact_id == contact.id))
    w.audit(
        "contact.removed",
        f"contact/{contact.id}",
        customer_id=c.customer_id,
        name=contact.name,
        email=contact.email,
    )
    w.session.delete(contact)


def _check(c: KeepContact) -> None:
    if not ADDRESS.fullmatch(c.email.strip()):
        raise RuleBroken("person.bad_address", field="email", email=c.email)
    if c.role and c.role not in CUSTOMER_ROLES:
        raise RuleBroken("person.bad_role", field="role", role=c.role)
    if c.language and c.language not in LANGUAGES:
        raise RuleBroken("company.language_unknown", field="language")
    for limit in c.limits:
        if limit.minor < 0:
            field = f"limit_{limit.currency}"
            raise RuleBroken("contact.negative_limit", field=field, limit=limit)


def _locked_customer(w: Work, customer_id: int) -> Customer:
    customer = w.session.get(Customer, customer_id, with_for_update=True)
    if customer is None:
        raise NotFound("customer")
    w.require("person.change", customer)
    return customer


def _contact(w: Work, customer_id: int, contact_id: int) -> Contact:
    contact = w.session.get(Contact, contact_id)
    if contact is None or contact.customer_id != customer_id:
        raise NotFound("contact")
    return contact


def _refuse_known_address(w: Work, c: KeepContact) -> None:
    known = w.session.scalars(
        select(Contact).where(Contact.email == c.email.strip().lower())
    ).first()
    if known is None or known.id == c.contact_id:
        return
    customer = w.session.get_one(Customer, known.customer_id)
    raise RuleBroken("contact.known_elsewhere", field="email", customer=customer.name)


def _keep_limits(w: Work, contact_id: int, limits: tuple[Money, ...]) -> bool:
    """Makes these the limits of a signatory; says whether that changed anything."""
    held = {
        row.currency: row
        for row in w.session.scalars(
            select(SignatoryLimit).where(SignatoryLimit.contact_id == contact_id)
        )
    }
    wanted = {limit.currency: limit.minor for limit in limits}
    if wanted == {currency: row.amount_minor for currency, row in held.items()}:
        return False
    for currency, row in held.items():
        if currency not in wanted:
            w.session.delete(row)
    for currency, minor in wanted.items():
        w.session.merge(
            SignatoryLimit(contact_id=contact_id, currency=currency, amount_minor=minor)
        )
    w.session.flush()
    return True
