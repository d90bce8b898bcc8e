"""An installation of the first release comes to the newest migration with everything in it."""

import shutil
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Connection, text

from portal.base.access import SYSTEM
from portal.base.chain import check_chain
from portal.base.installation import open_installation
from portal.base.schema import migrations
from portal.statements.checks import check_statements
from tests.conftest import config_in
from tests.demo import Demo

#: What the first release had, and later migrations made anew or added columns to.
KEPT = ("entry", "part", "allocation", "statement", "difference", "confirmation", "certificate")


def rows_of(connection: Connection, first: dict[str, list[str]]) -> dict[str, list[Any]]:
    """The rows of the kept tables, by the columns that the first release had."""
    return {
        table: sorted(
            map(tuple, connection.execute(text(f"select {', '.join(names)} from {table}")))
        )
        for table, names in first.items()
    }


def test_books_of_the_first_release_are_brought_up_to_date(demo_company: Demo, tmp_path: Path):
    shutil.copytree(demo_company.folder, tmp_path / "instance")
    installation = open_installation(config_in(tmp_path / "instance"))
    with installation.database.engine.execution_options(writes=True).begin() as connection:
        command.downgrade(migrations(connection), "0001")
        first = {
            table: [row[1] for row in connection.execute(text(f"pragma table_info({table})"))]
            for table in KEPT
        }
        before = rows_of(connection, first)
        command.upgrade(migrations(connection), "head")

        assert rows_of(connection, first) == before
    with installation.reading(SYSTEM) as r:
        assert check_chain(r).ok
        assert [check.name for check in check_statements(r) if not check.ok] == []
    installation.database.engine.dispose()
