"""A customer's ledger as a file: a table of text cells, whatever it came in."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from portal.base.encodings import MARKS, seems_chinese
from portal.base.workbooks import NO_WORKBOOK, Unreadable, fullest_sheet
from portal.core.errors import RuleBroken
from portal.statements.comparison.formulas import formulas_without_value
from portal.statements.comparison.split_days import Row, with_whole_days

MOST_BYTES = 10 << 20
MOST_ROWS = 50_000
#: Of a cell; whatever is longer is no number, no amount and no remark.
LONGEST_CELL = 2_000
#: Of a row; each is offered to be chosen, and no ledger has as many.
MOST_COLUMNS = 200
DELIMITERS = (",", ";", "\t", "|")
#: How many lines show which mark stands between the cells.
SAMPLE = 200
#: What an encrypted workbook is wrapped in, as an old .xls is.
WRAPPED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LOCKED = "EncryptedPackage".encode("utf-16-le")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_WIDE_BLANKS = re.compile(r"\s{2,}|\t")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Sheet:
    """The rows that hold anything, each with its number in the file, and how they were read."""

    rows: tuple[Row, ...]
    #: utf-8, utf-8-sig, utf-16, gb18030 or cp1252; empty for a workbook or a paste.
    encoding: str = ""
    #: The mark between cells; empty for a workbook.
    delimiter: str = ""
    #: The sheet of the workbook that was read.
    name: str = ""
    #: Cells such as C7 that hold a formula without a value.
    formulas: tuple[str, ...] = ()


def read_own_ledger(content: bytes, file_name: str) -> Sheet:
    """
    The table in a file: CSV with commas, semicolons or tabs, or the fullest sheet of an XLSX.

    Raises: own_ledger.empty, own_ledger.too_large, own_ledger.too_many_rows,
    own_ledger.unreadable, own_ledger.quotes, own_ledger.locked, own_ledger.no_table,
    own_ledger.unpacks_too_large.
    """
    _check_size(content, file_name)
    if content.startswith(WRAPPED):
        code = "own_ledger.locked" if LOCKED in content else "own_ledger.no_table"
        raise RuleBroken(code, field="file", file=file_name)
    if content.startswith(b"PK"):
        return _read_workbook(content, file_name)
    text, encoding = _decoded(content, file_name)
    delimiter = _delimiter_of(text)
    return _sheet(_csv_rows(text, delimiter), file_name, encoding, delimiter)


def read_pasted(text: str) -> Sheet:
    """
    The table in pasted text: tabs as spreadsheets copy, a CSV's marks, or columns of blanks.

    Raises: own_ledger.empty, own_ledger.too_large, own_ledger.too_many_rows.

    >>> read_pasted("2026-10-05  INV-1  1,200.00").rows
    ((1, ('2026-10-05', 'INV-1', '1,200.00')),)
    """
    _check_size(text.encode(), "")
    lines = text.splitlines()
    if any("\t" in line for line in lines):
        return _sheet(_csv_rows(text, "\t"), "", "", "\t")
    blanks = _WIDE_BLANKS if any(_WIDE_BLANKS.search(line.strip()) for line in lines) else None
    delimiter = _delimiter_of(text)
    if blanks is None and _width_of(text, delimiter) > 1:
        return _sheet(_csv_rows(text, delimiter), "", "", delimiter)
    split = blanks or _BLANKS
    cut = ((at, split.split(line.strip())) for at, line in enumerate(lines, start=1))
    return _sheet(cut, "", "", " ")


def _check_size(content: bytes, file_name: str) -> None:
    if not content.strip():
        raise RuleBroken("own_ledger.empty", field="file", file=file_name)
    if len(content) > MOST_BYTES:
        raise RuleBroken("own_ledger.too_large", field="file", megabytes=MOST_BYTES >> 20)


def _sheet(
    rows: Iterable[tuple[int, Iterable[str]]], file_name: str, encoding: str, delimiter: str
) -> Sheet:
    kept = []
    for line, cells in rows:
        stripped = tuple(cell.strip()[:LONGEST_CELL] for cell in islice(cells, MOST_COLUMNS))
        if any(stripped):
            kept.append((line, stripped))
        if len(kept) > MOST_ROWS:
            raise RuleBroken("own_ledger.too_many_rows", field="file", most=MOST_ROWS)
    if not kept:
        raise RuleBroken("own_ledger.empty", field="file", file=file_name)
    return Sheet(with_whole_days(kept), encoding, delimiter)


# ── Workbooks ────────────────────────────────────────────────────────────────


def _read_workbook(content: bytes, file_name: str) -> Sheet:
    try:
        name, rows = fullest_sheet(io.BytesIO(content))
    except Unreadable as broken:
        is_none = broken is NO_WORKBOOK
        code = "own_ledger.no_table" if is_none else "own_ledger.unpacks_too_large"
        raise RuleBroken(code, field="file", file=file_name) from broken
    if len(rows) > MOST_ROWS:
        raise RuleBroken("own_ledger.too_many_rows", field="file", most=MOST_ROWS)
    read = _sheet(rows, file_name, "", "")
    return Sheet(read.rows, name=name, formulas=formulas_without_value(content, name))


# ── Text ─────────────────────────────────────────────────────────────────────


def _decoded(content: bytes, file_name: str) -> tuple[str, str]:
    """The text and its encoding: what is marked, else UTF-8, GB18030, the West's."""
    for mark, encoding in MARKS.items():
        if content.startswith(mark):
            return _text_as(content, encoding, file_name), encoding
    for encoding in ("utf-8", "gb18030", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _CONTROLS.search(text):
            break
        if encoding != "gb18030" or seems_chinese([text]):
            return text, encoding
    raise RuleBroken("own_ledger.no_table", field="file", file=file_name)


def _text_as(content: bytes, encoding: str, file_name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise RuleBroken("own_ledger.unreadable", field="file", file=file_name) from error


def _delimiter_of(text: str) -> str:
    """The mark that cuts most lines into most cells, and as many of them everywhere."""
    first = text[:20].splitlines()[0] if text else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4]
    return max(DELIMITERS, key=lambda mark: _evenness(text, mark))


def _evenness(text: str, delimiter: str) -> int:
    width = _width_of(text, delimiter)
    return 0 if width < 2 else width * _widths(text, delimiter)[width]


def _width_of(text: str, delimiter: str) -> int:
    """How many cells most lines have."""
    found = _widths(text, delimiter)
    return max(found, key=lambda width: (found[width] * (width > 1), width), default=0)


def _widths(text: str, delimiter: str) -> Counter[int]:
    lines = islice((line for line in io.StringIO(text) if line.strip()), SAMPLE)
    return Counter(line.count(delimiter) + 1 for line in lines)


def _csv_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows, each with the line it begins on; a quote that is never closed is told."""
    source = io.StringIO(text, newline="")
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    begins = 1
    try:
        for row in reader:
            if not (begins == 1 and len(row) == 1 and row[0].lower().startswith("sep=")):
                yield begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise RuleBroken("own_ledger.quotes", field="file", line=begins) from error
