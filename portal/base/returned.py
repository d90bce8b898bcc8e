"""
Mails that came back: what a delivery status notification (RFC 3464) says of a mail of ours.

Read with the standard library alone, from whatever a mail server stores: one message a file, or
many as an mbox. What is no such notification says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from portal.base.mail import one_line

MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,255}>")
#: The line that begins each message of an mbox.
FROM_LINE = re.compile(rb"^From [^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Returned:
    """A mail of ours that an address refused for good."""

    message_id: str
    address: str
    problem: str


def read_returned(content: bytes) -> list[Returned]:
    """What was refused for good, in the order it is told; delays and successes are left out."""
    return [found for one in _messages(content) for found in _read_or_leave(one)]


def _read_or_leave(content: bytes) -> list[Returned]:
    """What one message tells; one that is nested beyond all measure tells nothing of a mail."""
    try:
        return list(_read(content))
    except RecursionError:
        return []


def _messages(content: bytes) -> Iterator[bytes]:
    if not content.startswith(b"From "):
        yield content
        return
    yield from (part for part in FROM_LINE.split(content) if part.strip())


def _read(content: bytes) -> Iterator[Returned]:
    # With the plain policy: the one that takes headers apart fails on what strangers can write.
    message = message_from_bytes(content)
    reports = [
        part for part in message.walk() if part.get_content_type() == "message/delivery-status"
    ]
    message_id = _original_id(message) if reports else ""
    for report in reports:
        for fields in _recipients(report):
            if message_id and str(fields.get("Action", "")).strip().lower() == "failed":
                yield Returned(message_id, _address(fields), _problem(fields))


def _recipients(report: Message) -> Iterator[Message]:
    """The groups of fields that speak of a recipient; the first speaks of the whole mail."""
    groups = report.get_payload()
    if isinstance(groups, list):
        yield from (
            group for group in groups if isinstance(group, Message) and "Final-Recipient" in group
        )


def _original_id(message: Message) -> str:
    """The Message-ID of the mail that came back: it is returned along, or only its head."""
    for part in message.walk():
        kind = part.get_content_type()
        inner: object = part.get_payload()
        if kind == "message/rfc822" and isinstance(inner, list) and inner:
            told = str(inner[0].get("Message-ID", ""))
        elif kind == "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            head = message_from_bytes(raw if isinstance(raw, bytes) else b"")
            told = str(head.get("Message-ID", ""))
        else:
            continue
        found = MESSAGE_ID.search(told)
        if found:
            return found.group()
    answered = f"{message.get('In-Reply-To', '')} {message.get('References', '')}"
    found = MESSAGE_ID.search(answered)
    return found.group() if found else ""


def _address(fields: Message) -> str:
    told = str(fields.get("Original-Recipient") or fields.get("Final-Recipient") or "")
    return one_line(told.rpartition(";")[2]).lower()


def _problem(fields: Message) -> str:
    """Why, as the server said it: `550 5.1.1 no such user`, else the bare status."""
    said = str(fields.get("Diagnostic-Code", "")).partition(";")[2]
    return one_line(said) or one_line(str(fields.get("Status", ""))) or "refused"
