"""Confirmation requests: drawn, sent, answered past the staff, followed up, and taken along."""

import io
import json
import subprocess
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from portal.audit.items import summary_of
from portal.audit.pack import OrderPack, make_pack, order_pack
from portal.audit.requests import (
    ChooseRecipients,
    NoteEvidence,
    Recipe,
    RemindSilent,
    choose_recipients,
    note_evidence,
    remind_silent,
)
from portal.audit.samples import keep_sample, own_sample
from portal.base.access import SYSTEM
from portal.base.documents.check import read_seal
from portal.base.outbox import drain
from portal.core.errors import RuleBroken
from portal.core.ledger import Allocation, Entry, Kind
from portal.core.money import Money
from portal.core.sampling import Draw, Method
from portal.tables.audits import AuditAnswer, AuditPack
from portal.tables.journal import Audit as Trail
from portal.worker import REGISTRY
from tests.audit.stage import CHEN, Audit, audited, wish
from tests.desk import Office, books, day
from tests.ledgers import store
from tests.page import Page, Visitor
from tests.people.cast import Browser

ANSWER = {"typed_name": "Chen Wei", "position": "Chief accountant"}


@pytest.fixture
def audit(office: Office) -> Audit:
    return audited(office)


@pytest.fixture
def any_audit(any_office: Office) -> Audit:
    return audited(any_office)


def answered(audit: Audit, link: str, status: int = 303, **fields: str) -> Page:
    """A customer follows the link, asks for a code, and answers."""
    visitor = Browser(audit.office.app, but={"links"})
    asked = visitor.visit(link)
    page = visitor.follow(visitor.fill(asked, f"{link}/code"))
    data = {**ANSWER, "code": audit.code(), **fields}
    return visitor.fill(page, f"{link}/answer", status, **data)


# ── Drawing ──────────────────────────────────────────────────────────────────


def test_a_sample_is_drawn_from_the_balances_of_the_day(any_audit: Audit):
    found = {code: item.balance.minor for code, item in any_audit.items().items()}

    assert found == {"HUADONG": 360_00, "ZHIYUAN": -500_00}
    assert any_audit.items()["HUADONG"].contact_email == CHEN


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"as_of": day("12-31")}, "audit.day_to_come"),
        ({"currency": "USD"}, "audit.nothing_to_draw"),
        ({"draw": Draw(Method.ABOVE, bounds_minor=(10**9,))}, "sampling.count"),
    ],
)
def test_what_cannot_be_drawn_is_said(audit: Audit, changes, code):
    with pytest.raises(RuleBroken) as broken:
        audit.act(keep_sample, wish(**changes))

    assert broken.value.code == code


def test_the_auditor_draws_a_sample_on_a_page(audit: Audit):
    page = audit.browser.visit("/desk/audit/samples/new")
    fields = {"sample_name": "Year end", "method": "mus", "as_of": "2026-10-31"}
    fields["in_currency"] = "CNY"
    audit.browser.fill(page, "/desk/audit/samples/new", 422, **fields, interval="")
    sent = audit.browser.fill(page, "/desk/audit/samples/new", **fields, interval="100.00")
    shown = audit.browser.follow(sent)

    assert "Huadong Trading" in shown.text
    assert shown.heading == "Year end"


# ── Asking ───────────────────────────────────────────────────────────────────


def test_a_request_is_mailed_for_the_audit_and_demands_nothing(any_audit: Audit):
    any_audit.ask()
    drain(any_audit.installation, REGISTRY)
    [mail] = any_audit.mails("audit_request")

    assert (mail.state, mail.to_address) == ("sent", CHEN)
    assert "not a demand for payment" in mail.body_text
    assert "360.00" in mail.body_text
    assert "maya@auditors.example" in mail.body_text


def test_a_blank_request_tells_no_balance(audit: Audit):
    link = audit.ask("blank")
    drain(audit.installation, REGISTRY)

    assert "360.00" not in audit.mails("audit_request")[0].body_text
    assert "360.00" not in Browser(audit.office.app).visit(link).text


def test_nobody_is_asked_whom_the_books_do_not_know(audit: Audit):
    recipe = Recipe(audit.items()["HUADONG"].id, "positive", "somebody@else.example")
    with pytest.raises(RuleBroken, match="no_recipient"):
        audit.act(choose_recipients, ChooseRecipients(audit.sample_id, [recipe], sends=True))


def test_the_auditor_sends_from_the_page(audit: Audit):
    item = audit.items()["HUADONG"]
    page = audit.browser.visit(audit.path)
    fields = {f"form-{item.ref}": "negative", f"to-{item.ref}": CHEN, "act": "send"}
    audit.browser.fill(page, f"{audit.path}/requests", **fields)

    assert audit.items()["HUADONG"].state == "silent"
    assert "No reply: no evidence" in audit.browser.visit(audit.path).text


def test_a_link_opened_five_times_commits_nothing(audit: Audit):
    link = audit.ask()
    for _ in range(5):
        Browser(audit.office.app).visit(link)

    assert audit.items()["HUADONG"].state == "waiting"
    assert audit.mails("code") == []


@pytest.mark.parametrize("change", ["x", ".x"])
def test_a_link_that_is_none_of_ours_shows_nothing(audit: Audit, change: str):
    link = audit.ask()

    assert Visitor(audit.office.app).client.get(link + change).status_code == 410


# ── Answering ────────────────────────────────────────────────────────────────


def test_a_customer_agrees_with_a_code(any_audit: Audit):
    answered(any_audit, any_audit.ask(), result="agreed")
    item = any_audit.items()["HUADONG"]

    assert (item.state, item.answer.signer, item.answer.own) == ("agreed", "Chen Wei", None)


def test_a_customer_differs_with_their_own_balance_and_a_file(audit: Audit):
    upload = (io.BytesIO(b"our ledger"), "ledger.csv")
    answered(audit, audit.ask(), result="differs", own_balance="350.00", file=upload)
    item = audit.items()["HUADONG"]

    assert (item.state, item.difference) == ("differs", 10_00)
    assert audit.browser.client.get(f"/desk/audit/items/{item.ref}/file").data == b"our ledger"


def test_a_blank_answer_is_compared_with_the_books(audit: Audit):
    answered(audit, audit.ask("blank"), own_balance="360.00")

    assert audit.items()["HUADONG"].state == "agreed"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"result": "differs"}, "Enter the balance by your books"),
        ({"result": "agreed", "typed_name": ""}, "Type your name."),
        ({"result": "agreed", "code": "000000x"}, "code"),
    ],
)
def test_an_answer_that_lacks_something_is_not_kept(audit: Audit, fields, said):
    page = answered(audit, audit.ask(), 422, **fields)

    assert said in page.text
    assert audit.items()["HUADONG"].answer is None


def test_a_second_answer_is_refused(audit: Audit):
    link = audit.ask()
    visitor = Browser(audit.office.app, but={"links"})
    page = visitor.follow(visitor.fill(visitor.visit(link), f"{link}/code"))
    late = {**ANSWER, "result": "differs", "own_balance": "1.00", "code": audit.code()}
    answered(audit, link, result="agreed")

    assert "answered already" in visitor.fill(page, f"{link}/answer", 409, **late).text
    assert audit.items()["HUADONG"].state == "agreed"


def test_five_wrong_codes_use_the_code_up(audit: Audit):
    link = audit.ask()
    visitor = Browser(audit.office.app, but={"links"})
    page = visitor.follow(visitor.fill(visitor.visit(link), f"{link}/code"))
    right = audit.code()
    wrong = "111111" if right != "111111" else "222222"
    for _ in range(5):
        visitor.fill(page, f"{link}/answer", 422, **ANSWER, result="agreed", code=wrong)
    visitor.fill(page, f"{link}/answer", 422, **ANSWER, result="agreed", code=right)

    assert audit.items()["HUADONG"].answer is None


def test_the_answer_is_not_shown_by_the_link_afterwards(audit: Audit):
    link = audit.ask("blank")
    answered(audit, link, own_balance="123.45")
    page = Browser(audit.office.app).visit(link)

    assert "123.45" not in page.text
    assert audit.items()["HUADONG"].answer.evidence_sha256 in page.text


def test_an_answer_is_never_changed(any_audit: Audit):
    answered(any_audit, any_audit.ask(), result="agreed")
    with (
        pytest.raises(Exception, match="append_only"),
        any_audit.installation.database.engine.begin() as connection,
    ):
        connection.execute(text("update audit_answer set result = 'differs'"))


# ── Past the staff ───────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "role", ["admin", "clerk", "sales", "collector", "legal", "credit_manager", "support"]
)
def test_no_other_staff_finds_an_answer(audit: Audit, role: str):
    answered(audit, audit.ask(), result="agreed")
    ref = audit.items()["HUADONG"].ref
    browser = audit.office.enter(role)
    paths = [f"/desk/audit/items/{ref}{end}" for end in ("", "/answer.pdf", "/file")]
    paths += [f"{audit.path}{end}" for end in ("", ".csv", "/pack.zip")]

    assert {browser.client.get(path).status_code for path in paths} == {404}


def test_another_auditor_finds_nothing_either(audit: Audit):
    with audit.installation.reading(audit.actor) as r:
        other = type(audit.actor)("staff", 10**6, "B", "b@x.example", staff_role="auditor")
        own_sample(r, audit.sample_id)
    with audit.installation.reading(other) as r, pytest.raises(Exception, match="sample"):
        own_sample(r, audit.sample_id)


def test_trail_mails_and_timeline_tell_that_it_was_answered_and_no_more(any_audit: Audit):
    answered(any_audit, any_audit.ask("blank"), own_balance="123.45", remark="our secret")
    drain(any_audit.installation, REGISTRY)
    with any_audit.installation.reading(SYSTEM) as r:
        facts = " ".join(r.session.scalars(select(Trail.facts)))
        kinds = set(r.session.scalars(select(Trail.kind)))
        evidence = r.session.scalars(select(AuditAnswer.evidence_sha256)).one()
    mails = [each.body_text for each in any_audit.mails("audit_answered")]

    assert "audit.answered" in kinds
    assert evidence in facts
    assert not [said for said in (facts, *mails) if "123.45" in said or "secret" in said]
    assert len(mails) == 1


# ── Following up ─────────────────────────────────────────────────────────────


def test_a_reminder_goes_once_a_day_to_who_has_not_answered(any_audit: Audit):
    any_audit.ask()
    with pytest.raises(RuleBroken, match="nobody_to_remind"):
        any_audit.act(remind_silent, RemindSilent(any_audit.sample_id))
    any_audit.office.pass_days(1)

    assert any_audit.act(remind_silent, RemindSilent(any_audit.sample_id)) == 1
    assert len(any_audit.mails("audit_request")) == 2


def test_silence_to_a_negative_request_is_no_agreement(audit: Audit):
    audit.ask("negative")
    with audit.installation.reading(audit.actor) as r:
        found = summary_of(own_sample(r, audit.sample_id), list(audit.items().values()))

    assert (found.agreed, found.silent) == (0, 1)


def test_other_evidence_stands_beside_a_silent_customer(audit: Audit):
    audit.ask("positive")
    item = audit.items()["HUADONG"]
    audit.act(note_evidence, NoteEvidence(item.id, "Saw the shipping papers."))

    assert audit.items()["HUADONG"].state == "noted"


def test_money_that_came_later_for_what_was_open_is_listed(office: Office):
    store_later_payment(office)
    audit = audited(office)
    page = audit.browser.visit(f"/desk/audit/items/{audit.items()['HUADONG'].ref}")

    assert "RCT-77" in page.text
    assert "60.00" in page.text


def store_later_payment(office: Office) -> None:
    """Huadong pays part of its second invoice in November."""
    paid = Entry(77, "HUADONG", Kind.PAYMENT, "RCT-77", day("11-05"), Money(-60_00, "CNY"))
    applied = Allocation(77, 2, 1, Money(60_00, "CNY"), day("11-05"))
    known = books()
    entries, applied = (*known.entries, paid), (*known.allocations, applied)
    store(office.installation, replace(known, entries=entries, allocations=applied))


# ── Evidence ─────────────────────────────────────────────────────────────────


def test_the_evidence_is_one_archive_that_openssl_checks(any_audit: Audit, tmp_path: Path):
    link = any_audit.ask()
    drain(any_audit.installation, REGISTRY)
    answered(any_audit, link, result="differs", own_balance="350.00")
    pack_id = any_audit.act(order_pack, OrderPack(any_audit.sample_id, "en"))
    make_pack(any_audit.installation, {"pack_id": pack_id})
    with any_audit.installation.reading(SYSTEM) as r:
        pack = r.session.get_one(AuditPack, pack_id)
        body = any_audit.installation.storage.get(pack.file_sha256)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        archive.extractall(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())["files"]
    key = subprocess.run(
        ["openssl", "x509", "-in", tmp_path / "seal.pem", "-pubkey", "-noout"],
        capture_output=True,
        check=True,
    ).stdout
    (tmp_path / "seal.pub.pem").write_bytes(key)
    command = ["openssl", "dgst", "-sha256", "-verify", "seal.pub.pem", "-signature"]
    said = subprocess.run(
        [*command, "manifest.json.sig", "manifest.json"],
        cwd=tmp_path,
        check=False,
        text=True,
        capture_output=True,
    )

    assert "Verified OK" in said.stdout
    assert {"README.txt", "population.csv", "sample.json", "audit.jsonl"} <= set(manifest)
    assert {"answers/HUADONG/answer.json", "answers/HUADONG/answer.pdf"} <= set(manifest)
    assert read_seal((tmp_path / "answers/HUADONG/answer.pdf").read_bytes()).is_unchanged
    [mail] = json.loads((tmp_path / "requests/HUADONG.json").read_text())["mails"]
    assert (mail["to"], mail["state"]) == (CHEN, "sent")
    assert mail["body_sha256"]


def test_the_auditor_orders_and_fetches_the_evidence_on_the_page(audit: Audit):
    page = audit.browser.visit(audit.path)
    audit.browser.fill(page, f"{audit.path}/pack")
    assert "are packed" in audit.browser.visit(audit.path).text
    drain(audit.installation, REGISTRY)

    assert "Download the evidence" in audit.browser.visit(audit.path).text
    assert audit.browser.client.get(f"{audit.path}/pack.zip").data.startswith(b"PK")


@pytest.mark.parametrize("end", ["", ".item", ".list", ".trail"])
def test_pages_ask_the_database_twelve_times_at_most(audit: Audit, end: str):
    answered(audit, audit.ask(), result="agreed")
    paths = {
        "": audit.path,
        ".item": f"/desk/audit/items/{audit.items()['HUADONG'].ref}",
        ".list": "/desk/audit/samples",
        ".trail": "/desk/audit",
    }

    assert audit.browser.count_statements(paths[end]) <= 12
