"""A timestamp authority on this machine: HTTP before `openssl ts`, with a key of its own CA."""

import datetime as dt
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

CONFIG = """[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/ca.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
has_openssl = shutil.which("openssl") is not None
NOW = dt.datetime.now(dt.UTC)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def pem(key: Any) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@dataclass
class LocalAuthority:
    """Where it is, what it does when asked, and how often it was."""

    folder: Path
    port: int = 0
    #: up | down | slow | rubbish | stale
    mood: str = "up"
    asked: int = 0
    crl: bytes = b""
    has_ocsp: bool = False
    #: Who signs the answers about revocation, where it is not the CA.
    impostor: Any = None
    ends_at: dt.datetime = NOW + dt.timedelta(days=400)
    ca_key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tsa"

    def found(self, *, has_crl: bool = True) -> None:
        """Makes the keys, certificates and the list of the revoked."""
        key = ec.generate_private_key(ec.SECP256R1())
        root = self._certificate("Test CA", self.ca_key, NOW + dt.timedelta(days=4000))
        ca = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        own = self._certificate("Test TSA", key, self.ends_at).add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
        if self.has_ocsp:
            place = x509.UniformResourceIdentifier(f"http://127.0.0.1:{self.port}/ocsp")
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
            told = x509.AuthorityInformationAccess([access])
            own = own.add_extension(told, critical=False)
        if has_crl:
            url = x509.UniformResourceIdentifier(f"http://127.0.0.1:{self.port}/ca.crl")
            point = x509.DistributionPoint([url], None, None, None)
            own = own.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        (self.folder / "tsa.key").write_bytes(pem(key))
        for file, made in (("ca.pem", ca), ("tsa.pem", own)):
            signed = made.sign(self.ca_key, hashes.SHA256())
            (self.folder / file).write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        (self.folder / "serial").write_text("01\n")
        (self.folder / "tsa.cnf").write_text(CONFIG.format(folder=self.folder))
        self.publish()

    def _certificate(self, common: str, key: Any, ends_at: dt.datetime) -> Any:
        return (
            x509.CertificateBuilder()
            .subject_name(name(common))
            .issuer_name(name("Test CA"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - dt.timedelta(days=4000))
            .not_valid_after(ends_at)
        )

    def publish(self, revoked: int | None = None) -> None:
        """The list of the revoked, with this serial number on it or nobody's."""
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(name("Test CA"))
            .last_update(NOW - dt.timedelta(days=1))
            .next_update(NOW + dt.timedelta(days=30))
        )
        if revoked is not None:
            entry = x509.RevokedCertificateBuilder().serial_number(revoked).revocation_date(NOW)
            made = made.add_revoked_certificate(entry.build())
        self.crl = made.sign(self.ca_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    @property
    def own(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate((self.folder / "tsa.pem").read_bytes())

    def answer_ocsp(self) -> bytes:
        """That the authority's certificate is good, said by the CA or by somebody else."""
        ca = x509.load_pem_x509_certificate((self.folder / "ca.pem").read_bytes())
        answer = (
            ocsp.OCSPResponseBuilder()
            .add_response(
                cert=self.own,
                issuer=ca,
                algorithm=hashes.SHA256(),
                cert_status=ocsp.OCSPCertStatus.GOOD,
                this_update=NOW,
                next_update=NOW + dt.timedelta(days=1),
                revocation_time=None,
                revocation_reason=None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, ca)
        )
        signed = answer.sign(self.impostor or self.ca_key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.DER)

    def answer(self, query: bytes) -> bytes:
        self.asked += 1
        if self.mood == "rubbish":
            return b"<html>Welcome to the hotel's network</html>"
        if self.mood == "stale":  # the answer to somebody else's question
            return (self.folder / "first.tsr").read_bytes()
        file = self.folder / f"{self.asked}.tsq"
        file.write_bytes(query)
        made = subprocess.run(
            ["openssl", "ts", "-reply", "-config", self.folder / "tsa.cnf", "-queryfile", file],
            capture_output=True,
            check=True,
        ).stdout
        (self.folder / "first.tsr").write_bytes(made)
        return made


class Handler(BaseHTTPRequestHandler):
    """What answers in the authority's name, by its mood."""

    authority: LocalAuthority

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        if self.authority.mood == "down":
            self.send_error(503)
            return
        self.send_response(200)
        self.end_headers()
        if self.authority.mood == "slow":
            self.dawdle()
        is_ocsp = self.path == "/ocsp"
        found = self.authority.answer_ocsp() if is_ocsp else self.authority.answer(query)
        self.wfile.write(found)

    def dawdle(self) -> None:
        for _ in range(100):
            self.wfile.write(b"0")
            time.sleep(0.1)

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.authority.crl)

    def log_message(self, *_: Any) -> None:
        pass

    def handle(self) -> None:
        with suppress(OSError):
            super().handle()


@contextmanager
def an_authority(folder: Path, *, has_crl: bool = True, **changes: Any) -> Iterator[LocalAuthority]:
    """An authority that serves until the block ends."""
    folder.mkdir(exist_ok=True)
    authority = LocalAuthority(folder, **changes)
    mine = type("Mine", (Handler,), {"authority": authority})
    server = ThreadingHTTPServer(("127.0.0.1", 0), mine)
    server.daemon_threads = True
    authority.port = server.server_address[1]
    authority.found(has_crl=has_crl)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
