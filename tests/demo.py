"""The demo company as tests use it: loaded once for all workers, copied for who changes it."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ACCORD = Path(sys.executable).with_name("accord")
#: A Friday on which statements of October wait for their answers.
DEMO_DAY = "2026-11-20"
SOMEWHERE = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Demo:
    """A folder with the demo company in it, and what loading it told."""

    folder: Path
    told: dict[str, Any]

    def logins(self, role: str) -> list[dict[str, Any]]:
        return [login for login in self.told["logins"] if login["role"] == role]


def environment(folder: Path, public_url: str = SOMEWHERE) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")}
    return mine | {
        "ACCORD_DEMO": "1",
        "ACCORD_INSTANCE": str(folder),
        "ACCORD_MAIL_URL": "mailbox:",
        "ACCORD_PUBLIC_URL": public_url,
    }


def run_accord(folder: Path, *words: str, public_url: str = SOMEWHERE) -> str:
    """What a command prints about the books in a folder."""
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


def loaded_in(shared: Path) -> Demo:
    """The demo, loaded into a folder by the first who needs it there while the others wait."""
    folder, told = shared / "demo", shared / "demo.json"
    with (shared / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            told.write_text(run_accord(folder, "demo", "--on", DEMO_DAY, "--format", "json"))
    return Demo(folder, json.loads(told.read_text()))


def loaded_once(factory: pytest.TempPathFactory) -> Demo:
    """The demo of this run: what was loaded ahead of it, or what one of its workers loads."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return loaded_in(Path(os.environ.get("ACCORD_TEST_AHEAD", shared)))
