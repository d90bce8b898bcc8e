"""Late interest: what was charged of it with a second person's approval, and what was waived."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, STRICT_WITHOUT_ROWID, Base
from portal.tables.types import BigId, Code, CurrencyCode, Day, Key, Minor, Moment, Small, Words


class InterestCharge(Base):
    """Late interest of an account up to a day, proposed; an item once it is approved and posted."""

    __tablename__ = "interest_charge"
    __table_args__ = (
        UniqueConstraint("customer_id", "id"),
        UniqueConstraint("idempotency_key"),
        CheckConstraint(
            "state in ('waiting', 'charged', 'refused', 'withdrawn')", name="known_state"
        ),
        CheckConstraint("(state = 'charged') = (entry_id is not null)", name="charged_has_entry"),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        Index(
            "uq_interest_charge_waiting",
            "customer_id",
            "currency",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_interest_charge_state", "state", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    #: The last day that it covers.
    through_on: Mapped[Day]
    amount_minor: Mapped[Minor]
    state: Mapped[Code]
    note: Mapped[Words]
    #: JSON: how each line was worked out, period by period.
    facts: Mapped[Words]
    made_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[Moment]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    idempotency_key: Mapped[Code]


class InterestLine(Base):
    """What of a charge is for one due part: its rounded total so far less what was charged."""

    __tablename__ = "interest_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "charge_id"],
            ["interest_charge.customer_id", "interest_charge.id"],
            name="fk_interest_line_charge",
        ),
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_interest_line_part",
        ),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        Index("ix_interest_line_part", "customer_id", "entry_id", "part"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    charge_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True)
    #: interest | fixed: the law's sum for each late claim
    kind: Mapped[Code] = mapped_column(primary_key=True)
    #: The rounded total up to the charge's day, and what of it this charge asks for.
    total_minor: Mapped[Minor]
    amount_minor: Mapped[Minor]


class InterestWaiver(Base):
    """That late interest of a due part up to a day is not asked for; it stays so."""

    __tablename__ = "interest_waiver"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_interest_waiver_part",
        ),
        UniqueConstraint("idempotency_key", "customer_id", "entry_id", "part"),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        Index("ix_interest_waiver_part", "customer_id", "entry_id", "part"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    entry_id: Mapped[int] = mapped_column(BigId)
    part: Mapped[Small]
    #: Waived: what had accrued up to this day and was not charged.
    through_on: Mapped[Day]
    amount_minor: Mapped[Minor]
    reason: Mapped[Words]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    idempotency_key: Mapped[Code]
