"""The certificate of an answer: printed from its evidence alone, sealed, kept; made once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.base.access import SYSTEM, NotFound
from portal.base.documents.archive import PDF, DocumentKey, kept_pdf
from portal.base.documents.fetching import Unanswered
from portal.base.documents.render import print_pdf
from portal.base.documents.seal import open_seal
from portal.base.documents.sealing import (
    PATIENCE,
    SECONDS_IN_SIGHT,
    Sealed,
    Sealing,
    Standing,
    authority_of,
    sealed_in_time,
    sealed_plainly,
)
from portal.base.installation import Installation
from portal.base.storage import keep_file
from portal.base.transport import TryLater
from portal.base.work import Reader
from portal.statements.certificate.sheet import Sources, certificate_job
from portal.statements.certificate.stamping import keep_stage, newest_file
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
    """
    The sealed certificate of an answer; made now where no worker has made it yet.

    Nobody waits for a timestamp authority: where it does not answer, the certificate says so.
    """
    with installation.reading(SYSTEM) as r:
        digest = newest_file(r, confirmation_id)
    if digest is None:
        digest = _make(installation, confirmation_id, SECONDS_IN_SIGHT)
    return installation.storage.get(digest)


def make_certificate(installation: Installation, payload: dict[str, Any]) -> None:
    """The task that every answer leaves behind; it waits a few hours for an authority."""
    with installation.reading(SYSTEM) as r:
        if newest_file(r, payload["confirmation_id"]) is not None:
            return
    _make(installation, payload["confirmation_id"])


def _make(installation: Installation, confirmation_id: int, seconds: int | None = None) -> str:
    """Prints, seals and keeps; with `seconds` at once, whether the authority answers or not."""
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

    def printed(standing: Standing) -> bytes:
        return print_pdf(certificate_job(replace(sources, standing=standing), language))

    by = Sealing(seal, REASON, at)
    authority = authority_of(installation.config, *([seconds] if seconds else []))
    try:
        made = (
            sealed_in_time(printed, confirmation.evidence, by, authority)
            if authority
            else sealed_plainly(printed, by, is_missed=False)
        )
    except Unanswered as reason:
        if seconds is None and at - confirmation.signed_at < PATIENCE:
            raise TryLater(f"The timestamp authority: {reason}") from reason
        made = sealed_plainly(printed, by, is_missed=True)
    return _kept_or_made(installation, confirmation_id, made)


def _kept_or_made(installation: Installation, confirmation_id: int, made: Sealed) -> str:
    try:
        return _keep(installation, confirmation_id, made)
    except IntegrityError:  # somebody else has just made it: theirs counts
        with installation.reading(SYSTEM) as r:
            digest = newest_file(r, confirmation_id)
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
    """The entry of this very answer: one that was withdrawn has one of its own."""
    entries = r.session.scalars(
        select(Audit).where(
            Audit.subject == f"statement/{confirmation.statement_id}",
            Audit.kind == f"statement.{confirmation.result}",
        )
    )
    mine = [e for e in entries if json.loads(e.facts)["confirmation"] == confirmation.id]
    [entry] = mine
    return entry


def _keep(installation: Installation, confirmation_id: int, made: Sealed) -> str:
    found = made.found
    with installation.work(SYSTEM) as w:
        kept = newest_file(w, confirmation_id)
        if kept is not None:
            return kept
        digest = keep_file(w, installation.storage, made.pdf, PDF)
        w.session.add(
            Certificate(
                confirmation_id=confirmation_id,
                file_sha256=digest,
                level=found.level,
                key_fingerprint=found.fingerprint,
                sealed_at=w.now,
            )
        )
        w.session.flush()
        keep_stage(w, confirmation_id, digest, found)
        w.audit(
            "statement.certified",
            f"confirmation/{confirmation_id}",
            file_sha256=digest,
            key_fingerprint=found.fingerprint,
            level=found.level,
            token_serial=found.token_serial or "none",
        )
    return digest


TASKS = {"certificate": make_certificate}
