"""Bad debts: what is written off inside the house, and what is provided for."""

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
    BigId,
    Code,
    CurrencyCode,
    Day,
    Key,
    Minor,
    Moment,
    PlainDecimal,
    Small,
    UtcMoment,
    Words,
)


class WriteOff(Base):
    """A bad debt that somebody proposed to write off; posted once others have approved it."""

    __tablename__ = "write_off"
    __table_args__ = (
        UniqueConstraint("customer_id", "id"),
        UniqueConstraint("number"),
        CheckConstraint(
            "state in ('waiting', 'posted', 'refused', 'withdrawn')", name="known_state"
        ),
        CheckConstraint("(state = 'posted') = (entry_id is not null)", name="posted_has_its_entry"),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        Index("ix_write_off_customer_id", "customer_id", "id"),
        Index("ix_write_off_state", "state", "id"),
        STRICT,
    )

    id: Mapped[Key]
    number: Mapped[Code]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    amount_minor: Mapped[Minor]
    #: bankrupt | lapsed | uneconomic | lost_contact | court | settlement | other
    reason: Mapped[Code]
    note: Mapped[Words]
    state: Mapped[Code]
    proposer_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    proposed_at: Mapped[Moment]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    #: Of the second approver, where the policy asks for one.
    second_approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    posted_on: Mapped[dt.date | None] = mapped_column(Date)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    #: When somebody looks at it again.
    look_on: Mapped[dt.date | None] = mapped_column(Date)
    idempotency_key: Mapped[Code]


class WriteOffPart(Base):
    """What of a due part a write-off is about."""

    __tablename__ = "write_off_part"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "write_off_id"],
            ["write_off.customer_id", "write_off.id"],
            name="fk_write_off_part_write_off",
        ),
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_write_off_part_part",
        ),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    write_off_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    part: Mapped[Small] = mapped_column(primary_key=True)
    amount_minor: Mapped[Minor]


class Provision(Base):
    """The bad-debt allowance of a day in one currency, as it was computed, and its movement."""

    __tablename__ = "provision"
    __table_args__ = (
        UniqueConstraint("as_of", "currency"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        STRICT,
    )

    id: Mapped[Key]
    as_of: Mapped[Day]
    currency: Mapped[CurrencyCode]
    #: matrix | grades
    method: Mapped[Code]
    amount_minor: Mapped[Minor]
    previous_minor: Mapped[Minor]
    #: JSON: exposure, rate and allowance of each bucket, and the specific ones.
    facts: Mapped[Words]
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[Moment]


class SpecificProvision(Base):
    """That a customer or one invoice is provided for by itself; it leaves the matrix meanwhile."""

    __tablename__ = "specific_provision"
    __table_args__ = (
        CheckConstraint("(ended_at is null) = (ended_by is null)", name="ended_says_who"),
        Index("ix_specific_provision_customer_id", "customer_id", "from_on"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    #: Null: all that the customer owes.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    percent: Mapped[Decimal] = mapped_column(PlainDecimal)
    reason: Mapped[Words]
    from_on: Mapped[Day]
    ended_on: Mapped[dt.date | None] = mapped_column(Date)
    set_by: Mapped[int] = mapped_column(ForeignKey("user.id"))
    set_at: Mapped[Moment]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
