"""A customer's own ledger beside a statement: the file, its rows, and how they were matched."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, STRICT_WITHOUT_ROWID, Base
from portal.tables.types import Code, Day, Flag, Key, Minor, Moment, UtcMoment, Words


class LedgerMapping(Base):
    """How a customer's ledger files are read, remembered from the last one."""

    __tablename__ = "ledger_mapping"
    __table_args__ = (STRICT,)

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id"), primary_key=True, autoincrement=False
    )
    #: JSON: which column is what, and how days and amounts are written.
    mapping: Mapped[Words]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    saved_at: Mapped[Moment]


class Comparison(Base):
    """A ledger that somebody of the customer laid beside a statement; its counts outlive it."""

    __tablename__ = "comparison"
    __table_args__ = (
        UniqueConstraint("customer_id", "id"),
        ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_comparison_statement",
        ),
        CheckConstraint(
            "state in ('uploaded', 'running', 'ready', 'failed', 'deleted')", name="known_state"
        ),
        CheckConstraint("(state = 'deleted') = (deleted_at is not null)", name="deleted_says_when"),
        CheckConstraint("state <> 'deleted' or file_sha256 is null", name="deleted_keeps_no_file"),
        Index("ix_comparison_statement_id", "customer_id", "statement_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int]
    statement_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    file_name: Mapped[Words]
    file_sha256: Mapped[Code | None] = mapped_column(ForeignKey("stored_file.sha256"))
    #: JSON, as in `ledger_mapping`; null until somebody or the memory said it.
    mapping: Mapped[Words | None]
    state: Mapped[Code]
    rows_total: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_done: Mapped[int] = mapped_column(default=0, server_default="0")
    #: JSON: what was wrong with the file, each with its row and column.
    problems: Mapped[Words]
    #: JSON: how many rows and documents are the same, differ, are only ours, only theirs.
    counts: Mapped[Words]
    #: JSON: the way from the customer's balance to ours; null before it is known.
    bridge: Mapped[Words | None]
    #: JSON: what people decided about its rows, besides what was found.
    decisions: Mapped[Words]
    #: Counts the decisions on it, so that a page that is older is told so.
    row_version: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[Moment]
    ready_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    #: JSON: the answers that it set, so that they can be set anew or taken back.
    applied: Mapped[Words]
    #: The `row_version` that was applied to the statement, and when.
    applied_version: Mapped[int | None]
    applied_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    deleted_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class OwnRow(Base):
    """A row of the customer's ledger, kept as evidence of a match for this statement only."""

    __tablename__ = "own_row"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "comparison_id"],
            ["comparison.customer_id", "comparison.id"],
            name="fk_own_row_comparison",
        ),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(primary_key=True)
    comparison_id: Mapped[int] = mapped_column(primary_key=True)
    #: Its number in the file, counted from one.
    row: Mapped[int] = mapped_column(primary_key=True)
    dated_on: Mapped[Day | None]
    number: Mapped[Words]
    reference: Mapped[Words]
    text: Mapped[Words]
    #: As the statement counts: more owed is plus.
    amount_minor: Mapped[Minor]
    #: Dated before or after the period: it is not compared, but may tell what is in transit.
    is_outside: Mapped[Flag]


class OwnMatch(Base):
    """What was found about lines of the statement and rows of the ledger; one side may be empty."""

    __tablename__ = "own_match"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "comparison_id"],
            ["comparison.customer_id", "comparison.id"],
            name="fk_own_match_comparison",
        ),
        CheckConstraint("kind in ('same', 'differs', 'ours', 'yours')", name="known_kind"),
        CheckConstraint(
            "decided in ('', 'accepted', 'apart', 'timing', 'difference')", name="known_decision"
        ),
        Index("ix_own_match_kind", "customer_id", "comparison_id", "kind", "nth"),
        STRICT_WITHOUT_ROWID,
    )

    customer_id: Mapped[int] = mapped_column(primary_key=True)
    comparison_id: Mapped[int] = mapped_column(primary_key=True)
    nth: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Code]
    #: Why they belong together, or what is special about who stands alone.
    how: Mapped[Code]
    #: JSON: the numbers of the lines, and those of the rows.
    ours: Mapped[Words]
    yours: Mapped[Words]
    ours_minor: Mapped[Minor]
    yours_minor: Mapped[Minor]
    #: What a person decided about it; empty is what was found.
    decided: Mapped[Code]
    #: The reason of the difference that was raised, and what was said of it.
    why: Mapped[Code]
    note: Mapped[Words]
