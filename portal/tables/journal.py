"""What happened and what is to be sent: audit chain, timeline, outbox, daily runs."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import BigId, Code, Day, Key, Moment, UtcMoment, Words


class Audit(Base):
    """One entry an act, each with the hash of the one before it."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_subject", "subject", "id"),
        Index("ix_audit_customer_id", "customer_id", "id"),
        Index("ix_audit_actor_id", "actor_id", "id"),
        STRICT,
    )

    #: Gap-free: the chain's head gives it out.
    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[Moment]
    #: statement.confirmed, invoices.imported, …
    kind: Mapped[Code]
    #: customer | staff | system | visitor
    actor_kind: Mapped[Code]
    actor_id: Mapped[int | None] = mapped_column(BigId)
    customer_id: Mapped[int | None] = mapped_column(BigId)
    #: What it happened to: statement/17
    subject: Mapped[Code]
    #: Sorted JSON.
    facts: Mapped[Words]
    prev_hash: Mapped[Code]
    hash: Mapped[Code]


class AuditHead(Base):
    """The end of the chain: one row, locked last, just before the commit."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), STRICT)

    id: Mapped[Key]
    last_id: Mapped[int] = mapped_column(BigId)
    hash: Mapped[Code]


class Event(Base):
    """A step in the life of something a customer sees: issued, notified, opened, acknowledged …"""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_subject", "customer_id", "subject_kind", "subject_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    #: statement | invoice | customer
    subject_kind: Mapped[Code]
    subject_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[Code]
    at: Mapped[Moment]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    #: JSON: channel, address, …
    facts: Mapped[Words]


class AccessLog(Base):
    """Who opened, downloaded or exported what; written after the answer is made."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix_access_log_subject", "subject", "id"), STRICT)

    id: Mapped[Key]
    at: Mapped[Moment]
    user_id: Mapped[int] = mapped_column(BigId)
    customer_id: Mapped[int | None] = mapped_column(BigId)
    #: opened | downloaded | exported
    act: Mapped[Code]
    subject: Mapped[Code]
    address: Mapped[Words]


class Outbox(Base):
    """Work that leaves after the commit: a message to send, or a task to do; once, by its key."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("state in ('pending', 'sent', 'failed', 'cancelled')", name="known_state"),
        Index("ix_outbox_state", "state", "id"),
        Index("ix_outbox_customer_id", "customer_id"),
        STRICT,
    )

    id: Mapped[Key]
    key: Mapped[Code]
    #: statement, code, invitation, confirmation …; a task's name
    kind: Mapped[Code]
    #: email | sms | task
    channel: Mapped[Code]
    to_address: Mapped[Words]
    to_name: Mapped[Words]
    language: Mapped[Code]
    #: JSON; emptied once sent where it holds a secret.
    payload: Mapped[Words]
    user_id: Mapped[int | None] = mapped_column(BigId)
    customer_id: Mapped[int | None] = mapped_column(BigId)
    #: Refs of the documents it speaks of, as JSON.
    documents: Mapped[Words]
    on: Mapped[Day]
    state: Mapped[Code]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    lease_until: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    #: Not before this moment.
    not_before: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    problem: Mapped[Words | None]
    #: Rendered once, when it is first tried.
    subject: Mapped[Words | None]
    body_text: Mapped[Words | None]
    body_html: Mapped[Words | None]
    body_sha256: Mapped[Code | None]
    message_id: Mapped[Code | None]
    created_at: Mapped[Moment]
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class DayRun(Base):
    """That a daily act was done for a day; unique, so that k runs are one."""

    __tablename__ = "day_run"
    __table_args__ = (STRICT,)

    act: Mapped[Code] = mapped_column(primary_key=True)
    on: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    done_at: Mapped[Moment]
    result: Mapped[Words]


class Timetable(Base):
    """The last slot that each line of the timetable was served in; who moves it on serves it."""

    __tablename__ = "timetable"
    __table_args__ = (STRICT,)

    name: Mapped[Code] = mapped_column(primary_key=True)
    slot_at: Mapped[Moment]


class IdempotencyKey(Base):
    """A request that was answered, so that its repetition gets the same answer."""

    __tablename__ = "idempotency_key"
    __table_args__ = (STRICT,)

    key: Mapped[Code] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    digest: Mapped[Code]
    answer: Mapped[Words]
    created_at: Mapped[Moment]


class ImportRun(Base):
    """One import: its files, how far it is, what it reported."""

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint(
            "state in ('staged', 'checked', 'running', 'done', 'failed')", name="known_state"
        ),
        STRICT,
    )

    id: Mapped[Key]
    user_id: Mapped[int | None] = mapped_column(BigId)
    #: The uploaded file in the storage, when it came through the page.
    file_sha256: Mapped[Code | None] = mapped_column(ForeignKey("stored_file.sha256"))
    file_name: Mapped[Words]
    kind: Mapped[Code | None]
    #: Column mapping and options, as JSON.
    options: Mapped[Words]
    state: Mapped[Code]
    rows_total: Mapped[int] = mapped_column(default=0, server_default="0")
    rows_done: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The result as INTERFACES section 5 has it, as JSON.
    report: Mapped[Words | None]
    started_at: Mapped[Moment]
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
