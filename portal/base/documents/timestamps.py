"""
Timestamps of an authority (RFC 3161): asked for, read again, and renewed before they run out.

A token says that its bytes were there at a moment. What is asked of each before it is used: that it
is about our bytes, that its signature is right, and that its certificate may stamp time.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from portal.base.documents.apart import apart
from portal.base.documents.fetching import Unanswered, fetch
from portal.base.documents.revocation import Proofs, chain_of, gather_proofs

QUERY = "application/timestamp-query"
#: A field of this name and a number holds each timestamp of the whole document.
FIELD = "AccordTimestamp"


@dataclass(frozen=True)
class Authority:
    """Where timestamps come from, and how long it may take."""

    url: str
    seconds: float = 10.0


@dataclass(frozen=True)
class Token:
    """A timestamp: what it says, and its bytes as they were sent."""

    der: bytes
    serial: str
    authority: str
    at: dt.datetime
    #: The last day of the certificate that made it.
    ends_on: dt.date


def stamp(authority: Authority, data: bytes) -> Token:
    """A timestamp of these bytes; `Unanswered` where the authority gave none that holds."""
    return apart(_stamped, authority, data)


def _stamped(authority: Authority, data: bytes) -> Token:
    digest = hashlib.sha256(data).digest()
    try:
        token = asyncio.run(timestamper(authority).async_timestamp(digest, "sha256"))
        return read_token(token.dump(), digest)
    except Unanswered:
        raise
    except Exception as error:  # rubbish can break a parser anywhere
        raise Unanswered(f"{type(error).__name__}: {error}"[:200]) from error


def timestamper(authority: Authority) -> Any:
    """What pyHanko asks for timestamps."""
    from asn1crypto import tsp
    from pyhanko.sign.timestamps.api import TimeStamper

    class Asking(TimeStamper):
        """Asks the authority, within bounds."""

        async def async_request_tsa_response(self, req: Any) -> Any:
            """The authority's answer, whatever it is."""
            answer = fetch(authority.url, authority.seconds, req.dump(), QUERY)
            return _without_strays(tsp.TimeStampResp.load(answer))  # type: ignore[no-untyped-call]

    return Asking()  # type: ignore[no-untyped-call]


def is_about(der: bytes, data: bytes) -> bool:
    """Whether a token holds, and is a timestamp of these bytes."""
    try:
        apart(read_token, der, hashlib.sha256(data).digest())
    except Exception:  # noqa: BLE001 - a forged one can break a parser anywhere
        return False
    return True


def _without_strays(response: Any) -> Any:
    """An answer without certificates that have nothing to do with its signer's."""
    from asn1crypto.cms import CertificateSet
    from asn1crypto.x509 import Certificate

    signed = response["time_stamp_token"]["content"]
    chain = chain_of(certificates_of(signed))
    if len(chain) < len(signed["certificates"]):
        signed["certificates"] = CertificateSet([Certificate.load(each) for each in chain])  # type: ignore[no-untyped-call]
    return response


def read_token(der: bytes, digest: bytes) -> Token:
    """A token about bytes with this SHA-256; `Unanswered` where it is about others, or forged."""
    from asn1crypto.cms import ContentInfo

    signed = ContentInfo.load(der)["content"]  # type: ignore[no-untyped-call]
    if not is_right(signed, digest):
        raise Unanswered("its timestamp is not about our bytes, or not signed by it")
    return told_by(signed, der)


def told_by(signed: Any, der: bytes = b"") -> Token:
    """What a token says, whether it holds or not."""
    info = signed["encap_content_info"]["content"].parsed
    certificate = _signers_certificate(signed)
    return Token(
        der=der,
        serial=f"{info['serial_number'].native:X}",
        authority=str(certificate.subject.human_friendly),
        at=info["gen_time"].native,
        ends_on=certificate.not_valid_after.date(),
    )


def is_right(signed: Any, digest: bytes) -> bool:
    """Whether a token is about bytes with this SHA-256, and signed by whom it names."""
    from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
    from pyhanko_certvalidator import ValidationContext

    certificate, sent = _signers_certificate(signed), certificates_of(signed)
    # Whom to trust is for the reader to say; here is asked whether it holds together.
    info = signed["encap_content_info"]["content"].parsed
    context = ValidationContext(
        trust_roots=[certificate], allow_fetching=False, moment=info["gen_time"].native
    )
    checked = asyncio.run(validate_tst_signed_data(signed, context, lambda _algorithm: digest))
    may_stamp = certificate.extended_key_usage_value
    return bool(
        checked["intact"]
        and sorted(chain_of(sent)) == sorted(sent)
        and checked["valid"]
        and info["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"
        and may_stamp is not None
        and "time_stamping" in may_stamp.native
    )


def _signers_certificate(signed: Any) -> Any:
    [signer] = signed["signer_infos"]
    name = signer["sid"].chosen
    for each in signed["certificates"]:
        if (each.chosen.issuer, each.chosen.serial_number) == (
            name["issuer"],
            name["serial_number"].native,
        ):
            return each.chosen
    raise Unanswered("it does not send the certificate that it signs with")


def attached_to(signature: Any) -> Any:
    """The timestamp that a signature carries; None where it has none."""
    for each in signature.signer_info["unsigned_attrs"] or ():
        if each["type"].native == "signature_time_stamp_token":
            return each["values"][0]["content"]
    return None


def certificates_of(signed: Any) -> list[bytes]:
    """The certificates that a signature or token brings along; the signer's own is first."""
    own = _signers_certificate(signed).dump()
    return [
        own,
        *(each.chosen.dump() for each in signed["certificates"] if each.chosen.dump() != own),
    ]


# ── A sealed document, made to last ──────────────────────────────────────────


def prolong(pdf: bytes, authority: Authority) -> bytes:
    """
    A sealed PDF with the proofs of its certificates where they can be had, and a new timestamp.

    Only appended to: every earlier byte stays. `Unanswered` where the authority gave no timestamp.
    """
    return apart(_prolonged, pdf, authority)


def _prolonged(pdf: bytes, authority: Authority) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.signers.pdf_signer import PdfTimeStamper

    reader = PdfFileReader(BytesIO(pdf))
    nth = len(reader.embedded_timestamp_signatures) + 1
    kept = _with_proofs(pdf, proofs_of(reader, authority.seconds))
    writer = IncrementalPdfFileWriter(BytesIO(kept))
    stamper = PdfTimeStamper(timestamper(authority), field_name=f"{FIELD}{nth}")
    try:
        out: BytesIO = stamper.timestamp_pdf(writer, "sha256")
    except Unanswered:
        raise
    except Exception as error:
        raise Unanswered(f"{type(error).__name__}: {error}"[:200]) from error
    return out.getvalue()


def proofs_of(reader: Any, seconds: float) -> Proofs:
    """What shows that no certificate of the file's signatures and timestamps was revoked."""
    found = Proofs()
    for signature in reader.embedded_signatures:
        found += gather_proofs(certificates_of(signature.signed_data), seconds)
        token = attached_to(signature)
        if token is not None:
            found += gather_proofs(certificates_of(token), seconds)
    return found


def _with_proofs(pdf: bytes, proofs: Proofs) -> bytes:
    from asn1crypto import crl, ocsp, x509
    from pyhanko.sign.validation.dss import DocumentSecurityStore

    if not proofs.is_complete:
        return pdf
    out = BytesIO(pdf)
    DocumentSecurityStore.add_dss(
        out,
        None,
        certs=[x509.Certificate.load(each) for each in proofs.certificates],  # type: ignore[no-untyped-call]
        crls=[crl.CertificateList.load(each) for each in proofs.crls],  # type: ignore[no-untyped-call]
        ocsps=[ocsp.OCSPResponse.load(each) for each in proofs.ocsps],  # type: ignore[no-untyped-call]
    )
    return out.getvalue()
