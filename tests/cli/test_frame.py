"""What every command has in common: wrong use is one sentence and status 2, never a traceback."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.base.config import ConfigError
from portal.cli import COMMANDS, main
from portal.cli.frame import Refused, in_one_sentence
from portal.cli.output import table
from portal.core.errors import RuleBroken


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("ACCORD_INSTANCE", str(tmp_path / "instance"))
    runner = CliRunner()

    def run_command(*words, **settings):
        return runner.invoke(main, words, env=settings)

    return run_command


def test_an_unknown_setting_is_refused(run):
    done = run("init", ACCORD_DATABSE_URL="sqlite:///x")

    assert done.exit_code == 2
    assert "ACCORD_DATABSE_URL is not a setting of Accord" in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCORD_SECRET_KEY", "short"),
        ("ACCORD_PUBLIC_URL", "ftp://x"),
        ("ACCORD_TIMEZONE", "Mars/Olympus"),
        ("ACCORD_LANGUAGE", "tlh"),
        ("ACCORD_PROXIES", "many"),
    ],
)
def test_a_setting_that_cannot_work_is_named(run, name, value):
    done = run("init", **{name: value})

    assert done.exit_code == 2
    assert name in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_name_that_it_is_asked_by(run, name):
    done = run(name, "--help")

    assert done.exit_code == 0
    assert done.stdout.startswith(f"Usage: main {name} [OPTIONS]")


def test_a_command_loads_nothing_of_the_others():
    code = "import sys; from portal.cli import main; main(['user', '-h'], standalone_mode=False)"
    loaded = f"{code}; print([*sys.modules])"
    told = subprocess.run(
        [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
    )

    assert "portal.people.commands" in told.stdout
    assert not {"flask", "alembic", "portal.app"} & set(
        ast.literal_eval(told.stdout.splitlines()[-1])
    )


def test_a_command_before_init_says_what_to_do(run):
    done = run("outbox", "list")

    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "accord init" in done.stderr


def test_an_unreachable_database_is_told_in_a_sentence(run):
    url = "postgresql://nobody@127.0.0.1:9/nothing"
    done = run("outbox", "list", ACCORD_DATABASE_URL=url, ACCORD_SECRET_KEY="x" * 40)

    assert done.exit_code == 2
    assert "cannot be reached" in done.stderr


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "01.02.2026", "20261101", "today"])
def test_a_day_is_written_as_iso_8601(run, day):
    run("init")

    assert run("day", "--on", day).exit_code == 2


def test_results_go_to_standard_output_and_messages_elsewhere(run):
    done = run("init")
    listed = run("outbox", "list", "--format", "json")

    assert (done.stdout, listed.stderr) == ("", "")
    assert json.loads(listed.stdout) == {"messages": []}


def test_csv_has_a_header_even_when_there_is_nothing(run):
    run("init")

    assert run("outbox", "list", "--format", "csv").stdout.startswith("created_at,kind,to,")


@pytest.mark.parametrize(
    "error",
    [
        ConfigError("Set it."),
        RuleBroken("act.already_done"),
        ZeroDivisionError("oops"),
        OSError("nothing to name"),
    ],
)
def test_whatever_goes_wrong_is_one_sentence(error):
    def fail():
        raise error

    with pytest.raises(Refused) as refused:
        in_one_sentence(fail)

    assert refused.value.exit_code == 2
    assert "\n" not in refused.value.message
    assert "Traceback" not in refused.value.message


def test_a_file_that_cannot_be_used_is_named():
    with pytest.raises(Refused, match="/nowhere/x cannot be used: No such file"):
        in_one_sentence(Path("/nowhere/x").read_bytes)


def test_a_table_puts_figures_to_the_right_and_knows_wide_letters():
    rows = [{"name": "华东", "open": "1234.50"}, {"name": "Ltd", "open": "-9.00"}]

    assert table(rows, ["name", "open"]).splitlines() == [
        "name     open",
        "----  -------",
        "华东  1234.50",
        "Ltd     -9.00",
    ]
