"""Files as they come: encodings, headers, lines, workbooks, and those that are no tables."""

import datetime as dt
import gzip
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import config_in, founded
from tests.imports.conftest import INVOICE_HEAD, PAYMENT_HEAD, Desk

HEAD = "customer_id,name"


def names(desk: Desk) -> list[str]:
    return [row[0] for row in desk.ask("select name from customer where code like 'N%' order by 1")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_an_encoding_is_found_out(quick_desk: Desk, encoding: str):
    path = quick_desk.folder / "customers.csv"
    path.write_bytes(f"{HEAD}\nN1,华东贸易有限公司\n".encode(encoding))

    assert quick_desk.imports(path).is_clean
    assert names(quick_desk) == ["华东贸易有限公司"]


def test_what_is_no_text_is_told(quick_desk: Desk):
    path = quick_desk.folder / "customers.csv"
    path.write_bytes(b"customer_id,name\nN1,\xff\xff\xff\n")

    assert "UTF-8" in quick_desk.imports(path).rejects[0].problem


@pytest.mark.parametrize("head", ["Customer ID,Customer_Name", "CUSTOMERID,customer name"])
def test_headers_are_compared_without_case_blanks_and_underscores(quick_desk: Desk, head: str):
    quick_desk.takes("Customers.CSV", head, "N1,Known")

    assert names(quick_desk) == ["Known"]


def test_lines_are_those_of_the_file(quick_desk: Desk):
    report = quick_desk.takes(
        "customers.csv",
        "customer_id,name,credit_limit",
        'N1,"two\nlines",',
        "",
        "N2,Bad,x",
        skips_bad_rows=True,
    )

    assert [(told.line, told.column, told.value) for told in report.rejects] == [
        (5, "credit_limit", "x")
    ]
    assert names(quick_desk) == ["two\nlines"]


def test_a_column_that_is_not_known_is_named_and_kept_out(quick_desk: Desk):
    report = quick_desk.takes("customers.csv", "customer_id,shoe size", "N1,43")

    assert [told.column for told in report.warnings] == ["shoe size"]
    assert report.is_clean


def test_a_column_that_is_missing_is_named_with_those_there(quick_desk: Desk):
    report = quick_desk.takes("contacts.csv", "customer_id,email", "C,a@b.example")

    assert report.rejects[0].problem == (
        "The file has no column for name; it has customer_id, email."
    )


def test_two_columns_for_one_field_are_told(quick_desk: Desk):
    report = quick_desk.takes("customers.csv", "customer_id,Customer ID", "N1,N2")

    assert not report.is_clean


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("N2,a,b", "The row has 3 cells, the header has 2."),
        ('N2,"open', "A quotation mark is opened and never closed."),
        ('N2,"a"b', "A quotation mark stands inside a cell."),
    ],
)
def test_a_line_that_is_no_row_is_told(quick_desk: Desk, row: str, says: str):
    report = quick_desk.takes("customers.csv", HEAD, "N1,good", row, skips_bad_rows=True)

    assert [(told.line, told.problem) for told in report.rejects] == [(3, says)]
    assert names(quick_desk) == ["good"]


def test_nothing_of_a_file_with_a_bad_row_is_imported(desk: Desk):
    report = desk.takes("invoices.csv", INVOICE_HEAD, "A,C,CNY,2026-01-05,,1", "B,C,CNY,x,,1")

    assert (report.files[0].added, report.files[0].rejected) == (0, 1)
    assert desk.parts() == []


def test_with_skip_exactly_the_good_rows_are(desk: Desk):
    report = desk.takes(
        "invoices.csv", INVOICE_HEAD, "A,C,CNY,2026-01-05,,1", "B,C,CNY,x,,1", skips_bad_rows=True
    )

    assert (report.files[0].added, report.files[0].rejected) == (1, 1)
    assert [row[0] for row in desk.parts()] == ["A"]


def test_a_dry_run_reports_as_the_real_run_and_changes_nothing(desk: Desk):
    desk.write("invoices.csv", INVOICE_HEAD, "A,N,CNY,2026-01-05,,1")
    desk.write("customers.csv", HEAD, "N,New")
    desk.write(
        "payments.csv",
        "payment_id,customer_id,payment_date,amount,invoice_id",
        "P,N,2026-02-01,1,A",
    )
    dry = desk.imports(is_dry_run=True)

    assert desk.parts() == []
    assert dry.as_json() == desk.imports().as_json()


def test_dates_are_read_as_told(quick_desk: Desk):
    for number, (written, how) in enumerate(
        [("4/6/2013", "mdy"), ("6.4.13", "dmy"), ("2013年4月6日", "ymd"), ("06-Apr-13", "%d-%b-%y")]
    ):
        row = f"I{number},C,CNY,{written},,1"
        assert quick_desk.takes("invoices.csv", INVOICE_HEAD, row, date_format=how).is_clean

    assert {row[2] for row in quick_desk.parts()} == {"2013-04-06"}


def test_columns_can_be_mapped_and_set(quick_desk: Desk):
    report = quick_desk.takes(
        "raw.csv",
        "no,who,when,how much",
        "I1,C,2026-01-05,12.50",
        kind="invoices",
        map={
            "invoice_id": "No",
            "customer_id": "who",
            "invoice_date": "when",
            "amount": "HOW_MUCH",
        },
        set={"currency": "CNY"},
    )

    assert report.is_clean
    assert quick_desk.parts() == [("I1", "1", "2026-01-05", "1250")]


def workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Invoices")
        sheet.write_row(0, 0, INVOICE_HEAD.split(","))
        sheet.write_row(1, 0, ["I1", "N1", "CNY"])
        sheet.write_datetime(1, 3, dt.date(2026, 1, 5), day)
        sheet.write_number(1, 5, 0.1 + 0.2)
        customers = book.add_worksheet("customers")
        customers.write_row(0, 0, ["Customer ID", "name"])
        customers.write_row(1, 0, ["N1", "New"])
        book.add_worksheet("Notes").write(0, 0, "hello")
    return path


def test_a_workbook_has_a_sheet_for_each_kind(desk: Desk):
    report = desk.imports(workbook(desk.folder / "book.xlsx"))

    assert report.is_clean
    assert [each.kind for each in report.files] == ["customers", "invoices"]
    assert desk.parts() == [("I1", "1", "2026-01-05", "30")]


def test_a_workbook_that_unpacks_without_end_is_refused(quick_desk: Desk):
    path = workbook(quick_desk.folder / "book.xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.bin", bytes(50_000_000))

    assert "unpacks" in quick_desk.imports(path, kind="invoices").rejects[0].problem


@pytest.mark.parametrize("name", ["invoices.xlsx", "invoices.csv.gz"])
def test_what_only_pretends_is_told(quick_desk: Desk, name: str):
    path = quick_desk.folder / name
    path.write_bytes(b"not what it says")

    report = quick_desk.imports(path)
    assert (len(report.rejects), report.files[0].added) == (1, 0)


def test_a_compressed_bomb_is_refused(quick_desk: Desk):
    path = quick_desk.folder / "invoices.csv.gz"
    path.write_bytes(gzip.compress(bytes(100_000_000)))

    assert "unpacks" in quick_desk.imports(path).rejects[0].problem


def test_files_are_taken_in_the_order_of_their_kinds(quick_desk: Desk):
    quick_desk.write("invoices.csv", INVOICE_HEAD, "I1,N1,CNY,2026-01-05,,1")
    quick_desk.write("customers.csv", HEAD, "N1,New")
    quick_desk.write("notes.txt", "nothing")
    quick_desk.write("visits.csv", "visit_id", "x")
    report = quick_desk.imports()

    assert [each.kind for each in report.files] == ["customers", "invoices"]
    assert [name for name, _ in report.left_alone] == ["notes.txt", "visits.csv"]
    assert report.is_clean


@pytest.fixture(scope="module")
def worn(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that many bad files come to."""
    folder = tmp_path_factory.mktemp("worn")
    return Desk(founded(config_in(folder / "instance")), folder / "files")


ENDINGS = st.sampled_from([".csv", ".csv.gz", ".xlsx"])
KINDS = st.sampled_from(["customers", "invoices", "payments", "allocations"])


@given(content=st.binary(max_size=200), ending=ENDINGS, kind=KINDS, packed=st.booleans())
def test_no_file_is_so_bad_that_it_breaks_the_import(
    worn: Desk, content: bytes, ending: str, kind: str, *, packed: bool
):
    path = worn.folder / f"{kind}{ending}"
    path.write_bytes(gzip.compress(content) if packed else content)
    report = worn.imports(path, skips_bad_rows=True)

    assert all(told.problem and told.remedy for told in report.rejects)


@given(cell=st.text(min_size=1, max_size=30), how=st.sampled_from([None, "dmy", "%d.%m.%y"]))
def test_no_cell_is_so_bad_that_it_breaks_the_import(worn: Desk, cell: str, how: str | None):
    quoted = '"' + cell.replace('"', '""') + '"'
    report = worn.takes(
        "payments.csv",
        f"{PAYMENT_HEAD}\n{','.join([quoted] * 6)}",
        date_format=how,
        creates_customers=True,
        is_dry_run=True,
    )

    assert not report.is_clean


@pytest.mark.parametrize(
    ("cells", "named"),
    [
        ('<c r="XFD1048576"><v>1</v></c>', "1048576"),
        ("<c><v>1</v></c>", "99999999"),
        ("<c\nr = 'ZZZ9999'><v>1</v></c>", "9999"),
    ],
)
def test_a_workbook_that_spans_a_table_without_end_is_refused(
    quick_desk: Desk, cells: str, named: str
):
    """Its reader makes room for every cell between, used or not, and would end the process."""
    path, other = workbook(quick_desk.folder / "book.xlsx"), quick_desk.folder / "far.xlsx"
    far = f'<row r="{named}">{cells}</row></sheetData>'.encode()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</sheetData>", far)
            new.writestr(name, content)

    assert "unpacks" in quick_desk.imports(other, kind="invoices").rejects[0].problem


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "cp850"])
def test_text_of_the_west_is_not_taken_for_chinese(quick_desk: Desk, encoding: str):
    path = quick_desk.folder / "customers.csv"
    path.write_bytes(f"{HEAD}\nN1,Müller Söhne\nN2,Gärtner\n".encode(encoding))

    assert "UTF-8" in quick_desk.imports(path).rejects[0].problem
    assert names(quick_desk) == []


@pytest.mark.parametrize("text", ["是", "臺灣機電", "𠮷野家 & Co", "华A东B"])
def test_what_is_chinese_is_taken_for_it(quick_desk: Desk, text: str):
    path = quick_desk.folder / "customers.csv"
    path.write_bytes(f"{HEAD}\nN1,{text}\n".encode("gb18030"))

    assert quick_desk.imports(path).is_clean
    assert names(quick_desk) == [text]
