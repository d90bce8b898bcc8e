"""A real server over the demo company, and a real Chromium in front of it."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
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

from tests.machine import absent, find_browser, free_port

ACCORD = Path(sys.executable).with_name("accord")
DEMO_DAY = "2026-11-20"
QUIET = [
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]
PATIENCE_S = 30

OpenPage = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Live:
    """A server that runs, and what the demo told about itself."""

    url: str
    folder: Path
    told: dict[str, Any]

    def login(self, role: str) -> dict[str, Any]:
        """The first login with a role."""
        return next(login for login in self.told["logins"] if login["role"] == role)

    def accord(self, *words: str) -> str:
        """What a command prints about this server's books."""
        return run_accord(self.folder, *words, public_url=self.url)


def environment(folder: Path, public_url: str = "http://127.0.0.1:8000") -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")}
    return mine | {
        "ACCORD_DEMO": "1",
        "ACCORD_INSTANCE": str(folder),
        "ACCORD_MAIL_URL": "mailbox:",
        "ACCORD_PUBLIC_URL": public_url,
    }


def run_accord(folder: Path, *words: str, public_url: str = "http://127.0.0.1:8000") -> str:
    done = subprocess.run(
        [ACCORD, *words],
        env=environment(folder, public_url),
        cwd=folder.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo company, loaded by the first worker that needs it while the others wait."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, told = shared / "demo", shared / "demo.json"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            folder.mkdir()
            told.write_text(run_accord(folder, "demo", "--on", DEMO_DAY, "--format", "json"))
    return folder


@contextmanager
def serving(folder: Path, told: dict[str, Any]) -> Iterator[Live]:
    port = free_port()
    live = Live(f"http://127.0.0.1:{port}", folder, told)
    server = subprocess.Popen(
        [ACCORD, "serve", "--port", str(port)],
        env=environment(folder, live.url),
        cwd=folder.parent,
        stdout=subprocess.DEVNULL,
        stderr=(folder / "server.log").open("w"),
    )
    try:
        wait_until_ready(live)
        yield live
    finally:
        server.terminate()
        server.wait(PATIENCE_S)


def wait_until_ready(live: Live) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{live.url}/healthz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    pytest.fail((live.folder / "server.log").read_text())


@pytest.fixture(scope="module")
def live(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A server over a copy of the demo company that this module may change."""
    folder = tmp_path_factory.mktemp("live") / "instance"
    shutil.copytree(demo_folder, folder)
    with serving(folder, json.loads(demo_folder.with_suffix(".json").read_text())) as running:
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
            complaints.append(message.text)

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
