"""A customer's ledger as a file: a table of text cells, whatever it came in."""

from __future__ import annotations

from dataclasses import dataclass

MOST_BYTES = 10 << 20
MOST_ROWS = 50_000


@dataclass(frozen=True)
class Sheet:
    """The rows that hold anything, each with its number in the file, and how they were read."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    #: utf-8, utf-8-sig, utf-16 or gb18030; empty for a workbook or a paste.
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
    own_ledger.unreadable, own_ledger.locked, own_ledger.no_table.
    """
    raise NotImplementedError


def read_pasted(text: str) -> Sheet:
    """
    The table in pasted text: tabs as spreadsheets copy, a CSV's marks, or columns of blanks.

    Raises: own_ledger.empty, own_ledger.too_large, own_ledger.too_many_rows.
    """
    raise NotImplementedError
