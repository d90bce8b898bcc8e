"""`accord policy`: out, compared, in again; what is wrong is told by line, with status 2."""

import csv
import getpass
import io
import json
import sqlite3
import stat

import pytest
from click.testing import CliRunner

from portal.cli import main
from portal.core.policy_text import MOST_BYTES
from tests.core.policies import SAMPLE

BUCKETS = "[ageing]\nbuckets = [45]\n"


@pytest.fixture
def policy(accord, tmp_path):
    """Takes a text in: what the command answers."""
    accord.ask("init")

    def take(text, *words):
        path = tmp_path / "policy.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return accord.ask("policy", "import", str(path), *words)

    return take


def told(done):
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_example_is_taken_over_and_again_changes_nothing(policy):
    first = told(policy(SAMPLE, "--format", "json"))
    again = policy(SAMPLE, "--format", "json")

    assert (first["version"], first["unchanged"]) == (1, False)
    assert {"section": "grade", "name": "A", "key": "terms", "before": "", "after": "standard"} in (
        first["changes"]
    )
    assert told(again) == {
        "version": 1,
        "effective_on": first["effective_on"],
        "unchanged": True,
        "changes": [],
    }
    assert "unchanged" in again.stderr


def test_out_and_in_again_are_the_same(accord, policy, tmp_path):
    policy(SAMPLE)
    path = tmp_path / "out.toml"
    accord.ask("policy", "export", str(path))
    shown = accord.ask("policy", "export", "-").stdout

    assert path.read_text("utf-8") == shown
    assert 'name = "standard"\ntext = "2/10 net 30"\n' in shown
    assert told(policy(shown, "--format", "json"))["unchanged"]


def test_from_one_installation_into_an_empty_one(accord, policy, tmp_path):
    policy(SAMPLE)
    text = accord.ask("policy", "export", "-").stdout
    accord.settings["ACCORD_INSTANCE"] = str(tmp_path / "other")
    accord.ask("init")
    policy(text)

    assert accord.ask("policy", "export", "-").stdout == text


def test_a_dry_run_shows_the_difference_and_changes_nothing(accord, policy):
    done = policy(BUCKETS, "--dry-run")

    assert done.stdout.splitlines()[2].split() == [
        *("ageing", "buckets", "[30,", "60,", "90]", "[45]"),
    ]
    assert "nothing was taken over" in done.stderr
    assert "buckets = [30, 60, 90]" in accord.ask("policy", "export", "-").stdout


def test_the_difference_as_csv(policy):
    rows = list(csv.DictReader(io.StringIO(policy(BUCKETS, "--format", "csv").stdout)))

    assert [(row["key"], row["before"], row["after"]) for row in rows] == [
        ("buckets", "[30, 60, 90]", "[45]")
    ]


def test_a_report_of_a_day_uses_the_version_in_force_on_it(accord, policy):
    policy(BUCKETS, "--effective", "2026-03-01")

    def buckets(on):
        return told(accord.ask("ageing", "--as-of", on, "--format", "json"))["buckets"]

    assert buckets("2026-02-28") == ["not_due", "1-30", "31-60", "61-90", "91+"]
    assert buckets("2026-03-01") == ["not_due", "1-45", "46+"]
    assert "buckets = [30, 60, 90]" in (
        accord.ask("policy", "export", "-", "--on", "2026-02-28").stdout
    )


def test_every_fault_is_told_by_its_line_and_nothing_is_taken_over(accord, policy):
    done = policy('[ageing]\nbuckets = [2, 1]\n\n[promise]\nfraction = "1/3"\n[nobody]\n')

    assert done.exit_code == 2
    lines = [line.partition("policy.toml:")[2] for line in done.stderr.strip().splitlines()]
    assert [line.split(": ")[:2] for line in lines] == [
        ["2", "ageing.buckets"],
        ["5", "promise.fraction"],
        ["6", "nobody"],
    ]
    assert "There is no key fraction here. The keys are: fraction_of_term" in done.stderr
    assert "version 1" not in accord.ask("policy", "export", "/dev/null").stderr


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (SAMPLE.replace("standard", "标准").encode("gb18030"), "not written in UTF-8"),
        (SAMPLE.encode("utf-16"), "not written in UTF-8"),
        (b"#" * 1_000_000, f"at most {MOST_BYTES // 1000} kB"),
        (b'[company]\nname = "a\x00"\n', "policy.toml:2"),
        (b"\x00", "policy.toml:1"),
    ],
)
def test_what_is_no_text_gets_a_sentence(policy, body, said):
    done = policy(body)

    assert (done.exit_code, said in done.stderr) == (2, True), done.stderr
    assert "Traceback" not in done.stderr
    assert "this should not happen" not in done.stderr


def test_windows_line_ends_and_a_mark_are_read(policy):
    assert told(policy(b"\xef\xbb\xbf" + SAMPLE.replace("\n", "\r\n").encode(), "--format", "json"))


def test_a_file_of_the_largest_size_is_read_in_time(policy):
    rows = "".join(f'[[terms]]\nname = "t{n}"\ntext = "{n}d"\n' for n in range(200))
    text = rows + "# " + "x" * (MOST_BYTES - len(rows) - 10)

    assert len(told(policy(text, "--format", "json"))["changes"]) == 600


def test_the_author_is_who_says_so_or_the_systems_user(policy, tmp_path):
    policy(BUCKETS, "--author", "李娜")
    policy("[plan]\nmax_months = 6\n")

    assert authors(tmp_path) == ["李娜", getpass.getuser()]


def authors(tmp_path):
    with sqlite3.connect(tmp_path / "instance" / "accord.sqlite3") as connection:
        return [row[0] for row in connection.execute("select author from policy order by id")]


@pytest.mark.usefixtures("policy")
@pytest.mark.parametrize(
    "words",
    [("import", "nowhere.toml"), ("export", "/nowhere/at/all.toml"), ("import", "/")],
)
def test_a_file_that_cannot_be_used_is_one_sentence(accord, words):
    done = accord.ask("policy", *words)

    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_a_day_that_is_none_is_refused(policy):
    assert policy(BUCKETS, "--effective", "2026-02-30").exit_code == 2


@pytest.mark.usefixtures("policy")
def test_standard_input_is_a_file_too(accord):
    words = ["policy", "import", "-", "--format", "json"]
    done = CliRunner().invoke(main, words, input=BUCKETS, env=accord.settings)

    assert json.loads(done.stdout)["version"] == 1


@pytest.mark.usefixtures("policy")
def test_an_export_is_for_its_owner_as_any_file(accord, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("old")
    path.chmod(0o600)
    accord.ask("policy", "export", str(path))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
