"""Lists for people's spreadsheets."""

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from python_calamine import load_workbook

from portal.base.spreadsheets import csv_bytes, xlsx_bytes
from portal.core.money import Money

HEAD = ["Number", "Date", "Amount"]
ROW = ["0000611365", dt.date(2026, 11, 5), Money(-123450, "CNY")]


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def read_xlsx(content):
    return load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_amounts_are_plain_and_days_are_iso_in_csv():
    assert read_csv(csv_bytes(HEAD, [ROW])) == [HEAD, ["0000611365", "2026-11-05", "-1234.50"]]


def test_cells_are_typed_and_leading_zeros_kept_in_xlsx():
    assert read_xlsx(xlsx_bytes("List", HEAD, [ROW]))[1] == [
        "0000611365",
        dt.date(2026, 11, 5),
        -1234.5,
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "＠x", "|calc"]
)
def test_no_text_can_run_in_a_spreadsheet(text):
    cell = read_csv(csv_bytes(["a"], [[text]]))[1][0]

    assert cell.startswith("'")
    assert read_xlsx(xlsx_bytes("x", ["a"], [[text.strip()]]))[1][0] == text.strip()


def test_the_head_cannot_run_either():
    assert read_csv(csv_bytes(["=cmd"], []))[0] == ["'=cmd"]


def test_nothing_and_counts_have_cells_too():
    assert read_csv(csv_bytes(["a", "b", "c"], [[None, 3, Decimal("0.5")]]))[1] == ["", "3", "0.5"]


def test_any_title_makes_a_sheet_name():
    assert read_xlsx(xlsx_bytes("Invoices: 2026/10 [all]" + "x" * 40, ["a"], [])) == [["a"]]
