"""Money received and what it was applied to."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, STRICT_WITHOUT_ROWID, Base
from portal.tables.types import Code, CurrencyCode, Day, Minor, Small, Words


class Payment(Base):
    """What a payment says besides its amount; the bank's reference is the entry's."""

    __tablename__ = "payment"
    __table_args__ = (STRICT,)

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    method: Mapped[Words | None]
    payer: Mapped[Words | None]


class Allocation(Base):
    """A credit applied to a due part from a day on; ended from a day, never deleted."""

    __tablename__ = "allocation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "currency", "entry_id", "part"],
            ["part.customer_id", "part.currency", "part.entry_id", "part.part"],
            name="fk_allocation_part",
        ),
        ForeignKeyConstraint(
            ["customer_id", "currency", "credit_id"],
            ["entry.customer_id", "entry.currency", "entry.id"],
            name="fk_allocation_credit",
        ),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint(
            "ended_on is null or ended_on >= effective_on", name="ends_after_it_begins"
        ),
        Index("ix_allocation_customer_id_credit_id", "customer_id", "credit_id"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True)
    credit_id: Mapped[int] = mapped_column(primary_key=True)
    #: Counts the applications of one credit to one part.
    nth: Mapped[Small] = mapped_column(primary_key=True)
    currency: Mapped[CurrencyCode]
    #: 1: the credit is a write-off, which lowers what the house expects, never the claim.
    memo: Mapped[Small] = mapped_column(default=0, server_default="0")
    #: The latest of the act's own date and both documents' dates.
    effective_on: Mapped[Day]
    ended_on: Mapped[dt.date | None] = mapped_column(Date)
    amount_minor: Mapped[Minor]
    #: Who said so: import, customer, clerk, rule.
    source: Mapped[Code]
