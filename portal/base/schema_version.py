"""
Which migration a database stands at, told without alembic.

Every command and every probe of readiness asks; alembic would read all migrations to answer.
"""

from __future__ import annotations

from sqlalchemy import inspect, text

from portal.base.config import ROOT
from portal.base.database import Database


def is_current(database: Database) -> bool:
    """Whether the database stands at the newest migration."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found = connection.scalars(text("select version_num from alembic_version")).all()
    return found == [newest()]


def newest() -> str:
    """The revision of the last migration: the files are named in their order."""
    return max(path.name for path in (ROOT / "migrations" / "versions").glob("0*.py"))[:4]
