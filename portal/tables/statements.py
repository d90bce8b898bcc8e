"""Statement runs, the frozen snapshots they make, and what customers answered to them."""

from __future__ import annotations

import datetime as dt

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

IN_FORCE = text("in_force = 1")
STANDING = text("withdrawn_at is null")


UNANSWERED = text("in_force = 1 and state in ('issued', 'viewed', 'prepared')")


class StatementRun(Base):
    """One call of the statement run; its slices make it resumable after a kill."""

    __tablename__ = "statement_run"
    __table_args__ = (STRICT,)

    id: Mapped[Key]
    period_to: Mapped[Day]
    issued_on: Mapped[Day]
    confirm_by: Mapped[Day]
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    actor_id: Mapped[int | None] = mapped_column(BigId)
    #: The customers asked for, as JSON ids; null is everyone.
    customer_ids: Mapped[Words | None]
    started_at: Mapped[Moment]
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class RunSlice(Base):
    """A range of customers that one worker claims, works and marks in one transaction."""

    __tablename__ = "run_slice"
    __table_args__ = (STRICT,)

    run_id: Mapped[int] = mapped_column(ForeignKey("statement_run.id"), primary_key=True)
    lo: Mapped[int] = mapped_column(BigId, primary_key=True)
    hi: Mapped[int] = mapped_column(BigId)
    done_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    issued: Mapped[int] = mapped_column(default=0, server_default="0")


class Pending(Base):
    """An entry that stands on no statement in force yet; the run that takes it deletes this row."""

    __tablename__ = "pending"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "currency", "entry_id"],
            ["entry.customer_id", "entry.currency", "entry.id"],
            name="fk_pending_entry",
        ),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(primary_key=True)
    currency: Mapped[CurrencyCode]
    dated_on: Mapped[Day]


class Statement(Base):
    """A numbered, versioned, frozen snapshot of an account; only its state and force may change."""

    __tablename__ = "statement"
    __table_args__ = (
        UniqueConstraint("customer_id", "currency", "period_to", "version"),
        UniqueConstraint("customer_id", "currency", "id", "closing_minor"),
        UniqueConstraint("customer_id", "id"),
        UniqueConstraint("number", "version"),
        ForeignKeyConstraint(
            ["customer_id", "currency", "prev_id", "opening_minor"],
            [
                "statement.customer_id",
                "statement.currency",
                "statement.id",
                "statement.closing_minor",
            ],
            name="fk_statement_opens_with_the_closing_before",
        ),
        CheckConstraint(
            "closing_minor = opening_minor + invoiced_minor + charged_minor + refunded_minor"
            " + adjusted_minor - credited_minor - received_minor - discounted_minor",
            name="equation_holds",
        ),
        CheckConstraint("open_minor - unapplied_minor = closing_minor", name="open_items_tie_out"),
        CheckConstraint("period_from <= period_to", name="period_runs_forward"),
        CheckConstraint(
            "state in ('issued', 'viewed', 'prepared', 'confirmed', 'confirmed_with_differences',"
            " 'refused', 'withdrawn', 'replaced')",
            name="known_state",
        ),
        CheckConstraint("(state = 'replaced') = (in_force = 0)", name="replaced_is_out_of_force"),
        Index(
            "uq_statement_in_force",
            "customer_id",
            "currency",
            "period_to",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
        Index("ix_statement_period_to_state", "period_to", "state"),
        Index("ix_statement_run_id", "run_id"),
        # Who has not answered yet, by the day on which the answer is due.
        Index(
            "ix_statement_unanswered",
            "confirm_by",
            sqlite_where=UNANSWERED,
            postgresql_where=UNANSWERED,
        ),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    currency: Mapped[CurrencyCode]
    period_from: Mapped[Day]
    period_to: Mapped[Day]
    version: Mapped[Small]
    in_force: Mapped[Small] = mapped_column(default=1, server_default="1")
    #: The statement whose closing this one opens with; null for the first.
    prev_id: Mapped[int | None] = mapped_column(BigId)
    number: Mapped[Code]
    opening_minor: Mapped[Minor]
    invoiced_minor: Mapped[Minor]
    charged_minor: Mapped[Minor]
    credited_minor: Mapped[Minor]
    received_minor: Mapped[Minor]
    discounted_minor: Mapped[Minor]
    refunded_minor: Mapped[Minor]
    adjusted_minor: Mapped[Minor]
    closing_minor: Mapped[Minor]
    open_minor: Mapped[Minor]
    overdue_minor: Mapped[Minor]
    unapplied_minor: Mapped[Minor]
    disputed_minor: Mapped[Minor]
    line_count: Mapped[int]
    #: The canonical bytes, as text: what was frozen, shown, hashed and sealed.
    payload: Mapped[Words]
    sha256: Mapped[Code]
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policy.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("statement_run.id"))
    issued_on: Mapped[Day]
    issued_at: Mapped[Moment]
    confirm_by: Mapped[Day]
    state: Mapped[Code]


class StatementLine(Base):
    """That an entry stands on a statement; its text is in the payload."""

    __tablename__ = "statement_line"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_statement_line_statement",
        ),
        ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_statement_line_entry"),
        Index(
            "uq_statement_line_in_force",
            "customer_id",
            "entry_id",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int]
    in_force: Mapped[Small] = mapped_column(default=1, server_default="1")


class Answer(Base):
    """The customer's tick on a line: agree or differ; `row_version` counts its changes."""

    __tablename__ = "answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "statement_id", "seq"],
            ["statement_line.customer_id", "statement_line.statement_id", "statement_line.seq"],
            name="fk_answer_line",
        ),
        CheckConstraint("mark in ('agree', 'differ')", name="known_mark"),
        STRICT,
    )

    customer_id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[Code]
    row_version: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    answered_at: Mapped[Moment]


class Difference(Base):
    """What the customer says is otherwise: on a line (`seq`), or beside all of them (null)."""

    __tablename__ = "difference"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_difference_statement",
        ),
        UniqueConstraint("statement_id", "seq"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int]
    statement_id: Mapped[int]
    seq: Mapped[int | None]
    reason: Mapped[Code]
    #: The amount in the customer's books, in the statement's currency; null when not said.
    #: On a line it has the line's direction; beside the lines, + raises what is owed.
    own_amount_minor: Mapped[Minor | None]
    note: Mapped[Words]
    #: What only the customer's books have: its number and day; a line says its own.
    document: Mapped[Words] = mapped_column(default="", server_default="")
    dated_on: Mapped[Day | None]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    said_at: Mapped[Moment]


class Confirmation(Base):
    """The act by which a customer answered a statement; one that stands, never changed."""

    __tablename__ = "confirmation"
    __table_args__ = (
        UniqueConstraint("verify_code"),
        UniqueConstraint("idempotency_key"),
        ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_confirmation_statement",
        ),
        CheckConstraint(
            "result in ('confirmed', 'confirmed_with_differences', 'refused')", name="known_result"
        ),
        Index(
            "uq_confirmation_standing",
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
    result: Mapped[Code]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: Everything EVIDENCE.md section 3 lists, as canonical JSON; what the certificate is made from.
    evidence: Mapped[Words]
    evidence_sha256: Mapped[Code]
    statement_sha256: Mapped[Code]
    #: The code in the QR and in /verify/<code>.
    verify_code: Mapped[Code]
    idempotency_key: Mapped[Code]
    signed_at: Mapped[Moment]
    #: Set once, where its signer took it back in time; the statement then waits for another.
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class Certificate(Base):
    """The sealed PDF derived from a confirmation."""

    __tablename__ = "certificate"
    __table_args__ = (STRICT,)

    confirmation_id: Mapped[int] = mapped_column(
        ForeignKey("confirmation.id"), primary_key=True, autoincrement=False
    )
    file_sha256: Mapped[Code] = mapped_column(ForeignKey("stored_file.sha256"))
    #: PAdES level reached: B-B, B-T …
    level: Mapped[Code]
    key_fingerprint: Mapped[Code]
    sealed_at: Mapped[Moment]


class Declaration(Base):
    """A declaration's text by name, language, version; what was agreed to is found by its hash."""

    __tablename__ = "declaration"
    __table_args__ = (UniqueConstraint("name", "language", "version"), STRICT)

    id: Mapped[Key]
    name: Mapped[Code]
    language: Mapped[Code]
    version: Mapped[Small]
    body: Mapped[Words]
    sha256: Mapped[Code]
