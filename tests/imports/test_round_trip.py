"""Books written out and read again are the same books, and written out again the same bytes."""

import csv
import datetime as dt
import io
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.base.installation import Installation
from portal.imports.columns import Options
from portal.imports.run import import_files
from tests.conftest import config_in, founded
from tests.imports.conftest import INVOICE_HEAD, PAYMENT_HEAD, Desk
from tests.machine import absent

STRINGS = (
    Path(os.environ.get("ACCORD_DATA") or Path(__file__).parents[3] / "shared" / "data") / "strings"
)
NASTY = [
    "=1+1",
    "+2",
    "@x",
    "-3",
    '"quoted"',
    "a,b",
    "line\nfeed",
    "cr\rlf\r\n",
    " blank ",
    "'",
    "\t",
]
TEXT = st.one_of(
    st.sampled_from([*NASTY, "华东贸易", "🧾 naïve", "Ω𝄞", "\u2028", "\x01"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
)
DAY = st.dates(min_value=dt.date(2025, 1, 1), max_value=dt.date(2026, 6, 1))
AMOUNT = st.integers(1, 100_000).map(lambda minor: f"{minor // 100}.{minor % 100:02}")
NUMBER = st.sampled_from(["1", "2", "A-1", "a", "B 7", "号3", "10", "=x"])
CODE = st.sampled_from(["C1", "C2", "é3"])
TERMS = st.sampled_from(
    ["", "net 30", "30% 15d, balance 45d", "from delivery 10d", "2/10 net 30 eom"]
)
OPTIONAL_DAY = st.one_of(st.just(""), DAY)
MARK = st.one_of(st.sampled_from(["", "yes", "no"]), AMOUNT)
WORDS = st.sampled_from(
    [
        *("opening", "charge", "interest", "discount", "refund"),
        *("returned_payment", "transfer", "write_off", "rounding"),
    ]
)

COLUMNS = {
    "customers": {
        "customer_id": CODE,
        "name": TEXT,
        "address": TEXT,
        "payment_terms": TERMS,
        "credit_limit": st.one_of(st.just(""), AMOUNT),
        "parent_id": st.sampled_from(["", "C1"]),
    },
    "contacts": {
        "customer_id": CODE,
        "name": TEXT,
        "email": st.sampled_from(["a@b.example", "ü@c.example"]),
        "limit": st.sampled_from(["", "5.00", "EUR 2.00; CNY 9"]),
    },
    "deliveries": {
        "delivery_id": NUMBER,
        "customer_id": CODE,
        "currency": st.just("CNY"),
        "delivered_on": DAY,
        "amount": AMOUNT,
        "order_id": st.sampled_from(["", "SO-1"]),
        "invoice_id": st.one_of(st.just(""), NUMBER),
        "received_by": TEXT,
        "reference": TEXT,
    },
    "invoices": {
        "invoice_id": NUMBER,
        "customer_id": CODE,
        "currency": st.just("CNY"),
        "invoice_date": DAY,
        "amount": AMOUNT,
        "due_date": OPTIONAL_DAY,
        "payment_terms": TERMS,
        "delivered_on": OPTIONAL_DAY,
        "disputed": MARK,
        "settled_on": OPTIONAL_DAY,
        "description": TEXT,
    },
    "invoice_lines": {
        "invoice_id": NUMBER,
        "line": st.integers(1, 12),
        "description": TEXT,
        "quantity": st.sampled_from(["1", "2.50", "-3"]),
        "unit_price": st.just("0.1000"),
        "amount": AMOUNT,
    },
    "credit_notes": {
        "credit_note_id": NUMBER,
        "customer_id": CODE,
        "currency": st.just("CNY"),
        "credit_date": DAY,
        "amount": AMOUNT,
        "invoice_id": st.one_of(st.just(""), NUMBER),
        "reason": TEXT,
    },
    "payments": {
        "payment_id": NUMBER,
        "customer_id": CODE,
        "payment_date": DAY,
        "amount": AMOUNT,
        "currency": st.just("CNY"),
        "invoice_id": st.one_of(st.just(""), NUMBER),
        "bank_reference": TEXT,
    },
    "adjustments": {
        "adjustment_id": NUMBER,
        "customer_id": CODE,
        "currency": st.just("CNY"),
        "adjusted_on": DAY,
        "kind": WORDS,
        "amount": st.one_of(AMOUNT, AMOUNT.map(lambda amount: f"-{amount}")),
        "invoice_id": st.one_of(st.just(""), NUMBER),
        "counter_customer_id": st.one_of(st.just(""), CODE),
        "reason": TEXT,
    },
    "allocations": {
        "credit_id": NUMBER,
        "invoice_id": NUMBER,
        "amount": AMOUNT,
        "allocated_on": DAY,
        "ended_on": OPTIONAL_DAY,
    },
    "promises": {
        "promise_id": NUMBER,
        "customer_id": CODE,
        "promised_on": DAY,
        "amount": AMOUNT,
        "invoice_id": st.one_of(st.just(""), NUMBER),
        "made_on": OPTIONAL_DAY,
        "reason": st.one_of(TEXT, st.just("short_of_cash")),
    },
}
BOOKS = st.fixed_dictionaries(
    {
        f"{kind}.csv": st.lists(st.fixed_dictionaries(columns), min_size=2, max_size=8).map(
            lambda rows, columns=columns: (list(columns), rows)
        )
        for kind, columns in COLUMNS.items()
    }
)


def write(folder: Path, books) -> None:
    folder.mkdir(exist_ok=True)
    for name, (columns, rows) in books.items():
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, columns, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        (folder / name).write_bytes(out.getvalue().encode())


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(books=BOOKS)
def test_export_import_export_gives_the_same_bytes(books, tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("books")
    write(folder / "in", books)
    first = Desk(founded(config_in(folder / "one")), folder / "first")
    import_files(
        first.installation, [folder / "in"], Options(skips_bad_rows=True, creates_customers=True)
    )
    written = first.export()
    second = Desk(founded(config_in(folder / "two")), folder / "second")
    report = import_files(second.installation, [folder / "first" / "out"])

    assert report.rejects == []
    assert second.export() == written
    assert all(
        each.added + each.updated == 0 for each in first.imports(folder / "first" / "out").files
    )
    for desk in (first, second):
        desk.installation.database.engine.dispose()


def test_naughty_strings_survive(desk: Desk):
    if not STRINGS.is_dir():
        absent(f"{STRINGS} is not here")
    strings = [
        text for text in json.loads((STRINGS / "blns.json").read_text("utf-8")) if "\0" not in text
    ]
    rows = [{"customer_id": f"S{n}", "name": text or "-"} for n, text in enumerate(strings)]
    write(desk.folder / "in", {"customers.csv": (["customer_id", "name"], rows)})
    report = desk.imports(desk.folder / "in")
    stored = dict(desk.ask("select code, name from customer"))

    assert report.is_clean
    assert all(stored[row["customer_id"]] in {row["name"], row["customer_id"]} for row in rows)
    assert sum(stored[row["customer_id"]] == row["name"] for row in rows) > len(rows) - 20


def test_books_move_from_one_database_to_the_other(
    installation: Installation, postgresql_installation: Installation, tmp_path: Path
):
    here, there = Desk(installation, tmp_path / "a"), Desk(postgresql_installation, tmp_path / "b")
    write(
        tmp_path / "in",
        {
            "customers.csv": (
                ["customer_id", "name"],
                [
                    {"customer_id": "é", "name": "B"},
                    {"customer_id": "Z", "name": "a"},
                    {"customer_id": "a", "name": "=1"},
                ],
            )
        },
    )
    here.imports(tmp_path / "in")
    written = here.export()
    there.imports(tmp_path / "a" / "out")

    assert there.export() == written
    assert written["customers.csv"].splitlines()[1].startswith(b"Z,")


def test_written_off_and_paid_after_all_survives(tmp_path: Path):
    """A write-off is no obstacle to the payments that come later, in whatever order both come."""
    first, second = (
        Desk(founded(config_in(tmp_path / name)), tmp_path / f"{name}-files") for name in "ab"
    )
    first.takes("customers.csv", "customer_id,name", "C,C")
    first.takes("invoices.csv", INVOICE_HEAD, "I,C,CNY,2026-01-01,2026-01-31,100.00")
    first.takes(
        "adjustments.csv",
        "adjustment_id,customer_id,currency,adjusted_on,kind,amount,invoice_id",
        "W,C,CNY,2026-02-01,write_off,-4.00,I",
    )
    first.takes("payments.csv", PAYMENT_HEAD, "P,C,2026-03-01,120.00,CNY,")
    first.takes(
        "allocations.csv",
        "credit_id,invoice_id,amount,allocated_on,ended_on",
        "P,I,20.00,2026-03-01,2026-03-05",
        "P,I,100.00,2026-03-10,",
    )
    written = first.export()
    report = second.imports(tmp_path / "a-files" / "out")

    assert (report.rejects, report.warnings) == ([], [])
    assert second.export() == written
    for desk in (first, second):
        desk.installation.database.engine.dispose()
