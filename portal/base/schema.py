"""The schema in the database, brought to the newest migration in one transaction."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from portal.base.config import ROOT
from portal.base.database import Database

#: Names the lock that two installers of one PostgreSQL database wait for.
LOCK = 4_120_221_113


def migrations(connection: Connection | None = None) -> AlembicConfig:
    """Where the migrations are, and the connection they shall use."""
    config = AlembicConfig(stdout=io.StringIO())
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def alone(database: Database) -> Iterator[Connection]:
    """A transaction that no other migration runs beside; a kill in it leaves nothing half done."""
    with database.engine.execution_options(writes=True).begin() as connection:
        if not database.is_sqlite:
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        yield connection


def upgrade(database: Database) -> bool:
    """Brings the schema to the newest migration; says whether there was anything to do."""
    with alone(database) as connection:
        before = _current(connection)
        command.upgrade(migrations(connection), "head")
        return before != _current(connection)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def rebuild(database: Database) -> None:
    """An empty schema at the newest migration: everything that was there is gone."""
    with alone(database) as connection:
        if _current(connection) is not None:
            command.downgrade(migrations(connection), "base")
        command.upgrade(migrations(connection), "head")
