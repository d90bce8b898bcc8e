"""Reads a sealed PDF again, offline: whose key, when, at which level, and is it unchanged?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from cryptography import x509

from portal.base.documents.apart import apart
from portal.base.documents.seal import fingerprint_of

LARGEST = 20 * 1024 * 1024
CHANGED = "changed after sealing"


@dataclass(frozen=True)
class SealedDocument:
    """What a PDF says of its seal; without a seal `fingerprint` is empty."""

    fingerprint: str = ""
    sealed_by: str = ""
    sealed_at: dt.datetime | None = None
    level: str = ""
    #: The signature is right, and covers every byte of the file.
    is_unchanged: bool = False
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
    found = _of(signatures[-1], _files(reader))
    if found.is_unchanged and not _is_plain(pdf, signatures[-1]):
        return replace(found, is_unchanged=False, problem=CHANGED)
    return found


def _of(signature: Any, files: dict[str, bytes]) -> SealedDocument:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    # Whether the key is ours is asked of our books, not of a certificate authority.
    context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    status = validate_pdf_signature(signature, signer_validation_context=context)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    certificate = x509.load_der_x509_certificate(signature.signer_cert.dump())
    return SealedDocument(
        fingerprint=fingerprint_of(certificate),
        sealed_by=certificate.subject.rfc4514_string(),
        sealed_at=signature.self_reported_timestamp,
        level=_level(signature, is_timed=status.timestamp_validity is not None),
        is_unchanged=bool(status.intact and status.valid and whole),
        problem="" if status.intact and whole else CHANGED,
        files=files,
    )


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


def _level(signature: Any, *, is_timed: bool) -> str:
    if signature.sig_object["/SubFilter"] != "/ETSI.CAdES.detached":
        return "CMS"
    return "B-T" if is_timed else "B-B"


def _files(reader: Any) -> dict[str, bytes]:
    try:
        names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    except KeyError:
        return {}
    specs = [names[i] for i in range(1, len(names), 2)]
    return {str(spec["/UF"]): bytes(spec["/EF"]["/F"].data) for spec in specs}
