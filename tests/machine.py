"""What a machine may lack: then tests are skipped loudly, and on CI they fail."""

import os
import shutil
import socket
from pathlib import Path
from typing import NoReturn

import pytest

#: The shell first: the same engine without a window's pages around each page, six times as fast.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def absent(what: str) -> NoReturn:
    """Skips the test for what the machine lacks; fails it where nothing may be skipped."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; under CI=true this is a failure", pytrace=False)
    pytest.skip(what)


def find_browser() -> str | None:
    named = os.environ.get("ACCORD_TEST_BROWSER")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


def find_postgresql() -> Path | None:
    """The folder of the newest server's programs."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version)
    if debian:
        return debian[-1]
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def _version(programs: Path) -> int:
    return int(programs.parent.name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
