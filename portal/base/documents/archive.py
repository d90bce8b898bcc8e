"""Printed documents are kept: rendered once, found again by what they were rendered from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.base.access import SYSTEM
from portal.base.documents.printer import Job
from portal.base.documents.render import print_pdf
from portal.base.installation import Installation
from portal.base.storage import keep_file
from portal.base.work import Reader
from portal.tables.files import Document

PDF = "application/pdf"


@cache
def renderer() -> str:
    """What prints here: another version may print other bytes."""
    return f"weasyprint/{version('weasyprint')}"


@dataclass(frozen=True)
class DocumentKey:
    """What a document is of: a statement or invoice, in a language, by a version of a template."""

    kind: str
    subject_id: int
    language: str
    template: str

    @property
    def made_by(self) -> str:
        return f"{self.template} {renderer()}"


def find_document(r: Reader, key: DocumentKey) -> str | None:
    """The SHA-256 of the document that was printed before; None where none was."""
    return r.session.scalar(
        select(Document.file_sha256).where(
            Document.kind == key.kind,
            Document.subject_id == key.subject_id,
            Document.language == key.language,
            Document.template == key.made_by,
        )
    )


def kept_pdf(installation: Installation, key: DocumentKey, job: Callable[[], Job]) -> bytes:
    """The document's PDF; printed now where it was not printed before."""
    with installation.reading(SYSTEM) as r:
        digest = find_document(r, key)
    if digest is not None:
        return installation.storage.get(digest)
    pdf = print_pdf(job())
    try:
        _keep(installation, key, pdf)
    except IntegrityError:  # somebody else has just kept the same
        with installation.reading(SYSTEM) as r:
            digest = find_document(r, key)
        assert digest is not None
        return installation.storage.get(digest)
    return pdf


def _keep(installation: Installation, key: DocumentKey, pdf: bytes) -> None:
    with installation.work(SYSTEM) as w:
        digest = keep_file(w, installation.storage, pdf, PDF)
        if find_document(w, key) is None:
            w.session.add(
                Document(
                    kind=key.kind,
                    subject_id=key.subject_id,
                    language=key.language,
                    template=key.made_by,
                    file_sha256=digest,
                    made_at=w.now,
                )
            )
