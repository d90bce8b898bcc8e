"""Runs migrations over the connection it is given, or over the one that the settings name."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from portal.base.config import read_config
from portal.base.database import open_database
from portal.base.schema import alone
from portal.tables.all import Base


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    with alone(open_database(read_config().database)) as opened:
        migrate(opened)
