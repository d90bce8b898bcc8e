"""
An import from the first file to the last: each file one transaction, wholly or not at all.

A dry run does everything in one transaction and takes it back at the end, so that its report is
that of the real run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from portal.base.access import SYSTEM, Actor, Permission
from portal.base.installation import Installation
from portal.base.recording import RECORDER, Recorder
from portal.base.work import Work
from portal.base.workbooks import Unreadable
from portal.imports.columns import Importer, Options
from portal.imports.kinds import find_kind
from portal.imports.mapper import Plan, mapped, plan
from portal.imports.reader import Source, Table, digest_of, opened
from portal.imports.report import FileReport, Report, in_words
from portal.imports.rows import Findings, Problem, Rows
from portal.imports.sources import sources_in

log = logging.getLogger(__name__)

#: (file, bytes read, bytes altogether)
Progress = Callable[[str, int, int], object]


class NothingKept(Exception):  # noqa: N818 - leaves a transaction on purpose
    """Ends a transaction so that nothing of it is kept."""


def import_files(
    installation: Installation,
    paths: Iterable[Path | str],
    options: Options | None = None,
    actor: Actor = SYSTEM,
    progress: Progress = lambda *_: None,
) -> Report:
    """Imports files, or folders of them, in the order of their kinds; tells how it went."""
    asked = options or Options()
    report = Report()
    sources = sources_in([Path(path) for path in paths], asked.kind, report)
    asked = replace(
        asked,
        invoices_in_parts=_invoices_in_parts(sources, asked),
        invoices_discounted=_invoices_discounted(sources, asked),
    )
    if asked.is_dry_run:
        with suppress(NothingKept), installation.work(actor, spills=True) as w:
            for source in sources:
                _try_file(w, FileRun(source, asked, report, progress))
            raise NothingKept
        return report
    for source in sources:
        with suppress(NothingKept), installation.work(actor, spills=True) as w:
            if not FileRun(source, asked, report, progress).happens(w):
                raise NothingKept
    return report


def _invoices_in_parts(sources: Iterable[Source], options: Options) -> frozenset[str]:
    """The invoices whose due parts a file of this call gives, as far as it can be read."""
    numbers: set[str] = set()
    for rows in _read_before(sources, options, "invoice_parts"):
        numbers.update(key for key in rows.optional_keys("invoice_id") if key)
    return frozenset(numbers)


def _invoices_discounted(sources: Iterable[Source], options: Options) -> frozenset[str]:
    """The invoices whose discounts a file of this call tells, as far as it can be read."""
    numbers: set[str] = set()
    for rows in _read_before(sources, options, "adjustments"):
        named = zip(rows.optional_keys("invoice_id"), rows.texts("kind"), strict=True)
        numbers.update(key for key, kind in named if key and (kind or "").lower() == "discount")
    return frozenset(numbers)


def _read_before(sources: Iterable[Source], options: Options, kind_name: str) -> Iterator[Rows]:
    """The rows of the files of a kind, read ahead of those that come before them."""
    for source in sources:
        kind = find_kind(source.kind)
        if kind is None or kind.name != kind_name:
            continue
        with suppress(Unreadable), opened(source) as table:
            yield from mapped(table, plan(kind, table.header, options), Findings(), options)


def _try_file(w: Work, run: FileRun) -> None:
    """Imports one file inside a larger transaction, and takes it back if it was not to be."""
    inner = w.session.begin_nested()
    if run.happens(w):
        inner.commit()
    else:
        inner.rollback()


def _integrity_error(w: Work) -> type[Exception]:
    """What the driver raises where a constraint holds: rows are loaded past SQLAlchemy."""
    driver: Any = w.session.get_bind().dialect.loaded_dbapi
    found: type[Exception] = driver.IntegrityError
    return found


class FileRun:
    """The import of one file."""

    def __init__(
        self, source: Source, options: Options, report: Report, progress: Progress
    ) -> None:
        self._source = source
        self._options = options
        self._report = report
        self._findings = Findings()
        self._told = FileReport(source.name, source.kind, sheet=source.sheet)
        size = source.path.stat().st_size
        self._progress = lambda read: progress(source.name, read, size)
        report.files.append(self._told)

    def happens(self, w: Work) -> bool:
        """Reads, checks and posts; whether it is to be kept."""
        w.require(Permission.IMPORT_RUN)
        recorder = None if self._options.run_id is None else Recorder(self._options.run_id)
        w.session.info[RECORDER] = None if self._options.is_dry_run else recorder
        try:
            with opened(self._source, self._progress) as table:
                is_kept = self._posted(w, table)
        except Unreadable as error:
            is_kept = False
            self._refuse_file(
                "file.unreadable", line=error.line, problem=error.problem, remedy=error.remedy
            )
        except _integrity_error(w) as error:
            # Only another transaction can do this: all that this one knows was checked.
            log.warning("%s: %s", self._source.name, error)
            is_kept = False
            self._refuse_file("file.overtaken")
        self._tell()
        if is_kept:
            if recorder is not None and not self._options.is_dry_run:
                recorder.keep(w.session)
            self._note(w)
        return is_kept

    def _posted(self, w: Work, table: Table) -> bool:
        kind = find_kind(self._source.kind)
        assert kind is not None
        made = plan(kind, table.header, self._options)
        if not self._can_be_read(table, made):
            return False
        importer = kind.importer(w, self._options)
        for rows in mapped(table, made, self._findings, self._options):
            importer.take(rows)
            self._told.rows += len(rows)
        for bad in table.bad:
            self._findings.refuse(bad.line, "", "", bad.code)
            self._findings.lose()
        self._told.rows += self._findings.lost
        importer.finish(self._findings)
        return self._kept(importer)

    def _kept(self, importer: Importer) -> bool:
        """Counts what was posted, unless bad rows mean that nothing is."""
        bad = len(self._findings.bad_lines)
        self._told.rejected = bad
        if bad and not self._options.skips_bad_rows:
            return False
        self._told.is_kept = True
        counts = importer.counts
        self._told.added, self._told.updated = counts.added, counts.updated
        self._told.unchanged = counts.unchanged
        return True

    def _can_be_read(self, table: Table, made: Plan) -> bool:
        header = ", ".join(heading.strip() for heading in table.header)
        for name, heading in made.absent.items():
            self._refuse_file("column.mapped_absent", heading, field=name, header=header)
        for name in [name for name in made.missing if name not in made.absent]:
            self._refuse_file("column.missing", name, field=name, header=header)
        for heading in made.doubled:
            self._refuse_file("column.doubled", heading)
        for heading in made.unknown:
            self._findings.warnings.append(Problem(1, heading, "", "column.unknown"))
        for name in made.unused:
            self._findings.warnings.append(Problem(1, name, "", "column.unused"))
        return not self._findings.problems

    def _refuse_file(self, code: str, column: str = "", *, line: int = 1, **facts: object) -> None:
        self._findings.problems.append(Problem(line, column, column, code, facts))

    def _tell(self) -> None:
        """Puts what was found into the report, in words."""
        name, findings = self._source.name, self._findings
        findings.problems.sort(key=lambda problem: problem.line)
        self._report.rejects += [in_words(name, problem) for problem in findings.problems]
        self._report.warnings += [in_words(name, problem) for problem in findings.warnings]

    def _note(self, w: Work) -> None:
        """One audit entry for the file, with its digest and what became of its rows."""
        told = self._told
        if told.added or told.updated:
            w.audit(
                f"{told.kind}.imported",
                f"import/{told.kind}",
                file=told.file,
                sha256=digest_of(self._source.path),
                added=told.added,
                updated=told.updated,
                unchanged=told.unchanged,
                rejected=told.rejected,
            )
