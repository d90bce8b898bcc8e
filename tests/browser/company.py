"""The demo company as browsers meet it: behind its pages, on a clock that begins at its own day."""

import datetime as dt
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import func, select, text
from werkzeug.serving import make_server

from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.base.config import read_config
from portal.base.installation import Installation, open_installation
from portal.base.messages import Message, latest_messages
from portal.base.outbox import drain
from portal.people.commands import Device
from portal.people.commands.sessions import complete_session
from portal.tables.base import Base
from portal.tables.customers import Customer
from portal.tables.people import User
from portal.tables.statements import Statement
from portal.worker import REGISTRY
from tests.demo import DEMO_DAY, SOMEWHERE, Demo, environment, run_accord
from tests.kept import app_over, keep_statements
from tests.machine import free_port

#: How the addresses begin that are mailed and need no signing in.
LINKS = ("s", "a", "unsubscribe", "login/link", "invites")
BEGIN = dt.datetime.fromisoformat(f"{DEMO_DAY}T04:00:00+00:00")


@dataclass(frozen=True)
class DemoClock(Clock):
    """Goes on from the noon of the demo's day, whenever the tests run: its links stay alive."""

    began: float = field(default_factory=time.monotonic)

    def now(self) -> dt.datetime:
        return BEGIN + dt.timedelta(seconds=time.monotonic() - self.began)


@dataclass(frozen=True)
class Portal:
    """A server over a copy of the demo company."""

    url: str
    demo: Demo
    installation: Installation
    app: Flask

    def accord(self, *words: str) -> str:
        """What a command prints about these books."""
        return run_accord(self.demo.folder, *words, public_url=self.url)

    def statement(self, code: str, last_day: str = "2026-10-31") -> Statement:
        """A customer's statement in force."""
        with self.installation.reading(SYSTEM) as r:
            found = r.session.scalars(
                select(Statement)
                .join(Customer, Customer.id == Statement.customer_id)
                .where(Customer.code == code, Statement.in_force == 1)
                .where(Statement.period_to == dt.date.fromisoformat(last_day))
            ).one()
            r.session.expunge(found)
        return found

    def path(self, statement: Statement) -> str:
        """Where the customer finds a statement."""
        with self.installation.reading(SYSTEM) as r:
            return f"/statements/{r.refs.of('st', statement.id)}"

    def count(self, table: str, **where: object) -> int:
        """How many rows there are."""
        rows = Base.metadata.tables[table]
        query = select(func.count()).select_from(rows)
        for name, value in where.items():
            query = query.where(rows.c[name] == value)
        with self.installation.reading(SYSTEM) as r:
            return r.session.scalar(query) or 0

    def mails(self, email: str) -> list[Message]:
        """The mails to somebody, the newest first; what waits is sent before."""
        drain(self.installation, REGISTRY, channels=["email"])
        with self.installation.reading(SYSTEM) as r:
            return latest_messages(r, 500, email)

    def links(self) -> dict[str, str]:
        """The newest path of each kind that mails lead to without signing in."""
        drain(self.installation, REGISTRY, channels=["email"])
        with self.installation.reading(SYSTEM) as r:
            texts = "\n".join(mail.text for mail in latest_messages(r, 500))
        found: dict[str, str] = {}
        for kind, token in re.findall(rf"/({'|'.join(LINKS)})/([\w.~-]+)", texts):
            found.setdefault(kind, f"/{kind}/{token}")
        return found

    def code(self, email: str) -> str:
        """The six digits mailed last to somebody."""
        newest = next(mail for mail in self.mails(email) if mail.kind == "code")
        found = re.search(r"^\d{6}$", newest.text, re.MULTILINE)
        assert found is not None
        return found.group()

    def sign_in(self, page: Page, email: str, language: str = "en") -> None:
        """Begins a whole session, as somebody does who has shown every factor."""
        with self.installation.work() as w:
            user = w.session.scalars(select(User).where(User.email == email)).one()
            token = complete_session(w, user, "password", Device("127.0.0.1", "a browser", ""))
        self.set_cookies(page, accord=token, accord_language=language)

    def set_cookies(self, page: Page, **cookies: str) -> None:
        page.context.add_cookies(
            [{"name": name, "value": value, "url": self.url} for name, value in cookies.items()]
        )


#: The same for one company after the other: an application that knows its address is kept.
own_port = cache(free_port)


@contextmanager
def opened(demo: Demo, folder: Path) -> Iterator[Portal]:
    """A portal over a copy of the demo in a new folder."""
    shutil.copytree(demo.folder, folder)
    port = own_port()
    url = f"http://127.0.0.1:{port}"
    settings = {n: v for n, v in environment(folder, url).items() if n.startswith("ACCORD_")}
    installation = open_installation(read_config(settings), DemoClock())
    keep_statements(installation.database.engine)
    with installation.work() as w:  # the demo's mails lead to where it was loaded
        w.session.execute(
            text("update outbox set body_text = replace(body_text, :there, :here)"),
            {"there": SOMEWHERE, "here": url},
        )
    app = app_over(installation)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Portal(url, Demo(folder, demo.told), installation, app)
    server.shutdown()
    thread.join()
    server.server_close()
    installation.database.engine.dispose()
