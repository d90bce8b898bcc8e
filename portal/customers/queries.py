"""What pages read of customers and their contacts; money is not theirs to know."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.work import Reader
from portal.core.money import Money
from portal.customers.limits import LimitInForce, limit_in_force, newest_rows
from portal.tables.credit import CreditLimit
from portal.tables.customers import Contact, Customer, SignatoryLimit
from portal.tables.people import Membership

#: What of a customer is text, and empty where it is not known.
PLAIN = (
    *("legal_name", "tax_id", "email", "phone", "address", "country", "industry", "collector"),
    *("currency", "language", "payment_terms", "customer_type"),
)


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """What a list of customers is narrowed to; empty is no restriction."""

    #: Part of a name, legal name, code or tax number.
    text: str = ""
    region: str = ""
    owner: str = ""
    #: Those nobody could be written to: neither contact nor portal user.
    lacks_contact: bool = False


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer as lists show it."""

    id: int
    ref: str
    code: str
    name: str
    region: str
    owner: str


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """Everything that is known of a customer besides money."""

    row: CustomerRow
    legal_name: str
    tax_id: str
    email: str
    phone: str
    address: str
    country: str
    industry: str
    collector: str
    currency: str
    language: str
    payment_terms: str
    #: In force today; None: none was ever said.
    limit: LimitInForce | None
    customer_type: str
    statement_cycle: str
    created_at: dt.datetime
    parent: CustomerRow | None
    branches: tuple[CustomerRow, ...]

    @property
    def credit_limit(self) -> Money | None:
        """What the limit is; None: not limited."""
        return None if self.limit is None else self.limit.amount


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A person at a customer, and how much they may sign for by currency."""

    id: int
    ref: str
    name: str
    email: str
    phone: str
    title: str
    role: str
    language: str
    gets_statements: bool
    limits: tuple[Money, ...]


def filtered(asked: CustomerFilter) -> list[ColumnElement[bool]]:
    """The conditions on `customer` that a filter stands for."""
    kept: list[ColumnElement[bool]] = []
    named = (Customer.code, Customer.name, Customer.legal_name, Customer.tax_id)
    kept += says(asked.text, *named)
    if asked.region:
        kept.append(Customer.region == asked.region)
    if asked.owner:
        kept.append(Customer.owner == asked.owner)
    if asked.lacks_contact:
        kept += [
            ~exists(select(Contact.id).where(Contact.customer_id == Customer.id)),
            ~exists(select(Membership.user_id).where(Membership.customer_id == Customer.id)),
        ]
    return kept


def _rows(r: Reader) -> Select[Any]:
    columns: list[Any] = [
        Customer.id,
        Customer.code,
        Customer.name,
        Customer.region,
        Customer.owner,
    ]
    return visible_to(select(*columns), r.actor, Customer.id)


def _row(r: Reader, row: Any) -> CustomerRow:
    return CustomerRow(
        id=row.id,
        ref=r.refs.of("cu", row.id),
        code=row.code,
        name=row.name,
        region=row.region or "",
        owner=row.owner or "",
    )


def list_customers(r: Reader, asked: CustomerFilter) -> list[CustomerRow]:
    """Every customer that a filter keeps, by code."""
    wanted = _rows(r).where(*filtered(asked)).order_by(Customer.code)
    return [_row(r, row) for row in r.session.execute(wanted)]


def customers_counted(r: Reader, asked: CustomerFilter) -> Select[Any]:
    """How many customers a filter keeps, to be asked along with other counts."""
    counted: Select[Any] = select(func.count(Customer.id))
    kept = visible_to(counted, r.actor, Customer.id)
    return kept.where(*filtered(asked))


def list_regions(r: Reader) -> list[str]:
    """The regions that customers lie in, in order."""
    return _distinct(r, Customer.region)


def list_owners(r: Reader) -> list[str]:
    """The sales owners that customers have, in order."""
    return _distinct(r, Customer.owner)


def _distinct(r: Reader, column: InstrumentedAttribute[str | None]) -> list[str]:
    rows = visible_to(select(column).distinct(), r.actor, Customer.id)
    return sorted(word for word in r.session.scalars(rows) if word)


def get_customer(r: Reader, ref: str) -> CustomerFile:
    """A customer's file; `NotFound` where there is none or it is not the reader's to see."""
    customer_id = r.id_of("cu", ref)
    parent = aliased(Customer)
    newest = newest_rows(r.today, [customer_id])
    columns = (Customer, parent.code, parent.name, CreditLimit)
    family = (
        visible_to(select(*columns), r.actor, Customer.id)
        .outerjoin(parent, parent.id == Customer.parent_id)
        .outerjoin(newest, newest.c.customer_id == Customer.id)
        .outerjoin(CreditLimit, CreditLimit.id == newest.c.id)
        .where(or_(Customer.id == customer_id, Customer.parent_id == customer_id))
        .order_by(Customer.code)
    )
    found = r.session.execute(family).all()
    customer = next((row for row in found if row[0].id == customer_id), None)
    if customer is None:
        raise NotFound(ref)
    branches = tuple(_row(r, row[0]) for row in found if row[0].id != customer_id)
    return _file(r, customer, branches)


def _file(r: Reader, found: Any, branches: tuple[CustomerRow, ...]) -> CustomerFile:
    customer, parent_code, parent_name, dated = found
    return CustomerFile(
        row=_row(r, customer),
        **{name: getattr(customer, name) or "" for name in PLAIN},
        limit=limit_in_force(customer, dated, r.company.currency),
        statement_cycle=customer.statement_cycle,
        created_at=customer.created_at,
        parent=_parent(r, customer.parent_id, parent_code, parent_name),
        branches=branches,
    )


def _parent(r: Reader, parent_id: int | None, code: str, name: str) -> CustomerRow | None:
    if parent_id is None:
        return None
    return CustomerRow(parent_id, r.refs.of("cu", parent_id), code, name, "", "")


def list_contacts(r: Reader, customer_id: int) -> list[ContactRow]:
    """The contacts of a customer, by name."""
    rows = visible_to(select(Contact), r.actor, Contact.customer_id)
    contacts = r.session.scalars(
        rows.where(Contact.customer_id == customer_id).order_by(Contact.name, Contact.id)
    ).all()
    limits = _limits(r, [contact.id for contact in contacts])
    return [
        ContactRow(
            id=contact.id,
            ref=r.refs.of("co", contact.id),
            name=contact.name,
            email=contact.email,
            phone=contact.phone or "",
            title=contact.title or "",
            role=contact.role or "",
            language=contact.language or "",
            gets_statements=contact.gets_statements,
            limits=limits.get(contact.id, ()),
        )
        for contact in contacts
    ]


def _limits(r: Reader, contact_ids: Sequence[int]) -> dict[int, tuple[Money, ...]]:
    rows = r.session.scalars(
        select(SignatoryLimit)
        .where(SignatoryLimit.contact_id.in_(contact_ids))
        .order_by(SignatoryLimit.contact_id, SignatoryLimit.currency)
    )
    held: defaultdict[int, tuple[Money, ...]] = defaultdict(tuple)
    for row in rows:
        held[row.contact_id] += (Money(row.amount_minor, row.currency),)
    return held


def get_contact(r: Reader, customer_id: int, ref: str) -> ContactRow:
    """One contact of a customer; `NotFound` where they do not belong together."""
    for contact in list_contacts(r, customer_id):
        if contact.ref == ref:
            return contact
    raise NotFound(ref)
