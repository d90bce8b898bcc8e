"""The certificate of an answer: printed from its evidence alone, sealed, kept; made once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.base.access import SYSTEM, NotFound
from portal.base.documents.archive import PDF, DocumentKey, kept_pdf
from portal.base.documents.render import print_pdf
from portal.base.documents.seal import LEVEL, Seal, open_seal, seal_pdf
from portal.base.installation import Installation
from portal.base.storage import keep_file
from portal.base.work import Reader
from portal.statements.certificate_sheet import Sources, certificate_job
from portal.statements.sheet import TEMPLATE, statement_job
from portal.tables.journal import Audit
from portal.tables.statements import Certificate, Confirmation, Statement

REASON = "Balance confirmation"


@dataclass(frozen=True)
class PrintedStatement:
    """What the PDF of a statement is made from."""

    id: int
    payload: str
    ref: str


def statement_pdf(installation: Installation, statement: PrintedStatement, language: str) -> bytes:
    """The statement's PDF in a language, printed once."""
    url = f"{installation.config.public_url.rstrip('/')}/statements/{statement.ref}"
    return kept_pdf(
        installation,
        DocumentKey("statement", statement.id, language, TEMPLATE),
        lambda: statement_job(statement.payload, language, url),
    )


def certificate_pdf(installation: Installation, confirmation_id: int) -> bytes:
    """The sealed certificate of an answer; made now where no worker has made it yet."""
    with installation.reading(SYSTEM) as r:
        digest = _kept(r, confirmation_id)
    if digest is None:
        digest = _make(installation, confirmation_id)
    return installation.storage.get(digest)


def make_certificate(installation: Installation, payload: dict[str, Any]) -> None:
    """The task that every answer leaves behind."""
    certificate_pdf(installation, payload["confirmation_id"])


def _kept(r: Reader, confirmation_id: int) -> str | None:
    return r.session.scalar(
        select(Certificate.file_sha256).where(Certificate.confirmation_id == confirmation_id)
    )


def _make(installation: Installation, confirmation_id: int) -> str:
    with installation.reading(SYSTEM) as r:
        seal = open_seal(installation.config, r.company.legal_name, r.now)
        confirmation, statement = _answered(r, confirmation_id)
        at, entry = r.now, _audit_entry(r, confirmation)
        contact = " · ".join(filter(None, (r.company.help_phone, r.company.help_email)))
    language = str(json.loads(confirmation.evidence)["context"]["language"])
    sources = Sources(
        evidence=confirmation.evidence,
        payload=statement.payload,
        statement_pdf=statement_pdf(installation, statement, language),
        audit=(entry.id, entry.prev_hash, entry.hash),
        fingerprint=seal.fingerprint,
        public_url=installation.config.public_url.rstrip("/"),
        contact=contact,
    )
    pdf = seal_pdf(print_pdf(certificate_job(sources, language)), seal, REASON, at)
    try:
        return _keep(installation, confirmation_id, pdf, seal)
    except IntegrityError:  # somebody else has just made it: theirs counts
        with installation.reading(SYSTEM) as r:
            digest = _kept(r, confirmation_id)
        assert digest is not None
        return digest


def _answered(r: Reader, confirmation_id: int) -> tuple[Confirmation, PrintedStatement]:
    confirmation = r.session.get(Confirmation, confirmation_id)
    if confirmation is None:
        raise NotFound("confirmation")
    statement = r.session.get_one(Statement, confirmation.statement_id)
    ref = r.refs.of("st", statement.id)
    return confirmation, PrintedStatement(statement.id, statement.payload, ref)


def _audit_entry(r: Reader, confirmation: Confirmation) -> Audit:
    return r.session.scalars(
        select(Audit).where(
            Audit.subject == f"statement/{confirmation.statement_id}",
            Audit.kind == f"statement.{confirmation.result}",
        )
    ).one()


def _keep(installation: Installation, confirmation_id: int, pdf: bytes, seal: Seal) -> str:
    with installation.work(SYSTEM) as w:
        kept = _kept(w, confirmation_id)
        if kept is not None:
            return kept
        digest = keep_file(w, installation.storage, pdf, PDF)
        w.session.add(
            Certificate(
                confirmation_id=confirmation_id,
                file_sha256=digest,
                level=LEVEL,
                key_fingerprint=seal.fingerprint,
                sealed_at=w.now,
            )
        )
        w.audit(
            "statement.certified",
            f"confirmation/{confirmation_id}",
            file_sha256=digest,
            key_fingerprint=seal.fingerprint,
        )
    return digest


TASKS = {"certificate": make_certificate}
