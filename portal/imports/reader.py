"""
Reads tables out of files: CSV, compressed CSV and XLSX, some thousands of rows at a time.

What the columns mean is not known here; a file that cannot be read at all is `Unreadable`.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, TypeAlias

from portal.base.encodings import MARKS, seems_chinese
from portal.base.language import N_
from portal.base.workbooks import Unreadable, sheet_rows

CHUNK = 5_000
BLOCK = 1 << 20
#: What a compressed file may unpack to, altogether and for each byte of it.
LARGEST_UNPACKED = 4 << 30
LARGEST_RATIO = 200
#: Ratios are only asked of what unpacks to more than this.
RATIO_FROM = 64 << 20
LONGEST_CELL = 100_000
#: The column that an annotated file has more; it is no news when the file comes back.
PROBLEM = "Problem"
_COPY = re.compile(r"(-problems)?( ?\(\d+\))?$")

csv.field_size_limit(LONGEST_CELL)

Chunk: TypeAlias = tuple[list[int], list[list[str]]]


@dataclass(frozen=True)
class Source:
    """A table in a file: the file itself, or one sheet of it."""

    path: Path
    kind: str
    sheet: str | None = None

    @property
    def name(self) -> str:
        """How reports name it."""
        return self.path.name


@dataclass(frozen=True)
class BadLine:
    """A line that is no row, and why."""

    line: int
    code: str


class Table:
    """A header and the rows below it, with the lines they begin on; read once, from top to end."""

    def __init__(self, header: list[str], chunks: Iterator[Chunk], bad: list[BadLine]) -> None:
        self.header = header
        self.chunks = chunks
        #: Lines that could not be read, known when the chunks are through.
        self.bad = bad


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def opened(source: Source, told: Callable[[int], object] = lambda _: None) -> Iterator[Table]:
    """The table of a source; `told` hears how many bytes of the file are read."""
    if source.path.suffix.lower() == ".xlsx":
        yield _table(sheet_rows(source.path, source.sheet), [])
        return
    encoding = _encoding(source.path)
    with _unpacked(source.path, told) as binary:
        text = io.TextIOWrapper(binary, encoding=encoding, newline="")
        bad: list[BadLine] = []
        yield _table(_csv_rows(text, bad), bad)


def _table(rows: Iterator[tuple[int, list[str]]], bad: list[BadLine]) -> Table:
    header = next(rows, None)
    if header is None:
        raise Unreadable(
            N_("There is nothing in it."), N_("Give it a header row and rows below it.")
        )
    return Table(header[1], _chunked(rows), bad)


def _chunked(rows: Iterator[tuple[int, list[str]]]) -> Iterator[Chunk]:
    lines: list[int] = []
    cells: list[list[str]] = []
    for line, row in rows:
        lines.append(line)
        cells.append(row)
        if len(lines) == CHUNK:
            yield lines, cells
            lines, cells = [], []
    if lines:
        yield lines, cells


def _csv_rows(file: IO[str], bad: list[BadLine]) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the line that it begins on."""
    first = file.readline()
    reader = csv.reader(chain([first], file), delimiter=_delimiter(first), strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            for row in reader:
                if any(row):
                    yield begins, row
                begins = reader.line_num + 1
        except csv.Error as error:
            bad.append(BadLine(begins, _csv_code(str(error))))
        else:
            return


def _delimiter(header: str) -> str:
    r"""
    What parts the cells of a file: a comma, unless the header has none.

    >>> _delimiter("a,b;c"), _delimiter("a;b"), _delimiter("a\tb"), _delimiter("a")
    (',', ';', '\t', ',')
    """
    return "," if "," in header else next((mark for mark in ";\t" if mark in header), ",")


def _csv_code(message: str) -> str:
    if "field larger" in message:
        return "row.cell_too_long"
    return "row.quote_not_closed" if "unexpected end" in message else "row.quotes"


def _encoding(path: Path) -> str:
    """UTF-8, else GB18030, else what the file's first bytes mark; the whole file is asked."""
    with _unpacked(path) as file:
        start = file.read(4)
    for mark, encoding in MARKS.items():
        if start.startswith(mark) and _can_be(path, encoding):
            return encoding
    if _can_be(path, "utf-8"):
        return "utf-8"
    if _can_be(path, "gb18030") and _seems_chinese(path):
        return "gb18030"
    raise Unreadable(
        N_("Its text is neither UTF-8 nor GB18030."), N_("Save it as CSV in UTF-8, and try again.")
    )


def _can_be(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with _unpacked(path) as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _seems_chinese(path: Path) -> bool:
    with _unpacked(path) as file:
        return seems_chinese(io.TextIOWrapper(file, encoding="gb18030", newline=""))


class _Counted(io.RawIOBase):
    """A file that says how far it has been read, and refuses to unpack without end."""

    def __init__(self, plain: IO[bytes], packed: IO[bytes], told: Callable[[int], object]) -> None:
        self._plain = plain
        self._packed = packed
        self._told = told
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        block = self._block(len(buffer))
        buffer[: len(block)] = block
        self._unpacked += len(block)
        packed = self._packed.tell()
        self._told(packed)
        too_dense = self._unpacked > RATIO_FROM and self._unpacked > LARGEST_RATIO * packed
        if too_dense or self._unpacked > LARGEST_UNPACKED:
            raise Unreadable(
                N_("It unpacks to more than can be read."), N_("Split it into smaller files.")
            )
        return len(block)

    def _block(self, size: int) -> bytes:
        try:
            return self._plain.read(size)
        except (gzip.BadGzipFile, EOFError, OSError) as error:
            raise Unreadable(
                N_("It is damaged and cannot be unpacked."),
                N_("Send it again, or unpack it first."),
            ) from error


@contextmanager
def _unpacked(path: Path, told: Callable[[int], object] = lambda _: None) -> Iterator[IO[bytes]]:
    with path.open("rb") as packed:
        plain: IO[bytes] = packed
        if path.suffix.lower() == ".gz":
            plain = gzip.GzipFile(fileobj=packed)  # type: ignore[assignment]
        yield io.BufferedReader(_Counted(plain, packed, told), BLOCK)  # type: ignore[type-var]


def stem_of(path: Path) -> str:
    """
    The name of a file without its endings, and without what a mended one is called besides.

    >>> stem_of(Path("ledger/Credit_Notes.csv.gz")), stem_of(Path("invoices-problems (1).csv"))
    ('Credit_Notes', 'invoices')
    """
    return _COPY.sub("", path.name.split(".")[0])


def is_table(path: Path) -> bool:
    """Whether a file's ending says that it can hold a table."""
    return "".join(path.suffixes[-2:]).lower().endswith((".csv", ".csv.gz", ".xlsx"))
