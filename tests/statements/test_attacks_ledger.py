"""Files that a stranger wrote to keep the portal busy, or to make it fall over."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress

import pytest
import xlsxwriter

from portal.core.document_number import keys_of
from portal.statements.comparison.figures import amount_of, day_of
from portal.statements.comparison.formulas import formulas_without_value
from portal.statements.comparison.sheet import LONGEST_CELL, read_own_ledger
from portal.statements.comparison.titles import folded

MOST_SECONDS = 2.0


def seconds_of(act: Callable[[], object]) -> float:
    """How long it takes, whatever comes of it."""
    began = time.perf_counter()
    with suppress(ValueError):
        act()
    return time.perf_counter() - began


@pytest.mark.parametrize(
    "words", ["发票号" * 24 + "x", "发票号码" * 24 + "x"], ids=["one", "other"]
)
def test_a_number_that_can_be_read_in_many_ways_is_read_once(words: str) -> None:
    assert seconds_of(lambda: keys_of(words)) < MOST_SECONDS
    assert keys_of("发票号码00417") == keys_of("invoice number 417") == ("417",)


@pytest.mark.parametrize(
    "act",
    [
        lambda: day_of("1" + " " * 400 + "1" + " " * 400 + "x", "ymd"),
        lambda: amount_of("1" + " " * 60_000 + "x2", "."),
        lambda: amount_of("1'" + " 1" * 60_000 + "x2", "."),
        lambda: folded("(" * 60_000),
    ],
    ids=["day", "amount", "groups", "brackets"],
)
def test_a_cell_full_of_blanks_or_brackets_takes_no_time(act: Callable[[], object]) -> None:
    assert seconds_of(act) < MOST_SECONDS


def test_blanks_within_a_figure_still_say_nothing() -> None:
    assert day_of("5" + " " * 100 + "." + " " * 100 + "11.2026", "dmy") == day_of("5.11.26", "dmy")
    assert amount_of("CNY" + " " * 100 + "1,234.50", ".") == amount_of("1234.50", ".")


def workbook_with(xml: bytes) -> bytes:
    """A workbook whose sheet carries this between its cells and its end."""
    plain, out = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        sheet = book.add_worksheet("Ledger")
        sheet.write_row(0, 0, ["Date", "Number", "Amount"])
        sheet.write_formula(1, 2, "=1+1", None, "")
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b"</worksheet>", xml + b"</worksheet>")
            new.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "filling",
    [b"<c " * 300_000, b"<c" + b' r="A1"' * 120_000, b"<c r=" + b"a" * 900_000, b"<s" * 400_000],
    ids=["open", "places", "letters", "other"],
)
def test_a_workbook_of_half_open_cells_is_read_as_quickly_as_another(filling: bytes) -> None:
    content = workbook_with(b"<!--" + filling + b"-->")
    assert seconds_of(lambda: formulas_without_value(content, "Ledger")) < MOST_SECONDS
    assert formulas_without_value(content, "Ledger") == ("C2",)


@pytest.mark.parametrize("day", ["²", "1" * 5_000], ids=["raised", "long"])
def test_a_day_that_only_looks_like_digits_is_left_as_it_stands(day: str) -> None:
    text = f"2026年,,摘要,金额\n月,日,,\n10,{day},货,5\n"
    assert len(read_own_ledger(text.encode(), "ledger.csv").rows) == 3


def test_a_cell_is_as_long_as_a_remark_may_be() -> None:
    sheet = read_own_ledger(f"Text,Amount\n{'x' * 9_000},5\n".encode(), "ledger.csv")
    assert sheet.rows[1][1] == ("x" * LONGEST_CELL, "5")
