"""The ledger: one row an entry, the due parts that are the open items, the invoice's details."""

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

from portal.tables.base import STRICT, STRICT_WITHOUT_ROWID, Base
from portal.tables.types import (
    Code,
    CurrencyCode,
    Day,
    Key,
    Minor,
    Moment,
    PlainDecimal,
    Small,
    Words,
)

#: kind rank → sign of its amount: + raises what is owed, - lowers it, 0 either way.
KIND_SIGNS = (
    "(kind in (1, 2, 6, 7) and amount_minor > 0)"
    " or (kind in (3, 4, 5) and amount_minor < 0)"
    " or (kind in (8, 9, 10, 12) and amount_minor <> 0)"
)


class Entry(Base):
    """A posted document: never changed nor deleted; its amount is signed, + raises what is owed."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("space", "number", "leg"),
        UniqueConstraint("customer_id", "currency", "id"),
        CheckConstraint(KIND_SIGNS, name="sign_fits_kind"),
        CheckConstraint("(kind = 12) = (memo = 1)", name="only_write_offs_are_memos"),
        CheckConstraint(
            "space = case when kind = 1 then 1 when kind in (3, 4) then 2 else 3 end",
            name="space_fits_kind",
        ),
        CheckConstraint("leg = 0 or (leg = 1 and kind = 8)", name="second_leg_is_a_transfer"),
        CheckConstraint("number <> ''", name="number_is_given"),
        Index("ix_entry_customer_id_dated_on", "customer_id", "dated_on"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    #: 1 invoice 2 charge 3 credit_note 4 payment 5 discount 6 refund 7 returned_payment
    #: 8 transfer 9 adjustment 10 opening 12 write_off (core.ledger.Kind)
    kind: Mapped[Small]
    #: One key space each: 1 invoices, 2 payments and credit notes, 3 the rest.
    space: Mapped[Small]
    #: 1 is the other side of a transfer, on the counter customer's account.
    leg: Mapped[Small] = mapped_column(default=0, server_default="0")
    dated_on: Mapped[Day]
    amount_minor: Mapped[Minor]
    #: 1: an act inside the house that the customer's statement does not show.
    memo: Mapped[Small] = mapped_column(default=0, server_default="0")
    number: Mapped[Code]
    #: What the customer knows it by: their order number, the bank's reference.
    reference: Mapped[Words | None]
    #: The finer word of an adjustment (opening, rounding, recovery, interest) or the reason given.
    subkind: Mapped[Code | None]
    reason: Mapped[Words | None]
    #: The invoice an adjustment or credit note names; the application itself is an allocation.
    about_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    counter_customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    posted_at: Mapped[Moment]


class Part(Base):
    """The open item: what falls due on one day; `due_on` is null until its baseline is known."""

    __tablename__ = "part"
    __table_args__ = (
        UniqueConstraint("customer_id", "currency", "entry_id", "part"),
        ForeignKeyConstraint(
            ["customer_id", "currency", "entry_id"],
            ["entry.customer_id", "entry.currency", "entry.id"],
            name="fk_part_entry",
        ),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint("part >= 1", name="counted_from_one"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True)
    currency: Mapped[CurrencyCode]
    #: A copy of the entry's date, so that the open-items query reads one table less.
    dated_on: Mapped[Day]
    due_on: Mapped[dt.date | None] = mapped_column(Date)
    #: Days from the baseline to the due date; null while the baseline is unknown or unsaid.
    term_days: Mapped[Small | None]
    amount_minor: Mapped[Minor]


class Invoice(Base):
    """What an invoice says besides its amount; its terms stay those it was posted with."""

    __tablename__ = "invoice"
    __table_args__ = (STRICT,)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    #: The terms text the due parts were made from, and where it came from
    #: (invoice | contract | customer | grade | company | none | due_date | parts).
    terms_text: Mapped[Words | None]
    terms_source: Mapped[Code]
    tax_minor: Mapped[Minor | None]
    tax_invoice_no: Mapped[Words | None]
    contract_code: Mapped[Words | None]
    order_code: Mapped[Words | None]
    shipped_on: Mapped[dt.date | None] = mapped_column(Date)
    delivered_on: Mapped[dt.date | None] = mapped_column(Date)
    accepted_on: Mapped[dt.date | None] = mapped_column(Date)
    received_on: Mapped[dt.date | None] = mapped_column(Date)
    description: Mapped[Words | None]
    region: Mapped[Words | None]
    product: Mapped[Words | None]
    #: The version that gave the terms: policy/7, customer_terms/12, amendment/5; null: undated.
    terms_version: Mapped[Code | None]


class InvoiceLine(Base):
    """A line of an invoice, as printed."""

    __tablename__ = "invoice_line"
    __table_args__ = (STRICT,)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    description: Mapped[Words]
    product_code: Mapped[Words | None]
    unit: Mapped[Words | None]
    quantity: Mapped[Decimal] = mapped_column(PlainDecimal)
    unit_price: Mapped[Decimal] = mapped_column(PlainDecimal)
    tax_rate: Mapped[Decimal | None] = mapped_column(PlainDecimal)
    tax_minor: Mapped[Minor | None]
    amount_minor: Mapped[Minor]
