"""The acts of the import page: keep an upload, say how to read it, check it, import it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.base.access import NotFound, Permission
from portal.base.filenames import plain_name
from portal.base.storage import Storage, keep_file
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.imports.columns import Options
from portal.imports.mapping_file import checked
from portal.imports.run import import_files
from portal.imports.uploads import media_type
from portal.tables.files import StoredFile
from portal.tables.journal import ImportRun

__all__ = ["Options", "import_files"]

#: What is read within the request; larger files are left to a worker.
SMALL = 256 * 1024
TASK = "import"
#: States in which nothing is going on.
RESTING = ("staged", "checked", "failed")


@dataclass(frozen=True)
class KeepUpload:
    """A file that somebody uploads, with what they say about it."""

    storage: Storage
    file_name: str
    content: bytes = field(repr=False)
    options: Options


@dataclass(frozen=True)
class ReadUpload:
    """How to read an upload from now on."""

    run_id: int
    options: Options


@dataclass(frozen=True)
class StartImport:
    """That an upload be checked, or imported."""

    run_id: int
    is_dry_run: bool


def keep_upload(w: Work, c: KeepUpload) -> int:
    """
    Keeps an uploaded file, found wrong at once where it is no table; gives the import's id.

    Raises: import.empty_file, import.no_table, import.unknown_kind, import.unknown_date_format.
    """
    w.require(Permission.IMPORT_RUN)
    name = plain_name(c.file_name)
    digest = keep_file(w, c.storage, c.content, media_type(name, c.content))
    options = checked(c.options)
    run = ImportRun(
        user_id=w.actor.user_id,
        file_sha256=digest,
        file_name=name,
        kind=options.kind,
        options=written(options),
        state="staged",
        rows_total=0,
        started_at=w.now,
    )
    w.session.add(run)
    w.session.flush()
    w.audit("import.uploaded", f"import/{run.id}", file=name, sha256=digest)
    return run.id


def read_upload(w: Work, c: ReadUpload) -> None:
    """
    Sets how an upload is read; what was checked before has to be checked again.

    Raises: import.going_on, import.unknown_kind, import.unknown_field, import.unknown_date_format.
    """
    run = _resting(w, c.run_id)
    options = checked(c.options)
    run.kind, run.options = options.kind, written(options)
    run.state, run.report = "staged", None


def start_import(w: Work, c: StartImport) -> bool:
    """
    Begins checking or importing; whether it is left to a worker.

    Raises: import.going_on.
    """
    run = _resting(w, c.run_id)
    run.state = "running"
    run.options = written(read(run.options), is_dry_run=c.is_dry_run)
    size = w.session.scalar(select(StoredFile.size).where(StoredFile.sha256 == run.file_sha256))
    is_large = (size or 0) > SMALL
    if is_large:
        w.later(f"import/{run.id}/{w.now.isoformat()}", TASK, {"run_id": run.id})
    return is_large


def _resting(w: Work, run_id: int) -> ImportRun:
    """The import, if nothing goes on with it and nothing is done yet."""
    w.require(Permission.IMPORT_RUN)
    run = w.session.get(ImportRun, run_id, with_for_update=True)
    if run is None:
        raise NotFound("import")
    if run.state not in RESTING:
        raise RuleBroken("import.going_on")
    return run


def written(options: Options, *, is_dry_run: bool = False) -> str:
    """Options as an import keeps them."""
    return json.dumps(
        {
            "map": dict(options.map),
            "set": dict(options.set),
            "date_format": options.date_format,
            "creates_customers": options.creates_customers,
            "skips_bad_rows": options.skips_bad_rows,
            "is_dry_run": is_dry_run,
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def read(text: str, kind: str | None = None) -> Options:
    """Options as an import kept them."""
    told: dict[str, Any] = json.loads(text)
    return Options(kind=kind, **told)
