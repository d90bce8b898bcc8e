"""Customers, the people to write to, and how much a signatory may sign for."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import Code, CodeText, CurrencyCode, Flag, Key, Minor, Moment, Words


class Customer(Base):
    """A party that owes us; `code` is the key that files and people use."""

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("code <> ''", name="code_is_given"),
        CheckConstraint(
            "statement_cycle in ('monthly', 'quarterly', 'half_yearly')", name="known_cycle"
        ),
        CheckConstraint("credit_limit_minor >= 0", name="limit_not_negative"),
        Index("ix_customer_owner", "owner"),
        Index("ix_customer_parent_id", "parent_id"),
        STRICT,
    )

    id: Mapped[Key]
    code: Mapped[Code]
    name: Mapped[Words]
    legal_name: Mapped[Words | None]
    tax_id: Mapped[Words | None]
    email: Mapped[Words | None]
    phone: Mapped[Words | None]
    address: Mapped[Words | None]
    country: Mapped[Words | None]
    region: Mapped[Words | None]
    industry: Mapped[Words | None]
    owner: Mapped[Words | None]
    collector: Mapped[Words | None]
    currency: Mapped[CurrencyCode | None]
    language: Mapped[Code | None]
    payment_terms: Mapped[Words | None]
    credit_limit_minor: Mapped[Minor | None]
    #: The currency of the limit: the customer's own, else the company's when it was set.
    credit_limit_currency: Mapped[CurrencyCode | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    customer_type: Mapped[Words | None]
    statement_cycle: Mapped[Code] = mapped_column(
        CodeText, default="monthly", server_default="monthly"
    )
    created_at: Mapped[Moment]


class Contact(Base):
    """A person at a customer; becomes a portal user when invited."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("email"),
        Index("ix_contact_customer_id", "customer_id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    name: Mapped[Words]
    #: Lower case.
    email: Mapped[Code]
    phone: Mapped[Words | None]
    title: Mapped[Words | None]
    role: Mapped[Code | None]
    language: Mapped[Code | None]
    gets_statements: Mapped[Flag] = mapped_column(default=True, server_default=true())


class SignatoryLimit(Base):
    """The largest closing balance a contact may sign for in one currency."""

    __tablename__ = "signatory_limit"
    __table_args__ = (CheckConstraint("amount_minor >= 0", name="not_negative"), STRICT)

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    currency: Mapped[CurrencyCode] = mapped_column(primary_key=True)
    amount_minor: Mapped[Minor]
