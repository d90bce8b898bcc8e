"""Certificates with timestamps: how high the seal goes, what stands on the page, who can check."""

import datetime as dt
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.base.documents.check import read_seal
from portal.base.documents.seal import open_seal
from portal.base.transport import TryLater
from portal.cli.verify import verify
from portal.statements.certificate.sealed import certificate_pdf, make_certificate
from portal.statements.certificate.stamping import newest_stage, stamp_again
from portal.tables.journal import Audit
from portal.tables.statements import Confirmation
from tests.documents.authority import LocalAuthority, an_authority, has_openssl
from tests.documents.test_seal import signature_of
from tests.kept import app_over
from tests.page import Visitor
from tests.statements.stage import Stage
from tests.statements.test_printed import text_of

pytestmark = pytest.mark.skipif(not has_openssl, reason="openssl is the authority here")
TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[LocalAuthority]:
    with an_authority(tmp_path / "tsa") as found:
        yield found


def use(stage: Stage, authority: LocalAuthority) -> None:
    config = replace(stage.installation.config, tsa_url=authority.url)
    object.__setattr__(stage.installation, "config", config)


def later(stage: Stage, **hours: float) -> None:
    at = stage.installation.clock.now() + dt.timedelta(**hours)
    object.__setattr__(stage.installation, "clock", Clock(fixed_at=at))


def test_a_certificate_is_sealed_as_high_as_b_lta(any_stage: Stage, authority: LocalAuthority):
    use(any_stage, authority)
    confirmation_id = any_stage.confirm()
    pdf = certificate_pdf(any_stage.installation, confirmation_id)
    with any_stage.installation.reading(SYSTEM) as r:
        stage = newest_stage(r, confirmation_id)

    assert (read_seal(pdf).is_unchanged, read_seal(pdf).level, stage.level) == (
        True,
        "B-LTA",
        "B-LTA",
    )
    assert stage.renew_by == authority.ends_at.date()


def test_its_page_names_the_level_and_the_token(stage: Stage, authority: LocalAuthority):
    use(stage, authority)
    told = text_of(certificate_pdf(stage.installation, stage.confirm()))

    assert "PAdES B-LTA" in told
    assert "Test TSA" in told


def test_the_token_inside_is_the_evidences(stage: Stage, authority: LocalAuthority, tmp_path: Path):
    use(stage, authority)
    files = read_seal(certificate_pdf(stage.installation, stage.confirm())).files
    for name in ("evidence.json", "evidence.tst"):
        (tmp_path / name).write_bytes(files[name])
    command = ["openssl", "ts", "-verify", "-token_in", "-in", tmp_path / "evidence.tst"]
    said = subprocess.run(
        [*command, "-data", tmp_path / "evidence.json", "-CAfile", authority.folder / "ca.pem"],
        capture_output=True,
        check=False,
    )

    assert said.returncode == 0


@pytest.mark.parametrize("mood", ["down", "rubbish"])
def test_a_worker_waits_for_an_authority_for_hours(stage: Stage, authority: LocalAuthority, mood):
    use(stage, authority)
    confirmation_id = stage.confirm()
    authority.mood = mood
    later(stage, hours=3)

    with pytest.raises(TryLater):
        make_certificate(stage.installation, {"confirmation_id": confirmation_id})


def test_after_hours_it_is_made_without_and_says_so(stage: Stage, authority: LocalAuthority):
    use(stage, authority)
    confirmation_id = stage.confirm()
    authority.mood = "down"
    later(stage, hours=5)
    make_certificate(stage.installation, {"confirmation_id": confirmation_id})
    pdf = certificate_pdf(stage.installation, confirmation_id)

    assert read_seal(pdf).level == "B-B"
    assert "the timestamp authority did not answer" in text_of(pdf)


def test_a_person_never_waits_for_an_authority(stage: Stage, authority: LocalAuthority):
    use(stage, authority)
    authority.mood = "down"

    assert read_seal(certificate_pdf(stage.installation, stage.confirm())).level == "B-B"


def test_the_daily_run_stamps_what_was_missed_and_each_file_still_holds(
    any_stage: Stage, authority: LocalAuthority
):
    confirmation_id = any_stage.confirm()
    first = certificate_pdf(any_stage.installation, confirmation_id)
    use(any_stage, authority)

    assert stamp_again(any_stage.installation, TODAY) == {"stamped": 1}
    assert stamp_again(any_stage.installation, TODAY) == {"stamped": 0}
    second = certificate_pdf(any_stage.installation, confirmation_id)
    assert second.startswith(first)
    assert [read_seal(each).level for each in (first, second)] == ["B-B", "B-T"]


def test_a_timestamp_is_renewed_before_it_runs_out(stage: Stage, tmp_path: Path):
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=30)
    with an_authority(tmp_path / "tsa", ends_at=soon) as authority:
        use(stage, authority)
        confirmation_id = stage.confirm()
        certificate_pdf(stage.installation, confirmation_id)
        early = stamp_again(stage.installation, soon.date() - dt.timedelta(days=61))
        due = stamp_again(stage.installation, soon.date() - dt.timedelta(days=60))
    with stage.installation.reading(SYSTEM) as r:
        kinds = list(r.session.scalars(select(Audit.kind).order_by(Audit.id.desc()).limit(1)))

    assert (early, due) == ({"stamped": 0}, {"stamped": 1})
    assert kinds == ["statement.certificate_stamped"]
    assert read_seal(certificate_pdf(stage.installation, confirmation_id)).level == "B-LTA"


def test_an_authority_that_is_away_does_not_stop_the_day(stage: Stage, authority: LocalAuthority):
    certificate_pdf(stage.installation, stage.confirm())
    use(stage, authority)
    authority.mood = "down"

    assert stamp_again(stage.installation, TODAY)["waiting"] == 1


# ── Tools that share no code with ours ───────────────────────────────────────


@pytest.mark.skipif(not shutil.which("pdfsig"), reason="poppler's pdfsig is not here")
def test_pdfsig_finds_the_seal_right(stage: Stage, authority: LocalAuthority, tmp_path: Path):
    use(stage, authority)
    file = tmp_path / "certificate.pdf"
    file.write_bytes(certificate_pdf(stage.installation, stage.confirm()))
    said = subprocess.run(["pdfsig", file], capture_output=True, text=True, check=False).stdout

    assert said.count("Signature is Valid.") == 1
    assert "Total document signed" in said


@pytest.mark.parametrize("is_altered", [False, True])
def test_openssl_finds_the_seal_right(stage: Stage, tmp_path: Path, *, is_altered: bool):
    content, der = signature_of(certificate_pdf(stage.installation, stage.confirm()))
    seal = open_seal(stage.installation.config, "", stage.installation.clock.now())
    (tmp_path / "content").write_bytes(content[:-1] + b"!" if is_altered else content)
    (tmp_path / "signature").write_bytes(der)
    (tmp_path / "seal.pem").write_bytes(seal.public_pem)
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", tmp_path / "signature"]
    options = ["-binary", "-noverify", "-out", "/dev/null", "-nointern"]
    options += ["-certfile", tmp_path / "seal.pem"]
    said = subprocess.run(
        [*command, "-content", tmp_path / "content", *options],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (said.returncode == 0) is not is_altered, said.stderr


# ── Offline, by the file and our public key ──────────────────────────────────


def checked(tmp_path: Path, pdf: bytes, key: bytes) -> tuple[int, str]:
    (tmp_path / "c.pdf").write_bytes(pdf)
    (tmp_path / "seal.pub.pem").write_bytes(key)
    asked = ["--document", tmp_path / "c.pdf", "--public-key", tmp_path / "seal.pub.pem"]
    said = CliRunner().invoke(verify, [*map(str, asked), "--format", "json"])
    return said.exit_code, said.output


def test_a_certificate_is_checked_with_nothing_but_our_key(
    stage: Stage, authority: LocalAuthority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    use(stage, authority)
    pdf = certificate_pdf(stage.installation, stage.confirm())
    seal = open_seal(stage.installation.config, "", stage.installation.clock.now())
    monkeypatch.setattr("portal.cli.verify.opened", None)
    code, told = checked(tmp_path, pdf, seal.public_pem)

    assert code == 0
    assert "B-LTA" in told
    assert "token" in told


def test_a_changed_file_or_another_key_is_refused_offline(stage: Stage, tmp_path: Path):
    pdf = certificate_pdf(stage.installation, stage.confirm())
    seal = open_seal(stage.installation.config, "", stage.installation.clock.now())
    other = tmp_path / "other"
    other.mkdir()
    foreign = open_seal(
        replace(stage.installation.config, instance=str(other)), "X", dt.datetime.now(dt.UTC)
    )

    assert checked(tmp_path, pdf.replace(b"/Lang", b"/Lung", 1), seal.public_pem)[0] == 1
    assert checked(tmp_path, pdf, foreign.public_pem)[0] == 1
    assert checked(tmp_path, pdf, b"no key")[0] == 2


def test_anybody_can_have_our_public_key_and_no_more(stage: Stage):
    visitor = Visitor(app_over(stage.installation), but={"headers"})
    page = visitor.visit("/verify")
    key = visitor.client.get("/verify/seal.pem")
    seal = open_seal(stage.installation.config, "", stage.installation.clock.now())

    assert seal.fingerprint in page.text
    assert key.data == seal.public_pem
    assert b"PRIVATE" not in key.data


def test_the_verify_page_tells_the_level_by_now(stage: Stage, authority: LocalAuthority):
    use(stage, authority)
    certificate_pdf(stage.installation, stage.confirm())
    with stage.installation.reading(SYSTEM) as r:
        code = r.session.scalars(select(Confirmation.verify_code)).one()

    assert "PAdES B-LTA" in Visitor(app_over(stage.installation)).visit(f"/verify/{code}").text
