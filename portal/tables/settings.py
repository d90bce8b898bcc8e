"""The company that runs this installation, and the versions of its policy."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from portal.tables.base import STRICT, Base
from portal.tables.types import Bytes, Code, CurrencyCode, Day, Key, Moment, Words


class Company(Base):
    """The supplier company: one row, the keys of everything else are company-wide."""

    __tablename__ = "company"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), STRICT)

    id: Mapped[Key]
    name: Mapped[Words]
    legal_name: Mapped[Words]
    tax_id: Mapped[Words]
    address: Mapped[Words]
    country: Mapped[Code]
    timezone: Mapped[Code]
    currency: Mapped[CurrencyCode]
    language: Mapped[Code]
    help_email: Mapped[Words]
    help_phone: Mapped[Words]
    bank_name: Mapped[Words]
    bank_holder: Mapped[Words]
    bank_account: Mapped[Words]
    #: Keys the public references: it never changes, or every printed URL would.
    ref_key: Mapped[Bytes]
    created_at: Mapped[Moment]


class Policy(Base):
    """A version of everything an admin decides, as the document INTERFACES section 7 describes."""

    __tablename__ = "policy"
    __table_args__ = (Index("ix_policy_effective_on", "effective_on", "id"), STRICT)

    id: Mapped[Key]
    effective_on: Mapped[Day]
    body: Mapped[Words]
    author: Mapped[Words]
    created_at: Mapped[Moment]
