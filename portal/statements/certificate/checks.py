"""Is this signed PDF ours and unchanged? The checks of `accord verify --document` and /verify."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.documents.check import SealedDocument, read_seal
from portal.base.documents.timestamps import is_about
from portal.base.evidence import canonical_json, sha256_of_text
from portal.base.work import Reader
from portal.core.statement import sha256_of
from portal.statements.signing.confirmations import (
    find_by_file,
    find_public_confirmation,
    seal_fingerprints,
)
from portal.tables.cases import EvidencePack
from portal.tables.promises import Plan, PlanSignature, Promise, SealedLetter
from portal.tables.statements import Confirmation

#: The format of the list of an evidence pack.
PACK = "accord-pack/1"
#: The evidence of letters and of packs, which are about no statement.
LETTERS = frozenset({"accord-promise/1", "accord-plan/1", PACK})


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
    What a PDF is: sealed and unchanged, by our key, a certificate or letter of ours, its evidence.

    `own_fingerprint` is the present seal's, for a seal that has made no certificate yet.
    """
    sealed = read_seal(pdf)
    known = seal_fingerprints(r) | ({own_fingerprint} if own_fingerprint else set())
    digest = hashlib.sha256(pdf).hexdigest()
    code, letter = find_by_file(r, digest), _find_letter(r, digest)
    is_pack = _is_pack(r, sealed)
    is_kept = code is not None or letter is not None or is_pack
    checks = (
        _unchanged(sealed),
        _ours(sealed, known | ({letter.key_fingerprint} if letter else set())),
        DocumentCheck(
            "document.certificate",
            is_kept,
            "kept here, byte by byte" if is_kept else "not a certificate of this installation",
        ),
        _timestamp(sealed),
        _evidence_of(r, sealed, letter, is_pack=is_pack),
        *([_in_force(r, code)] if code else []),
        *_letter_in_force(r, letter),
    )
    return CheckedDocument(checks, code or "")


def _is_pack(r: Reader, sealed: SealedDocument) -> bool:
    """Whether the list inside is that of an evidence pack that was made here."""
    digest = hashlib.sha256(sealed.files.get("evidence.json", b"")).hexdigest()
    made = select(EvidencePack.id).where(EvidencePack.manifest_sha256 == digest)
    return r.session.scalar(made.limit(1)) is not None


def _evidence_of(
    r: Reader, sealed: SealedDocument, letter: SealedLetter | None, *, is_pack: bool
) -> DocumentCheck:
    """What is inside is what the books have."""
    if is_pack:
        return DocumentCheck("document.evidence", ok=True, detail="the list of a pack made here")
    return _evidence_of_letter(r, sealed, letter) if letter else _evidence(r, sealed)


def _find_letter(r: Reader, file_sha256: str) -> SealedLetter | None:
    """The letter of a promise or plan that is these bytes."""
    rows = select(SealedLetter).where(SealedLetter.file_sha256 == file_sha256)
    return r.session.scalars(rows.limit(1)).first()


def _evidence_of_letter(r: Reader, sealed: SealedDocument, letter: SealedLetter) -> DocumentCheck:
    """A promise's evidence is the one in the books; a plan's is that of both its signatures."""
    inside = sealed.files.get("evidence.json", b"")
    if letter.kind == "promise":
        told = hashlib.sha256(inside).hexdigest()
        ok = told == r.session.get_one(Promise, letter.subject_id).evidence_sha256
    else:
        both = json.loads(inside or b"{}")
        said = {side: sha256_of_text(canonical_json(each)) for side, each in both.items()}
        ok = said == _signatures_of(r, letter.subject_id)
    detail = "as the books have it" if ok else "not as the books have it"
    return DocumentCheck("document.evidence", ok, detail)


def _signatures_of(r: Reader, plan_id: int) -> dict[str, str]:
    """By side: the evidence of the signatures under the plan that was agreed."""
    agreed = select(Plan.agreed_offer_id).where(Plan.id == plan_id)
    rows = select(PlanSignature.side, PlanSignature.evidence_sha256).where(
        PlanSignature.offer_id.in_(agreed)
    )
    return {row.side: row.evidence_sha256 for row in r.session.execute(rows)}


def _letter_in_force(r: Reader, letter: SealedLetter | None) -> list[DocumentCheck]:
    """A promise that was taken back or replaced counts no more, nor does a plan that ended."""
    if letter is None:
        return []
    if letter.kind == "promise":
        ended = r.session.get_one(Promise, letter.subject_id).ended_as
    else:
        state = r.session.get_one(Plan, letter.subject_id).state
        ended = state if state == "ended" else ""
    detail = f"{ended}: it counts no more" if ended else "in force"
    return [DocumentCheck("document.in_force", not ended, detail)]


def _in_force(r: Reader, code: str) -> DocumentCheck:
    """A withdrawn answer counts no more; one that was replaced proves what was answered then."""
    found = find_public_confirmation(r, code)
    assert found is not None
    if found.withdrawn_at is not None:
        detail = f"withdrawn by its signer at {found.withdrawn_at}: it counts no more"
        return DocumentCheck("document.in_force", ok=False, detail=detail)
    if found.is_replaced:
        detail = "replaced by a corrected version; it proves what was answered to the earlier one"
        return DocumentCheck("document.in_force", ok=True, detail=detail)
    return DocumentCheck("document.in_force", ok=True, detail="in force")


def check_apart(pdf: bytes, fingerprint: str) -> CheckedDocument:
    """
    What a PDF is, by nothing but itself and the fingerprint of a public key: no books are asked.

    Sealed by that key and unchanged since, stamped as it says, and with files inside that belong
    together; whether it was withdrawn or replaced since, only its issuer can tell.
    """
    sealed = read_seal(pdf)
    checks = (
        _unchanged(sealed),
        _ours(sealed, {fingerprint}),
        _timestamp(sealed),
        _files_together(sealed),
    )
    return CheckedDocument(checks)


def _timestamp(sealed: SealedDocument) -> DocumentCheck:
    """A seal without one is told, and no fault."""
    if not sealed.token_serial:
        return DocumentCheck("document.timestamp", ok=True, detail="timestamp authority: none")
    detail = f"token {sealed.token_serial} of {sealed.authority}, {sealed.stamped_at}"
    return DocumentCheck("document.timestamp", sealed.is_unchanged, detail)


def _files_together(sealed: SealedDocument) -> DocumentCheck:
    """The statement is the one that the evidence names, the timestamp is the evidence's."""
    if "answer.json" in sealed.files:  # an answer to an auditor speaks of no statement
        return DocumentCheck("document.evidence", ok=True, detail="an answer to an auditor")
    evidence, statement = (
        sealed.files.get(name, b"") for name in ("evidence.json", "statement.json")
    )
    try:
        said = json.loads(evidence)
        is_letter = said["format"] in LETTERS
        is_its = is_letter or said["statement"]["sha256"] == sha256_of(statement)
    except (ValueError, KeyError, TypeError):
        is_letter = is_its = False
    token = sealed.files.get("evidence.tst")
    ok = is_its and (token is None or is_about(token, evidence))
    together = (
        "a letter with its evidence" if is_letter else "evidence and statement belong together"
    )
    detail = together if ok else "they do not belong together"
    return DocumentCheck("document.evidence", ok, detail)


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
