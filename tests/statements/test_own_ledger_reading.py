"""A customer's ledger is read however it is written; what cannot be read says how to mend it."""

import io
import zipfile
from dataclasses import replace
from datetime import date

import pytest
import xlsxwriter

from portal.core.comparison import compare, flipped, guess_flipped
from portal.core.errors import RuleBroken
from portal.statements.comparison.mapping import guess_mapping, mapping_from_json, refitted
from portal.statements.comparison.reading import OwnRows, rows_of
from portal.statements.comparison.sheet import MOST_BYTES, read_own_ledger, read_pasted
from tests.core.compared import OCTOBER, line, statement
from tests.statements.ledger_files import CLOSING, FILES, OPENING, ROWS, as_csv, as_xlsx

HEAD = ["Date", "Number", "Amount", "Currency"]


def read(content: bytes, name: str = "own.csv", currency: str = "CNY") -> OwnRows:
    sheet = read_own_ledger(content, name)
    return rows_of(sheet, guess_mapping(sheet, currency), currency, OCTOBER)


def our_statement():
    """Theirs, but one has another amount, one is missing there and one here."""
    lines = [
        line(row.number, row.amount_minor, on=row.on.day) for row in ROWS if row.on is not None
    ]
    lines[1] = lines[1]._replace(amount_minor=8_000_00)
    lines[3] = line("INV-2026-04105", 24_257_00, on=22)
    return statement(*lines, opening=OPENING)


def refusal(content: bytes, name: str = "own.csv", currency: str = "CNY") -> str:
    with pytest.raises(RuleBroken) as refused:
        read(content, name, currency)
    return refused.value.code


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_way_of_writing_gives_the_same_rows(name):
    found = read(FILES[name][0](), name)
    books = found.books
    if guess_flipped(our_statement().lines, books.rows):
        books = flipped(books)

    assert [(row.on, row.amount_minor) for row in books.rows] == [
        (row.on, row.amount_minor) for row in ROWS
    ]
    assert found.problems == ()


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_file_ends_in_a_bridge_without_a_rest(name):
    make, is_told = FILES[name]
    ours, books = our_statement(), read(make(), name).books
    if guess_flipped(ours.lines, books.rows):
        books = flipped(books)
    found = compare(ours, books)
    bridge = found.bridge

    assert (bridge.yours_minor, bridge.opening_minor, bridge.unexplained_minor) == (CLOSING, 0, 0)
    assert bridge.is_opening_told == bridge.is_closing_told == is_told
    assert (bridge.only_ours_minor, bridge.only_yours_minor) == (24_257_00, 1_234_567_89)
    assert bridge.amounts_minor == -419_00


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_second_month_is_read_by_the_first_ones_mapping(name):
    sheet = read_own_ledger(FILES[name][0](), name)
    mapping = guess_mapping(sheet, "CNY")

    assert mapping_from_json(mapping.as_json()) == mapping
    assert refitted(mapping, sheet) == mapping


def test_a_mapping_follows_its_titles_when_columns_move():
    first = read_own_ledger(b"Date,Number,Amount\n2026-10-05,INV-1,5.00\n", "a.csv")
    moved = read_own_ledger(b"x\nAmount,Date,Store,Number\n5.00,2026-10-05,7,INV-1\n", "b.csv")
    found = refitted(guess_mapping(first, "CNY"), moved)

    assert found is not None
    assert (found.header_row, dict(found.columns)) == (2, {"amount": 0, "date": 1, "number": 3})


def test_a_mapping_does_not_fit_other_titles():
    first = read_own_ledger(b"Date,Number,Amount\n2026-10-05,INV-1,5.00\n", "a.csv")
    other = read_own_ledger("日期,单号,金额\n2026-10-05,INV-1,5.00\n".encode(), "b.csv")

    assert refitted(guess_mapping(first, "CNY"), other) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-05\tINV-1\t5.00\n2026-10-06\tP-1\t-2.00",
        "2026-10-05  INV-1   5.00\n2026-10-06  P-1   -2.00",
        "2026-10-05 INV-1 5.00\n2026-10-06 P-1 -2.00",
        "2026-10-05;INV-1;5.00\n2026-10-06;P-1;-2.00",
    ],
    ids=["tabs", "wide blanks", "single blanks", "semicolons"],
)
def test_pasted_rows_are_read(text):
    sheet = read_pasted(text)
    rows = rows_of(sheet, guess_mapping(sheet, "CNY"), "CNY", OCTOBER).books.rows

    assert [(row.number, row.amount_minor) for row in rows] == [("INV-1", 500), ("P-1", -200)]


def test_rows_of_other_periods_are_kept_out_and_counted():
    days = ("2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01", "2026-11-02")
    rows = [[day, f"INV-{at}", "1.00", "CNY"] for at, day in enumerate(days)]
    found = read(as_csv([HEAD, *rows]))

    assert (len(found.books.rows), found.before, found.after) == (2, 1, 2)
    assert len(found.books.outside) == 3


def test_balances_told_for_a_longer_time_are_brought_to_the_period():
    cells = [
        ["Date", "Number", "Text", "Amount"],
        ["", "", "Opening balance", "100.00"],
        ["2026-09-30", "INV-0", "", "10.00"],
        ["2026-10-05", "INV-1", "", "5.00"],
        ["2026-11-05", "INV-2", "", "1.00"],
        ["", "", "Closing balance", "116.00"],
    ]
    books = read(as_csv(cells)).books

    assert (books.opening_minor, books.closing_minor) == (110_00, 115_00)


def test_a_ledger_with_the_newest_row_first_has_its_balances_too():
    cells = [
        ["Date", "Number", "Debit", "Credit", "Balance"],
        ["2026-10-09", "P-1", "3.00", "", "102.00"],
        ["2026-10-05", "INV-1", "", "5.00", "105.00"],
    ]
    books = read(as_csv(cells)).books

    assert (books.opening_minor, books.closing_minor) == (100_00, 102_00)


@pytest.mark.parametrize(
    ("cells", "column", "value", "code"),
    [
        (["2026-10-05", "INV-1", "12x", ""], "Amount", "12x", "own_ledger.amount_unclear"),
        (["2026-10-05", "INV-1", "1.234,5", ""], "Amount", "1.234,5", "own_ledger.amount_unclear"),
        (["2026-10-05", "INV-1", "1.234", ""], "Amount", "1.234", "own_ledger.too_many_decimals"),
        (["2026-02-30", "INV-1", "1.00", ""], "Date", "2026-02-30", "own_ledger.day_unclear"),
        (["2026-10-05", "INV-1", "", ""], "Amount", "", "own_ledger.amount_missing"),
        (
            ["2026-10-05", "INV-1", "1.00", "美元"],
            "Currency",
            "美元",
            "own_ledger.other_currency_row",
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_cell(cells, column, value, code):
    good = [[f"2026-10-{day:02}", f"INV-{day}", "10.25", "RMB"] for day in range(10, 16)]
    found = read(as_csv([HEAD, *good, cells]))

    assert [(each.row, each.column, each.value, each.code) for each in found.problems] == [
        (8, column, value, code)
    ]
    assert all(each.sentence.endswith(".") for each in found.problems)
    assert len(found.books.rows) == 6


def test_unread_rows_are_the_rest_of_the_bridge():
    cells = [
        ["Date", "Number", "Debit", "Credit", "Balance"],
        ["2026-10-05", "INV-1", "", "5.00", "105.00"],
        ["2026-10-06", "INV-2", "", "7,0,0", "112.00"],
        ["2026-10-07", "INV-3", "", "1.00", "113.00"],
        ["2026-10-08", "INV-4", "", "1.00", "114.00"],
    ]
    cells += [[f"2026-10-{d}", f"INV-{d}", "", "1.00", f"{104 + d}.00"] for d in range(11, 31)]
    cells[5:] = [[*row[:4], f"{115 + at}.00"] for at, row in enumerate(cells[5:])]
    found = read(as_csv(cells))
    bridge = compare(statement(opening=100_00), found.books).bridge

    assert len(found.problems) == 1
    assert bridge.unexplained_minor == -7_00


def locked_workbook() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") * 3


def zip_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<c r='A1'/>" * (20 << 20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"", "own_ledger.empty"),
        (lambda: b" \n,,\n", "own_ledger.empty"),
        (lambda: as_xlsx([]), "own_ledger.empty"),
        (lambda: b"a,b\n" * (MOST_BYTES // 4 + 1), "own_ledger.too_large"),
        (lambda: b"a,1\n" * 50_001, "own_ledger.too_many_rows"),
        (lambda: b"PK\x03\x04 but no archive", "own_ledger.no_table"),
        (lambda: b"%PDF-1.7\n\x00\x01\x02", "own_ledger.no_table"),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old workbook", "own_ledger.no_table"),
        (locked_workbook, "own_ledger.locked"),
        (zip_bomb, "own_ledger.unpacks_too_large"),
        (lambda: b"\xff\xfea\xd8", "own_ledger.unreadable"),
        (lambda: b'Date,Amount\n2026-10-05,"5.00\n', "own_ledger.quotes"),
        (lambda: b"Name,City\nAda,Berlin\n", "own_ledger.no_amount_column"),
        (lambda: as_csv([HEAD, ["2026-09-05", "INV-1", "5.00", ""]]), "own_ledger.no_rows"),
        (lambda: as_csv([HEAD]), "own_ledger.no_rows"),
        (
            lambda: as_csv([HEAD, ["2026-10-05", "INV-1", "5.00", "EUR"]]),
            "own_ledger.other_currency",
        ),
    ],
    ids=[
        *("no byte", "blanks", "an empty sheet", "large", "many rows", "a broken archive", "a pdf"),
        *("an xls", "locked", "a bomb", "half a letter", "a quote", "no amounts", "another month"),
        *("only a header", "another currency"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(make, code):
    assert refusal(make()) == code


def with_formula(value: object) -> bytes:
    """A workbook whose amount is a formula, worked out or not."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("ledger & more")
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, ["2026-10-05", "INV-1", 12.5])
    sheet.write_row(2, 0, ["2026-10-06", "INV-2"])
    sheet.write_formula(2, 2, "=C2*2", None, value)
    book.close()
    return out.getvalue()


def test_a_formula_counts_with_its_value():
    rows = read(with_formula(25), "own.xlsx").books.rows

    assert [row.amount_minor for row in rows] == [12_50, 25_00]


def test_a_formula_without_a_value_is_named_and_not_read_as_nothing():
    found = read(with_formula(""), "own.xlsx")

    assert [(each.row, each.code, each.facts) for each in found.problems] == [
        (3, "own_ledger.formula_without_value", {"cell": "C3"})
    ]


def test_a_yen_ledger_has_no_decimals():
    found = read(as_csv([HEAD, ["2026-10-05", "INV-1", "1,234.00", "JPY"]]), currency="JPY")

    assert [row.amount_minor for row in found.books.rows] == [1234]


def test_a_number_that_resembles_a_total_is_a_document():
    cells = [["Date", "Number", "Text", "Amount"], ["2026-10-05", "INV-1", "Total", "5.00"]]
    rows = read(as_csv(cells)).books.rows

    assert [replace(row, row=0) for row in rows] == [
        replace(rows[0], row=0, on=date(2026, 10, 5), number="INV-1", amount_minor=500)
    ]
