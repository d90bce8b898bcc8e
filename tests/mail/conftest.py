"""A mail that says one thing, a mail server that does as it is told, and a clock to move."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from jinja2 import ChoiceLoader, DictLoader
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.base.mail import Recipient, queue_mail
from portal.base.outbox import Registry, drain
from portal.base.templates import environment
from portal.tables.journal import Outbox

NOTE = {
    "mail/note.txt": "Subject: Note: {{ text }}\n\n{{ text }} — {{ company.name }}\n",
    "mail/note.html": "{% extends 'mail/layout.html' %}{% block content %}{{ text }}{% endblock %}",
    "mail/code.txt": "Subject: Your code\n\n{{ code }}\n",
    "mail/code.html": "<p>{{ code }}</p>",
}
CHEN = Recipient("chen@example.com", "陈伟", "zh-CN")


@pytest.fixture(autouse=True)
def notes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mails of kind `note` and `code`, whose texts stand here."""
    jinja = environment()
    monkeypatch.setattr(jinja, "loader", ChoiceLoader([DictLoader(NOTE), jinja.loader]))
    jinja.cache.clear()


def later(installation: Installation, **span: float) -> Installation:
    """The same installation, that much later."""
    return replace(
        installation, clock=Clock(fixed_at=installation.clock.now() + dt.timedelta(**span))
    )


def queue_note(
    installation: Installation, key: str = "note/1", text: str = "hello", **columns: Any
) -> bool:
    with installation.work(SYSTEM) as w:
        return queue_mail(w, key, "note", CHEN, {"text": text}, **columns)


def row_of(installation: Installation, key: str = "note/1") -> Outbox:
    with installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Outbox).where(Outbox.key == key)).one()


def drained(installation: Installation, registry: Registry | None = None) -> dict[str, int]:
    return dict(drain(installation, registry or Registry()))


@dataclass
class Scripted:
    """A mail server's part of the conversation: what it answers to each mail in turn."""

    answers: list[str] = field(default_factory=list)
    taken: list[Any] = field(default_factory=list)
    peers: set[Any] = field(default_factory=set)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.answers and self.answers[0].startswith("rcpt "):
            return self.answers.pop(0).removeprefix("rcpt ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.peers.add(session.peer)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == "hold":
            self.taken.append(envelope)
            await asyncio.sleep(5)
            return "250 OK"
        if answer == "drop":
            self.taken.append(envelope)
            server.transport.close()
            return "250 OK"
        if answer.startswith("250"):
            self.taken.append(envelope)
        return answer


@dataclass
class MailServer:
    """A real SMTP server on a port of its own."""

    script: Scripted
    controller: Controller

    @property
    def url(self) -> str:
        return f"smtp://{self.controller.hostname}:{self.controller.port}"

    @property
    def mails(self) -> list[Any]:
        return self.script.taken


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def scripted_server() -> Iterator[MailServer]:
    """A mail server for the length of the block."""
    script = Scripted()
    controller = Controller(script, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield MailServer(script, controller)
    controller.stop()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def posting(any_installation: Installation, mail_server: MailServer) -> Installation:
    """An installation that mails through the server."""
    config = replace(any_installation.config, mail_url=mail_server.url + "?from=ar%40acme.example")
    return replace(any_installation, config=config)
