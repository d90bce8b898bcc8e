"""What the database is asked meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event

from portal.base.installation import Installation


@contextmanager
def asked(installation: Installation) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    found: list[str] = []

    def listen(_c: Connection, _cursor: object, statement: str, *_: object) -> None:
        # PostgreSQL's driver begins a transaction unseen; SQLite's is no question either.
        if not statement.startswith("begin"):
            found.append(statement)

    event.listen(installation.database.engine, "before_cursor_execute", listen)
    try:
        yield found
    finally:
        event.remove(installation.database.engine, "before_cursor_execute", listen)
