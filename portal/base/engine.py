"""
The task engine, chosen by URL: it only wakes workers.

What there is to do stands in the outbox, so an engine that loses its queue loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huey import MemoryHuey, PostgresHuey, RedisHuey, SqliteHuey

from portal.base.config import ConfigError

NAME = "accord"
#: One call makes a worker look through everything: more than a few waiting calls are no use.
ENOUGH_CALLS = 8
log = logging.getLogger(__name__)


def nothing_here() -> None:
    """What a process does that only wakes others."""


@dataclass(frozen=True)
class Engine:
    """A queue of wake-up calls."""

    huey: Any
    call: Callable[[], Any]

    def wake(self) -> None:
        """Asks a worker to look into the outbox; where the engine is away, the next sweep does."""
        try:
            if self.huey.pending_count() < ENOUGH_CALLS:
                self.call()
        except Exception:  # whatever the queue's store raises: the rows are safe
            log.warning("the task engine is away; the next sweep will see to it", exc_info=True)


def open_engine(url: str, work: Callable[[], object] = nothing_here) -> Engine:
    """The engine behind a URL; a worker gives the `work` that a wake-up call starts."""
    huey = _queue(url)

    def drain() -> None:
        work()

    return Engine(huey, huey.task(name="drain")(drain))


def _queue(url: str) -> Any:
    scheme = url.partition(":")[0]
    if scheme == "sqlite":
        file = Path(url.partition("///")[2])
        file.parent.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(NAME, filename=str(file), fsync=True, results=False)
    if scheme in {"postgresql", "postgres"}:
        return PostgresHuey(NAME, dsn=url, results=False)
    if scheme in {"redis", "rediss"}:
        return RedisHuey(NAME, url=url, results=False)
    if scheme == "memory":
        return MemoryHuey(NAME, results=False)
    raise ConfigError(
        f"ACCORD_TASKS_URL: {scheme}: is no task engine; use sqlite:///…, postgresql://… or redis://…"
    )
