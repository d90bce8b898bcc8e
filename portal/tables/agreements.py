"""What customers agreed to for reconciling electronically, and which messages people want."""

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

from portal.tables.base import STRICT, Base
from portal.tables.types import BigId, Code, Day, Key, Moment, Small, UtcMoment, Words

STANDING = text("ended_at is null")


class Agreement(Base):
    """A customer's acceptance of the agreement on electronic reconciliation; it can only end."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("customer_id", "id", "counts_silence"),
        CheckConstraint("counts_silence in (0, 1)", name="known_part"),
        CheckConstraint(
            "(counts_silence = 1) = (silence_workdays is not null)", name="silence_has_its_time"
        ),
        CheckConstraint("silence_workdays > 0", name="silence_takes_time"),
        Index(
            "uq_agreement_standing",
            "customer_id",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    #: Which text, by language and version; `body` is what was read, names filled in.
    language: Mapped[Code]
    version: Mapped[Small]
    text_sha256: Mapped[Code]
    body: Mapped[Words]
    #: Where statements and certificates are delivered to.
    delivery_address: Mapped[Words]
    #: 1 where the second part was accepted too: silence counts as agreeing.
    counts_silence: Mapped[Small]
    #: So many workdays after the day by which to answer.
    silence_workdays: Mapped[Small | None]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: Who, from where and how, as sorted JSON.
    evidence: Mapped[Words]
    accepted_at: Mapped[Moment]
    #: Revoked, or replaced by a later acceptance.
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class AgreementDeclined(Base):
    """That a customer was offered the agreement and would rather not be asked again."""

    __tablename__ = "agreement_declined"
    __table_args__ = (STRICT,)

    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    declined_at: Mapped[Moment]


class Deemed(Base):
    """A statement that counts as agreed without an answer; only by an agreement that says so."""

    __tablename__ = "deemed"
    __table_args__ = (
        ForeignKeyConstraint(
            ["customer_id", "statement_id"],
            ["statement.customer_id", "statement.id"],
            name="fk_deemed_statement",
        ),
        ForeignKeyConstraint(
            ["customer_id", "agreement_id", "counts_silence"],
            ["agreement.customer_id", "agreement.id", "agreement.counts_silence"],
            name="fk_deemed_agreement_that_counts_silence",
        ),
        CheckConstraint("counts_silence = 1", name="silence_was_agreed_to_count"),
        STRICT,
    )

    statement_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    customer_id: Mapped[int] = mapped_column(BigId)
    agreement_id: Mapped[int] = mapped_column(BigId)
    counts_silence: Mapped[Small] = mapped_column(default=1, server_default="1")
    on: Mapped[Day]
    noted_at: Mapped[Moment]


class NoticeChoice(Base):
    """How a person wants the messages about one kind of event; at once where there is no row."""

    __tablename__ = "notice_choice"
    __table_args__ = (
        CheckConstraint("pace in ('at_once', 'daily', 'off')", name="known_pace"),
        STRICT,
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    event: Mapped[Code] = mapped_column(primary_key=True)
    pace: Mapped[Code]


class QuietHours(Base):
    """The hours of the company's clock in which a person's optional messages wait."""

    __tablename__ = "quiet_hours"
    __table_args__ = (
        CheckConstraint(
            "from_hour between 0 and 23 and until_hour between 0 and 23", name="hours_of_a_day"
        ),
        CheckConstraint("from_hour <> until_hour", name="end_somewhere"),
        STRICT,
    )

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id"), primary_key=True, autoincrement=False
    )
    from_hour: Mapped[Small]
    until_hour: Mapped[Small]
