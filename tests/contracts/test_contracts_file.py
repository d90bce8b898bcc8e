"""contracts.csv: what is kept, updated and refused, and that it comes back the same."""

from pathlib import Path

import pytest

from portal.base.access import SYSTEM
from portal.base.storage import keep_file
from portal.core.errors import RuleBroken
from portal.imports.background import run_import
from portal.imports.columns import Options
from portal.imports.commands import StartImport, start_import, written
from portal.imports.export import export_books
from portal.imports.undoing import UndoImport, undo_import
from portal.tables.contracts import Contract
from portal.tables.journal import ImportRun
from tests.imports.conftest import Desk

HEAD = (
    "contract_id,customer_id,starts_on,ends_on,payment_terms,payment_method,"
    "late_interest_rate,breach_liability,price_list"
)
ROW = "K-1,C,2026-01-01,2026-12-31,net 30,bank transfer,12.25,Double the loss,P-1"


@pytest.fixture(autouse=True)
def customers(desk: Desk) -> None:
    desk.takes("customers.csv", "customer_id,payment_terms", "C,net 60", "D,")


def only(desk: Desk) -> Contract:
    with desk.installation.reading(SYSTEM) as r:
        return r.session.query(Contract).one()


def test_a_row_becomes_a_contract_with_everything_that_it_says(desk: Desk):
    report = desk.takes("contracts.csv", HEAD, ROW)
    kept = only(desk)

    assert desk.counts(report) == (1, 0, 0, 0)
    assert (kept.code, str(kept.starts_on), str(kept.ends_on)) == (
        "K-1",
        "2026-01-01",
        "2026-12-31",
    )
    assert (kept.payment_terms, kept.payment_method) == ("net 30", "bank transfer")
    assert (str(kept.late_interest_rate), kept.breach_liability, kept.price_list) == (
        "12.25",
        "Double the loss",
        "P-1",
    )


def test_the_same_row_again_changes_nothing(desk: Desk):
    desk.takes("contracts.csv", HEAD, ROW)

    assert desk.counts(desk.takes("contracts.csv", HEAD, ROW)) == (0, 1, 0, 0)
    assert only(desk).row_version == 1


def test_a_known_contract_is_updated_in_what_the_file_has(desk: Desk):
    desk.takes("contracts.csv", HEAD, ROW)
    report = desk.takes(
        "contracts.csv",
        "contract_id,customer_id,starts_on,ends_on,late_interest_rate",
        "K-1,C,2026-01-01,2027-06-30,",
    )

    assert desk.counts(report) == (0, 0, 1, 0)
    kept = only(desk)
    assert (str(kept.ends_on), kept.late_interest_rate, kept.payment_terms, kept.row_version) == (
        "2027-06-30",
        None,
        "net 30",
        2,
    )


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        ("K-1,C,2026-01-02,2026-01-01,,,,,", "ends_on", "end before it starts"),
        ("K-1,X,2026-01-01,,,,,,", "customer_id", "X"),
        ("K-1,,2026-01-01,,,,,,", "customer_id", "Nothing"),
        ("K-1,C,,,,,,,", "starts_on", "Nothing"),
        (",C,2026-01-01,,,,,,", "contract_id", "Nothing"),
        ("K-1,C,2026-01-01,,nett 30,,,,", "payment_terms", "understood"),
        ("K-1,C,2026-01-01,,,,-1,,", "late_interest_rate", "per cent"),
        ("K-1,C,2026-01-01,,,,12 %,,", "late_interest_rate", "number"),
        ("K-1,C,2026-02-30,,,,,,", "starts_on", "date"),
    ],
)
def test_a_bad_row_is_told_with_its_column_and_nothing_is_kept(
    desk: Desk, row: str, column: str, problem: str
):
    report = desk.takes("contracts.csv", HEAD, row)

    [reject] = report.rejects
    assert reject.column == column
    assert problem in reject.problem
    assert desk.ask("select 1 from contract") == []


def test_terms_may_be_a_name_of_the_policy(desk: Desk):
    with desk.installation.work() as w:
        w.session.connection().exec_driver_sql(
            "insert into policy (effective_on, body, author, created_at) values ('2026-01-01',"
            ' \'{"terms": [{"name": "Key accounts", "text": "net 75"}]}\', \'x\','
            " '2026-01-01 00:00:00')"
        )
    row = "K-1,C,2026-01-01,,key  accounts,,,,"

    assert desk.counts(desk.takes("contracts.csv", HEAD, row)) == (1, 0, 0, 0)

    written = desk.export()["contracts.csv"].decode().splitlines()[1]
    again = desk.takes("contracts.csv", HEAD, written)

    assert written == "K-1,C,2026-01-01,,net 75,,,,"
    assert desk.counts(again) == (0, 1, 0, 0)
    assert only(desk).payment_terms == "key  accounts"


def test_an_update_that_ends_a_contract_before_its_start_is_refused(desk: Desk):
    desk.takes("contracts.csv", HEAD, ROW)
    report = desk.takes("contracts.csv", "contract_id,customer_id,starts_on", "K-1,C,2027-01-01")

    assert [reject.column for reject in report.rejects] == ["starts_on"]
    assert str(only(desk).starts_on) == "2026-01-01"


def test_a_contract_stays_its_customers(desk: Desk):
    desk.takes("contracts.csv", HEAD, ROW)
    report = desk.takes("contracts.csv", HEAD, ROW.replace(",C,", ",D,"))

    assert "C’s" in report.rejects[0].problem


def test_a_second_row_of_one_contract_is_refused_where_it_differs(desk: Desk):
    other = ROW.replace("P-1", "P-2")
    report = desk.takes("contracts.csv", HEAD, ROW, ROW, other, skips_bad_rows=True)

    assert desk.counts(report) == (1, 1, 0, 1)
    assert (report.rejects[0].line, report.rejects[0].column) == (4, "contract_id")
    assert only(desk).price_list == "P-1"


def test_contracts_come_before_invoices_whatever_the_order_on_the_line(desk: Desk):
    invoices = desk.write(
        "invoices.csv",
        "invoice_id,customer_id,currency,invoice_date,amount,contract_id",
        "I-1,C,CNY,2026-05-01,100.00,K-1",
    )
    desk.imports(invoices, desk.write("contracts.csv", HEAD, ROW))

    assert desk.ask("select entry_id, state from invoice_check") == [("1", "fits")]


def test_an_export_read_again_gives_the_same_bytes(desk: Desk, tmp_path: Path):
    rows = (ROW, 'K-2,D,2026-03-01,,,,"","=1+1, ""quoted""",')
    desk.takes("contracts.csv", HEAD, *rows)
    first = exported(desk, tmp_path / "1")
    desk.imports(tmp_path / "1" / "contracts.csv")

    assert exported(desk, tmp_path / "2") == first
    assert b"K-1,C,2026-01-01,2026-12-31,net 30,bank transfer,12.25,Double the loss,P-1" in first


def exported(desk: Desk, folder: Path) -> bytes:
    with desk.installation.reading(SYSTEM) as r:
        export_books(r, folder)
    return (folder / "contracts.csv").read_bytes()


# ── Taken back ───────────────────────────────────────────────────────────────


def uploaded(desk: Desk, name: str, *lines: str) -> int:
    content = "".join(f"{line}\n" for line in lines).encode()
    with desk.installation.work(SYSTEM) as w:
        run = ImportRun(
            file_sha256=keep_file(w, desk.installation.storage, content, "text/csv"),
            file_name=name,
            options=written(Options()),
            state="checked",
            started_at=w.now,
        )
        w.session.add(run)
        w.session.flush()
        start_import(w, StartImport(run.id, is_dry_run=False))
        run_id = run.id
    run_import(desk.installation, run_id)
    return run_id


def take_back(desk: Desk, run_id: int) -> None:
    with desk.installation.work(SYSTEM) as w:
        undo_import(w, UndoImport(run_id))


def test_an_import_of_contracts_is_taken_back(desk: Desk):
    take_back(desk, uploaded(desk, "contracts.csv", HEAD, ROW))

    assert desk.ask("select 1 from contract") == []


def test_an_import_of_invoices_is_taken_back_with_its_checks(desk: Desk):
    desk.takes("contracts.csv", HEAD, ROW)
    run_id = uploaded(
        desk,
        "invoices.csv",
        "invoice_id,customer_id,currency,invoice_date,amount,contract_id",
        "I-1,C,CNY,2026-05-01,100.00,K-1",
    )
    assert desk.ask("select state from invoice_check") == [("fits",)]
    take_back(desk, run_id)

    assert desk.ask("select 1 from invoice_check") == []


def test_contracts_that_an_invoice_was_compared_with_stay(desk: Desk):
    run_id = uploaded(desk, "contracts.csv", HEAD, ROW)
    desk.takes(
        "invoices.csv",
        "invoice_id,customer_id,currency,invoice_date,amount,contract_id",
        "I-1,C,CNY,2026-05-01,100.00,K-1",
    )

    with pytest.raises(RuleBroken, match=r"import\.undo_contract_used"):
        take_back(desk, run_id)
