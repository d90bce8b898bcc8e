"""Acts on money done by hand, what an import added, and the one way in which it is taken back."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, STRICT_WITHOUT_ROWID, Base
from portal.tables.types import BigId, Code, CurrencyCode, Day, Key, Minor, Moment, UtcMoment, Words


class HandAct(Base):
    """What somebody did with a credit by hand; it stays, also when it was undone."""

    __tablename__ = "hand_act"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "currency", "credit_id"],
            ["entry.customer_id", "entry.currency", "entry.id"],
            name="fk_hand_act_credit",
        ),
        CheckConstraint("kind in ('apply', 'unapply', 'refund', 'transfer')", name="known_kind"),
        CheckConstraint("amount_minor > 0", name="amount_above_zero"),
        Index("ix_hand_act_customer_id_credit_id", "customer_id", "credit_id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(BigId)
    currency: Mapped[CurrencyCode]
    credit_id: Mapped[int] = mapped_column(BigId)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: apply | unapply | refund | transfer
    kind: Mapped[Code]
    #: The day from which it counts.
    acted_on: Mapped[Day]
    amount_minor: Mapped[Minor]
    #: JSON: the applications made and ended, the entries posted, the documents in words.
    facts: Mapped[Words]
    at: Mapped[Moment]
    undone_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class ImportRange(Base):
    """Keys of rows that an import made, one row a stretch; it stays when they are taken back."""

    __tablename__ = "import_range"
    __table_args__ = (
        CheckConstraint("first_id <= last_id", name="first_before_last"),
        # Asked for the highest key ever given out, so that none is given out twice.
        Index("ix_import_range_kind_last_id", "kind", "last_id"),
        STRICT_WITHOUT_ROWID,
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    #: A table, or what else the import did to rows: `invoice_line`, `ended`, `changed_customer` …
    kind: Mapped[Code] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    last_id: Mapped[int] = mapped_column(BigId)


class ImportUndo(Base):
    """
    That an import is taken back; posted rows can be deleted only while such a row is open.

    The open one points at a row that never is, and that is checked at the commit: so it must be
    closed in the transaction that made it.
    """

    __tablename__ = "import_undo"
    __table_args__ = (
        CheckConstraint("open_as is null or open_as = -run_id", name="open_as_nothing"),
        STRICT,
    )

    run_id: Mapped[int] = mapped_column(
        ForeignKey("import_run.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]
    #: JSON: how many rows of what.
    counts: Mapped[Words]
    open_as: Mapped[int | None] = mapped_column(
        ForeignKey(
            "import_undo.run_id",
            name="fk_import_undo_open_as",
            deferrable=True,
            initially="DEFERRED",
        )
    )
