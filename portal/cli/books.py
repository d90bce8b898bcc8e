"""The commands that move books in and out: `import` and `export`."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path
from typing import Any, Self

import click

from portal.base.access import SYSTEM
from portal.base.spreadsheets import guarded
from portal.cli.frame import Refused
from portal.cli.opening import opened
from portal.cli.output import format_option, say, show
from portal.imports.columns import Options
from portal.imports.export import export_books
from portal.imports.mapping_file import checked, with_mapping_file
from portal.imports.report import Report, Told
from portal.imports.run import import_files

WENT_WRONG = 1
#: Rejects told at the terminal; the rest stands in --rejects and in JSON.
MOST_SHOWN = 50
FILE_COLUMNS = ("file", "kind", "rows", "added", "unchanged", "updated", "rejected")
REJECT_COLUMNS = ("file", "line", "column", "value", "problem", "remedy")


def _pairs(context: click.Context, parameter: click.Parameter, told: tuple[str, ...]) -> Any:  # noqa: ARG001
    """The FIELD=VALUE options as a dictionary."""
    for pair in told:
        if "=" not in pair:
            raise click.BadParameter(f"{pair} is not written as FIELD=… .")
    return dict(pair.split("=", 1) for pair in told)


def _writable(context: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:  # noqa: ARG001
    """A file that can be written at the end, which is asked before anything is imported."""
    if path is not None and not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(
            f"{path} cannot be written. Name a file in a folder that is there."
        )
    return path


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--kind", help="What the files hold; else their names say it.")
@click.option("--map", "mapped", multiple=True, callback=_pairs, metavar="FIELD=COLUMN")
@click.option("--mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--set", "given", multiple=True, callback=_pairs, metavar="FIELD=VALUE")
@click.option("--date-format", help="A strptime pattern, or ymd, mdy, dmy.")
@click.option("--create-customers", "creates_customers", is_flag=True)
@click.option("--on-error", type=click.Choice(["stop", "skip"]), default="stop", show_default=True)
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Change nothing, report as if.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=_writable,
    help="Bad rows as CSV.",
)
@format_option
def import_(output: str, **told: Any) -> None:
    """Import files, or a folder of them: CSV, CSV.GZ or XLSX."""
    options = Options(
        kind=told["kind"],
        map=told["mapped"],
        set=told["given"],
        date_format=told["date_format"],
        creates_customers=told["creates_customers"],
        skips_bad_rows=told["on_error"] == "skip",
        is_dry_run=told["is_dry_run"],
    )
    if told["mapping"]:
        options = with_mapping_file(options, told["mapping"])
    options = checked(options)
    with _Bar() as bar:
        report = import_files(opened(), told["paths"], options, SYSTEM, bar.moves)
    _say(report)
    if not report.files:
        raise Refused(
            "There is nothing to import: none of these is a CSV or XLSX file named after a kind, "
            "such as invoices.csv. Name the kind with --kind."
        )
    if told["rejects"]:
        _keep(report.rejects, told["rejects"])
    result = report.as_json()
    show(output, result, result["files"], FILE_COLUMNS)
    if not report.is_clean:
        sys.exit(WENT_WRONG)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@format_option
def export(folder: Path, output: str) -> None:
    """Write the books into a folder, in the formats that import reads."""
    with opened().reading(SYSTEM) as r:
        written = export_books(r, folder)
    files = [{"file": name, "rows": rows} for name, rows in written.items()]
    show(output, {"folder": str(folder), "files": files}, files, ("file", "rows"))


def _say(report: Report) -> None:
    """Warnings, what was left alone, and the first bad rows, to standard error."""
    for name, why in report.left_alone:
        say(f"{name}: {why}")
    for told in [*report.warnings, *report.rejects][:MOST_SHOWN]:
        say(told.sentence())
    more = len(report.warnings) + len(report.rejects) - MOST_SHOWN
    if more > 0:
        say(f"… and {more} more; --rejects FILE keeps the bad rows.")


def _keep(rejects: list[Told], path: Path) -> None:
    """The bad rows as CSV for a spreadsheet: no cell of it can be a formula."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(REJECT_COLUMNS)
        for told in rejects:
            writer.writerow(guarded(str(getattr(told, name))) for name in REJECT_COLUMNS)


class _Bar:
    """A progress bar on standard error while files are read; none where nobody looks."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._file = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def moves(self, file: str, read: int, size: int) -> None:
        """Shows how far a file is read."""
        if not sys.stderr.isatty():
            return
        if file != self._file:
            self._end()
            self._file = file
            self._bar = click.progressbar(length=size, label=file, file=sys.stderr)
        self._bar.update(read - self._bar.pos)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
