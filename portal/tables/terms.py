"""What was agreed about paying: terms of customers by effective date, and changes on their way."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import BigId, Code, Day, Key, Moment, PlainDecimal, Small, Words


class TermsChange(Base):
    """A change of terms as somebody drafted it; what is approved becomes a version of its own."""

    __tablename__ = "terms_change"
    __table_args__ = (
        CheckConstraint(
            "state in ('draft', 'waiting', 'approved', 'refused', 'withdrawn')", name="known_state"
        ),
        CheckConstraint("scope in ('company', 'customer')", name="known_scope"),
        CheckConstraint(
            "(scope = 'customer') = (customer_id is not null)", name="scope_says_whose"
        ),
        CheckConstraint("reach in ('new', 'open')", name="known_reach"),
        Index("ix_terms_change_state", "state", "id"),
        Index("ix_terms_change_customer_id", "customer_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    #: company: values of the policy, its named terms and grades too; customer: one customer's own.
    scope: Mapped[Code]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    effective_on: Mapped[Day]
    #: new: invoices dated from that day on; open: those that are open then are dated anew as well.
    reach: Mapped[Code]
    #: JSON: the values that change, as they were drafted against and as they would be.
    before: Mapped[Words]
    after: Mapped[Words]
    reason: Mapped[Words]
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    drafted_at: Mapped[Moment]
    state: Mapped[Code]
    #: JSON: the figures of the simulation that were on the page when it was handed in.
    impact: Mapped[Words] = mapped_column(default="", server_default="")
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))
    #: The version of the policy that a company's change became.
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    row_version: Mapped[int] = mapped_column(BigId, default=1, server_default="1")


class CustomerTerms(Base):
    """A customer's own terms from a day on; before the first of them those of the file hold."""

    __tablename__ = "customer_terms"
    __table_args__ = (
        CheckConstraint("grace_days >= 0", name="grace_not_negative"),
        Index("ix_customer_terms_customer_id", "customer_id", "effective_on", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    effective_on: Mapped[Day]
    #: The notation, or the name of terms of the policy; empty: those of the grade or the company.
    terms: Mapped[Words]
    #: Null: as the named terms or the company have it.
    grace_days: Mapped[Small | None]
    #: Per cent a year, as `12.25`; null: as the named terms or the company have it.
    late_rate: Mapped[Decimal | None] = mapped_column(PlainDecimal)
    day_count: Mapped[Small | None]
    #: decision | file
    source: Mapped[Code]
    reason: Mapped[Words]
    change_id: Mapped[int | None] = mapped_column(ForeignKey("terms_change.id"))
    author: Mapped[Words]
    at: Mapped[Moment]


class PartMove(Base):
    """That a due date was moved, by an approved change of terms whose reach said so."""

    __tablename__ = "part_move"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_part_move_part",
        ),
        Index("ix_part_move_part", "customer_id", "entry_id", "part"),
        Index("ix_part_move_change_id", "change_id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    entry_id: Mapped[int] = mapped_column(BigId)
    part: Mapped[Small]
    change_id: Mapped[int] = mapped_column(ForeignKey("terms_change.id"))
    from_due_on: Mapped[dt.date | None] = mapped_column(Date)
    to_due_on: Mapped[Day]
    from_term_days: Mapped[Small | None]
    to_term_days: Mapped[Small | None]
    at: Mapped[Moment]
