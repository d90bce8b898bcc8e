"""Timestamps of an authority over real HTTP: what they lift a seal to, and what when it fails."""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from portal.base.config import ConfigError, read_config
from portal.base.documents.check import read_seal
from portal.base.documents.fetching import Unanswered
from portal.base.documents.printer import Job
from portal.base.documents.render import press
from portal.base.documents.seal import Seal, new_seal, seal_pdf
from portal.base.documents.timestamps import Authority, prolong, stamp
from tests.documents.authority import LocalAuthority, an_authority, has_openssl
from tests.documents.test_seal import AT, HTML

pytestmark = pytest.mark.skipif(not has_openssl, reason="openssl is the authority here")


@pytest.fixture(scope="module")
def seal() -> Seal:
    return new_seal("Northwind", AT)


@pytest.fixture(scope="module")
def plain() -> bytes:
    return press.print(Job(HTML, "statement", "x"))


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAuthority]:
    with an_authority(tmp_path_factory.mktemp("tsa")) as authority:
        yield authority


@pytest.fixture(scope="module")
def timed(plain: bytes, seal: Seal, up: LocalAuthority) -> bytes:
    return seal_pdf(plain, seal, "Balance confirmation", AT, Authority(up.url))


@pytest.fixture(scope="module")
def lasting(timed: bytes, up: LocalAuthority) -> bytes:
    return prolong(timed, Authority(up.url))


def test_a_timestamped_seal_is_b_t(timed: bytes):
    found = read_seal(timed)

    assert (found.is_unchanged, found.level, found.authority) == (
        True,
        "B-T",
        "Common Name: Test TSA",
    )
    assert found.token_serial


def test_with_proofs_and_a_second_stamp_it_is_b_lta(lasting: bytes, seal: Seal):
    found = read_seal(lasting)

    assert (found.is_unchanged, found.level, found.fingerprint) == (
        True,
        "B-LTA",
        seal.fingerprint,
    )


def test_prolonging_leaves_every_earlier_byte(timed: bytes, lasting: bytes):
    assert lasting.startswith(timed)


def test_it_can_be_prolonged_again_and_again(lasting: bytes, up: LocalAuthority):
    again = prolong(prolong(lasting, Authority(up.url)), Authority(up.url))

    assert (read_seal(again).is_unchanged, read_seal(again).level) == (True, "B-LTA")


def test_a_seal_without_a_timestamp_gets_one_later(plain: bytes, seal: Seal, up: LocalAuthority):
    once = prolong(seal_pdf(plain, seal, "Balance confirmation", AT), Authority(up.url))
    twice = prolong(once, Authority(up.url))

    assert [read_seal(each).level for each in (once, twice)] == ["B-T", "B-LTA"]


def test_without_a_list_of_the_revoked_it_stays_b_t(plain: bytes, seal: Seal, tmp_path: Path):
    with an_authority(tmp_path / "tsa", has_crl=False) as authority:
        asked = Authority(authority.url)
        made = prolong(seal_pdf(plain, seal, "Balance confirmation", AT, asked), asked)

    assert (read_seal(made).is_unchanged, read_seal(made).level) == (True, "B-T")


@pytest.mark.parametrize(("is_genuine", "level"), [(True, "B-LTA"), (False, "B-T")])
def test_an_answer_about_revocation_counts_when_the_issuer_signed_it(
    plain: bytes, seal: Seal, tmp_path: Path, *, is_genuine: bool, level: str
):
    impostor = None if is_genuine else ec.generate_private_key(ec.SECP256R1())
    wanted = {"has_crl": False, "has_ocsp": True, "impostor": impostor}
    with an_authority(tmp_path / "tsa", **wanted) as authority:
        asked = Authority(authority.url)
        made = prolong(seal_pdf(plain, seal, "Balance confirmation", AT, asked), asked)

    assert (read_seal(made).is_unchanged, read_seal(made).level) == (True, level)


def test_a_revoked_authority_proves_nothing(plain: bytes, seal: Seal, tmp_path: Path):
    with an_authority(tmp_path / "tsa") as authority:
        authority.publish(revoked=authority.own.serial_number)
        asked = Authority(authority.url)
        made = prolong(seal_pdf(plain, seal, "Balance confirmation", AT, asked), asked)

    assert read_seal(made).level == "B-T"


@pytest.mark.parametrize("share", range(1, 20))
def test_one_flipped_byte_is_found_in_any_part(timed: bytes, lasting: bytes, share: int):
    """The newest stamp's own place is apart: no stamp can cover the packing of itself."""
    place = range(len(timed), lasting.rindex(b"/Contents"))
    changed = bytearray(lasting)
    changed[place[len(place) * share // 20]] ^= 1

    assert not read_seal(bytes(changed)).is_unchanged


def test_what_is_appended_after_the_last_stamp_is_found(lasting: bytes):
    assert not read_seal(lasting + b"\n").is_unchanged


def test_pyhanko_finds_only_what_may_come_after_a_seal(lasting: bytes):
    reader = PdfFileReader(BytesIO(lasting))
    [signature] = reader.embedded_regular_signatures
    context = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    with ThreadPoolExecutor(1) as apart:  # where no other test has left a loop running
        status = apart.submit(
            validate_pdf_signature, signature, signer_validation_context=context
        ).result()

    assert status.docmdp_ok
    assert status.modification_level.name == "LTA_UPDATES"


@pytest.mark.parametrize("mood", ["down", "rubbish", "stale"])
def test_an_authority_that_fails_is_said_to(mood: str, tmp_path: Path):
    with an_authority(tmp_path / "tsa") as authority:
        stamp(Authority(authority.url), b"before")
        authority.mood = mood
        with pytest.raises(Unanswered):
            stamp(Authority(authority.url), b"now")


def test_an_authority_that_dawdles_is_cut_off(tmp_path: Path):
    with an_authority(tmp_path / "tsa", mood="slow") as authority:
        began = time.monotonic()
        with pytest.raises(Unanswered):
            stamp(Authority(authority.url, seconds=0.5), b"now")

    assert time.monotonic() - began < 2


def test_nobody_there_is_said_too():
    with pytest.raises(Unanswered):
        stamp(Authority("http://127.0.0.1:9/"), b"now")


@pytest.mark.parametrize("url", ["http://tsa.example/", "ftp://tsa.example/", "tsa"])
def test_an_authority_is_asked_over_https_only(url: str):
    with pytest.raises(ConfigError, match="ACCORD_TSA_URL"):
        read_config({"ACCORD_TSA_URL": url})


def test_openssl_finds_the_token_right(up: LocalAuthority, tmp_path: Path):
    token = stamp(Authority(up.url), b"the evidence")
    (tmp_path / "evidence").write_bytes(b"the evidence")
    (tmp_path / "token").write_bytes(token.der)
    asked = ["-data", tmp_path / "evidence", "-in", tmp_path / "token", "-token_in"]
    said = subprocess.run(
        ["openssl", "ts", "-verify", *asked, "-CAfile", up.folder / "ca.pem"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.stdout + said.stderr != ""
    assert said.returncode == 0
