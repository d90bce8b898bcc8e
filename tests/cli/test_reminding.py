"""`accord statements remind` and `accord outbox bounce`: options, results, exit statuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.base.config import read_config
from portal.base.mail import message_id
from portal.cli import main
from tests.statements.returned_mail import returned

INVOICES = "invoice_id,customer_id,currency,invoice_date,due_date,amount\n"
CONTACTS = "customer_id,name,email,role\n"


class Shell:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "ACCORD_INSTANCE": str(folder / "instance"),
            "ACCORD_SECRET_KEY": "a secret for tests that is long enough",
            "ACCORD_MAIL_URL": "mailbox:",
        }

    def __call__(self, *words: object, **options: object) -> Result:
        told = [str(word) for word in words]
        return CliRunner().invoke(
            main, told, env=self.environment, catch_exceptions=False, **options
        )

    def json(self, *words: object, **options: object):
        return json.loads(self(*words, "--format", "json", **options).stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Two customers with an invoice of October; only C1 can be written to."""
    made = Shell(tmp_path)
    made("init")
    rows = "INV-1,C1,CNY,2026-10-05,2026-11-04,100.00\nINV-2,C2,CNY,2026-10-06,2026-11-05,50.00\n"
    for kind, content in (
        ("invoices", INVOICES + rows),
        ("contacts", CONTACTS + "C1,Chen Wei,chen@c1.example,signatory\n"),
    ):
        path = tmp_path / f"{kind}.csv"
        path.write_text(content, "utf-8")
        made("import", path, "--kind", kind, "--create-customers")
    made("statements", "issue", "--period", "2026-10", "--on", "2026-11-04")
    return made


def remind(shell: Shell, on: str, *more: str):
    return shell.json("statements", "remind", "--on", on, *more)


def test_a_reminder_says_who_gets_it_and_who_does_not(shell: Shell):
    told = remind(shell, "2026-11-09")
    [first], [other] = told["reminded"], told["skipped"]

    assert told["on"] == "2026-11-09"
    assert {**first, "number": ""} == {
        "customer_id": "C1",
        "number": "",
        "step": 1,
        "to": ["chen@c1.example"],
    }
    assert (other["customer_id"], other["reason"]) == ("C2", "no_recipient")


def test_each_step_is_sent_once_however_often_it_runs(shell: Shell):
    days = ("2026-11-06", "2026-11-09", "2026-11-09", "2026-11-11", "2026-11-16", "2026-11-30")
    steps = [[each["step"] for each in remind(shell, on)["reminded"]] for on in days]
    kinds = [each["kind"] for each in shell.json("outbox", "list")["messages"]]

    assert steps == [[], [1], [], [2], [3], []]
    assert kinds.count("statement_reminder") == 3


def test_a_dry_run_sends_nothing(shell: Shell):
    assert remind(shell, "2026-11-09", "--dry-run") == remind(shell, "2026-11-09", "--dry-run")
    assert [each["step"] for each in remind(shell, "2026-11-09")["reminded"]] == [1]


def test_the_table_says_the_same_in_words(shell: Shell):
    told = shell("statements", "remind", "--on", "2026-11-09")

    assert told.exit_code == 0
    assert "chen@c1.example" in told.stdout


def test_a_returned_mail_is_read_from_a_file_or_standard_input(shell: Shell):
    remind(shell, "2026-11-09")
    shell("outbox", "send")
    [mail] = shell.json("outbox", "list")["messages"]
    sent_as = message_id(mail["key"], read_config(shell.environment))
    path = shell.folder / "returned.eml"
    path.write_bytes(returned(sent_as, "chen@c1.example"))
    [first] = shell.json("outbox", "bounce", path)["bounces"]
    again = shell.json("outbox", "bounce", "-", input=path.read_bytes())

    assert (first["customer_id"], first["to"], first["new"]) == ("C1", "chen@c1.example", True)
    assert [each["new"] for each in again["bounces"]] == [False]
    reasons = [each["reason"] for each in remind(shell, "2026-11-11")["skipped"]]
    assert reasons == ["bounced", "no_recipient"]


def test_a_returned_mail_that_is_none_of_ours_is_counted(shell: Shell):
    told = shell.json("outbox", "bounce", "-", input=returned("<x@y.example>", "x@y.example"))

    assert told == {"bounces": [], "unknown": 1}
