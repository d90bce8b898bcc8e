"""A text service that does as it is told, on a port of its own, and somebody who wants texts."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.mail import queue_mail
from portal.base.outbox import Letter, Registry, drain
from portal.core.money import Money
from portal.tables.channels import TextChoice
from portal.tables.journal import Outbox
from portal.tables.people import User

NUMBER = "+8613800138000"
VALUES = {
    "period_text": "October 2026",
    "customer_name": "Huadong",
    "closing": Money(120_000, "CNY"),
    "confirm_by": dt.date(2026, 11, 18),
    "has_access": True,
    "path": "/s/a-long-secret",
}


@dataclass
class TextServer:
    """What it answers to each text in turn, and what it was handed."""

    url: str
    answers: list[int] = field(default_factory=list)
    taken: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    #: Seconds before it answers.
    rests: float = 0.0


@contextmanager
def text_server() -> Iterator[TextServer]:
    """A real HTTP service for the length of the block."""

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.taken.append(json.loads(body))
            told.headers.append(dict(self.headers))
            time.sleep(told.rests)
            status = told.answers.pop(0) if told.answers else 202
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b"no such number" if status >= 400 else b"{}")

        def log_message(self, *_told: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
    told = TextServer(f"http://desk:s%40cret@127.0.0.1:{server.server_port}/texts?from=ar")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def texting(installation: Installation, url: str) -> Installation:
    """The same installation, handing its texts to this address."""
    config = replace(installation.config, sms_url=url, public_url="https://ar.example")
    return replace(installation, config=config)


def add_reader(installation: Installation, *events: str, phone: str | None = NUMBER) -> User:
    """Somebody who wants texts about these events."""
    with installation.work(SYSTEM) as w:
        user = User(email="li@example.com", name="Li Na", language="en", created_at=w.now)
        user.phone = phone
        w.session.add(user)
        w.session.flush()
        w.session.add_all(TextChoice(user_id=user.id, event=event) for event in events)
        return user


def queue_statement(installation: Installation, user: User, kind: str = "statement") -> None:
    """The mail that a statement is there."""
    with installation.work(SYSTEM) as w:
        w.company.timezone = "UTC"
        queue_mail(w, "statement/1", kind, user, {}, documents='["st_0K3"]')


def drained(installation: Installation, **channels: Any) -> dict[str, int]:
    """Works off the outbox, the letters of statements saying what stands here."""
    registry = Registry(letters={"statement": Letter(lambda _r, _payload: VALUES)})
    return dict(drain(installation, registry, **channels))


def text_of(installation: Installation) -> Outbox | None:
    """The one text of the outbox."""
    with installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Outbox).where(Outbox.channel == "sms")).one_or_none()
