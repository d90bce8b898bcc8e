"""Files kept by their content, and which of them was rendered from what."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.tables.base import STRICT, Base
from portal.tables.types import BigId, Code, Key, Minor, Moment


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
