"""What a mail looks like: in its reader's language, escaped, with no header but ours."""

import email
import email.policy

import pytest

from portal.base.access import SYSTEM
from portal.base.mail import Recipient, address, envelope, queue_mail, sender, write_mail
from tests.mail.conftest import drained, queue_note, row_of

INJECTIONS = [
    "hello\r\nBcc: everybody@example.com",
    "hello\nBcc: everybody@example.com",
    "hello\x0bBcc: everybody@example.com",
    "hello\u2028Bcc: everybody@example.com",
    "hello\x85Bcc: everybody@example.com\x00",
]


def note_of(installation, text):
    with installation.reading(SYSTEM) as r:
        return write_mail("note", "en", {"company": r.company, "text": text})


def message_of(installation, **columns):
    """The message of a note as a server gets it, read back."""
    queue_note(installation, **columns)
    drained(installation)
    message = envelope(row_of(installation), sender(installation.config, "华东 & Söhne"))
    return email.message_from_bytes(message.as_bytes(), policy=email.policy.default)


def test_the_first_line_of_the_text_is_the_subject(installation):
    note = note_of(installation, "hello")

    assert note.subject == "Note: hello"
    assert note.text.startswith("hello — ")


def test_html_is_escaped_and_text_is_not(installation):
    note = note_of(installation, "1 < 2 & <script>")

    assert "1 &lt; 2 &amp; &lt;script&gt;" in note.html
    assert "1 < 2 & <script>" in note.text


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_text_begins_a_new_header(installation, text):
    message = message_of(installation, text=text)

    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]


@pytest.mark.parametrize("name", INJECTIONS)
def test_no_name_begins_a_new_header(name):
    assert str(address("chen@example.com", name)).isprintable()


@pytest.mark.parametrize(
    "smuggled",
    [
        "chen@example.com\r\nBcc: x@y",
        "chen@example.com, x@y.example",
        "chen",
        "@example.com",
        "a b@c",
        "",
    ],
)
def test_what_is_no_address_fails_the_mail_and_not_the_others(installation, smuggled):
    with installation.work() as w:
        queue_mail(w, "bad", "note", Recipient(smuggled), {"text": "x"})
    queue_note(installation)

    assert drained(installation) == {"failed": 1, "sent": 1}
    assert row_of(installation, "bad").state == "failed"


def test_plain_text_comes_before_html_and_both_survive_old_servers(installation):
    message = message_of(installation, text="对账单 − 1,00")
    parts = [part.get_content_type() for part in message.iter_parts()]

    assert parts == ["text/plain", "text/html"]
    assert "对账单 − 1,00" in message.get_body(("plain",)).get_content()
    assert message.as_bytes().isascii()


def test_the_headers_name_both_sides_and_the_message(installation):
    message = message_of(installation)

    assert message["From"].addresses[0].display_name == "华东 & Söhne"
    assert message["To"] == "陈伟 <chen@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == row_of(installation).message_id


def test_the_bodies_are_kept_with_their_hash(installation):
    queue_note(installation)
    drained(installation)
    row = row_of(installation)

    assert row.state == "sent"
    assert len(row.body_sha256) == 64
    assert row.body_text.startswith("hello")
