"""The demo's mailbox: every mail as its reader gets it. Only in the demo: it shows codes."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request

from portal.base.access import NotFound
from portal.base.messages import Message, find_message, latest_messages
from portal.base.work import Reader
from portal.web import current, respond
from portal.web.guard import guard

mailbox = Blueprint("mailbox", __name__, url_prefix="/mailbox")
MOST = 200
LINK = re.compile(r"https?://\S+")


@mailbox.get("")
@guard("mailbox.view")
def index() -> Response:
    r = _demo()
    to = request.args.get("to", "").strip().lower()
    messages = [(r.refs.of("ml", found.id), found) for found in latest_messages(r, MOST, to)]
    return respond.page(
        "home/mailbox.html", fragments={"mails-part": "mails"}, messages=messages, to=to
    )


@mailbox.get("/<ref>")
@guard("mailbox.view")
def show(ref: str) -> Response:
    r = _demo()
    message = find_message(r, r.id_of("ml", ref))
    if message is None:
        raise NotFound(ref)
    link = LINK.search(message.text)
    return respond.page(
        "home/mail.html",
        message=message,
        paragraphs=paragraphs_of(message),
        link=link.group() if link else "",
    )


def _demo() -> Reader:
    """The reader, where this is the demo and mails are kept."""
    config = current.installation().config
    if not config.is_demo or not config.mail_url.startswith("mailbox:"):
        raise NotFound("mailbox")
    return current.reader()


def paragraphs_of(message: Message) -> list[list[str]]:
    """The lines of a mail's text, paragraph by paragraph."""
    return [part.splitlines() for part in message.text.split("\n\n") if part.strip()]
