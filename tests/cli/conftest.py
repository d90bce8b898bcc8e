"""The command over a folder of its own, in this process or in one of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest
from click.testing import CliRunner, Result

from portal.cli import main

ACCORD = (sys.executable, "-m", "portal.cli")
#: Seconds; a machine that does much else takes its time.
PATIENCE = 240
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Shell:
    """Runs `accord` with settings, and remembers what it must end."""

    settings: dict[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        mine = {name: value for name, value in os.environ.items() if name[:7] != "ACCORD_"}
        return {**mine, **self.settings}

    def ask(self, *words: str) -> Result:
        """What a command answers, without the second that a process takes to begin."""
        return CliRunner().invoke(main, words, env=self.settings)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What a command answers in a process of its own."""
        return subprocess.run(
            [*ACCORD, *words],
            env=self.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*ACCORD, *words],
            env=self.environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()


@pytest.fixture
def accord(tmp_path: Path) -> Iterator[Shell]:
    with Shell({"ACCORD_INSTANCE": str(tmp_path / "instance")}) as shell:
        yield shell


def wait_until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Waits for something that another process does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)
