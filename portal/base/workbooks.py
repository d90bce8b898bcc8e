"""Sheets of XLSX files, checked before anything is unpacked, their cells as plain text."""

from __future__ import annotations

import datetime as dt
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from pathlib import Path
from typing import IO, Any, TypeAlias

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from portal.base.extent import MOST_CELLS, Extent
from portal.base.language import N_

#: A workbook as a file, or as what was read of one.
Source: TypeAlias = Path | IO[bytes]

MOST_MEMBERS = 200
LARGEST_UNPACKED = 100 << 20
LARGEST_RATIO = 100
#: Of how many sheets the fullest is taken.
MOST_SHEETS = 20
#: Small members pack well without being a trap.
RATIO_FROM = 1 << 20
BLOCK = 1 << 16
#: Workbooks of other kinds, whatever the file is called: nobody has looked how large they are.
FOREIGN = {"content.xml", "xl/workbook.bin"}
#: Excel keeps fifteen digits of a number.
DIGITS = ".15g"


@dataclass
class Unreadable(Exception):  # noqa: N818 - it is the file's fault
    """A file that is no table at all: what is wrong, and what to do."""

    problem: str
    remedy: str
    line: int = 1


#: What the standard library says of a damaged, locked or strangely packed archive.
DAMAGED = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError),
    *(NotImplementedError, OSError, RuntimeError, ValueError),
)
TOO_LARGE = Unreadable(
    N_("It unpacks to more than a workbook may."), N_("Save the sheet as CSV, which may be larger.")
)
NO_WORKBOOK = Unreadable(
    N_("It is no XLSX workbook, or it is damaged or locked with a password."),
    N_("Save it again as XLSX without a password, or as CSV."),
)


def sheet_names(path: Source) -> list[str]:
    """The names of a workbook's sheets, in their order."""
    return list(_workbook(path).sheet_names)


def sheet_rows(path: Source, name: str | None) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet that hold anything, with their numbers; the first sheet unless named."""
    book = _workbook(path)
    yield from _rows(book.get_sheet_by_name(name) if name else book.get_sheet_by_index(0))


def fullest_sheet(path: Source) -> tuple[str, list[tuple[int, list[str]]]]:
    """The name and the rows of the visible sheet with the most of them; the first of several."""
    book = _workbook(path)
    shown = [each.name for each in book.sheets_metadata if each.visible is SheetVisibleEnum.Visible]
    read = [(name, list(_rows(book.get_sheet_by_name(name)))) for name in shown[:MOST_SHEETS]]
    return max(read, key=lambda each: len(each[1]), default=("", []))


def _rows(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    for line, row in enumerate(sheet.to_python(skip_empty_area=False), start=1):
        cells = [_as_text(cell) for cell in row]
        if any(cells):
            yield line, cells


def _workbook(path: Source) -> CalamineWorkbook:
    _check_size(path)
    try:
        if isinstance(path, Path):
            return CalamineWorkbook.from_path(str(path))
        path.seek(0)
        return CalamineWorkbook.from_filelike(path)
    except (CalamineError, OSError, ValueError) as error:
        raise NO_WORKBOOK from error


def _check_size(path: Source) -> None:
    """Counts what is really unpacked: a file's own words about its size are not believed."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS:
                raise TOO_LARGE
            if not FOREIGN.isdisjoint(archive.namelist()):
                raise NO_WORKBOOK
            unpacked = 0
            for member in members:
                unpacked += _size_of(archive, member, LARGEST_UNPACKED - unpacked)
    except DAMAGED as error:
        raise NO_WORKBOOK from error


def _size_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int) -> int:
    size, extent, is_xml = 0, Extent(), not member.filename.startswith("xl/media/")
    with archive.open(member) as file:
        while block := file.read(BLOCK):
            if size == 0 and b"<!DOCTYPE" in block[:1024].upper():
                raise NO_WORKBOOK
            size += len(block)
            if is_xml:
                if b"\0" in block:  # not UTF-8: nobody could see how far its cells reach
                    raise NO_WORKBOOK
                extent.read(block)
            dense = size > RATIO_FROM and size > LARGEST_RATIO * max(member.compress_size, 1)
            if size > room or dense or extent.cells > MOST_CELLS:
                raise TOO_LARGE
    return size


def _as_text(cell: Any) -> str:
    """A cell as it would stand in a CSV: ISO days, plain numbers, yes and no."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, dt.datetime):
        at_midnight = cell.time() == dt.time()
        return cell.date().isoformat() if at_midnight else cell.isoformat(" ", "seconds")
    if isinstance(cell, Real):
        # Digits beyond those Excel keeps are the binary's, not the writer's.
        return format(Decimal(format(cell, DIGITS)).normalize() + 0, "f")
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)
