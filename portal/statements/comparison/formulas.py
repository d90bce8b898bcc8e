"""Formulas of a workbook whose values were never worked out: the cells that would be read empty."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from itertools import islice

#: So many are named; more say nothing new.
MOST_NAMED = 20
# A stranger wrote the file: no pattern reads a stretch of it more than once.
_SHEET = re.compile(rb"<(?:\w++:)?sheet\b[^<>]*+>")
_RELATION = re.compile(rb"<(?:\w++:)?Relationship\b[^<>]*+>")
_ATTRIBUTE = re.compile(rb"""(?<![\w:])([\w:]++)\s*+=\s*+["']([^"']*+)["']""")
_CELL = re.compile(rb"<(?:\w++:)?c\b[^<>]*+(?<!/)>")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3}\d{1,7})["']""")
_NO_VALUE = re.compile(
    rb"\s*+<(?:\w++:)?f\b(?:[^<>]*+(?<=/)>|[^<>]*+>[^<]*+</(?:\w++:)?f>)\s*+"
    rb"(?:<(?:\w++:)?v\s*+/>|<(?:\w++:)?v>\s*+</(?:\w++:)?v>)?\s*+</(?:\w++:)?c>"
)


def formulas_without_value(content: bytes, sheet_name: str) -> tuple[str, ...]:
    """The cells of a sheet that hold a formula and no value, the first of them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        path = _path_of(archive, sheet_name)
        if path not in archive.namelist():
            return ()
        return tuple(islice(_unworked(archive.read(path)), MOST_NAMED))


def _unworked(xml: bytes) -> Iterator[str]:
    for cell in _CELL.finditer(xml):
        place = _PLACE.search(cell[0])
        if place is not None and _NO_VALUE.match(xml, cell.end()):
            yield place[1].decode()


def _path_of(archive: zipfile.ZipFile, sheet_name: str) -> str:
    """Where the XML of a sheet stands, by the workbook's own table of contents."""
    try:
        book = archive.read("xl/workbook.xml")
        relations = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return ""
    targets = {said["Id"]: said["Target"] for said in _said(_RELATION, relations) if "Id" in said}
    for said in _said(_SHEET, book):
        if said.get("name") == sheet_name:
            target = targets.get(said.get("r:id", ""), "").lstrip("/")
            return target if target.startswith("xl/") else f"xl/{target}"
    return ""


def _said(pattern: re.Pattern[bytes], xml: bytes) -> list[dict[str, str]]:
    return [
        {
            name.decode(): unescape(value.decode("utf-8", "replace"))
            for name, value in _ATTRIBUTE.findall(tag)
        }
        for tag in pattern.findall(xml)
    ]
