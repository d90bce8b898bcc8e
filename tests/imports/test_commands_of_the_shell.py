"""`accord import` and `accord export`: options, results, exit statuses."""

import csv
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from tests.machine import absent

DATA = Path(os.environ.get("ACCORD_DATA") or Path(__file__).parents[3] / "shared" / "data")
HEAD = "invoice_id,customer_id,currency,invoice_date,amount\n"
IBM_MAP = {
    "invoice_id": "invoiceNumber",
    "customer_id": "customerID",
    "invoice_date": "InvoiceDate",
    "due_date": "DueDate",
    "amount": "InvoiceAmount",
    "disputed": "Disputed",
    "settled_on": "SettledDate",
}
IBM = [
    *("--kind", "invoices", "--set", "currency=USD", "--date-format", "mdy", "--create-customers"),
    *(word for name, column in IBM_MAP.items() for word in ("--map", f"{name}={column}")),
]


class Shell:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "ACCORD_INSTANCE": str(folder / "instance"),
            "ACCORD_SECRET_KEY": "a secret for tests that is long enough",
        }

    def __call__(self, *arguments: object) -> Result:
        words = [str(word) for word in arguments]
        return CliRunner().invoke(main, words, env=self.environment, catch_exceptions=False)

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content, "utf-8")
        return path


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path)
    made("init")
    return made


def test_the_line_of_the_interface_imports_the_real_ledger(shell: Shell):
    raw = DATA / "ar" / "ibm" / "raw.csv"
    if not raw.exists():
        absent(f"{raw} is not here")
    told = shell("import", raw, *IBM, "--format", "json")
    result = json.loads(told.stdout)

    assert told.exit_code == 0
    assert result["files"] == [
        {
            "file": "raw.csv",
            "kind": "invoices",
            "rows": 2466,
            "added": 2466,
            "unchanged": 0,
            "updated": 0,
            "rejected": 0,
        }
    ]
    assert "countryCode" in told.stderr


def test_raw_files_report_their_bad_rows(shell: Shell):
    raw = DATA / "ar" / "poulomi8" / "raw" / "Invoices.csv"
    if not raw.exists():
        absent(f"{raw} is not here")
    told = shell(
        "import", raw, "--map", "amount=Invoice_Amount", "--set", "currency=INR",
        "--create-customers", "--on-error", "skip", "--format", "json",
    )  # fmt: skip
    result = json.loads(told.stdout)

    assert told.exit_code == 1
    assert result["files"][0]["rows"] == 8005
    assert result["files"][0]["unchanged"] == 5
    assert {told["column"] for told in result["rejects"]} == {"Invoice_Date", "Invoice_Amount"}


def test_bad_rows_are_status_1_and_kept_where_asked(shell: Shell):
    file = shell.write("invoices.csv", f"{HEAD}=I,C,CNY,2026-01-05,=1+1\n")
    rejects = shell.folder / "rejects.csv"
    told = shell("import", file, "--create-customers", "--rejects", rejects)
    rows = list(csv.DictReader(rejects.read_text("utf-8-sig").splitlines()))

    assert told.exit_code == 1
    assert rows[0]["value"] == "'=1+1"
    assert rows[0] | {"remedy": ""} == {
        "file": "invoices.csv",
        "line": "2",
        "column": "amount",
        "value": "'=1+1",
        "problem": "This is not an amount.",
        "remedy": "",
    }


def test_a_mapping_file_is_read(shell: Shell):
    file = shell.write("raw.csv", "no,who,on,sum\nI,C,5.1.2026,7.00\n")
    mapping = shell.write(
        "map.toml",
        'kind = "invoices"\ndate_format = "dmy"\ninvoice_id = "no"\n[map]\ncustomer_id = "who"\n'
        'invoice_date = "on"\namount = "sum"\n[set]\ncurrency = "CNY"\n',
    )
    told = shell("import", file, "--mapping", mapping, "--create-customers", "--format", "json")

    assert json.loads(told.stdout)["files"][0]["added"] == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--kind", "shoes"),
        ("--map", "shoes=x"),
        ("--map", "amount"),
        ("--date-format", "whenever"),
        ("--on-error", "panic"),
    ],
)
def test_wrong_use_is_status_2_and_one_sentence(shell: Shell, options: tuple[str, ...]):
    file = shell.write("invoices.csv", HEAD)
    told = shell("import", file, *options)

    assert told.exit_code == 2
    assert "Traceback" not in told.output


def test_files_that_are_none_are_status_2(shell: Shell):
    told = shell("import", shell.write("notes.txt", "hello"))

    assert told.exit_code == 2
    assert "notes.txt" in told.stderr


def test_a_path_that_is_not_there_is_status_2(shell: Shell):
    assert shell("import", shell.folder / "nowhere.csv").exit_code == 2


def test_a_dry_run_has_the_status_of_the_real_one(shell: Shell):
    file = shell.write("invoices.csv", f"{HEAD}I,C,CNY,2026-01-05,7.00\n")

    assert shell("import", file, "--dry-run").exit_code == 1
    assert shell("import", file, "--dry-run", "--create-customers").exit_code == 0
    assert "0" in shell("export", shell.folder / "out").stdout


def test_an_export_names_its_files(shell: Shell):
    told = shell("export", shell.folder / "out", "--format", "json")

    assert json.loads(told.stdout)["files"][0] == {"file": "customers.csv", "rows": 0}
    assert (shell.folder / "out" / "allocations.csv").read_bytes().endswith(b"invoice_kind\n")


def test_rejects_that_cannot_be_kept_are_told_before_anything_is_imported(shell: Shell):
    path = shell.write("customers.csv", "customer_id,name\nN1,New\n")
    done = shell("import", path, "--rejects", shell.folder / "nowhere" / "bad.csv")

    assert done.exit_code == 2
    assert "cannot be written" in done.stderr
    assert json.loads(shell("import", path, "--format", "json").stdout)["files"][0]["added"] == 1
