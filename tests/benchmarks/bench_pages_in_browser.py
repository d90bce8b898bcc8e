"""
Long pages in a real browser, beside a bare page with as many rows (UX 5, 45, 46).

`python -m tests.benchmarks.bench_pages_in_browser`: statements of 500 and of 2,000 lines, and the
board of answers of 2,000 customers. The pages come compressed, as a proxy sends them. What a
slow network does is asked of the browser itself: 1.6 Mbit/s and 150 ms to the server.
"""

import datetime as dt
import gzip
import statistics
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from portal.app import create_app
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.period import Month
from portal.people.commands import Device, NewUser, create_user_with_password
from portal.people.commands.sessions import complete_session
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.tables.people import User
from portal.tables.statements import Statement
from tests.browser.watching import WATCH
from tests.conftest import config_in, founded
from tests.ledgers import store
from tests.long_books import long_book, many_customers
from tests.machine import find_browser

MONTH = Month(2026, 10)
LINES = (500, 2_000)
CUSTOMERS = 2_000
PAGE_ROWS = 200
TIMES, TICKS = 5, 20
SLOW = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
READY = "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
#: From the click to the answer that is seen on the line, in the browser's own time.
TICK = """async (seq) => {
  const begun = performance.now();
  document.querySelector(`#line-${seq}-agree`).click();
  while (document.querySelector(`#line-${seq}-agree`)?.getAttribute("aria-pressed") !== "true") {
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - begun;
}"""


class Silent(WSGIRequestHandler):
    """Writes no log between the figures."""

    def log_request(self, *_: Any) -> None:
        return


@dataclass(frozen=True)
class Site:
    """A server over the books, and who is signed in to it."""

    url: str
    paths: dict[str, str]
    cookies: dict[str, str]


def compressed(app: Flask) -> Callable[..., Any]:
    """The application as a proxy sends its pages; the bare page beside it."""

    @app.get("/bare")
    def bare() -> str:
        row = "<tr><td>INV</td><td>2026-10-05</td><td>1,000.00</td><td>9,000.00</td></tr>"
        return f"<!doctype html><title>Bare</title><h1>Bare</h1><table>{row * PAGE_ROWS}</table>"

    vars(app.view_functions["bare"])["permission"] = "public"

    @app.after_request
    def pack(answer: Any) -> Any:
        if answer.mimetype == "text/html" and answer.status_code == 200:
            answer.direct_passthrough = False
            answer.set_data(gzip.compress(answer.get_data(), 6))
            answer.headers["Content-Encoding"] = "gzip"
        return answer

    return app


def signed_in(installation: Installation, new: NewUser) -> str:
    """The cookie of a new person."""
    with installation.work(SYSTEM) as w:
        user = w.session.get_one(User, create_user_with_password(w, new).user_id)
        return complete_session(w, user, "bench", Device("127.0.0.1", "bench", ""))


def long_statements(folder: Path) -> Installation:
    """Books with a statement for each length, and one for each of many customers."""
    installation = founded(config_in(folder))
    for at, lines in enumerate(LINES):
        store(installation, long_book(f"L{lines}", lines, MONTH, 900_000 + at * 10_000))
    store(installation, many_customers(CUSTOMERS, MONTH, 1_000_000))
    today = dt.date(2026, 11, 4)
    issue_statements(partial(installation.work, SYSTEM, today), IssueStatements(MONTH))
    return installation


def path_of(installation: Installation, lines: int) -> str:
    with installation.reading(SYSTEM) as r:
        found = select(Statement.id).where(Statement.line_count == lines)
        return f"/statements/{r.refs.of('st', r.session.scalars(found).one())}"


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """The pages on a free port."""
    installation = long_statements(folder)
    codes = tuple(f"L{lines}" for lines in LINES)
    buyer = NewUser("b@example.com", "B", "long enough here", ("customer_accountant",), codes)
    clerk = NewUser("c@example.com", "C", "long enough here", ("clerk",))
    paths = {f"{lines} lines": path_of(installation, lines) for lines in LINES}
    paths["the board"] = f"/desk/statements?rows={PAGE_ROWS}"
    cookies = {"/": signed_in(installation, buyer), "/desk": signed_in(installation, clerk)}
    app = compressed(create_app(installation))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", paths, cookies)
    server.shutdown()
    thread.join()
    installation.database.engine.dispose()


def opened(
    browser: Browser, site: Site, path: str, *, slow: bool = False
) -> tuple[Page, list[int]]:
    """A page seen for the first time, and the bytes of what came for it, fonts left out."""
    page = browser.new_context(locale="en-GB").new_page()
    cookie = site.cookies["/desk" if path.startswith("/desk") else "/"]
    page.context.add_cookies([{"name": "accord", "value": cookie, "url": site.url}])
    page.add_init_script(WATCH)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    if slow:
        network.send("Network.emulateNetworkConditions", SLOW)
    fonts: set[str] = set()
    came: dict[str, int] = {}

    def answered(told: dict[str, Any]) -> None:
        if told["type"] == "Font":
            fonts.add(told["requestId"])

    def ended(told: dict[str, Any]) -> None:
        came[told["requestId"]] = told["encodedDataLength"]

    network.on("Network.responseReceived", answered)
    network.on("Network.loadingFinished", ended)
    page.goto(site.url + path, wait_until="networkidle")
    return page, [size for each, size in came.items() if each not in fonts]


def ready_ms(browser: Browser, site: Site, path: str) -> float:
    """Until the page can be used, over loopback: the median of a few."""
    found = []
    for _ in range(TIMES):
        page, _came = opened(browser, site, path)
        found.append(page.evaluate(READY))
        page.context.close()
    return statistics.median(found)


def told_of(browser: Browser, site: Site, name: str, bare_ms: float) -> None:
    """One line about a page."""
    path = site.paths[name]
    ready = ready_ms(browser, site, path)
    page, came = opened(browser, site, path, slow=True)
    told = page.evaluate("told")
    page.context.close()
    print(
        f"  {name:<12} ready {ready:4.0f} ms ({ready / bare_ms:.1f} × the bare page, goal 400 ms), "
        f"{sum(came) / 1024:.0f} KB in {len(came)} files, "
        f"slow network: largest paint {told['paint']:.0f} ms, shift {told['shift']:.3f}"
    )


def ticks(browser: Browser, site: Site, name: str) -> None:
    """How long an answer takes to be seen on a long page."""
    page, _came = opened(browser, site, site.paths[name])
    page.wait_for_function("typeof htmx === 'object'")
    found = sorted(page.evaluate(TICK, seq) for seq in range(1, TICKS + 1))
    page.locator(f"#line-{TICKS + 1}-agree").click()
    page.wait_for_timeout(300)
    slow = page.evaluate("told.slow")
    page.context.close()
    print(
        f"  {name:<12} a tick is seen after {statistics.median(found):.0f} ms, "
        f"p95 {found[len(found) * 95 // 100]:.0f} ms (goal 100), next paint {slow:.0f} ms"
    )


def main() -> None:
    program = find_browser()
    if program is None:
        sys.exit("no Chromium here: set ACCORD_TEST_BROWSER or install chromium")
    with (
        tempfile.TemporaryDirectory(prefix="accord-pages-") as folder,
        served(Path(folder)) as site,
        sync_playwright() as driver,
    ):
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        bare = ready_ms(browser, site, "/bare")
        print(f"pages in a browser; the bare page of {PAGE_ROWS} rows is ready after {bare:.0f} ms")
        for name in site.paths:
            told_of(browser, site, name, bare)
        for lines in LINES:
            ticks(browser, site, f"{lines} lines")
        browser.close()


if __name__ == "__main__":
    main()
