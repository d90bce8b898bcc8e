"""Reads a sealed PDF again, offline: whose key, when, at which level, and is it unchanged?"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from cryptography import x509

from portal.base.documents.apart import apart
from portal.base.documents.revocation import are_proven
from portal.base.documents.seal import fingerprint_of
from portal.base.documents.timestamps import attached_to, certificates_of, is_right, told_by

LARGEST = 20 * 1024 * 1024
CHANGED = "changed after sealing"


@dataclass(frozen=True)
class SealedDocument:
    """What a PDF says of its seal; without a seal `fingerprint` is empty."""

    fingerprint: str = ""
    sealed_by: str = ""
    sealed_at: dt.datetime | None = None
    level: str = ""
    #: The signature is right, and it and the timestamps cover every byte of the file.
    is_unchanged: bool = False
    #: The newest timestamp: its serial number, who made it, when, until when its key holds.
    token_serial: str = ""
    authority: str = ""
    stamped_at: dt.datetime | None = None
    renew_by: dt.date | None = None
    #: Why not, in a word of the library that looked.
    problem: str = ""
    #: name → bytes of the files inside.
    files: dict[str, bytes] = field(default_factory=dict)


def read_seal(pdf: bytes) -> SealedDocument:
    """What a PDF says of its seal, whatever the bytes: a damaged file is read as one without."""
    return apart(_read, pdf)


def _read(pdf: bytes) -> SealedDocument:
    from pyhanko.pdf_utils.reader import PdfFileReader

    if len(pdf) > LARGEST:
        return SealedDocument(problem="too large")
    try:
        return _found(pdf, PdfFileReader(BytesIO(pdf), strict=False))
    except Exception as error:  # noqa: BLE001 - a forged file can break a parser anywhere
        return SealedDocument(problem=f"unreadable ({type(error).__name__})")


def _found(pdf: bytes, reader: Any) -> SealedDocument:
    signatures = reader.embedded_regular_signatures
    if not signatures:
        return SealedDocument(problem="no signature")
    found = _of(reader, signatures[-1])
    if found.is_unchanged and not all(_is_plain(pdf, each) for each in reader.embedded_signatures):
        return replace(found, is_unchanged=False, problem=CHANGED)
    return found


def _of(reader: Any, signature: Any) -> SealedDocument:
    from pyhanko.sign.diff_analysis.policy_api import ModificationLevel
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    # Whether the key is ours is asked of our books, not of a certificate authority.
    context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    status = validate_pdf_signature(signature, signer_validation_context=context)
    tokens = list(_tokens(reader, signature))
    # What may come after the seal: proofs and timestamps, of which the last covers everything.
    is_only_stamped = (
        status.modification_level is not None
        and status.modification_level <= ModificationLevel.LTA_UPDATES
    )
    whole = _covers_all(reader, status) and is_only_stamped and all(ok for _, ok in tokens)
    certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
    newest = max((told_by(signed) for signed, _ in tokens), key=lambda t: t.at, default=None)
    return SealedDocument(
        fingerprint=fingerprint_of(certificate),
        sealed_by=certificate.subject.rfc4514_string(),
        sealed_at=signature.self_reported_timestamp,
        level=_level(reader, signature),
        is_unchanged=bool(status.intact and status.valid and whole),
        token_serial=newest.serial if newest else "",
        authority=newest.authority if newest else "",
        stamped_at=newest.at if newest else None,
        renew_by=newest.ends_on if newest else None,
        problem="" if status.intact and status.valid and whole else CHANGED,
        files=_files(reader),
    )


def _covers_all(reader: Any, status: Any) -> bool:
    """Whether the last thing that was signed or stamped leaves no byte of the file out."""
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    last = reader.embedded_signatures[-1]
    if last is reader.embedded_regular_signatures[-1]:
        return bool(status.coverage == SignatureCoverageLevel.ENTIRE_FILE)
    last.compute_integrity_info()
    return bool(last.evaluate_signature_coverage() == SignatureCoverageLevel.ENTIRE_FILE)


def _tokens(reader: Any, signature: Any) -> Iterator[tuple[Any, bool]]:
    """Each timestamp, and whether it holds: that of the seal, then those of the whole document."""
    attached = attached_to(signature)
    if attached is not None:
        value = signature.signer_info["signature"].native
        yield attached, is_right(attached, hashlib.sha256(value).digest())
    for each in reader.embedded_timestamp_signatures:
        each.compute_integrity_info()
        yield each.signed_data, is_right(each.signed_data, each.compute_digest("sha256"))


def _is_plain(pdf: bytes, signature: Any) -> bool:
    """
    Whether the place of the signature holds it and nothing else: capital hex digits, then zeros.

    It is the one part of a file that no signature can cover, so a byte changed there breaks none.
    """
    from asn1crypto.cms import ContentInfo

    _first, start, end, _rest = (int(number) for number in signature.byte_range)
    der = ContentInfo.load(signature.pkcs7_content).dump()  # type: ignore[no-untyped-call]
    room = (end - start - 2) // 2
    return bool(
        pdf[start:end] == b"<" + der.hex().upper().encode() + b"00" * (room - len(der)) + b">"
    )


def _level(reader: Any, signature: Any) -> str:
    """
    How far the seal has come: B-B, B-T with a timestamp, B-LT with all proofs, B-LTA stamped again.

    The newest timestamp of the document needs no proof yet: it is what keeps the others.
    """
    if signature.sig_object["/SubFilter"] != "/ETSI.CAdES.detached":
        return "CMS"
    attached = attached_to(signature)
    stamps = reader.embedded_timestamp_signatures
    if attached is None and not stamps:
        return "B-B"
    shown = [signature.signed_data]
    shown += [attached] if attached is not None else []
    shown += [each.signed_data for each in stamps[:-1]]
    if len(shown) == 1 or not _are_proven(reader, shown):
        return "B-T"
    return "B-LTA" if stamps else "B-LT"


def _are_proven(reader: Any, shown: Iterable[Any]) -> bool:
    """Whether the file itself shows that none of these signers' certificates was revoked."""
    from pyhanko.sign.validation.dss import DocumentSecurityStore
    from pyhanko.sign.validation.errors import ValidationInfoReadingError

    try:
        kept = DocumentSecurityStore.read_dss(reader)
    except ValidationInfoReadingError:
        return False
    crls = [each.get_object().data for each in kept.crls]
    ocsps = [each.get_object().data for each in kept.ocsps]
    return all(are_proven(certificates_of(signed), crls, ocsps) for signed in shown)


def _files(reader: Any) -> dict[str, bytes]:
    try:
        names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    except KeyError:
        return {}
    specs = [names[i] for i in range(1, len(names), 2)]
    return {str(spec["/UF"]): bytes(spec["/EF"]["/F"].data) for spec in specs}
