"""Disputes: what a customer says is wrong, the talk about it, and what the house decided."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    text,
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
    Small,
    UtcMoment,
    Words,
)


class Dispute(Base):
    """What a customer says is wrong with a document, a line of it, or a statement."""

    __tablename__ = "dispute"
    __table_args__ = (
        UniqueConstraint("customer_id", "id"),
        ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_dispute_statement",
        ),
        CheckConstraint(
            "state in ('received', 'checking', 'decided', 'closed', 'withdrawn')",
            name="known_state",
        ),
        CheckConstraint("amount_minor >= 0", name="amount_not_negative"),
        CheckConstraint("statement_id is not null or seq is null", name="line_of_a_statement"),
        Index("ix_dispute_customer_id_state", "customer_id", "state"),
        Index("ix_dispute_state_answer_by", "state", "answer_by"),
        Index("ix_dispute_entry_id", "entry_id"),
        # What was said on a statement is one dispute, however often its signing is tried.
        Index(
            "uq_dispute_difference",
            "customer_id",
            "statement_id",
            "origin",
            unique=True,
            sqlite_where=text("statement_id is not null"),
            postgresql_where=text("statement_id is not null"),
        ),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    #: The document it is about; null: it is on no account of ours.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    #: The invoice's line, where one was named.
    line: Mapped[int | None]
    #: The statement it was said on, and where: line-3, own-17, whole; its line, counted from one.
    statement_id: Mapped[int | None] = mapped_column(BigId)
    origin: Mapped[Code] = mapped_column(default="", server_default="")
    seq: Mapped[int | None]
    #: What is disputed of it; 0: nothing that is open.
    amount_minor: Mapped[Minor]
    #: A dispute reason of the policy (core.dispute).
    reason: Mapped[Code]
    #: What the customer says.
    said: Mapped[Words]
    #: Who raised it, when, and by which way: portal | statement | phone.
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    raised_at: Mapped[Moment]
    raised_on: Mapped[Day]
    way: Mapped[Code]
    #: The confirmation that says it, with its evidence.
    confirmation_id: Mapped[int | None] = mapped_column(ForeignKey("confirmation.id"))
    state: Mapped[Code]
    #: The day an answer is due.
    answer_by: Mapped[Day]
    #: The clerk who has it.
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    #: Counts what changed it, so that a page that is older is told so.
    row_version: Mapped[int] = mapped_column(default=0, server_default="0")


class DisputeMessage(Base):
    """What customer and house write to each other about a dispute; never changed."""

    __tablename__ = "dispute_message"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_dispute_message_dispute",
        ),
        CheckConstraint("side in ('customer', 'house')", name="known_side"),
        Index("ix_dispute_message_dispute_id", "dispute_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    dispute_id: Mapped[int] = mapped_column(BigId)
    side: Mapped[Code]
    body: Mapped[Words]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]


class DisputeNote(Base):
    """A note that the house writes for itself; a table apart, which no customer's query reads."""

    __tablename__ = "dispute_note"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_dispute_note_dispute",
        ),
        Index("ix_dispute_note_dispute_id", "dispute_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    dispute_id: Mapped[int] = mapped_column(BigId)
    body: Mapped[Words]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]


class DisputeDecision(Base):
    """What the house decided on a dispute; never changed, the newest counts."""

    __tablename__ = "dispute_decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_dispute_decision_dispute",
        ),
        CheckConstraint("verdict in ('accept', 'accept_part', 'reject')", name="known_verdict"),
        CheckConstraint("answer <> ''", name="answer_is_given"),
        # What is right without an amount (a date, a name, a version) is accepted with none.
        CheckConstraint(
            "verdict = 'accept' or (verdict = 'reject') = (accepted_minor = 0)",
            name="accepts_what_it_says",
        ),
        Index("ix_dispute_decision_dispute_id", "dispute_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    dispute_id: Mapped[int] = mapped_column(BigId)
    verdict: Mapped[Code]
    accepted_minor: Mapped[Minor]
    #: How an accepted amount is settled (core.dispute.Settlement); empty where nothing is.
    settlement: Mapped[Code]
    root_cause: Mapped[Code]
    #: What the customer reads.
    answer: Mapped[Words]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    #: The request that a second person has to approve; null: none was needed.
    approval_id: Mapped[int | None] = mapped_column(ForeignKey("approval.id"))


class CreditRequest(Base):
    """That a credit note is to be posted, because a dispute was accepted."""

    __tablename__ = "credit_request"
    __table_args__ = (
        UniqueConstraint("decision_id"),
        ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_credit_request_dispute",
        ),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        CheckConstraint(
            "state in ('waiting', 'approved', 'refused', 'posted', 'void')", name="known_state"
        ),
        CheckConstraint("(state = 'posted') = (credit_id is not null)", name="posted_names_it"),
        Index("ix_credit_request_state", "state"),
        Index("ix_credit_request_dispute_id", "dispute_id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    dispute_id: Mapped[int] = mapped_column(BigId)
    decision_id: Mapped[int] = mapped_column(ForeignKey("dispute_decision.id"))
    #: The invoice that it is for.
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    currency: Mapped[CurrencyCode]
    amount_minor: Mapped[Minor]
    #: waiting: for a second person; approved: to be posted.
    state: Mapped[Code]
    #: The credit note that was posted for it.
    credit_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    asked_at: Mapped[Moment]
    #: When a second person agreed, and the decision took effect; null: none has, or none had to.
    agreed_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class Attachment(Base):
    """A file that somebody added to a dispute; it lies in the storage by its content."""

    __tablename__ = "attachment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_attachment_dispute",
        ),
        CheckConstraint("size > 0", name="size_above_zero"),
        CheckConstraint("side in ('customer', 'house', 'note')", name="known_side"),
        Index("ix_attachment_dispute_id", "dispute_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    dispute_id: Mapped[int] = mapped_column(BigId)
    #: The message it came with; null: with the dispute itself, or with a note.
    message_id: Mapped[int | None] = mapped_column(ForeignKey("dispute_message.id"))
    #: note: only the house may ever see it.
    side: Mapped[Code]
    file_name: Mapped[Words]
    file_sha256: Mapped[Code] = mapped_column(ForeignKey("stored_file.sha256"))
    media_type: Mapped[Code]
    size: Mapped[Minor]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]


class DisputedPart(Base):
    """A mark that a part, or an amount of it, is disputed; a dispute's, or the ledger file's."""

    __tablename__ = "disputed_part"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "entry_id", "part"],
            ["part.customer_id", "part.entry_id", "part.part"],
            name="fk_disputed_part_part",
        ),
        ForeignKeyConstraint(
            ["customer_id", "dispute_id"],
            ["dispute.customer_id", "dispute.id"],
            name="fk_disputed_part_dispute",
        ),
        CheckConstraint("amount_minor is null or amount_minor > 0", name="amount_above_zero"),
        CheckConstraint("ended_on is null or ended_on >= from_on", name="ends_after_it_begins"),
        Index(
            "uq_disputed_part_of_dispute",
            "customer_id",
            "entry_id",
            "part",
            "dispute_id",
            unique=True,
            sqlite_where=text("ended_on is null and dispute_id is not null"),
            postgresql_where=text("ended_on is null and dispute_id is not null"),
        ),
        Index(
            "uq_disputed_part_of_file",
            "customer_id",
            "entry_id",
            "part",
            unique=True,
            sqlite_where=text("ended_on is null and dispute_id is null"),
            postgresql_where=text("ended_on is null and dispute_id is null"),
        ),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    entry_id: Mapped[int] = mapped_column(BigId)
    part: Mapped[Small]
    #: null: the imported ledger said so, nobody wrote.
    dispute_id: Mapped[int | None] = mapped_column(BigId)
    from_on: Mapped[Day]
    ended_on: Mapped[dt.date | None] = mapped_column(Date)
    #: null: the whole open amount.
    amount_minor: Mapped[Minor | None]
