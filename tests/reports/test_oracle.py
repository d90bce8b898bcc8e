"""Real ledgers, imported and asked by the command: every answer of the oracles, to the cent."""

import gzip
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.cli import main
from tests.machine import absent
from tests.postgresql import a_schema

DATA = Path(os.environ.get("ACCORD_DATA") or Path(__file__).parents[3] / "shared" / "data")
LEDGERS = ("ibm", "poulomi8", "udyam")
#: The oracle's names of our buckets.
BUCKETS = {"not_due": "not_due", "d1_30": "1-30", "d31_60": "31-60", "d61_90": "61-90"}
OPEN_ENDED = {"d90_plus": "91+"}


class Books:
    """A ledger's books behind the command."""

    def __init__(self, ledger: str, environment: dict[str, str]) -> None:
        self.folder = DATA / "ar" / ledger
        self.environment = environment
        self("init")
        # Files by name: a ledger's raw files are not in the canonical shape.
        files = [str(p) for p in sorted(self.folder.glob("[cip]*.csv*")) if p.stem[0] in "cip"]
        self("import", *files, "--create-customers")

    def __call__(self, *arguments: str):
        told = CliRunner().invoke(main, arguments, env=self.environment, catch_exceptions=False)
        assert told.exit_code == 0, told.output
        return told

    def json(self, *arguments: str):
        return json.loads(self(*arguments, "--format", "json").stdout)

    @property
    def oracle(self):
        path = self.folder / "oracle.json"
        if path.exists():
            return json.loads(path.read_text("utf-8"))
        return json.loads(gzip.decompress(path.with_suffix(".json.gz").read_bytes()))


def environment(folder: Path, database_url: str = "") -> dict[str, str]:
    return {
        "ACCORD_INSTANCE": str(folder / "instance"),
        "ACCORD_DATABASE_URL": database_url,
        "ACCORD_SECRET_KEY": "a secret for tests that is long enough",
    }


@pytest.fixture(scope="module", params=LEDGERS)
def ledger(request) -> str:
    if not (DATA / "ar" / request.param).is_dir():
        absent(f"no {DATA}/ar/{request.param}: set ACCORD_DATA")
    return request.param


@pytest.fixture(scope="module")
def books(ledger, tmp_path_factory) -> Books:
    return Books(ledger, environment(tmp_path_factory.mktemp(ledger)))


@pytest.fixture
def postgresql_books(postgresql_server, ledger, tmp_path) -> Iterator[Books]:
    with a_schema(postgresql_server) as url:
        shown = url.render_as_string(hide_password=False)
        yield Books(ledger, environment(tmp_path, shown))


def test_ageing_is_the_oracles_on_every_day(books):
    check_ageing(books)


def test_statements_are_the_oracles_in_every_month(books):
    check_statements(books, "preview")
    months = sorted(books.oracle["statements"])
    books("statements", "issue", "--period", months[0])
    check_statements(books, "issued", months[:1])
    books("verify")


@pytest.mark.postgresql
def test_everything_is_the_same_on_postgresql(postgresql_books):
    check_ageing(postgresql_books)
    check_statements(postgresql_books, "preview")
    postgresql_books("verify")


def check_ageing(books):
    for day, by_currency in books.oracle["as_of"].items():
        report = books.json("ageing", "--as-of", day)
        totals = {total["currency"]: total for total in report["totals"]}
        for currency, said in by_currency.items():
            check_total(totals[currency], said)
            check_largest(report["rows"], currency, said["top10"])


def check_total(total, said):
    names = BUCKETS | OPEN_ENDED
    assert {name: total[ours] for name, ours in names.items()} == said["ageing"]
    assert [total[name] for name in ("open", "unapplied", "balance")] == [
        said[name] for name in ("open", "unapplied", "balance")
    ]


def check_largest(rows, currency, top):
    mine = [(row["key"], row["open"]) for row in rows if row["currency"] == currency]
    mine.sort(key=lambda row: (-Decimal(row[1]), row[0]))
    assert [list(row) for row in mine if Decimal(row[1])][: len(top)] == top


def check_statements(books, status, months=None):
    for month, by_currency in books.oracle["statements"].items():
        if months is None or month in months:
            shown = books.json("statements", "show", "--all", "--period", month)
            for currency, said in by_currency.items():
                assert {
                    each["customer_id"]: figures(each)
                    for each in shown
                    if each["currency"] == currency and each["status"] == status
                } == said


def figures(statement):
    kinds = [line["kind"] for line in statement["lines"]]
    return {
        "opening": statement["opening"],
        "invoices": statement["invoiced"],
        "n_invoices": kinds.count("invoice"),
        "payments": statement["received"],
        "n_payments": kinds.count("payment"),
        "closing": statement["closing"],
    }
