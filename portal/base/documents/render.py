"""Prints documents in a process beside this one, which has an end to its time and its memory."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import IO, Any

from portal.base.config import HERE
from portal.base.documents.printer import Job
from portal.base.templates import environment

SECONDS = 60
CHUNK = 1 << 16

#: What XML cannot hold; names and remarks may come with it from other systems.
UNPRINTABLE = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)], "\ufffd"
)


class DocumentError(Exception):
    """A document that could not be printed: a bug in its template, or the machine's limits."""


@dataclass
class Press:
    """The printing process: started when first needed, replaced when it dies or hangs."""

    seconds: float = SECONDS
    _lock: Lock = field(default_factory=Lock)
    _process: subprocess.Popen[bytes] | None = None
    _owner: int = 0

    def print(self, job: Job) -> bytes:
        """The PDF of a job; `DocumentError` where there can be none."""
        with self._lock:
            process = self._running()
            try:
                return _printed(process, job.line(), time.monotonic() + self.seconds)
            except (OSError, EOFError, TimeoutError) as error:
                self._stop(process)
                raise DocumentError(f"{job.sheet} was not printed: {error!r}") from error

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            if self._process is not None and self._owner == os.getpid():
                self._stop(self._process)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner != os.getpid():
            self._process = None  # a fork of a web server must not share its parent's pipe
        if self._process is not None and self._process.poll() is not None:
            self._stop(self._process)
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "portal.base.documents.printer"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=HERE.parent,
            )
            self._owner = os.getpid()
        return self._process

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()
        self._process = None


def _printed(process: subprocess.Popen[bytes], line: bytes, deadline: float) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line)
    process.stdin.flush()
    head, _, body = _read(process.stdout, deadline).partition(b"\n")
    said: dict[str, Any] = json.loads(head)
    if said["problem"]:
        raise DocumentError(said["problem"])
    parts = [body]
    left = said["size"] - len(body)
    while left:
        parts.append(_read(process.stdout, deadline))
        left -= len(parts[-1])
    return b"".join(parts)


def _read(pipe: IO[bytes], deadline: float) -> bytes:
    """What is there to read, as soon as there is something."""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        if not selector.select(max(0, deadline - time.monotonic())):
            raise TimeoutError("it took too long")
    found = os.read(pipe.fileno(), CHUNK)
    if not found:
        raise EOFError("the printing process ended")
    return found


press = Press()


def sheet_of(template: str, **values: object) -> str:
    """The XHTML of a template of `templates/print/`, in the language of the moment."""
    html = environment().get_template(f"print/{template}.html").render(values)
    return html.translate(UNPRINTABLE)


def print_pdf(job: Job) -> bytes:
    """The PDF/A-3a of a job, printed by this process's press."""
    return press.print(job)
