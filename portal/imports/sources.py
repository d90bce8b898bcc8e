"""Which files are imported, in the order of their kinds, whatever their order on the line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from portal.base.language import gettext as _
from portal.base.workbooks import Unreadable, sheet_names
from portal.imports.kinds import KINDS, find_kind
from portal.imports.reader import Source, is_table, stem_of
from portal.imports.report import Report

ORDER = {kind.name: place for place, kind in enumerate(KINDS)}


def sources_in(paths: Sequence[Path], kind: str | None, report: Report) -> list[Source]:
    """The tables to import, in the order of their kinds; the report names what is left alone."""
    sources = [
        source for path in paths for file in _files(path) for source in _tables(file, kind, report)
    ]
    return sorted(sources, key=lambda source: ORDER[source.kind])


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    yield from sorted(file for file in path.iterdir() if file.is_file())


def _tables(path: Path, kind: str | None, report: Report) -> Iterator[Source]:
    if kind is not None:
        yield Source(path, kind, _sheet_of(path, kind))
    elif not is_table(path):
        report.left_alone.append((path.name, _("This is no CSV or XLSX file.")))
    elif path.suffix.lower() == ".xlsx":
        yield from _sheets(path, report)
    else:
        yield from _by_name(path, stem_of(path), None, report)


def _sheet_of(path: Path, kind: str) -> str | None:
    """The sheet of a workbook that is named as the kind; else the first."""
    if path.suffix.lower() != ".xlsx":
        return None
    return next((name for name in _names(path) if _is(name, kind)), None)


def _sheets(path: Path, report: Report) -> Iterator[Source]:
    names = _names(path)
    if not any(find_kind(name) for name in names):
        yield from _by_name(path, stem_of(path), None, report)
        return
    for name in names:
        yield from _by_name(path, name, name, report)


def _by_name(path: Path, name: str, sheet: str | None, report: Report) -> Iterator[Source]:
    kind = find_kind(name)
    told = path.name if sheet is None else f"{path.name}, {sheet}"
    if kind is not None:
        yield Source(path, kind.name, sheet)
    else:
        report.left_alone.append((told, _("Its name is none of an import file's.")))


def _is(name: str, kind: str) -> bool:
    found = find_kind(name)
    return found is not None and found.name == kind


def _names(path: Path) -> list[str]:
    """The sheets of a workbook; none where it cannot be opened, which is told when it is read."""
    try:
        return sheet_names(path)
    except Unreadable:
        return []
