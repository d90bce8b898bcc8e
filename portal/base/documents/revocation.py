"""Whether certificates were revoked: lists and answers of their issuers, fetched and checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from portal.base.documents.fetching import Unanswered, fetch

OCSP_QUERY = "application/ocsp-request"


@dataclass(frozen=True)
class Proofs:
    """Certificates with what shows that none was revoked, as DER; complete where all have it."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    is_complete: bool = True

    def __add__(self, other: Proofs) -> Proofs:
        """Both together, each thing once."""
        return Proofs(
            tuple(dict.fromkeys(self.certificates + other.certificates)),
            tuple(dict.fromkeys(self.crls + other.crls)),
            tuple(dict.fromkeys(self.ocsps + other.ocsps)),
            self.is_complete and other.is_complete,
        )


def gather_proofs(certificates: Iterable[bytes], seconds: float) -> Proofs:
    """
    The proofs of a signer's certificate and of its issuers as far as they were sent along.

    The topmost certificate is whom one trusts or not: a key of its own making, as our seal's,
    can be revoked by nobody and needs no proof. `is_complete` is false where one is missing.
    """
    ders = list(certificates)
    found = Proofs(tuple(ders))
    for certificate, issuer in _links(ders):
        found += _proof(certificate, issuer, seconds)
    return found


def are_proven(
    certificates: Iterable[bytes], crls: Iterable[bytes], ocsps: Iterable[bytes]
) -> bool:
    """Whether these lists and answers show that none of a signer's certificates was revoked."""
    lists, answers = list(crls), list(ocsps)
    return all(
        any(_is_good_list(each, certificate, issuer) for each in lists)
        or any(_is_good_answer(each, certificate, issuer) for each in answers)
        for certificate, issuer in _links(list(certificates))
    )


def chain_of(ders: Sequence[bytes]) -> list[bytes]:
    """
    The first certificate, its issuer, and so on upwards, each signed by the next as it stands.

    No signature covers the certificates that are sent along with one: whoever changes a byte of an
    issuer's breaks its link to the one below, or its own signature upon itself.
    """
    chain = [ders[0], *(_der(issuer) for _, issuer in _links(ders))]
    top = x509.load_der_x509_certificate(chain[-1])
    if top.subject == top.issuer:
        try:
            top.verify_directly_issued_by(top)
        except (InvalidSignature, ValueError, TypeError):
            return chain[:-1]
    return chain


def _links(ders: Sequence[bytes]) -> Iterator[tuple[x509.Certificate, x509.Certificate]]:
    """The signer's certificate with its issuer, that one with its own, and so on upwards."""
    known = [x509.load_der_x509_certificate(each) for each in ders]
    below = known[0]
    for _ in known:
        issuer = _issuer_of(below, known)
        if issuer is None:
            return
        yield below, issuer
        below = issuer


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _issuer_of(
    certificate: x509.Certificate, known: Sequence[x509.Certificate]
) -> x509.Certificate | None:
    """The issuer, where it is another and signed indeed; None for who signed itself."""
    for each in known:
        if each.subject == certificate.issuer and each != certificate:
            try:
                certificate.verify_directly_issued_by(each)
            except (InvalidSignature, ValueError, TypeError):
                continue
            return each
    return None


def _proof(certificate: x509.Certificate, issuer: x509.Certificate, seconds: float) -> Proofs:
    for url in _list_urls(certificate):
        der = _maybe(url, seconds)
        if der is not None and _is_good_list(der, certificate, issuer):
            return Proofs(crls=(der,))
    for url in _answer_urls(certificate):
        query = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256())
        body = query.build().public_bytes(serialization.Encoding.DER)
        der = _maybe(url, seconds, body)
        if der is not None and _is_good_answer(der, certificate, issuer):
            return Proofs(ocsps=(der,))
    return Proofs(is_complete=False)


def _maybe(url: str, seconds: float, body: bytes | None = None) -> bytes | None:
    try:
        return fetch(url, seconds, body, OCSP_QUERY if body else "")
    except Unanswered:
        return None


def _list_urls(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return [
        name.value
        for point in points
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith("http")
    ]


def _answer_urls(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return []
    return [
        each.access_location.value
        for each in found.value
        if each.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(each.access_location, x509.UniformResourceIdentifier)
    ]


def _is_good_list(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        found = x509.load_der_x509_crl(der)
        is_signed = found.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    revoked = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
    return is_signed and found.issuer == issuer.subject and revoked is None


def _is_good_answer(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    """An answer counts that the issuer signed, or somebody whom the issuer let answer."""
    try:
        found = ocsp.load_der_ocsp_response(der)
        if found.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
            return False
        signer = next(iter(found.certificates), issuer)
        if signer != issuer:
            signer.verify_directly_issued_by(issuer)
            uses = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            if ExtendedKeyUsageOID.OCSP_SIGNING not in uses:
                return False
        _verify(signer, found)
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.ExtensionNotFound):
        return False
    return (
        found.serial_number == certificate.serial_number
        and found.certificate_status == ocsp.OCSPCertStatus.GOOD
    )


def _verify(signer: x509.Certificate, answer: ocsp.OCSPResponse) -> None:
    """Raises where the answer is not this signer's."""
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    if algorithm is None:
        raise UnsupportedAlgorithm("an answer without a hash")
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
    else:
        raise UnsupportedAlgorithm("a key of another kind")
