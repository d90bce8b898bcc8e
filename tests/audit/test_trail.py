"""The audit trail: found by who, what and when; read back; written out; and nobody else's."""

import io
import json
import subprocess
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select, text

from portal.audit.chain import ReadChain, ask_to_read, do_read, latest_checks
from portal.audit.daily import run
from portal.audit.trail import AskTrail, read_trail
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.tables.journal import AccessLog
from portal.tables.statements import Statement
from tests.desk import DeskBrowser, Office, rows_of


def trail(installation: Installation, **asked):
    with installation.reading(SYSTEM) as r:
        return read_trail(r, AskTrail(**asked))


def alter(installation: Installation, entry_id: int) -> None:
    """Somebody with the database in hand changes an entry."""
    with installation.database.engine.begin() as connection:
        if installation.database.is_sqlite:
            connection.execute(text("drop trigger audit_no_update"))
        else:
            connection.execute(text("alter table audit disable trigger all"))
        connection.execute(
            text("update audit set subject = 'company/2' where id = :id"), {"id": entry_id}
        )


def test_the_newest_entries_come_first_and_are_whole(any_office: Office):
    any_office.issue()
    found = trail(any_office.installation)

    assert [entry.id for entry in found.entries] == list(range(found.head_id, 0, -1))
    assert all(entry.is_whole for entry in found.entries)
    assert found.stretch.broken_id is None


def test_older_entries_follow_by_their_number(any_office: Office):
    with any_office.installation.work(SYSTEM) as w:
        for number in range(120):
            w.audit("day.done", f"day/{number}", act="x")
    first = trail(any_office.installation)
    second = trail(any_office.installation, before=first.older)

    assert len(first.entries) == 50
    assert second.entries[0].id == first.entries[-1].id - 1


@pytest.mark.parametrize(
    ("asked", "kinds"),
    [
        ({"topic": "statements"}, {"statements.issued"}),
        ({"actor": "nobody at all"}, set()),
        ({"actor": "visitor"}, set()),
        ({"about": "no such thing"}, set()),
        ({"address": "10.9.8.7"}, {"sign_in.refused"}),
    ],
)
def test_entries_are_found_by_what_they_say(any_office: Office, asked, kinds):
    any_office.issue()
    with any_office.installation.work(SYSTEM) as w:
        w.audit("sign_in.refused", "user/1", address="10.9.8.7")

    assert {entry.kind for entry in trail(any_office.installation, **asked).entries} == kinds


def test_a_statement_is_found_by_its_printed_number(any_office: Office):
    any_office.issue()
    with any_office.installation.work(SYSTEM) as w:
        statement = w.session.scalars(select(Statement).order_by(Statement.id)).first()
        w.audit("statement.opened", f"statement/{statement.id}", customer_id=statement.customer_id)
        number = statement.number
    [entry] = trail(any_office.installation, about=number).entries

    assert entry.subject == number


def test_a_change_shows_before_and_after(office: Office):
    with office.installation.work(SYSTEM) as w:
        w.audit("person.roles_changed", "user/1", before=["clerk"], after=["admin"])

    assert trail(office.installation).entries[0].changes == [("", "clerk", "admin")]


def test_an_altered_entry_is_named(any_office: Office):
    any_office.issue()
    alter(any_office.installation, 1)
    found = trail(any_office.installation)

    assert found.stretch.broken_id == 1
    assert [entry.id for entry in found.entries if not entry.is_whole] == [1]


def test_the_page_raises_the_alarm(office: Office, auditor: DeskBrowser):
    office.issue()
    alter(office.installation, 1)

    assert "The chain is broken at entry 1" in auditor.visit("/desk/audit").text


def test_the_whole_chain_is_read_back_by_a_worker(any_office: Office):
    with any_office.installation.work(SYSTEM) as w:
        check_id = ask_to_read(w, ReadChain())
        again = ask_to_read(w, ReadChain())
    do_read(any_office.installation, {"check_id": check_id})
    with any_office.installation.reading(SYSTEM) as r:
        finished, is_reading = latest_checks(r)

    assert again == check_id
    assert (finished.id, finished.ok, is_reading) == (check_id, True, False)


def test_the_daily_run_reads_it_back_too(any_office: Office):
    alter(any_office.installation, 1)
    result = run(any_office.installation, any_office.installation.clock.today("UTC"))

    assert result["broken"] == 1


def test_the_page_tells_what_happened_and_to_what(office: Office, auditor: DeskBrowser):
    office.issue()
    page = auditor.visit("/desk/audit?topic=statements")

    assert any("Statements were issued" in row[3] for row in rows_of(page, "entries"))


def test_looking_is_traced(office: Office, auditor: DeskBrowser):
    auditor.visit("/desk/audit")
    auditor.client.get("/desk/audit.csv")
    with office.installation.reading(SYSTEM) as r:
        acts = list(r.session.execute(select(AccessLog.act, AccessLog.subject)))

    assert ("opened", "audit") in acts
    assert ("exported", "audit") in acts


@pytest.mark.parametrize("role", ["clerk", "sales", "collector", "support", "legal"])
def test_nobody_else_on_the_staff_reads_the_trail(office: Office, role: str):
    browser = office.enter(role)

    assert [
        browser.client.get(path).status_code for path in ("/desk/audit", "/desk/audit.csv")
    ] == [
        403,
        403,
    ]


def test_the_signed_lines_are_checked_by_openssl(
    office: Office, auditor: DeskBrowser, tmp_path: Path
):
    office.issue()
    with zipfile.ZipFile(io.BytesIO(auditor.client.get("/desk/audit.jsonl.zip").data)) as archive:
        archive.extractall(tmp_path)
    run = subprocess.run
    key = run(
        ["openssl", "x509", "-in", tmp_path / "seal.pem", "-pubkey", "-noout"],
        capture_output=True,
        check=True,
    ).stdout
    (tmp_path / "seal.pub.pem").write_bytes(key)
    command = ["openssl", "dgst", "-sha256", "-verify", "seal.pub.pem"]
    said = run(
        [*command, "-signature", "audit.jsonl.sig", "audit.jsonl"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]

    assert "Verified OK" in said.stdout
    assert [line["id"] for line in lines] == list(range(1, len(lines) + 1))
    assert lines[1]["prev_hash"] == lines[0]["hash"]
