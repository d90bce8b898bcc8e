"""What the import pages read: earlier imports, one import, and the columns of its file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select

from portal.base.access import Denied, NotFound, Permission, allows
from portal.base.paging import page_within
from portal.base.spreadsheets import guarded
from portal.base.storage import Storage
from portal.base.work import Reader
from portal.base.workbooks import Unreadable
from portal.core.applying import TAKE_BACK_FOR
from portal.imports.columns import Kind, Options
from portal.imports.commands import read
from portal.imports.kinds import find_kind
from portal.imports.labels import guesses
from portal.imports.mapper import Plan, plan
from portal.imports.reader import PROBLEM, Source, opened
from portal.imports.report import Report
from portal.imports.sources import sources_in
from portal.imports.uploads import unpacked
from portal.tables.hand import ImportUndo
from portal.tables.journal import ImportRun
from portal.tables.people import User

PER_PAGE = 50
#: Values shown beside each column, so that one sees what it holds.
SAMPLES = 3


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import as the list shows it."""

    id: int
    ref: str
    file_name: str
    kind: str | None
    state: str
    who: str
    started_at: dt.datetime
    files: tuple[dict[str, Any], ...]
    #: When it was taken back; None while it stands.
    undone_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ImportPage:
    """One page of imports, the newest first."""

    rows: tuple[ImportRow, ...]
    count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class ImportFile:
    """One import: how it is read, and what was reported."""

    row: ImportRow
    options: Options
    is_dry_run: bool
    rejects: tuple[dict[str, Any], ...]
    warnings: tuple[dict[str, Any], ...]
    left_alone: tuple[dict[str, Any], ...]
    #: Until when it can be taken back; None where it no longer can.
    undo_until: dt.datetime | None

    def sum(self, word: str) -> int:
        """The rows of all its tables that became this."""
        return sum(int(each[word]) for each in self.row.files)

    @property
    def good(self) -> int:
        """The rows that an import would add or update."""
        return self.sum("added") + self.sum("updated")


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """A column of the file with its first values."""

    heading: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a file, and which of them a kind's fields are taken from."""

    kind: Kind
    columns: tuple[ColumnSample, ...]
    plan: Plan


def list_imports(r: Reader, page: int = 1) -> ImportPage:
    """The imports made through the page, the newest first."""
    _may_see(r)
    count = r.session.scalar(select(func.count()).select_from(ImportRun)) or 0
    page, pages = page_within(page, count, PER_PAGE)
    found = (
        select(ImportRun, User.name, ImportUndo.at)
        .outerjoin(User, User.id == ImportRun.user_id)
        .outerjoin(ImportUndo, ImportUndo.run_id == ImportRun.id)
        .order_by(ImportRun.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    rows = tuple(_row(r, run, who, undone) for run, who, undone in r.session.execute(found))
    return ImportPage(rows, count, page, pages)


def get_import(r: Reader, ref: str) -> ImportFile:
    """One import; `NotFound` where there is none."""
    _may_see(r)
    run = r.session.get(ImportRun, r.id_of("im", ref))
    if run is None:
        raise NotFound("import")
    who = r.session.scalar(select(User.name).where(User.id == run.user_id))
    undone = r.session.scalar(select(ImportUndo.at).where(ImportUndo.run_id == run.id))
    report = _report(run)
    return ImportFile(
        _row(r, run, who, undone),
        read(run.options, run.kind),
        bool(json.loads(run.options).get("is_dry_run")),
        tuple(report.get("rejects", ())),
        tuple(report.get("warnings", ())),
        tuple(report.get("left_alone", ())),
        _undo_until(r, run, undone),
    )


def _undo_until(r: Reader, run: ImportRun, undone: dt.datetime | None) -> dt.datetime | None:
    """Until when an import can be taken back, if time alone decides."""
    if undone is not None or run.state != "done" or run.finished_at is None:
        return None
    until = run.finished_at + TAKE_BACK_FOR
    return until if r.now <= until else None


def layout_of(r: Reader, storage: Storage, found: ImportFile) -> Layout | str | None:
    """How the file is laid out; a sentence where it cannot be read, None for several tables."""
    run = r.session.get_one(ImportRun, found.row.id)
    with unpacked(storage, run.file_sha256 or "", run.file_name) as path:
        sources = sources_in([path], run.kind, Report())
        if len(sources) != 1:
            return None
        try:
            return _layout(sources[0], found)
        except Unreadable as error:
            return f"{error.problem} {error.remedy}"


def _layout(source: Source, found: ImportFile) -> Layout:
    options = found.options
    kind = find_kind(source.kind)
    assert kind is not None
    with opened(source) as table:
        _, rows = next(table.chunks, ([], []))
        columns = tuple(
            ColumnSample(
                heading,
                tuple(row[place] for row in rows[:SAMPLES] if place < len(row) and row[place]),
            )
            for place, heading in enumerate(table.header)
        )
        if found.row.state == "staged" and not options.map:
            options = replace(options, map=guesses(kind, table.header))
        return Layout(kind, columns, plan(kind, table.header, options))


def annotated(r: Reader, storage: Storage, found: ImportFile) -> Iterator[str]:
    """The uploaded table again as CSV, with what is wrong with each row in a column of its own."""
    run = r.session.get_one(ImportRun, found.row.id)
    told: dict[int, list[str]] = {}
    for each in found.rejects:
        told.setdefault(int(each["line"]), []).append(
            f"{each['column']}: {each['problem']} {each['remedy']}"
        )
    with unpacked(storage, run.file_sha256 or "", run.file_name) as path:
        for source in sources_in([path], run.kind, Report())[:1]:
            with opened(source) as table:
                # An annotated file may come back to be annotated again.
                kept = [i for i, name in enumerate(table.header) if name.strip() != PROBLEM]
                yield _line([*(table.header[place] for place in kept), PROBLEM])
                for lines, rows in table.chunks:
                    for line, row in zip(lines, rows, strict=True):
                        cells = [row[place] if place < len(row) else "" for place in kept]
                        yield _line([*cells, guarded(" ".join(told.get(line, [])))])


def _line(cells: list[str]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _may_see(r: Reader) -> None:
    if not allows(r.actor, Permission.IMPORT_VIEW):
        raise Denied(Permission.IMPORT_VIEW)


def _report(run: ImportRun) -> dict[str, Any]:
    return dict(json.loads(run.report)) if run.report else {}


def _row(r: Reader, run: ImportRun, who: str | None, undone: dt.datetime | None) -> ImportRow:
    return ImportRow(
        run.id,
        r.refs.of("im", run.id),
        run.file_name,
        run.kind,
        run.state if undone is None else "undone",
        who or "",
        run.started_at,
        tuple(_report(run).get("files", ())),
        undone,
    )
