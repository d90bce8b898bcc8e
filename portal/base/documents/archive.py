"""Printed documents are kept: rendered once, found again by what they were rendered from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from portal.base.access import SYSTEM
from portal.base.documents.printer import Job
from portal.base.documents.render import DocumentError, print_pdf
from portal.base.installation import Installation
from portal.base.storage import keep_file
from portal.base.work import Reader, Work
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


def find_documents(r: Reader, keys: Sequence[DocumentKey]) -> dict[DocumentKey, str]:
    """The SHA-256 of those of these documents that were printed before, asked for at once."""
    columns: list[Any] = [
        *(Document.kind, Document.subject_id, Document.language, Document.template),
        Document.file_sha256,
    ]
    rows: Select[Any] = select(*columns).where(
        Document.kind.in_({key.kind for key in keys}),
        Document.subject_id.in_([key.subject_id for key in keys]),
    )
    known = {tuple(row[:4]): str(row[4]) for row in r.session.execute(rows)}
    wanted = {key: (key.kind, key.subject_id, key.language, key.made_by) for key in keys}
    return {key: known[told] for key, told in wanted.items() if told in known}


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


def print_and_keep(
    installation: Installation, jobs: Mapping[DocumentKey, Job]
) -> dict[DocumentKey, str]:
    """
    The SHA-256 of documents that are printed now and kept together, in one transaction.

    What cannot be printed is not among them, nor anything where somebody else has just kept one of
    them: `kept_pdf` says more of each.
    """
    printed: dict[DocumentKey, bytes] = {}
    for key, job in jobs.items():
        with suppress(DocumentError):
            printed[key] = print_pdf(job)
    try:
        with installation.work(SYSTEM) as w:
            return {key: _kept(w, installation, key, pdf) for key, pdf in printed.items()}
    except IntegrityError:
        return {}


def _keep(installation: Installation, key: DocumentKey, pdf: bytes) -> None:
    with installation.work(SYSTEM) as w:
        _kept(w, installation, key, pdf)


def _kept(w: Work, installation: Installation, key: DocumentKey, pdf: bytes) -> str:
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
    return digest
