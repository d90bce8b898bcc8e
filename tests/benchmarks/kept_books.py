"""
Books kept between benchmarks, in the folder that ACCORD_BENCH_BOOKS names; without it none is kept.

A kept book is that of the tables and the rule by which it was made: another one is made anew.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text

import portal.tables.all
from tests.benchmarks.books import Size
from tests.machine import find_postgresql

#: A schema is kept under this name and called otherwise once it is back.
KEPT = "accord_kept_book"
SOURCES = (Path(portal.tables.all.__file__).parent, Path(__file__).parent / "books.py")


def make_or_bring_back(given: str, size: Size, make: Callable[[], None]) -> None:
    """Fills the empty database of a URL with the kept book, else with one made and kept."""
    folder = os.environ.get("ACCORD_BENCH_BOOKS")
    if not folder:
        make()
        return
    url = make_url(given)
    is_sqlite = url.get_backend_name() == "sqlite"
    Path(folder).mkdir(parents=True, exist_ok=True)
    kept = Path(folder) / f"{size.name}-{_made_of()}.{'sqlite3' if is_sqlite else 'dump'}"
    if kept.exists():
        (_bring_back_file if is_sqlite else _bring_back_schema)(url, kept)
        return
    make()
    half = kept.with_suffix(".half")
    half.unlink(missing_ok=True)
    (_keep_file if is_sqlite else _keep_schema)(url, half)
    half.rename(kept)


def _made_of() -> str:
    digest = hashlib.sha256()
    for source in SOURCES:
        for path in sorted(source.glob("*.py")) if source.is_dir() else [source]:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _keep_file(url: URL, kept: Path) -> None:
    engine = create_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("vacuum into :file"), {"file": str(kept)})
    engine.dispose()


def _bring_back_file(url: URL, kept: Path) -> None:
    shutil.copyfile(kept, str(url.database))


def _keep_schema(url: URL, kept: Path) -> None:
    _as_owner(url, f"alter schema {_schema(url)} rename to {KEPT}")
    _run("pg_dump", url, "--format=custom", "--compress=1", f"--schema={KEPT}", f"--file={kept}")
    _as_owner(url, f"alter schema {KEPT} rename to {_schema(url)}")


def _bring_back_schema(url: URL, kept: Path) -> None:
    _as_owner(url, f"drop schema {_schema(url)} cascade")
    _run("pg_restore", url, "--exit-on-error", "--no-owner", "--jobs=2", str(kept))
    _as_owner(url, f"alter schema {KEPT} rename to {_schema(url)}", "analyze")


def _schema(url: URL) -> str:
    return str(url.query["options"]).removeprefix("-csearch_path=")


def _as_owner(url: URL, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _run(program: str, url: URL, *options: str) -> None:
    programs = find_postgresql()
    assert programs is not None
    bare = url.set(drivername="postgresql").difference_update_query(["options"])
    where = f"--dbname={bare.render_as_string(hide_password=False)}"
    subprocess.run([str(programs / program), where, *options], check=True)
