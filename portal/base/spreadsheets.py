"""
Lists written out for people's spreadsheets: CSV and XLSX with the same rows.

Not the books' own export (imports/export.py): that is for machines and keeps every byte, this one
is opened with a double click and must neither run anything nor lose a zero.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TypeAlias

import xlsxwriter

from portal.core.money import Money, exponent

Cell: TypeAlias = str | int | Decimal | Money | dt.date | None
Row: TypeAlias = Sequence[Cell]

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#: What makes a spreadsheet take a text for a formula, full-width forms included.
TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
WIDEST = 40


def is_formula(text: str) -> bool:
    """
    Whether a spreadsheet could run this text.

    >>> is_formula("=HYPERLINK(…)"), is_formula("  ＝1+1"), is_formula("INV-1")
    (True, True, False)
    """
    return text.startswith(TRIGGERS) or text.lstrip().startswith(TRIGGERS)


def guarded(text: str) -> str:
    """
    The text with an apostrophe in front where a spreadsheet could run it.

    >>> guarded("-2+3")
    "'-2+3"
    """
    return f"'{text}" if is_formula(text) else text


def csv_bytes(head: Sequence[str], rows: Iterable[Row]) -> bytes:
    """The list as CSV: UTF-8 with a mark that Excel knows, amounts as plain decimals."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([guarded(title) for title in head])
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Money):
        return cell.major()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return guarded(cell) if isinstance(cell, str) else str(cell)


def xlsx_bytes(title: str, head: Sequence[str], rows: Iterable[Row]) -> bytes:
    """The list as a workbook: typed cells, a frozen head, no formula anywhere."""
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        bold = book.add_format({"bold": True, "bottom": 1})
        formats = {places: _figures(book, places) for places in (0, 2, 3, 4)}
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.freeze_panes(1, 0)
        for column, label in enumerate(head):
            sheet.set_column(column, column, min(WIDEST, max(12, len(label) + 4)))
            sheet.write_string(0, column, label, bold)
        for line, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                _write_cell(sheet, (line, column), cell, (formats, day))
    return out.getvalue()


def _figures(book: xlsxwriter.Workbook, places: int) -> xlsxwriter.format.Format:
    return book.add_format({"num_format": "#,##0" + ("." + "0" * places if places else "")})


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet,
    at: tuple[int, int],
    cell: Cell,
    looks: tuple[dict[int, xlsxwriter.format.Format], xlsxwriter.format.Format],
) -> None:
    formats, day = looks
    if isinstance(cell, Money):
        sheet.write_number(*at, Decimal(cell.major()), formats[exponent(cell.currency)])
    elif isinstance(cell, dt.date):
        sheet.write_datetime(*at, dt.datetime.combine(cell, dt.time()), day)
    elif isinstance(cell, str):
        sheet.write_string(*at, cell)
    elif cell is not None:
        sheet.write_number(*at, cell)


def _sheet_name(title: str) -> str:
    """At most 31 letters, without those that a workbook refuses."""
    return "".join(letter for letter in title if letter not in "[]:*?/\\'")[:31] or "Accord"
