"""Contracts with their amendments and price lists, and the check of invoices against them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import (
    BigId,
    Code,
    CurrencyCode,
    Day,
    Key,
    Minor,
    Moment,
    PlainDecimal,
    UtcMoment,
    Words,
)


class Contract(Base):
    """A contract as it was first agreed; what changed later stands in its amendments."""

    __tablename__ = "contract"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("customer_id", "id"),
        CheckConstraint("code <> ''", name="code_is_given"),
        CheckConstraint("ends_on is null or ends_on >= starts_on", name="ends_after_it_begins"),
        CheckConstraint(
            "sealed_with is null or sealed_with in"
            " ('contract_seal', 'company_seal', 'private_seal', 'signature', 'electronic')",
            name="known_seal",
        ),
        Index("ix_contract_customer_id", "customer_id", "starts_on"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    code: Mapped[Code]
    starts_on: Mapped[Day]
    ends_on: Mapped[dt.date | None] = mapped_column(Date)
    payment_terms: Mapped[Words | None]
    payment_method: Mapped[Words | None]
    #: Per cent a year, as `12.25`.
    late_interest_rate: Mapped[Decimal | None] = mapped_column(PlainDecimal)
    breach_liability: Mapped[Words | None]
    price_list: Mapped[Words | None]
    #: How it is filed, such as supply, frame, service (S-060).
    category: Mapped[Words | None]
    currency: Mapped[CurrencyCode | None]
    #: What the whole contract is worth, where it says so.
    amount_minor: Mapped[Minor | None]
    quality_standard: Mapped[Words | None]
    acceptance_manner: Mapped[Words | None]
    transport: Mapped[Words | None]
    renewal: Mapped[Words | None]
    #: The manner of collection that both sides agreed (S-063).
    collection_manner: Mapped[Words | None]
    signed_on: Mapped[dt.date | None] = mapped_column(Date)
    signer_name: Mapped[Words | None]
    signer_title: Mapped[Words | None]
    sealed_with: Mapped[Code | None]
    #: Who looked at it before it was signed, and at its signer's authority (S-058, S-059).
    reviewed_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    authority_checked_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    authority_checked_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    authority_note: Mapped[Words | None]
    #: The next look at how both sides keep it (S-062).
    next_look_on: Mapped[dt.date | None] = mapped_column(Date)
    created_at: Mapped[Moment]
    row_version: Mapped[int] = mapped_column(BigId, default=1, server_default="1")


class ContractAmendment(Base):
    """What changed in a contract, and from which day on (S-061)."""

    __tablename__ = "contract_amendment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "contract_id"],
            ["contract.customer_id", "contract.id"],
            name="fk_contract_amendment_contract",
        ),
        CheckConstraint("state in ('waiting', 'in_force', 'refused')", name="known_state"),
        Index("ix_contract_amendment_contract_id", "contract_id", "effective_on", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    contract_id: Mapped[int] = mapped_column(BigId)
    effective_on: Mapped[Day]
    #: JSON: the fields of the contract that read otherwise from that day on.
    changes: Mapped[Words]
    #: What was agreed, in words.
    content: Mapped[Words]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    #: waiting: for a second person, where it changes how is paid.
    state: Mapped[Code]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))


class ContractNote(Base):
    """A look at how both sides keep a contract, as it was written down (S-062)."""

    __tablename__ = "contract_note"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "contract_id"],
            ["contract.customer_id", "contract.id"],
            name="fk_contract_note_contract",
        ),
        Index("ix_contract_note_contract_id", "contract_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    contract_id: Mapped[int] = mapped_column(BigId)
    #: kept | partly | broken
    outcome: Mapped[Code]
    note: Mapped[Words]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]


class Price(Base):
    """A price of a price list from a day on."""

    __tablename__ = "price"
    __table_args__ = (STRICT,)

    price_list: Mapped[Code] = mapped_column(primary_key=True)
    product_code: Mapped[Code] = mapped_column(primary_key=True)
    currency: Mapped[CurrencyCode] = mapped_column(primary_key=True)
    from_on: Mapped[Day] = mapped_column(primary_key=True)
    unit: Mapped[Words | None]
    unit_price: Mapped[Decimal] = mapped_column(PlainDecimal)


class InvoiceCheck(Base):
    """An invoice beside its contract: what differs, and who let it pass (S-066, S-067)."""

    __tablename__ = "invoice_check"
    __table_args__ = (
        CheckConstraint("state in ('fits', 'held', 'confirmed', 'returned')", name="known_state"),
        CheckConstraint(
            "(state in ('confirmed', 'returned')) = (decided_by is not null)",
            name="decided_says_who",
        ),
        Index("ix_invoice_check_state", "state", "entry_id"),
        Index("ix_invoice_check_customer_id", "customer_id", "entry_id"),
        STRICT,
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    #: Of the invoice and of the contract as it held that day: what is else is looked at anew.
    fingerprint: Mapped[Code]
    #: JSON: the differences, each with its aspect (content, amount, date, terms) and both sides.
    differences: Mapped[Words]
    state: Mapped[Code]
    checked_at: Mapped[Moment]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    comment: Mapped[Words] = mapped_column(default="", server_default="")
