"""Is this signed PDF ours and unchanged? The checks of `accord verify --document` and /verify."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.documents.check import SealedDocument, read_seal
from portal.base.work import Reader
from portal.core.statement import sha256_of
from portal.statements.confirmations import find_by_file, seal_fingerprints
from portal.tables.statements import Confirmation


@dataclass(frozen=True)
class DocumentCheck:
    """One question to a document, and its answer in a sentence."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class CheckedDocument:
    """All answers, and the code of the certificate where the document is one."""

    checks: tuple[DocumentCheck, ...]
    verify_code: str = ""

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


def check_document(r: Reader, pdf: bytes, own_fingerprint: str = "") -> CheckedDocument:
    """
    What a PDF is: sealed and unchanged, by our key, one of our certificates, with our evidence.

    `own_fingerprint` is the present seal's, for a seal that has made no certificate yet.
    """
    sealed = read_seal(pdf)
    known = seal_fingerprints(r) | ({own_fingerprint} if own_fingerprint else set())
    code = find_by_file(r, hashlib.sha256(pdf).hexdigest())
    checks = (
        _unchanged(sealed),
        _ours(sealed, known),
        DocumentCheck(
            "document.certificate",
            code is not None,
            "kept here, byte by byte" if code else "not a certificate of this installation",
        ),
        _evidence(r, sealed),
    )
    return CheckedDocument(checks, code or "")


def _unchanged(sealed: SealedDocument) -> DocumentCheck:
    detail = sealed.problem or f"sealed at {sealed.sealed_at}, level PAdES {sealed.level}"
    return DocumentCheck("document.unchanged", sealed.is_unchanged, detail)


def _ours(sealed: SealedDocument, known: set[str]) -> DocumentCheck:
    ours = bool(sealed.fingerprint) and sealed.fingerprint in known
    detail = f"{sealed.sealed_by}, key {sealed.fingerprint}" if sealed.fingerprint else "no key"
    return DocumentCheck("document.seal", ours, detail)


def _evidence(r: Reader, sealed: SealedDocument) -> DocumentCheck:
    """The files inside are the bytes that our books know by their hashes."""
    evidence = sealed.files.get("evidence.json", b"")
    statement = sealed.files.get("statement.json", b"")
    found = r.session.scalar(
        select(Confirmation.id).where(
            Confirmation.evidence_sha256 == hashlib.sha256(evidence).hexdigest(),
            Confirmation.statement_sha256 == sha256_of(statement),
        )
    )
    detail = "as the books have it" if found else "not as the books have it"
    return DocumentCheck("document.evidence", found is not None, detail)
