"""The auditor: seats for a time, samples, requests past the staff, answers; proofs in time."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import (
    BigId,
    Code,
    CurrencyCode,
    Day,
    Flag,
    Key,
    Minor,
    Moment,
    UtcMoment,
    Words,
)


class AuditorSeat(Base):
    """From when until when an auditor may be here, and what for."""

    __tablename__ = "auditor_seat"
    __table_args__ = (CheckConstraint("from_on <= until_on", name="from_before_until"), STRICT)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    from_on: Mapped[Day]
    until_on: Mapped[Day]
    purpose: Mapped[Words]
    set_at: Mapped[Moment]


class AuditSample(Base):
    """A choice of balances as of a day, with everything that makes it again."""

    __tablename__ = "audit_sample"
    __table_args__ = (
        CheckConstraint(
            "method in ('above', 'top', 'random', 'strata', 'mus')", name="known_method"
        ),
        Index("ix_audit_sample_user_id", "user_id"),
        STRICT,
    )

    id: Mapped[Key]
    #: The auditor whose sample it is: nobody else reads its answers.
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    title: Mapped[Words]
    as_of: Mapped[Day]
    currency: Mapped[CurrencyCode]
    method: Mapped[Code]
    #: The numbers and the seed that the method was given, as sorted JSON.
    settings: Mapped[Words]
    #: Code, name and balance of every customer chosen from, as JSON, and its SHA-256.
    population: Mapped[Words]
    population_sha256: Mapped[Code]
    population_count: Mapped[int]
    population_minor: Mapped[Minor]
    #: Whom customers write to, and by when they are asked to answer.
    auditor_name: Mapped[Words]
    auditor_email: Mapped[Words]
    answer_by: Mapped[Day]
    created_at: Mapped[Moment]


class AuditItem(Base):
    """A balance of a sample: whom it is asked of, how, and what was done where nobody answered."""

    __tablename__ = "audit_item"
    __table_args__ = (
        UniqueConstraint("sample_id", "customer_id"),
        CheckConstraint("form in ('positive', 'negative', 'blank')", name="known_form"),
        Index("ix_audit_item_customer_id", "customer_id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_sample.id"))
    balance_minor: Mapped[Minor]
    #: Why it was chosen: the stratum, the hits; as JSON.
    reason: Mapped[Words]
    #: The open items behind the balance as they stood when it was chosen, as JSON.
    open_items: Mapped[Words]
    form: Mapped[Code]
    contact_name: Mapped[Words]
    contact_email: Mapped[Words]
    language: Mapped[Code]
    sent_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    #: How often it was mailed, the first time included; counts up to end the links before.
    mailed: Mapped[int] = mapped_column(default=0, server_default="0")
    mailed_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    #: The auditor's own words on what was done instead.
    note: Mapped[Words]
    noted_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class AuditCode(Base):
    """A six-digit code for an answer to the auditor, mailed to the recipient of the request."""

    __tablename__ = "audit_code"
    __table_args__ = (Index("ix_audit_code_item_id", "item_id", "id"), STRICT)

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(ForeignKey("audit_item.id"))
    code_hash: Mapped[Code]
    sent_to: Mapped[Words]
    created_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    answered_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class AuditAnswer(Base):
    """What a customer answered the auditor; never changed, read by that auditor alone."""

    __tablename__ = "audit_answer"
    __table_args__ = (
        UniqueConstraint("item_id"),
        CheckConstraint("result in ('agreed', 'differs', 'stated')", name="known_result"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("audit_item.id"))
    result: Mapped[Code]
    #: The balance by the customer's own books, where one was told.
    own_minor: Mapped[int | None] = mapped_column(BigId)
    remark: Mapped[Words]
    file_name: Mapped[Words]
    file_sha256: Mapped[Code | None] = mapped_column(ForeignKey("stored_file.sha256"))
    #: Canonical JSON: who answered what, how and when.
    evidence: Mapped[Words]
    evidence_sha256: Mapped[Code]
    answered_at: Mapped[Moment]


class AuditAnswerSheet(Base):
    """The sealed PDF of an answer."""

    __tablename__ = "audit_answer_sheet"
    __table_args__ = (STRICT,)

    answer_id: Mapped[int] = mapped_column(ForeignKey("audit_answer.id"), primary_key=True)
    file_sha256: Mapped[Code] = mapped_column(ForeignKey("stored_file.sha256"))
    level: Mapped[Code]
    key_fingerprint: Mapped[Code]
    sealed_at: Mapped[Moment]


class AuditPack(Base):
    """The evidence of a sample as one archive: how far it is, where it lies."""

    __tablename__ = "audit_pack"
    __table_args__ = (
        CheckConstraint("state in ('pending', 'ready', 'failed')", name="known_state"),
        Index("ix_audit_pack_sample_id", "sample_id", "id"),
        STRICT,
    )

    id: Mapped[Key]
    sample_id: Mapped[int] = mapped_column(ForeignKey("audit_sample.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    language: Mapped[Code]
    state: Mapped[Code]
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    file_sha256: Mapped[Code | None] = mapped_column(ForeignKey("stored_file.sha256"))
    asked_at: Mapped[Moment]
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)


class ChainCheck(Base):
    """That the audit chain was read back from beginning to end, and what was found."""

    __tablename__ = "chain_check"
    __table_args__ = (STRICT,)

    id: Mapped[Key]
    #: Null where the daily run asked.
    user_id: Mapped[int | None] = mapped_column(BigId)
    asked_at: Mapped[Moment]
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    ok: Mapped[Flag | None]
    last_id: Mapped[int | None] = mapped_column(BigId)
    #: The first entry that is not as it was written; null where all are.
    broken_id: Mapped[int | None] = mapped_column(BigId)
    detail: Mapped[Words]


class SealStage(Base):
    """A certificate with a timestamp more: the file that stands for it now, at which level."""

    __tablename__ = "seal_stage"
    __table_args__ = (
        UniqueConstraint("confirmation_id", "nth"),
        Index("ix_seal_stage_file_sha256", "file_sha256"),
        STRICT,
    )

    id: Mapped[Key]
    confirmation_id: Mapped[int] = mapped_column(ForeignKey("confirmation.id"))
    #: 1 is the first that was kept.
    nth: Mapped[int]
    file_sha256: Mapped[Code] = mapped_column(ForeignKey("stored_file.sha256"))
    #: B-B | B-T | B-LT | B-LTA
    level: Mapped[Code]
    #: Of the newest timestamp; empty where there is none.
    token_serial: Mapped[Code]
    authority: Mapped[Words]
    stamped_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
    #: Until when the newest timestamp's own certificate holds: renewed before that day.
    renew_by: Mapped[dt.date | None] = mapped_column(Date)
    made_at: Mapped[Moment]
