"""Floor and product in one run, in turns; only their ratio counts on a shared machine."""

import gc
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from portal.base.clock import Clock
from portal.base.config import Config
from portal.base.installation import Installation, found_company, open_installation
from portal.tables.all import Base
from tests.benchmarks.books import POSTED_AT, Size, load
from tests.benchmarks.kept_books import make_or_bring_back
from tests.postgresql import a_schema, a_server

SECRET = "a secret for benchmarks, long enough"


def config_of(url: str, folder: str) -> Config:
    return Config(instance=folder, database_url=url, secret_key=SECRET)


def reopened(url: str, folder: str) -> Installation:
    return open_installation(config_of(url, folder), Clock(fixed_at=POSTED_AT))


@contextmanager
def urls() -> Iterator[dict[str, str]]:
    """An empty SQLite file and an empty PostgreSQL schema."""
    with (
        tempfile.TemporaryDirectory(prefix="accord-bench-") as folder,
        a_server() as server,
        a_schema(server) as url,
    ):
        yield {
            "SQLite": f"sqlite:///{Path(folder) / 'books.sqlite3'}",
            "PostgreSQL": url.render_as_string(hide_password=False),
        }


@contextmanager
def books(size: Size) -> Iterator[dict[str, Installation]]:
    """A book of this size on each database; kept ones where ACCORD_BENCH_BOOKS names a folder."""
    with urls() as found, tempfile.TemporaryDirectory(prefix="accord-bench-") as folder:
        made = {}
        for name, url in found.items():
            make_or_bring_back(url, size, lambda url=url: _make(url, folder, size))
            made[name] = reopened(url, folder)
        try:
            yield made
        finally:
            for installation in made.values():
                installation.database.engine.dispose()


def _make(url: str, folder: str, size: Size) -> None:
    made = reopened(url, folder)
    Base.metadata.create_all(made.database.engine)
    found_company(made)
    load(made, size)
    made.database.engine.dispose()


def seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def in_turns(works: dict[str, Callable[[], Any]], times: int) -> dict[str, float]:
    """The median seconds of each, done in turns so that noise hits them alike."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(times):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return {name: statistics.median(each) for name, each in taken.items()}


def tell(title: str, medians: dict[str, float], floor: str, peak_mb: int | None = None) -> None:
    """A line for each: seconds, and times the floor."""
    print(title)
    for name, taken in medians.items():
        print(f"  {name:<34}{taken * 1000:>10.0f} ms {taken / medians[floor]:>7.2f} ×")
    if peak_mb is not None:
        print(f"  {'peak memory of the product':<34}{peak_mb:>10} MB")


def peak_megabytes(work: Callable[[str, str], None], installation: Installation) -> int:
    """The largest memory of a process of its own that does the product's work and nothing else."""
    url = installation.config.database_url
    spawned = multiprocessing.get_context("spawn")
    with spawned.Pool(1) as pool:
        return pool.apply(_peak, (work, url, installation.config.instance))


def _peak(work: Callable[[str, str], None], url: str, folder: str) -> int:
    work(url, folder)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
