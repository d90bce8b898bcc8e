"""Ledgers that write month and day in columns of their own, with the year above: made one date."""

from __future__ import annotations

import re
from collections.abc import Sequence

Row = tuple[int, tuple[str, ...]]

#: How far down the header is looked for.
HEADS = 40
DATE = "日期"
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)")
_SHORT = re.compile(r"\d{1,2}")


def with_whole_days(rows: Sequence[Row]) -> tuple[Row, ...]:
    """
    The rows, with one column of dates where they had a month and a day each.

    >>> with_whole_days(
    ...     [(1, ("2026年", "", "摘要")), (2, ("月", "日", "")), (3, ("10", "5", "货"))]
    ... )
    ((1, ('2026年', '', '摘要')), (2, ('日期', '', '')), (3, ('2026-10-05', '', '货')))
    """
    for place, (_line, cells) in enumerate(rows[:HEADS]):
        if "月" in cells and "日" in cells:
            month, day = cells.index("月"), cells.index("日")
            year = _year_above(rows[: place + 1])
            if year or "年" in cells:
                at = (cells.index("年") if "年" in cells else -1, month, day)
                return (
                    *rows[:place],
                    _head(rows[place], at),
                    *_joined(rows[place + 1 :], at, year),
                )
    return tuple(rows)


def _year_above(rows: Sequence[Row]) -> str:
    """The year that stands nearest above the days."""
    for _line, cells in reversed(rows):
        for cell in cells:
            found = _YEAR.search(cell)
            if found:
                return found[1]
    return ""


def _head(row: Row, at: tuple[int, int, int]) -> Row:
    line, cells = row
    _year, month, day = at
    return line, tuple(
        DATE if place == month else "" if place in (*at[:1], day) else cell
        for place, cell in enumerate(cells)
    )


def _joined(rows: Sequence[Row], at: tuple[int, int, int], year: str) -> list[Row]:
    joined, (year_at, month_at, day_at) = [], at
    month = ""
    for line, cells in rows:
        said = list(cells) + [""] * (max(at) + 1 - len(cells))
        year = said[year_at] or year if year_at >= 0 else year
        month = said[month_at] or month
        if _SHORT.fullmatch(said[day_at]) and _SHORT.fullmatch(month):
            said[month_at] = f"{year.rstrip('年')}-{int(month):02}-{int(said[day_at]):02}"
        elif not said[day_at]:
            said[month_at] = ""
        said[day_at] = ""
        if year_at >= 0:
            said[year_at] = ""
        joined.append((line, tuple(said)))
    return joined
