"""Who signs with whom: a statement passed on, the first of two signatures, signing handed over."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import Code, Day, Key, Moment, UtcMoment, Words

STANDING = sql("ended_at is null")


class Passing(Base):
    """A preparer passed a statement to one signatory or to all; it ends once, and says how."""

    __tablename__ = "passing"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_passing_statement",
        ),
        CheckConstraint(
            "ended_as in ('taken_back', 'returned', 'answered', 'replaced')", name="known_end"
        ),
        CheckConstraint("(ended_as is null) = (ended_at is null)", name="end_says_how"),
        Index("ix_passing_statement_id", "statement_id"),
        Index(
            "uq_passing_standing",
            "statement_id",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int]
    statement_id: Mapped[int]
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: The signatory it was passed to; null is all of them.
    to_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    comment: Mapped[Words]
    passed_at: Mapped[Moment]
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    ended_as: Mapped[Code | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: Why a signatory returned it.
    answer: Mapped[Words | None]


class Signature(Base):
    """The first of two signatures, with its own evidence; void or completed, it is ended once."""

    __tablename__ = "signature"
    __table_args__ = (
        UniqueConstraint("idempotency_key"),
        ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_signature_statement",
        ),
        CheckConstraint(
            "result in ('confirmed', 'confirmed_with_differences')", name="known_result"
        ),
        CheckConstraint(
            "ended_as in ('completed', 'answers_changed', 'taken_back', 'returned', 'refused',"
            " 'replaced', 'right_lost')",
            name="known_end",
        ),
        CheckConstraint("(ended_as is null) = (ended_at is null)", name="end_says_how"),
        CheckConstraint(
            "confirmation_id is null or ended_as = 'completed'", name="only_completed_confirms"
        ),
        Index("ix_signature_statement_id", "statement_id"),
        Index("ix_signature_confirmation_id", "confirmation_id"),
        Index(
            "uq_signature_standing",
            "statement_id",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int]
    statement_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: On whose authority: the signer, or who handed their signing to them.
    principal_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    result: Mapped[Code]
    remark: Mapped[Words]
    #: What the answers on the lines came to; the second signature is to the same.
    answers_sha256: Mapped[Code]
    statement_sha256: Mapped[Code]
    #: As that of a confirmation, of this signer alone.
    evidence: Mapped[Words]
    evidence_sha256: Mapped[Code]
    idempotency_key: Mapped[Code]
    signed_at: Mapped[Moment]
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    ended_as: Mapped[Code | None]
    #: The confirmation that the second signature made of it.
    confirmation_id: Mapped[int | None] = mapped_column(ForeignKey("confirmation.id"))


class Delegation(Base):
    """A signatory hands their signing at one customer to a colleague, from a day until a day."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("from_on <= until_on", name="period_runs_forward"),
        CheckConstraint("by_id <> to_id", name="to_somebody_else"),
        Index("ix_delegation_to_id", "to_id"),
        Index("ix_delegation_by_id", "by_id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    from_on: Mapped[Day]
    #: The last day on which it counts.
    until_on: Mapped[Day]
    note: Mapped[Words]
    made_at: Mapped[Moment]
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
