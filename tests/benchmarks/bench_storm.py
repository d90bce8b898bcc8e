"""
The month-end storm: customers open their mail's link, look, ask for a code, and confirm.

`python -m tests.benchmarks.bench_storm [CUSTOMERS ...]` (500; the goal is 5,000 in ten minutes).
The real server with its worker on SQLite, asked over HTTP at the pace of the goal, whoever is slow;
the floor is the same server's `/healthz`, asked meanwhile. The books are checked afterwards.
"""

import datetime as dt
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.chain import check_chain
from portal.base.installation import Installation, found_company, open_installation
from portal.base.schema import upgrade
from portal.core.period import Month
from portal.people.links import statement_link_token
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.tables.journal import Outbox
from portal.tables.people import Membership, User
from portal.tables.statements import Certificate, Confirmation, Statement
from tests.benchmarks.books import Size, load
from tests.benchmarks.side_by_side import config_of

#: The goal: so many customers within ten minutes, none waiting longer at the 99th of a hundred.
GOAL_CUSTOMERS, GOAL_SECONDS, GOAL_P99_MS = 5_000, 600, 250
THREADS = 24
INVOICES_EACH = 25
MONTH = Month(2026, 10)
ACCORD = Path(sys.executable).with_name("accord")


@dataclass
class Taken:
    """What the requests took, in milliseconds, by their step; and what went wrong."""

    by_step: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, step: str, seconds: float, status: int) -> None:
        with self.lock:
            self.by_step.setdefault(step, []).append(seconds * 1000)
            if status >= 400:
                self.errors.append(f"{step}: {status}")


class Browser:
    """One customer's browser: its cookies, its own address, one connection."""

    def __init__(self, port: int, number: int, taken: Taken) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self._taken = taken
        self._cookies: dict[str, str] = {}

    def ask(self, step: str, path: str, fields: dict[str, str] | None = None) -> tuple[str, str]:
        """The page and where it leads to."""
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "X-Forwarded-For": self._address,
            "Accept-Language": "en",
        }
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Sec-Fetch-Site"] = "same-origin"
        begun = time.perf_counter()
        self._connection.request("GET" if body is None else "POST", path, body, headers)
        answer = self._connection.getresponse()
        page = answer.read().decode()
        self._taken.note(step, time.perf_counter() - begun, answer.status)
        for header, value in answer.getheaders():
            if header.lower() == "set-cookie":
                name, _, rest = value.partition("=")
                self._cookies[name] = rest.partition(";")[0]
        return page, answer.getheader("Location", "")


def hidden(page: str, name: str) -> str:
    """What a hidden field of the page's last form with it holds."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page)[-1]


def journey(port: int, installation: Installation, taken: Taken, who: tuple[int, int, str]) -> None:
    """One customer, from the link to the statement with its answer."""
    number, user_id, token = who
    browser = Browser(port, number, taken)
    page, _ = browser.ask("open", f"/s/{token}")
    csrf = {"csrf_token": hidden(page, "csrf_token")}
    browser.ask("ask for a code", f"/s/{token}/review", csrf)
    page, _ = browser.ask("review", f"/s/{token}/confirmation")
    fields = {name: hidden(page, name) for name in ("sha256", "answers_sha256", "key")}
    fields |= {"csrf_token": hidden(page, "csrf_token"), "result": "confirmed"}
    fields |= {"typed_name": f"Signatory {number}", "is_authorised": "y"}
    fields["code"] = code_of(installation, user_id)
    _, location = browser.ask("confirm", f"/s/{token}/confirmation", fields)
    browser.ask("look", urlsplit(location).path)


def code_of(installation: Installation, user_id: int) -> str:
    """The six digits, as the mail has them."""
    with installation.reading(SYSTEM) as r:
        payload = r.session.scalars(
            select(Outbox.payload)
            .where(Outbox.user_id == user_id, Outbox.kind == "code")
            .order_by(Outbox.id.desc())
            .limit(1)
        ).one()
    return str(json.loads(payload)["code"])


def prepared(folder: str, customers: int) -> Installation:
    """Books of so many customers, each with a signatory and a statement of the month."""
    config = config_of(f"sqlite:///{folder}/accord.sqlite3", folder)
    installation = open_installation(config)
    upgrade(installation.database)
    found_company(installation)
    load(installation, Size("storm", customers, customers * INVOICES_EACH))
    now = dt.datetime.now(dt.UTC)
    with installation.work(SYSTEM) as w:
        for number in range(1, customers + 1):
            w.session.add(
                User(
                    email=f"signatory-{number}@example.com",
                    name=f"Signatory {number}",
                    language="en",
                    created_at=now,
                )
            )
        w.session.flush()
        for user in w.session.scalars(select(User).where(User.email.like("signatory-%"))):
            number = int(user.email.partition("@")[0].rpartition("-")[2])
            w.session.add(
                Membership(
                    user_id=user.id,
                    customer_id=number,
                    role="customer_signatory",
                    since_at=now,
                )
            )
    today = dt.date(2026, 11, 4)
    issue_statements(partial(installation.work, SYSTEM, today), IssueStatements(MONTH))
    return installation


def links_of(installation: Installation) -> list[tuple[int, int, str]]:
    """Each customer's number, person and token."""
    with installation.reading(SYSTEM) as r:
        found = r.session.execute(
            select(Statement.id, Statement.customer_id, User)
            .join(Membership, Membership.customer_id == Statement.customer_id)
            .join(User, User.id == Membership.user_id)
            .where(Statement.in_force == 1)
            .order_by(Statement.customer_id)
        )
        return [(row[1], row[2].id, statement_link_token(r, row[0], row[2])) for row in found]


@contextmanager
def served(folder: str) -> Iterator[int]:
    """The production server over the books, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mine = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")}
    environment = mine | {
        "ACCORD_INSTANCE": folder,
        "ACCORD_DATABASE_URL": f"sqlite:///{folder}/accord.sqlite3",
        "ACCORD_SECRET_KEY": "a secret for benchmarks, long enough",
        "ACCORD_MAIL_URL": "mailbox:",
        "ACCORD_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "ACCORD_PROXIES": "1",
    }
    server = subprocess.Popen([ACCORD, "serve", "--port", str(port)], env=environment, cwd=folder)
    try:
        for _ in range(300):
            try:
                http.client.HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/healthz")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def storm(port: int, installation: Installation, links: list[tuple[int, int, str]]) -> Taken:
    """Every journey begun when its turn comes, at the pace of the goal."""
    taken, is_over = Taken(), threading.Event()
    floor = threading.Thread(target=ask_for_health, args=(port, taken, is_over))
    floor.start()
    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        runs = []
        for place, who in enumerate(links):
            turn = begun + place * GOAL_SECONDS / GOAL_CUSTOMERS
            time.sleep(max(0.0, turn - time.perf_counter()))
            runs.append(pool.submit(journey, port, installation, taken, who))
    is_over.set()
    floor.join()
    taken.by_step["whole storm, in seconds"] = [time.perf_counter() - begun]
    for run in runs:
        if run.exception() is not None:
            taken.errors.append(f"{type(run.exception()).__name__}: {run.exception()}")
    return taken


def ask_for_health(port: int, taken: Taken, is_over: threading.Event) -> None:
    """The floor: a page that does nothing, twice a second."""
    while not is_over.wait(0.5):
        Browser(port, 0, taken).ask("floor: /healthz", "/healthz")


def checked(installation: Installation, customers: int) -> str:
    """What the books say afterwards: every answer once, the chain whole."""
    with installation.reading(SYSTEM) as r:
        confirmations = r.session.scalar(select(func.count()).select_from(Confirmation))
        certificates = r.session.scalar(select(func.count()).select_from(Certificate))
        chain = check_chain(r)
    assert chain.ok, chain.detail
    assert confirmations == customers, f"{confirmations} of {customers} confirmed"
    return f"{confirmations} confirmations, {certificates} certificates sealed by then"


def report(taken: Taken) -> None:
    """A line for each step; the goal is about all requests but the floor."""
    whole = taken.by_step.pop("whole storm, in seconds")[0]
    print(f"  {'step':<22}{'requests':>9}{'p50 ms':>9}{'p99 ms':>9}{'worst':>9}")
    for step, found in taken.by_step.items():
        print(
            f"  {step:<22}{len(found):>9}{statistics.median(found):>9.0f}"
            f"{p99(found):>9.0f}{max(found):>9.0f}"
        )
    every = [each for step, found in taken.by_step.items() if "floor" not in step for each in found]
    print(f"  all {len(every)} requests: p99 {p99(every):.0f} ms (goal {GOAL_P99_MS}), ", end="")
    print(f"{len(every) / whole:.1f} a second, {whole:.0f} s, {len(taken.errors)} errors")
    for error in sorted(set(taken.errors)):
        print(f"    {taken.errors.count(error)} × {error}")


def p99(found: list[float]) -> float:
    return sorted(found)[len(found) * 99 // 100]


def main(sizes: list[str]) -> None:
    for size in sizes:
        customers = int(size) if size.isdigit() else {"S": 500, "L": GOAL_CUSTOMERS}[size]
        with tempfile.TemporaryDirectory(prefix="accord-storm-") as folder:
            installation = prepared(folder, customers)
            links = links_of(installation)
            print(f"{len(links)} customers confirm, SQLite, two cores' worth of server")
            with served(folder) as port:
                taken = storm(port, installation, links)
            print(f"  {checked(installation, len(links))}")
            report(taken)
            installation.database.engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1:] or ["S"])
