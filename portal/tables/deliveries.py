"""What was delivered: posted documents that are no entries until their invoice is."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import Code, CurrencyCode, Day, Key, Minor, Moment, Words


class Delivery(Base):
    """Goods handed over; never changed, but for its invoice and who received it, once known."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint("number <> ''", name="number_is_given"),
        Index("ix_delivery_customer_id", "customer_id", "currency", "delivered_on"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    number: Mapped[Code]
    delivered_on: Mapped[Day]
    amount_minor: Mapped[Minor]
    order_code: Mapped[Words | None]
    #: The number of its invoice, which may be posted later than the delivery.
    invoice_code: Mapped[Code | None]
    received_by: Mapped[Words | None]
    reference: Mapped[Words | None]
    posted_at: Mapped[Moment]
