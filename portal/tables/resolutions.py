"""How a statement came to a new version, and what the house answered to what differs."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import BigId, Code, Key, Minor, Moment, Words


class Reissue(Base):
    """That a statement replaces its version before, and why; never changed."""

    __tablename__ = "reissue"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_reissue_statement",
        ),
        ForeignKeyConstraint(
            ["customer_id", "replaces_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_reissue_replaced_statement",
        ),
        CheckConstraint("cause in ('corrected', 'sign_off')", name="known_cause"),
        CheckConstraint("statement_id <> replaces_id", name="replaces_another"),
        STRICT,
    )

    statement_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(BigId)
    replaces_id: Mapped[int] = mapped_column(BigId)
    #: corrected: something was posted since, or was wrong; sign_off: its differences are settled.
    cause: Mapped[Code]
    #: What the customer reads.
    reason: Mapped[Words]
    #: How many answers of the version before stand on this one.
    carried: Mapped[int]
    #: How many lines are new or changed.
    changed: Mapped[int]


class Resolution(Base):
    """What the house decided on a difference; the newest since it was said counts."""

    __tablename__ = "resolution"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_resolution_statement",
        ),
        CheckConstraint("decision in ('accept', 'explain', 'reject')", name="known_decision"),
        CheckConstraint("answer <> ''", name="answer_is_given"),
        Index("ix_resolution_statement_id", "statement_id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    statement_id: Mapped[int] = mapped_column(BigId)
    #: The difference, which its customer may take back; null: a refusal of the whole statement,
    #: or an answer that came over from the version before.
    difference_id: Mapped[int | None] = mapped_column(BigId)
    #: The line, counted from one; null: the whole statement.
    seq: Mapped[int | None]
    decision: Mapped[Code]
    #: Why the books differed (core.settling.Cause).
    cause: Mapped[Code]
    #: What the customer reads.
    answer: Mapped[Words]
    #: The claim as it stood when it was decided.
    claim_reason: Mapped[Code]
    claim_own_minor: Mapped[Minor | None]
    #: The document that settles it.
    document_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    #: The answer on the version before that this row carries over.
    carried_id: Mapped[int | None] = mapped_column(ForeignKey("resolution.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[Moment]
