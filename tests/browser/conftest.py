"""A real server over the demo company, and a real Chromium in front of it."""

import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.browser.company import Portal, opened
from tests.demo import ACCORD, Demo, environment
from tests.machine import absent, find_browser, free_port

QUIET = [
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]
PATIENCE_S = 30
#: When a browser hangs up, a development server leaves its sockets to the collector.
LEFT_OPEN = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            item.add_marker(LEFT_OPEN)


@dataclass(frozen=True)
class Live:
    """A server that runs over a copy of the demo."""

    url: str
    demo: Demo


@contextmanager
def serving(demo: Demo) -> Iterator[Live]:
    port = free_port()
    live = Live(f"http://127.0.0.1:{port}", demo)
    log = demo.folder / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            [ACCORD, "serve", "--port", str(port)],
            env=environment(demo.folder, live.url),
            cwd=demo.folder.parent,
            stdout=output,
            stderr=output,
        )
        try:
            wait_until_ready(live, log)
            yield live
        finally:
            server.terminate()
            server.wait(PATIENCE_S)


def wait_until_ready(live: Live, log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{live.url}/healthz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    pytest.fail(log.read_text())


@pytest.fixture(scope="module")
def portal(demo_company: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demo company behind its pages, in a copy that this module may change."""
    with opened(demo_company, tmp_path_factory.mktemp("portal") / "instance") as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium; nothing is downloaded."""
    found = find_browser()
    if found is None:
        absent("no Chromium here: set ACCORD_TEST_BROWSER or install chromium")
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=found, args=QUIET)
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """
    Opens pages with options of a browser context, as `locale` or `java_script_enabled`.

    The test fails when a page logs an error: a script's, or a breach of the content policy.
    """
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # Chromium logs every 4xx as an error; that a form is refused is no fault of the page.
        if (
            message.type == "error"
            and "the server responded with a status of 4" not in message.text
        ):
            complaints.append(f"{message.location['url']}: {message.text}")

    with ExitStack() as opened:

        def open_one(**options: Any) -> Page:
            chosen = {"locale": "en-GB", "viewport": {"width": 1280, "height": 800}} | options
            context = browser.new_context(**chosen)
            opened.callback(context.close)
            page = context.new_page()
            page.on("console", listen)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            return page

        yield open_one
    assert complaints == []


@pytest.fixture
def browser_page(open_page: OpenPage) -> Page:
    """A page on a desk: 1280 pixels wide, English, light, scripts on."""
    return open_page()


@pytest.fixture
def phone_page(open_page: OpenPage) -> Page:
    """A page on a small phone held in one hand."""
    return open_page(viewport={"width": 360, "height": 740}, has_touch=True, device_scale_factor=2)


@pytest.fixture
def plain_page(open_page: OpenPage) -> Page:
    """A page without JavaScript."""
    return open_page(java_script_enabled=False)
