"""
Migrating makes exactly what the tables say, on both databases, and leaves nothing when undone.

Alembic's own comparison sees neither CHECKs nor triggers; the catalogues of the databases do.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from portal.base.database import Database, open_database
from portal.base.schema import migrations, upgrade
from portal.base.schema_version import is_current, newest
from portal.tables.all import Base
from tests.postgresql import a_schema
from tests.walls.schema import schema_of

SCRIPTS = ScriptDirectory.from_config(migrations())
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def make_empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Makes empty databases of each kind."""
    number = count(1)
    with ExitStack() as opened:

        def make() -> Database:
            if request.param == "sqlite":
                url = f"sqlite:///{tmp_path}/{next(number)}.sqlite3"
            else:
                server = request.getfixturevalue("postgresql_server")
                schema = opened.enter_context(a_schema(server))
                url = schema.render_as_string(hide_password=False)
            database = open_database(url)
            opened.callback(database.engine.dispose)
            return database

        yield make


@pytest.fixture
def empty(make_empty: Callable[[], Database]) -> Database:
    """One empty database of each kind."""
    return make_empty()


def test_there_is_one_line_of_migrations():
    assert len(SCRIPTS.get_heads()) == 1


def test_the_newest_file_is_the_head():
    assert newest() == SCRIPTS.get_current_head()


def test_a_database_is_current_once_it_is_brought_to_the_newest_migration(empty: Database):
    assert not is_current(empty)
    with empty.engine.begin() as connection:
        command.upgrade(migrations(connection), REVISIONS[1])
    assert not is_current(empty)
    upgrade(empty)
    assert is_current(empty)


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_migration_says_why(revision: str):
    assert len(SCRIPTS.get_revision(revision).doc.split()) >= 3


def test_migrating_makes_what_the_tables_say(make_empty: Callable[[], Database]):
    with make_empty().engine.begin() as connection:
        Base.metadata.create_all(connection)
        told = schema_of(connection)
    with make_empty().engine.begin() as connection:
        command.upgrade(migrations(connection), "head")

        migrated = schema_of(connection)

    differing = {name for name, _ in migrated.items() ^ told.items()}
    assert {name: (migrated.get(name), told.get(name)) for name in differing} == {}


def test_undoing_all_migrations_leaves_nothing(empty: Database):
    with empty.engine.begin() as connection:
        command.upgrade(migrations(connection), "head")
        command.downgrade(migrations(connection), "base")

        assert schema_of(connection) == {}


@pytest.mark.parametrize("revision", REVISIONS)
def test_each_migration_can_be_undone_and_done_again(empty: Database, revision: str):
    with empty.engine.begin() as connection:
        command.upgrade(migrations(connection), revision)
        before = schema_of(connection)
        command.downgrade(migrations(connection), "-1")
        command.upgrade(migrations(connection), revision)

        assert schema_of(connection) == before
