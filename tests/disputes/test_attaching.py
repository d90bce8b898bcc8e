"""Files: what they say they are and what they are, how large, how many, and what a scanner says."""

import io
import json
import os
import sys
import time
import zipfile
from pathlib import Path

import pytest

from portal.base.attaching import LARGEST, MOST_FILES, TYPES, looked_at
from portal.base.filenames import LONGEST_NAME, plain_name
from portal.core.errors import RuleBroken
from portal.disputes import attachments
from tests.buyer import Buyer
from tests.desk import Office
from tests.disputes.test_pages_customer import PDF, fetched, new_path, raised, upload

STRINGS = Path(os.environ.get("ACCORD_DATA") or Path(__file__).parents[3] / "shared" / "data")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def office_file(member: str, *more: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name in ("[Content_Types].xml", member, *more):
            archive.writestr(name, "<x/>")
    return body.getvalue()


XLSX, DOCX = office_file("xl/workbook.xml"), office_file("word/document.xml")
GOOD = [
    ("offer.pdf", PDF),
    ("SCAN.PNG", PNG),
    ("photo.jpeg", b"\xff\xd8\xff\xe0 with its EXIF"),
    ("photo.webp", b"RIFF\x10\0\0\0WEBPVP8 "),
    ("IMG_1.heic", b"\0\0\0\x18ftypheic"),
    ("list.xlsx", XLSX),
    ("letter.docx", DOCX),
    ("list.csv", "单号,金额\n1,2".encode("gb18030")),
    ("note.txt", "Grüße".encode()),
    ("note16.txt", "说明".encode("utf-16")),
    ("mail.eml", b"From: chen@huadong.example\r\nSubject: x\r\n\r\nHello"),
]
BAD = [
    ("page.txt", b"  <!DOCTYPE html><script>alert(1)</script>"),
    ("drawing.txt", b"<svg onload=alert(1)>"),
    ("program.txt", b"MZ\x90\0\x03\0\0"),
    ("letter.pdf", PNG),
    ("picture.png", b"<svg xmlns='x'/>"),
    ("photo.jpg", PDF),
    ("list.xlsx", DOCX),
    ("list.xlsx", b"PK\x03\x04 and no archive"),
    ("macros.xlsx", office_file("xl/workbook.xml", "xl/vbaProject.bin")),
    ("mail.eml", b"no header here"),
]
FOREIGN = ["a.svg", "a.html", "a.exe", "invoice.pdf.exe", "a.zip", "pdf", "a.js", ".htm"]


def refused(name: str, content: bytes, scan: str = "") -> RuleBroken:
    with pytest.raises(RuleBroken) as broken:
        looked_at([(name, content)], scan)
    return broken.value


@pytest.mark.parametrize(("name", "content"), GOOD, ids=[name for name, _ in GOOD])
def test_what_is_what_its_name_says_is_taken_as_it_is(name: str, content: bytes):
    [file] = looked_at([(name, content)])

    assert (file.name, file.content) == (name, content)


@pytest.mark.parametrize(("name", "content"), BAD)
def test_what_is_not_what_its_name_says_is_refused_by_name(name: str, content: bytes):
    broken = refused(name, content)

    assert broken.code == "attachment.not_what_it_says"
    assert broken.facts["file"] == name


@pytest.mark.parametrize("name", FOREIGN)
def test_other_kinds_are_not_taken_whatever_is_in_them(name: str):
    assert refused(name, PDF).code == "attachment.type_not_taken"


def test_nothing_that_a_browser_shows_as_a_page_is_a_kind_that_is_taken():
    kinds = {each.media_type for each in TYPES.values()}

    assert not [kind for kind in kinds if "html" in kind or "svg" in kind or "script" in kind]


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "attachment.empty"), (PDF + b"x" * LARGEST, "attachment.too_large")]
)
def test_an_empty_and_a_too_large_file_are_refused(content: bytes, code: str):
    assert refused("offer.pdf", content).code == code


def test_more_files_than_go_at_once_are_refused():
    with pytest.raises(RuleBroken, match=r"attachment\.too_many"):
        looked_at([("offer.pdf", PDF)] * (MOST_FILES + 1))


# ── The scanner ──────────────────────────────────────────────────────────────


def scanner(code: str) -> str:
    return f'{sys.executable} -c "import sys; {code}"'


def test_a_scanner_reads_the_file_and_lets_it_pass():
    assert looked_at([("a.pdf", PDF)], scanner("sys.exit(b'PDF' not in sys.stdin.buffer.read())"))


def test_a_scanner_that_hangs_keeps_all_files_of_a_message_out_in_one_go():
    hanging, began = scanner("import time; time.sleep(20)"), time.monotonic()
    with pytest.raises(RuleBroken, match=r"attachment\.not_scanned"):
        looked_at([("a.pdf", PDF), ("b.pdf", PDF)], hanging, seconds=0.5)

    assert time.monotonic() - began < 10


def test_slow_files_share_the_time_of_their_message():
    slow = scanner("import time; time.sleep(1)")
    with pytest.raises(RuleBroken, match=r"attachment\.not_scanned"):
        looked_at([(f"{n}.pdf", PDF) for n in range(5)], slow, seconds=2)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (scanner("sys.exit(1)"), "attachment.infected"),
        (scanner("sys.exit(2)"), "attachment.not_scanned"),
        ("/no/such/scanner", "attachment.not_scanned"),
        ("'unclosed", "attachment.not_scanned"),
    ],
)
def test_a_no_and_a_failure_of_the_scanner_both_keep_the_file_out(command: str, code: str):
    assert refused("a.pdf", PDF, command).code == code


# ── Names ────────────────────────────────────────────────────────────────────


def nasty_names() -> list[str]:
    if not STRINGS.is_dir():
        pytest.skip("the shared strings are not here")
    return [
        f"{text}.pdf" for text in json.loads((STRINGS / "strings/blns.json").read_text("utf-8"))
    ]


def test_every_nasty_name_is_kept_as_one_that_leads_nowhere():
    kept = [plain_name(name) for name in nasty_names()]

    assert all(name.endswith(".pdf") and len(name) <= LONGEST_NAME for name in kept)
    assert not [name for name in kept if set(name) & set('/\\<>:"|?*\r\n\0') or name[0] == "."]


def test_nasty_names_come_back_in_a_header_and_on_the_page(chen: Buyer, office: Office):
    path = raised(chen, office)
    # A browser sends these otherwise than the test's client does.
    names = [name for name in nasty_names() if not set(name) & set('"\\;\r\n')][::40]
    for name in names:
        chen.fill(chen.visit(path), f"{path}/messages", body=f"{name!r}", files=upload(name))
    files = [href for href in chen.visit(path).links.values() if href.startswith("/attachments/")]

    assert len(files) == len(names)
    assert {chen.client.get(file).data for file in files} == {PDF}


# ── Room ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("limit", ["LARGEST_DISPUTE", "LARGEST_CUSTOMER"])
def test_there_is_room_for_so_much_and_no_more(
    chen: Buyer, office: Office, monkeypatch: pytest.MonkeyPatch, limit: str
):
    monkeypatch.setattr(attachments, limit, len(PDF))
    path = raised(chen, office, files=upload("one.pdf"))
    page = chen.fill(
        chen.visit(path), f"{path}/messages", 422, body="More", files=upload("two.pdf")
    )

    assert "two.pdf" in page.text
    assert page.form(f"{path}/messages")["body"] == "More"
    assert fetched(chen, path, "one.pdf").status_code == 200


def test_a_file_of_the_houses_notes_is_nobodys_of_the_customer(chen: Buyer, office: Office):
    path = raised(chen, office, files=upload("one.pdf"))
    with office.installation.work() as w:
        row = w.session.get_one(attachments.Attachment, 1)
        note = {
            column.name: getattr(row, column.name)
            for column in attachments.Attachment.__table__.columns
            if column.name != "id"
        }
        hidden = attachments.Attachment(**{**note, "side": "note", "file_name": "hidden.pdf"})
        w.session.add(hidden)
        w.session.flush()
        ref = w.refs.of("at", hidden.id)

    chen.visit(f"/attachments/{ref}", 404)
    assert "hidden.pdf" not in chen.visit(path).source
    assert office.enter("clerk").client.get(f"/attachments/{ref}").status_code == 200


def test_a_file_that_was_refused_leaves_no_dispute(chen: Buyer, office: Office):
    path = new_path(office, "INV-2")
    page = chen.fill(chen.visit(path), path, 422, reason="price", files=upload("a.svg"))

    assert "a.svg cannot be taken." in page.text
    assert "No disputes" in chen.visit("/disputes").text
