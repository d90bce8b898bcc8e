"""Files kept by their content, which of them was rendered from what, and archives on request."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import BigId, Code, Key, Minor, Moment, UtcMoment, Words


class Document(Base):
    """A rendered PDF, found again by what it was rendered from."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "language", "template"),
        STRICT,
    )

    id: Mapped[Key]
    #: statement | invoice
    kind: Mapped[Code]
    subject_id: Mapped[int] = mapped_column(BigId)
    language: Mapped[Code]
    #: Template name, its version and the renderer's: a new one renders anew.
    template: Mapped[Code]
    file_sha256: Mapped[Code] = mapped_column(ForeignKey("stored_file.sha256"))
    made_at: Mapped[Moment]


class StoredFile(Base):
    """A file in the storage, found by its content."""

    __tablename__ = "stored_file"
    __table_args__ = (CheckConstraint("size >= 0", name="size_not_negative"), STRICT)

    sha256: Mapped[Code] = mapped_column(primary_key=True)
    size: Mapped[Minor]
    media_type: Mapped[Code]
    made_at: Mapped[Moment]


class KeptFile(Base):
    """A file that somebody added to what it is about: a contract, an application, a collateral."""

    __tablename__ = "kept_file"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_above_zero"),
        CheckConstraint("side in ('customer', 'house')", name="known_side"),
        Index("ix_kept_file_subject", "subject", "id"),
        STRICT,
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    #: contract/3, application/5, collateral/2
    subject: Mapped[Code]
    #: house: the customer never sees it.
    side: Mapped[Code]
    #: What it is, such as contract, credit_report, balance_sheet, authority.
    kind: Mapped[Code]
    file_name: Mapped[Words]
    file_sha256: Mapped[Code] = mapped_column(ForeignKey("stored_file.sha256"))
    media_type: Mapped[Code]
    size: Mapped[Minor]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    at: Mapped[Moment]


class Download(Base):
    """An archive of invoices that a person asked for: how far it is, where it lies, until when."""

    __tablename__ = "download"
    __table_args__ = (
        # A second click on the same choice is the same download.
        UniqueConstraint("user_id", "digest"),
        CheckConstraint("state in ('pending', 'ready', 'failed')", name="known_state"),
        CheckConstraint("done >= 0 and done <= total", name="done_within_total"),
        STRICT,
    )

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    #: Of the language and the ids: what was chosen.
    digest: Mapped[Code]
    language: Mapped[Code]
    #: The invoices in their order, as JSON; whose they are, as JSON.
    entry_ids: Mapped[Words]
    customer_ids: Mapped[Words]
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0, server_default="0")
    state: Mapped[Code]
    file_sha256: Mapped[Code | None] = mapped_column(ForeignKey("stored_file.sha256"))
    asked_at: Mapped[Moment]
    expires_at: Mapped[dt.datetime | None] = mapped_column(UtcMoment)
