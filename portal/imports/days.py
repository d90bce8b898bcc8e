"""Dates as files write them: ISO unless told, a pattern, or an order of year, month and day."""

from __future__ import annotations

import datetime as dt
import re

#: The oldest and newest day that is no slip of the pen.
EARLIEST, LATEST = "1900-01-01", "2199-12-31"
_ORDERED = re.compile(r"\s*(\d{1,4})\D+(\d{1,2})\D+(\d{1,4})(?:\D.*)?", re.DOTALL)
_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_FIRST_OF_LAST_CENTURY = 70


class DayReader:
    """
    Reads days in one way of writing, each text once.

    >>> DayReader("mdy").read("4/6/2013"), DayReader("dmy").read("01.02.70"), DayReader().read("")
    ('2013-04-06', '1970-02-01', None)
    """

    def __init__(self, written: str | None = None) -> None:
        self._written = written
        self._order = (
            written.lower() if written and written.lower() in {"ymd", "mdy", "dmy"} else None
        )
        #: What was read already; nothing for an empty cell.
        self.known: dict[str, str | None] = {"": None}

    @property
    def told(self) -> str:
        """The way of writing, for the sentence about a bad one."""
        return self._written or "YYYY-MM-DD"

    def read(self, cell: str) -> str | None:
        """The day as ISO text, None for an empty cell; `ValueError` for anything else."""
        if cell in self.known:
            return self.known[cell]
        day = self._day(cell.strip()) if cell.strip() else None
        if day is not None and not EARLIEST <= day <= LATEST:
            raise ValueError(cell)
        self.known[cell] = day
        return day

    def _day(self, cell: str) -> str:
        if self._order:
            return _in_order(cell, self._order).isoformat()
        if self._written:
            return _by_pattern(cell, self._written).isoformat()
        iso = _ISO.fullmatch(cell)
        if iso is None:
            raise ValueError(cell)
        return dt.date.fromisoformat(iso[1]).isoformat()


def _in_order(cell: str, order: str) -> dt.date:
    found = _ORDERED.fullmatch(cell)
    if found is not None:
        pieces = list(found.groups())
    elif cell.isdigit() and len(cell) in {6, 8}:
        year_width = len(cell) - 4
        widths = [year_width if letter == "y" else 2 for letter in order]
        starts = [sum(widths[:place]) for place in range(3)]
        pieces = [cell[start : start + width] for start, width in zip(starts, widths, strict=True)]
    else:
        raise ValueError(cell)
    by_letter = dict(zip(order, pieces, strict=True))
    return dt.date(_year(by_letter["y"]), int(by_letter["m"]), int(by_letter["d"]))


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    if len(digits) != 2:
        raise ValueError(digits)
    return int(digits) + (1900 if int(digits) >= _FIRST_OF_LAST_CENTURY else 2000)


def _by_pattern(cell: str, pattern: str) -> dt.date:
    day = dt.datetime.strptime(cell, pattern).date()  # noqa: DTZ007 - a day has no zone
    if "%y" in pattern and day.year == _FIRST_OF_LAST_CENTURY + 1899:
        # The C library puts 69 into the last century; files of ours begin it with 70.
        return day.replace(year=day.year + 100)
    return day


def can_read(written: str) -> bool:
    """
    Whether a way of writing gives back a day.

    >>> can_read("dmy"), can_read("%d.%m.%y"), can_read("dd.mm.yyyy"), can_read("%H")
    (True, True, False, False)
    """
    if written.lower() in {"ymd", "mdy", "dmy"}:
        return True
    day = dt.date(2003, 4, 25)
    try:
        return _by_pattern(day.strftime(written), written) == day
    except ValueError:
        return False
