"""Orders, the decisions whether they may be shipped, releases of held ones, and exchange rates."""

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
    Words,
)


class SalesOrder(Base):
    """An order as the ERP tells it; what is not yet invoiced of it counts as exposure."""

    __tablename__ = "sales_order"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("customer_id", "id"),
        CheckConstraint("code <> ''", name="code_is_given"),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("status in ('open', 'closed', 'cancelled')", name="known_status"),
        CheckConstraint(
            "decision is null or decision in ('allow', 'hold', 'refuse', 'released')",
            name="known_decision",
        ),
        Index("ix_sales_order_customer_id", "customer_id", "status"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    code: Mapped[Code]
    currency: Mapped[CurrencyCode]
    ordered_on: Mapped[Day]
    amount_minor: Mapped[Minor]
    status: Mapped[Code]
    #: The last answer to "may it be shipped"; null: nobody asked, and an open order counts.
    #: hold and refuse do not count: nothing is shipped.
    decision: Mapped[Code | None]
    #: A release by hand holds until this day.
    released_until: Mapped[dt.date | None] = mapped_column(Date)
    created_at: Mapped[Moment]
    row_version: Mapped[int] = mapped_column(BigId, default=1, server_default="1")


class OrderDecision(Base):
    """One answer to "may this be shipped", with the figures it was given on."""

    __tablename__ = "order_decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name="fk_order_decision_order",
        ),
        CheckConstraint(
            "decision in ('allow', 'hold', 'refuse', 'released')", name="known_decision"
        ),
        Index("ix_order_decision_order_id", "order_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    order_id: Mapped[int] = mapped_column(BigId)
    decision: Mapped[Code]
    #: JSON: the reasons, each a code with its facts.
    reasons: Mapped[Words]
    #: In the currency of the limit; null where none is set or a rate is missing.
    currency: Mapped[CurrencyCode | None]
    exposure_minor: Mapped[Minor | None]
    limit_minor: Mapped[Minor | None]
    amount_minor: Mapped[Minor | None]
    release_id: Mapped[int | None] = mapped_column(ForeignKey("hold_release.id"))
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    asked_by: Mapped[Words]
    at: Mapped[Moment]


class HoldRelease(Base):
    """That a held order may be shipped all the same: asked for, approved, and only until a day."""

    __tablename__ = "hold_release"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "order_id"],
            ["sales_order.customer_id", "sales_order.id"],
            name="fk_hold_release_order",
        ),
        CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'withdrawn')", name="known_state"
        ),
        Index("ix_hold_release_order_id", "order_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    order_id: Mapped[int] = mapped_column(BigId)
    until_on: Mapped[Day]
    reason: Mapped[Words]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    state: Mapped[Code]
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))


class Rate(Base):
    """What one unit of a currency is worth in another from a day on, until a later rate."""

    __tablename__ = "rate"
    __table_args__ = (
        CheckConstraint("from_currency <> to_currency", name="between_two_currencies"),
        STRICT,
    )

    from_currency: Mapped[CurrencyCode] = mapped_column(primary_key=True)
    to_currency: Mapped[CurrencyCode] = mapped_column(primary_key=True)
    rate_on: Mapped[Day] = mapped_column(primary_key=True)
    #: Plain decimal: to-units for one from-unit.
    rate: Mapped[Decimal] = mapped_column(PlainDecimal)
