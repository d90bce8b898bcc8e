"""What lists read from their address and print into it: order, pages, filters, downloads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from flask import Response, request

from portal.base.spreadsheets import CSV_TYPE, XLSX_TYPE, Row, csv_bytes, xlsx_bytes
from portal.web import current
from portal.web.controls import address, here
from portal.web.respond import download
from portal.web.traces import note_access

SIZES = (50, 100, 200)
#: No list is as long; a larger number would be none for a database.
LAST_PAGE = 1_000_000

SheetFormat = Literal["csv", "xlsx"]


def page_number() -> int:
    """The page that is asked for, from 1."""
    return min(max(1, request.args.get("page", 1, int)), LAST_PAGE)


def page_size() -> int:
    """How many rows a page shall have: one of the sizes that are offered."""
    size = request.args.get("rows", SIZES[0], int)
    return size if size in SIZES else SIZES[0]


def asked(name: str, among: Iterable[str] = ()) -> str:
    """A word of the query; with `among` only one of those, else nothing."""
    word = request.args.get(name, "").strip()
    known = list(among)
    return word if not known or word in known else ""


@dataclass(frozen=True)
class Pager:
    """What `ui.pagination` takes, for a list that is cut into pages."""

    first: int
    last: int
    total: int
    previous_url: str
    next_url: str
    sizes: Sequence[tuple[int, str, bool]]

    @property
    def is_needed(self) -> bool:
        """Whether there is more than the smallest page holds."""
        return self.total > SIZES[0]


def pager(page: int, pages: int, count: int, size: int) -> Pager:
    """The pager of a list of `count` rows that shows `page` of `pages`."""
    return Pager(
        first=min((page - 1) * size + 1, count),
        last=min(page * size, count),
        total=count,
        previous_url=here(page=page - 1) if page > 1 else "",
        next_url=here(page=page + 1) if page < pages else "",
        sizes=[(each, here(rows=each, page=None), each == size) for each in SIZES],
    )


def sort_heads(sort: str, rising: Iterable[str], falling: Iterable[str]) -> dict[str, str]:
    """
    For each column its link, and under `<name>.sorted` how the list is sorted by it now.

    A first click sorts `rising` columns upwards and `falling` ones downwards; the next turns it.
    """
    heads: dict[str, str] = {}
    for name, first in [*((n, n) for n in rising), *((n, f"-{n}") for n in falling)]:
        turned = name if sort == f"-{name}" else f"-{name}"
        is_sorted = sort.removeprefix("-") == name
        heads[name] = here(sort=turned if is_sorted else first, page=None)
        word = "descending" if sort.startswith("-") else "ascending"
        heads[f"{name}.sorted"] = word if is_sorted else ""
    return heads


def chip(label: str, *names: str) -> tuple[str, str]:
    """A filter in use, with the address without it."""
    return label, here(page=None, **dict.fromkeys(names))


def chips(used: Mapping[str, str], *others: str) -> list[tuple[str, str]]:
    """The filters in use, by their names what they say; without one goes each of `others` too."""
    return [chip(label, name, *others) for name, label in used.items() if label]


def choices(label_of_all: str, words: Iterable[str]) -> list[tuple[str, str]]:
    """The options of a filter: everything, or one of these words."""
    return [("", label_of_all), *((word, word) for word in words)]


def sheet_links(path: str) -> list[tuple[str, str]]:
    """The list as it is filtered and sorted now, as files: their names and addresses."""
    return [
        (name.upper(), address(f"{path}.{name}", page=None, rows=None)) for name in ("csv", "xlsx")
    ]


def sheet(
    file_format: SheetFormat, name: str, head: Sequence[str], rows: Iterable[Row]
) -> Response:
    """A list as a file to download, its day in its name; noted in the access log."""
    is_csv = file_format == "csv"
    body = csv_bytes(head, rows) if is_csv else xlsx_bytes(name, head, rows)
    note_access("exported", name)
    day = current.reader().today.isoformat()
    return download(body, f"{name}-{day}.{file_format}", CSV_TYPE if is_csv else XLSX_TYPE)
