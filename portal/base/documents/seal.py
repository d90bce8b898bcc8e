"""
The seal: a local P-256 key and its certificate, made on first start, sign our PDFs (PAdES).

Its level is B-B, and B-T or above with a timestamp authority.

A company's own key takes its place by ACCORD_SIGNING_KEY: a PEM file with the private key and its
certificate, the certificate's issuers after it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from portal.base.config import Config, ConfigError
from portal.base.documents.apart import apart
from portal.base.documents.fetching import Unanswered
from portal.base.documents.timestamps import Authority, timestamper

YEARS = 20
FIELD = "AccordSeal"
LONGEST_NAME = 64
FILE = "seal.pem"


@dataclass(frozen=True)
class Seal:
    """A private key and its certificates, as PEM; the first certificate is the key's own."""

    pem: bytes

    @property
    def certificate(self) -> x509.Certificate:
        return x509.load_pem_x509_certificates(self.pem)[0]

    @property
    def public_pem(self) -> bytes:
        """The certificates, without the key: what anybody may have."""
        return _parts(self)[1]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the public key (its SubjectPublicKeyInfo), in hex."""
        return fingerprint_of(self.certificate)


def fingerprint_of(certificate: x509.Certificate) -> str:
    """
    The SHA-256 of a certificate's public key, which stays when the certificate is renewed.

    `openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | sha256sum` says the same.
    """
    return _fingerprint(certificate.public_key())


def _fingerprint(key: Any) -> str:
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


def fingerprint_in(pem: bytes) -> str:
    """The fingerprint of the key in a PEM file: a certificate or a bare public key."""
    if b"BEGIN CERTIFICATE" in pem:
        return fingerprint_of(x509.load_pem_x509_certificates(pem)[0])
    return _fingerprint(serialization.load_pem_public_key(pem))


def sign_bytes(seal: Seal, data: bytes) -> bytes:
    """The seal's signature of some bytes, for `openssl dgst -sha256 -verify`."""
    key = serialization.load_pem_private_key(seal.pem, password=None)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hashes.SHA256())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key.sign(data, ec.ECDSA(hashes.SHA256()))


def seal_file(config: Config) -> Path:
    """Where the seal's key is."""
    return Path(config.signing_key) if config.signing_key else config.instance_path / FILE


def open_seal(config: Config, company: str, now: dt.datetime) -> Seal:
    """The installation's seal; made here and now where there is none yet and none was named."""
    path = seal_file(config)
    if not path.is_file():
        if config.signing_key:
            raise ConfigError(f"ACCORD_SIGNING_KEY: there is no file {path}.")
        write_seal(path, company, now)
    seal = Seal(path.read_bytes())
    try:
        _check(seal)
    except ValueError as error:
        raise ConfigError(
            f"{path} does not hold a private key and its certificate as PEM."
        ) from error
    return seal


def _check(seal: Seal) -> None:
    key = serialization.load_pem_private_key(seal.pem, password=None)
    if key.public_key() != seal.certificate.public_key():
        raise ValueError("the certificate is another key's")


def write_seal(path: Path, company: str, now: dt.datetime) -> None:
    """Makes a key and its certificate in a file of mode 0600; leaves an existing one alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".seal-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(new_seal(company, now).pem)
        # A link fails where the file is there already: of two first starts, one key remains.
        os.link(name, path)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()


def _fitting(company: str, suffix: str) -> str:
    """
    A name as long as a certificate may hold: 64 bytes, of which a Chinese letter takes three.

    >>> len(_fitting("上海" * 30, " (Accord seal)").encode())
    62
    """
    room = LONGEST_NAME - len(suffix)
    return company.encode()[:room].decode(errors="ignore").strip() + suffix


def new_seal(company: str, now: dt.datetime) -> Seal:
    """A fresh P-256 key with a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    oid = x509.NameOID
    name = x509.Name(
        [
            x509.NameAttribute(oid.ORGANIZATION_NAME, _fitting(company, "")),
            x509.NameAttribute(oid.COMMON_NAME, _fitting(company, " (Accord seal)")),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=366 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_signs_documents(), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return Seal(private + certificate.public_bytes(serialization.Encoding.PEM))


def _signs_documents() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def seal_pdf(
    pdf: bytes, seal: Seal, reason: str, at: dt.datetime, authority: Authority | None = None
) -> bytes:
    """
    The PDF with our seal upon it; nothing but timestamps may be added to it afterwards.

    With an authority the seal carries its timestamp; `Unanswered` where it gave none.
    """
    return apart(_sealed, pdf, seal, reason, at, authority)


def _sealed(
    pdf: bytes, seal: Seal, reason: str, at: dt.datetime, authority: Authority | None
) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

    class SignsAt(PdfSigner):
        """Signs at the moment our clock says."""

        def init_signing_session(self, *args: Any, **options: Any) -> Any:
            session = super().init_signing_session(*args, **options)
            session.system_time = at
            return session

    meta = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    asked = timestamper(authority) if authority else None
    signer = SignsAt(meta, signer=_signer(seal), timestamper=asked)
    try:
        out: BytesIO = signer.sign_pdf(writer)
    except OSError as error:  # pyHanko's word for an authority that refused
        raise Unanswered(f"{type(error).__name__}: {error}"[:200]) from error
    return out.getvalue()


def _signer(seal: Seal) -> Any:
    from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
    from pyhanko.sign.signers.pdf_cms import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key, certificates = _parts(seal)
    own, *issuers = load_certs_from_pemder_data(certificates)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(issuers)
    return SimpleSigner(
        signing_cert=own,
        signing_key=load_private_key_from_pemder_data(key, None),
        cert_registry=store,
    )


def _parts(seal: Seal) -> tuple[bytes, bytes]:
    """The key's PEM and the certificates'."""
    key = serialization.load_pem_private_key(seal.pem, password=None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    certificates = x509.load_pem_x509_certificates(seal.pem)
    return key, b"".join(each.public_bytes(serialization.Encoding.PEM) for each in certificates)
