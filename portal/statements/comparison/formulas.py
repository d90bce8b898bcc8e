"""Formulas of a workbook whose values were never worked out: the cells that would be read empty."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

#: So many are named; more say nothing new.
MOST_NAMED = 20
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*["']([^"']*)["']""")
_CELL = re.compile(
    rb"""<(?:\w+:)?c\b[^>]*\br=["']([A-Z]+\d+)["'][^>/]*>\s*"""
    rb"<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)


def formulas_without_value(content: bytes, sheet_name: str) -> tuple[str, ...]:
    """The cells of a sheet that hold a formula and no value, the first of them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        path = _path_of(archive, sheet_name)
        if path not in archive.namelist():
            return ()
        found = (cell[1].decode() for cell in _CELL.finditer(archive.read(path)))
        return tuple(cell for cell, _ in zip(found, range(MOST_NAMED), strict=False))


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
