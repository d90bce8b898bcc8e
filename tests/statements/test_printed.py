"""What is printed is what was frozen: the same totals everywhere, and a certificate that holds."""

import datetime as dt
import subprocess
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from portal.base import formats
from portal.base.access import SYSTEM
from portal.base.documents.check import read_seal
from portal.base.documents.render import press
from portal.base.documents.seal import new_seal, seal_pdf
from portal.base.language import gettext, speaking
from portal.core.confirmation import Result
from portal.core.statement import canonical, read_statement
from portal.statements.certificate.checks import check_document
from portal.statements.certificate.sealed import (
    PrintedStatement,
    certificate_pdf,
    make_certificate,
    statement_pdf,
)
from portal.statements.sheet import statement_job
from portal.tables.customers import Customer
from portal.tables.files import Document
from portal.tables.statements import Certificate, Confirmation
from tests.statements.stage import Stage


def text_of(pdf: bytes) -> str:
    said = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return said.stdout.decode()


def printed(stage: Stage, language: str) -> bytes:
    statement = stage.statement
    source = PrintedStatement(statement.id, statement.payload, stage.ref)
    return statement_pdf(stage.installation, source, language)


def in_chinese(message: str) -> str:
    with speaking("zh-CN"):
        return gettext(message)


def checks(stage: Stage, pdf: bytes) -> dict[str, bool]:
    with stage.installation.reading(SYSTEM) as r:
        return {check.name: check.ok for check in check_document(r, pdf).checks}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_totals_are_the_databases(stage: Stage, language: str):
    text, statement = text_of(printed(stage, language)), stage.statement
    with speaking(language):
        for minor in (statement.opening_minor, statement.invoiced_minor, statement.closing_minor):
            assert formats.amount(minor, "CNY") in text
    assert all(line.document in text for line in stage.ticks.lines)
    assert statement.sha256 in text


def test_chinese_statements_say_the_sum_in_capitals(stage: Stage):
    assert "人民币壹拾柒万柒仟柒佰肆拾捌元伍角陆分" in text_of(printed(stage, "zh-CN"))


def test_a_statement_is_printed_once(stage: Stage):
    first, second = printed(stage, "en"), printed(stage, "en")
    with stage.installation.reading(SYSTEM) as r:
        count = r.session.scalar(select(func.count()).select_from(Document))

    assert first == second
    assert count == 1


def test_the_same_payload_prints_the_same_bytes(stage: Stage):
    payload = stage.statement.payload
    jobs = [statement_job(payload, "en", "http://localhost/s") for _ in range(2)]

    assert press.print(jobs[0]) == press.print(jobs[1])


def test_a_customers_new_name_changes_nothing_that_was_printed(stage: Stage):
    before = stage.statement.payload
    with stage.installation.work() as w:
        w.session.execute(update(Customer).values(name="Another name"))

    assert stage.statement.payload == before
    assert "Huadong Trading" in text_of(printed(stage, "en"))


def test_three_hundred_lines_break_into_pages_with_heads(stage: Stage):
    text = text_of(press.print(statement_job(long_payload(stage, 300), "en", "http://localhost/s")))

    pages = text.split("\f")[:-1]
    assert len(pages) > 5
    assert all("Your reference" in page for page in pages[:-1])
    assert f"Page {len(pages)} of {len(pages)}" in pages[-1]


def long_payload(stage: Stage, lines: int) -> str:
    short = read_statement(stage.statement.payload)
    line, opening = short.lines[0], short.head.sums.opening_minor
    many = [
        line._replace(
            document=f"INV-{number:06}",
            amount_minor=100_00,
            balance_minor=opening + number * 100_00,
        )
        for number in range(1, lines + 1)
    ]
    closing = opening + lines * 100_00
    head = replace(
        short.head,
        sums=replace(
            short.head.sums,
            invoiced_minor=lines * 100_00,
            received_minor=0,
        ),
        unapplied_minor=0,
        buckets=(("not_due", closing), *((name, 0) for name, _ in short.head.buckets[1:])),
    )
    return canonical(head, many).decode()


def test_the_certificate_is_sealed_from_the_event(any_stage: Stage):
    confirmation_id = any_stage.confirm()
    pdf = certificate_pdf(any_stage.installation, confirmation_id)

    assert checks(any_stage, pdf) == {
        "document.unchanged": True,
        "document.seal": True,
        "document.certificate": True,
        "document.timestamp": True,
        "document.evidence": True,
        "document.in_force": True,
    }


def test_the_certificate_says_what_the_evidence_says(stage: Stage):
    stage.differ(2, own=8_000_00)
    confirmation_id = stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES, owes=True)
    pdf = certificate_pdf(stage.installation, confirmation_id)
    text = text_of(pdf)
    with stage.installation.reading(SYSTEM) as r:
        confirmation = r.session.get_one(Confirmation, confirmation_id)

    expected = [
        confirmation.evidence_sha256,
        confirmation.statement_sha256,
        confirmation.verify_code,
        "CNY 177,748.56",
        "177,329.56",
        "Chen Wei",
        "c…n@huadong.example",
        "Balance confirmation",
        in_chinese("Balance confirmation"),
    ]
    missing = [each for each in expected if each not in text.replace("\xa0", " ")]
    assert missing == []
    assert read_seal(pdf).files["evidence.json"].decode() == confirmation.evidence
    assert read_seal(pdf).files["statement.json"].decode() == stage.statement.payload


def test_the_worker_and_the_download_make_one_certificate(any_stage: Stage):
    confirmation_id = any_stage.confirm()
    first = certificate_pdf(any_stage.installation, confirmation_id)
    make_certificate(any_stage.installation, {"confirmation_id": confirmation_id})
    with any_stage.installation.reading(SYSTEM) as r:
        count = r.session.scalar(select(func.count()).select_from(Certificate))

    assert certificate_pdf(any_stage.installation, confirmation_id) == first
    assert count == 1


def test_a_changed_certificate_is_found(stage: Stage):
    pdf = bytearray(certificate_pdf(stage.installation, stage.confirm()))
    pdf[len(pdf) // 2] ^= 1
    found = checks(stage, bytes(pdf))

    assert not found["document.unchanged"]
    assert not found["document.certificate"]


def test_a_certificate_of_somebody_else_is_not_ours(stage: Stage):
    stage.confirm()
    at = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    forged = seal_pdf(printed(stage, "en"), new_seal("Your company", at), "x", at)
    found = checks(stage, forged)

    assert found["document.unchanged"]
    assert not found["document.seal"]
