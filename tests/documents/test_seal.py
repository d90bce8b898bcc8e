"""The seal holds before other programs too, and one flipped byte is found."""

import datetime as dt
import stat
import subprocess
import threading
from pathlib import Path

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from portal.base.config import Config, ConfigError
from portal.base.documents.check import read_seal
from portal.base.documents.printer import Job
from portal.base.documents.render import press
from portal.base.documents.seal import Seal, fingerprint_of, new_seal, open_seal, seal_pdf

AT = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.UTC)
HTML = '<html lang="en"><head><title>T</title></head><body><p>CNY 1,234.50</p></body></html>'


@pytest.fixture(scope="module")
def seal() -> Seal:
    return new_seal("华东精密机械有限公司", AT)


@pytest.fixture(scope="module")
def sealed(seal: Seal) -> bytes:
    return seal_pdf(press.print(Job(HTML, "statement", "x")), seal, "Balance confirmation", AT)


def signature_of(pdf: bytes) -> tuple[bytes, bytes]:
    """What was signed, and the signature, cut out by the file's own byte range."""
    start = pdf.rindex(b"/ByteRange")
    numbers = pdf[pdf.index(b"[", start) + 1 : pdf.index(b"]", start)].split()
    first, length, second, rest = map(int, numbers)
    assert (first, second + rest) == (0, len(pdf))
    return pdf[:length] + pdf[second:], bytes.fromhex(pdf[length + 1 : second - 1].decode())


def test_it_is_ours_unchanged_and_b_b(seal: Seal, sealed: bytes):
    found = read_seal(sealed)

    assert found.is_unchanged
    assert (found.fingerprint, found.level, found.sealed_at) == (seal.fingerprint, "B-B", AT)


def test_cryptography_alone_finds_the_signature_right(seal: Seal, sealed: bytes):
    content, der = signature_of(sealed)
    signed = cms.ContentInfo.load(der)["content"]
    [signer] = signed["signer_infos"]
    told = {each["type"].native: each["values"][0].native for each in signer["signed_attrs"]}
    digest = hashes.Hash(hashes.SHA256())
    digest.update(content)
    certificate = x509.load_der_x509_certificate(signed["certificates"][0].chosen.dump())

    assert told["message_digest"] == digest.finalize()
    assert fingerprint_of(certificate) == seal.fingerprint
    certificate.public_key().verify(
        signer["signature"].native,
        signer["signed_attrs"].untag().dump(),
        ec.ECDSA(hashes.SHA256()),
    )


def test_poppler_finds_the_signature_right(sealed: bytes, tmp_path: Path):
    file = tmp_path / "sealed.pdf"
    file.write_bytes(sealed)
    said = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout

    assert "Signature is Valid." in said
    assert "Total document signed" in said


@pytest.mark.parametrize("share", range(1, 20))
def test_one_flipped_byte_is_found(sealed: bytes, share: int):
    changed = bytearray(sealed)
    changed[len(sealed) * share // 20] ^= 1

    assert not read_seal(bytes(changed)).is_unchanged


@pytest.mark.parametrize("bit", [1, 4, 16, 32])
def test_a_byte_flipped_in_the_signatures_own_place_is_found(sealed: bytes, bit: int):
    start = sealed.rindex(b"/Contents")
    for at in range(start, start + 3200, 97):
        changed = bytearray(sealed)
        changed[at] ^= bit
        if bytes(changed[at : at + 1]).lower() != sealed[at : at + 1]:
            assert not read_seal(bytes(changed)).is_unchanged, at


@pytest.mark.parametrize("more", [b"\n", b"\n%%EOF", b"\n1 0 obj\n<<>>\nendobj\n"])
def test_an_appended_byte_is_found(sealed: bytes, more: bytes):
    assert not read_seal(sealed + more).is_unchanged


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7", b"hello", b"\0" * 1000])
def test_what_is_no_pdf_has_no_seal(junk: bytes):
    found = read_seal(junk)

    assert (found.fingerprint, found.is_unchanged) == ("", False)


def test_another_key_has_another_fingerprint(seal: Seal):
    assert new_seal("Another", AT).fingerprint != seal.fingerprint


def test_the_first_start_makes_a_key_for_nobody_else(tmp_path: Path):
    config = Config(instance=str(tmp_path))
    seal = open_seal(config, "Northwind", AT)
    file = tmp_path / "seal.pem"

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert open_seal(config, "Another name", AT) == seal


def test_two_first_starts_agree_on_one_key(tmp_path: Path):
    config, found = Config(instance=str(tmp_path)), []
    threads = [
        threading.Thread(target=lambda: found.append(open_seal(config, "N", AT).fingerprint))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["seal.pem"]


def test_a_companys_own_key_takes_its_place(tmp_path: Path, seal: Seal):
    file = tmp_path / "own.pem"
    file.write_bytes(seal.pem)
    config = Config(instance=str(tmp_path), signing_key=str(file))

    assert open_seal(config, "N", AT) == seal


@pytest.mark.parametrize("content", [b"", b"not a key", "other"])
def test_a_file_that_is_no_seal_is_named(tmp_path: Path, content, seal: Seal):
    file = tmp_path / "own.pem"
    other = seal.pem.split(b"-----BEGIN CERT")[0] + new_seal("B", AT).pem.split(b"KEY-----\n")[-1]
    file.write_bytes(other if content == "other" else content)
    config = Config(instance=str(tmp_path), signing_key=str(file))

    with pytest.raises(ConfigError, match=r"own\.pem"):
        open_seal(config, "N", AT)


def test_a_key_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match="ACCORD_SIGNING_KEY"):
        open_seal(Config(signing_key=str(tmp_path / "none.pem")), "N", AT)
