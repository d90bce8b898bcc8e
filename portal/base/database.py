"""The engine: SQLite set up to wait instead of failing, or PostgreSQL; the same sessions."""

from __future__ import annotations

import random
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

BUSY_TIMEOUT_MS = 30_000
#: How long a writer sleeps before it looks again whether the books are free.
WRITER_NAPS_MS = (1, 4)


def _set_up_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, and BEGIN IMMEDIATE for every transaction that will write."""

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute("pragma journal_mode = wal")
        cursor.execute("pragma synchronous = normal")
        cursor.execute("pragma foreign_keys = on")
        cursor.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("pragma temp_store = memory")
        cursor.execute("pragma cache_size = -65536")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A read that turns into a write fails at once, whatever the timeout: lock first.
        options = connection.get_execution_options()
        _keep_temporary_tables(connection, "file" if options.get("spills") else "memory")
        if not options.get("writes"):
            connection.exec_driver_sql("begin")
        elif not _begin_soon(connection.connection.dbapi_connection):
            connection.exec_driver_sql("begin immediate")


def _begin_soon(connection: Any) -> bool:
    """
    Takes the write lock as soon as it is free; False where that lasts too long.

    SQLite itself sleeps longer and longer, up to 100 ms, and so lets a writer who came later go
    first: at a month's end most of what people wait for would be sleep.
    """
    end = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    connection.execute("pragma busy_timeout = 0")
    try:
        while True:
            try:
                connection.execute("begin immediate")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
            else:
                return True
            if time.monotonic() > end:
                return False
            time.sleep(random.uniform(*WRITER_NAPS_MS) / 1000)  # noqa: S311 - a nap, no secret
    finally:
        connection.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_MS}")


def _keep_temporary_tables(connection: Connection, where: str) -> None:
    """Puts temporary tables into memory or a file: it can only be said outside a transaction."""
    if connection.info.get("temp_store", "memory") != where:
        connection.exec_driver_sql(f"pragma temp_store = {where}")
        connection.info["temp_store"] = where


@dataclass(frozen=True)
class Database:
    """One engine with two doors: sessions that read, and sessions that write."""

    engine: Engine

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def reading(self) -> Session:
        """
        A session for reads; on SQLite it never waits for a writer.

        Once closed it refuses: one that began again would keep its connection from all others.
        """
        return Session(
            self.engine, autoflush=False, expire_on_commit=False, close_resets_only=False
        )

    def writing(self, *, spills: bool = False) -> Session:
        """
        A session that holds the write lock from its first statement (SQLite).

        One that spills keeps its temporary tables on disk, as they may outgrow the memory.
        """
        engine = self.engine.execution_options(writes=True, spills=spills)
        return Session(engine, expire_on_commit=False, close_resets_only=False)


def open_database(url: str) -> Database:
    """The database behind a URL; the folder of an SQLite file is made."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return Database(create_engine(parsed, pool_pre_ping=True, pool_size=8, max_overflow=8))
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, poolclass=QueuePool, pool_size=8, max_overflow=8)
    _set_up_sqlite(engine)
    return Database(engine)
