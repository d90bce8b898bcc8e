"""Starting from nothing: one command, as often as one likes, also two at once."""

import sqlite3
import stat

import pytest

from tests.cli.conftest import PATIENCE
from tests.postgresql import a_schema

pytestmark = pytest.mark.slow


def database_of(accord):
    return sqlite3.connect(f"{accord.settings['ACCORD_INSTANCE']}/accord.sqlite3")


def rows(accord, table):
    connection = database_of(accord)
    found = connection.execute(f"select count(*) from {table}").fetchone()[0]
    connection.close()
    return found


def test_init_founds_everything_from_nothing(accord, tmp_path):
    done = accord.run("init")

    assert (done.returncode, done.stdout) == (0, "")
    assert stat.S_IMODE((tmp_path / "instance" / "secret.key").stat().st_mode) == 0o600
    assert rows(accord, "company") == 1


def test_a_second_init_changes_nothing(accord, tmp_path):
    accord.ask("init")
    secret = (tmp_path / "instance" / "secret.key").read_text()

    assert accord.ask("init").exit_code == 0
    assert (tmp_path / "instance" / "secret.key").read_text() == secret
    assert rows(accord, "company") == rows(accord, "audit") == 1


def test_two_inits_at_once_found_one_company(accord):
    at_once = [accord.start("init") for _ in range(3)]

    assert [process.wait(PATIENCE) for process in at_once] == [0, 0, 0]
    assert rows(accord, "company") == rows(accord, "audit_head") == 1


@pytest.mark.postgresql
def test_two_inits_at_once_on_postgresql(accord, postgresql_server):
    with a_schema(postgresql_server) as url:
        accord.settings["ACCORD_DATABASE_URL"] = url.render_as_string(hide_password=False)
        at_once = [accord.start("init") for _ in range(3)]

        assert [process.wait(PATIENCE) for process in at_once] == [0, 0, 0]
        assert accord.ask("outbox", "list", "--format", "csv").exit_code == 0


def test_a_secret_from_the_environment_is_not_written_down(accord, tmp_path):
    accord.settings["ACCORD_SECRET_KEY"] = "x" * 40
    accord.ask("init")

    assert not (tmp_path / "instance" / "secret.key").exists()


def test_nobody_else_may_look_into_the_instance(accord, tmp_path):
    accord.ask("init")

    assert stat.S_IMODE((tmp_path / "instance").stat().st_mode) == 0o700
