"""
What the house notes for itself reaches no customer: no page, file, feed, mail or export has it.

One word stands in a note, in the name of a note's file and inside that file. Every address that a
customer can ask for is asked for, and what comes is unpacked before it is searched.
"""

import io
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.base.access import SYSTEM
from portal.base.outbox import drain
from portal.disputes.attachments import NOTE
from portal.imports.export import export_books
from portal.tables.disputes import Attachment
from portal.tables.journal import Outbox
from portal.tables.statements import Statement
from portal.worker import REGISTRY
from tests.buyer import Buyer, ref_of
from tests.desk import DeskBrowser, Office
from tests.walls.visiting import is_desk, paths, rules

INSIDE = "ZEBRA7731INSIDE"
OUTSIDE = "HERON4402OUTSIDE"
PDF = f"%PDF-1.7\n{INSIDE}\n".encode()
ROLES = ("customer_viewer", "customer_accountant", "customer_signatory", "customer_admin")


def said_in(answer: TestResponse) -> bytes:
    """Everything that an answer says: its headers, and its body unpacked."""
    body = answer.get_data()
    return str(answer.headers).encode() + answer.request.path.encode() + unpacked(body)


def unpacked(body: bytes) -> bytes:
    if body.startswith(b"%PDF"):
        command = ["pdftotext", "-layout", "-", "-"]
        return body + subprocess.run(command, input=body, capture_output=True, check=False).stdout
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return b"".join(
                name.encode() + unpacked(archive.read(name)) for name in archive.namelist()
            )
    return body


@pytest.fixture
def chen(office: Office) -> Buyer:
    """Somebody who may see everything at the customer."""
    return Buyer(office, "HUADONG", role="customer_admin")


@pytest.fixture
def talked_about(office: Office, chen: Buyer) -> str:
    """A decided dispute on a stated invoice, with notes and a talk; its path at the desk."""
    office.issue()
    raised = f"/disputes/new?invoice={ref_of(office, 'INV-2')}"
    page = chen.fill(chen.visit(raised), raised, reason="price", said=OUTSIDE, amount="100")
    path = "/desk" + urlsplit(page.response.headers["Location"]).path
    clerk = office.enter("clerk")
    for body in (f"{INSIDE} one", f"{INSIDE} two"):
        file = (io.BytesIO(PDF), f"{INSIDE}.pdf")
        told = {"csrf_token": clerk.token(), "note-body": body, "note-files": file}
        clerk.send(f"{path}/notes", data=told, content_type="multipart/form-data")
    clerk.fill(clerk.visit(path), f"{path}/messages", body="Which offer?")
    page = clerk.visit(f"{path}?verdict=accept")
    clerk.fill(page, f"{path}/decisions/accept", root_cause="other")
    return path


def refs_of(office: Office, path: str) -> list[str]:
    """References of everything that the customer has, and of the notes' files."""
    with office.installation.reading(SYSTEM) as r:
        files = r.session.scalars(select(Attachment.id).where(Attachment.side == NOTE)).all()
        statement_id = r.session.scalars(select(Statement.id).order_by(Statement.id)).first()
        assert files
        assert statement_id
        found = [r.refs.of("at", each) for each in files]
        found += [
            r.refs.of("st", statement_id),
            ref_of(office, "INV-2"),
            path.rsplit("/", maxsplit=1)[-1],
        ]
        return [*found, office.customer_path("HUADONG").split("/")[-1]]


def crawled(office: Office, who: DeskBrowser, path: str) -> Iterator[tuple[str, bytes]]:
    """What every address of the customers' side answers, with every reference in every place."""
    refs = refs_of(office, path)
    for rule in rules(office.app):
        if is_desk(rule) or "GET" not in (rule.methods or ()):
            continue
        for address in paths(office.app, rule, refs):
            yield address, said_in(who.client.get(address))


def test_no_customers_page_file_or_list_has_it(office: Office, chen: Buyer, talked_about: str):
    found = dict(crawled(office, chen, talked_about))

    assert [address for address, body in found.items() if INSIDE.encode() in body] == []
    shown = [address for address, body in found.items() if OUTSIDE.encode() in body]
    assert talked_about.removeprefix("/desk") in shown


@pytest.mark.parametrize("role", ROLES[:3])
def test_nor_for_another_role(office: Office, talked_about: str, role: str):
    who = Buyer(office, "HUADONG", role=role)
    path = talked_about.removeprefix("/desk")
    refs = refs_of(office, talked_about)

    for address in (
        path,
        "/disputes.csv",
        "/disputes.xlsx",
        "/",
        *(f"/attachments/{r}" for r in refs),
    ):
        assert INSIDE.encode() not in said_in(who.client.get(address))


def test_a_notes_file_is_not_there_for_a_customer(office: Office, chen: Buyer, talked_about: str):
    [first, *_] = refs_of(office, talked_about)

    assert chen.client.get(f"/attachments/{first}").status_code == 404
    assert office.app.test_client().get(f"/attachments/{first}").status_code != 200


@pytest.mark.usefixtures("talked_about")
def test_no_feed_has_it(office: Office, chen: Buyer):
    page = chen.fill(chen.visit("/account/calendar"), "/account/calendar")
    shown = chen.follow(page)
    feeds = [one.text for one in shown.everything() if one.text.endswith(".ics")]
    feed = office.app.test_client().get(urlsplit(feeds[-1].split()[-1]).path)

    assert feed.status_code == 200
    assert INSIDE.encode() not in feed.get_data()


@pytest.mark.usefixtures("talked_about")
def test_no_mail_to_anybody_has_it(office: Office):
    drain(office.installation, REGISTRY, channels=["email"])
    with office.installation.reading(SYSTEM) as r:
        mails = r.session.scalars(select(Outbox).where(Outbox.channel == "email")).all()
    told = [f"{mail.subject} {mail.body_text} {mail.body_html} {mail.payload}" for mail in mails]

    assert {mail.kind for mail in mails} >= {"dispute_received", "dispute_reply", "dispute_decided"}
    assert all(mail.body_text for mail in mails if mail.state == "sent")
    assert not any(INSIDE in text for text in told)


@pytest.mark.usefixtures("talked_about")
def test_no_exported_book_has_it(office: Office, tmp_path: Path):
    with office.installation.reading(SYSTEM) as r:
        export_books(r, tmp_path / "books")
    written = b"".join(path.read_bytes() for path in (tmp_path / "books").iterdir())

    assert b"INV-2" in written
    assert INSIDE.encode() not in written


def test_the_house_reads_it_so_that_the_search_could_have_found_it(
    office: Office, talked_about: str
):
    clerk = office.enter("admin")
    [file, *_] = refs_of(office, talked_about)

    assert INSIDE.encode() in said_in(clerk.client.get(talked_about))
    assert INSIDE.encode() in said_in(clerk.client.get(f"/attachments/{file}"))
