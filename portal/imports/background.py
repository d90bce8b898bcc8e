"""An upload checked or imported: within the request where it is small, else by a worker."""

from __future__ import annotations

import json
import logging
from dataclasses import replace

from portal.base.access import SYSTEM, Actor, Denied
from portal.base.installation import Installation
from portal.imports.commands import read
from portal.imports.report import Report
from portal.imports.run import import_files
from portal.imports.uploads import unpacked
from portal.tables.journal import ImportRun

log = logging.getLogger(__name__)


def run_import(installation: Installation, run_id: int, actor: Actor = SYSTEM) -> None:
    """Does what was asked of an upload, and keeps the report; what fails is told there too."""
    with installation.reading(SYSTEM) as r:
        run = r.session.get_one(ImportRun, run_id)
    if run.state != "running":
        return
    options = replace(read(run.options, run.kind), run_id=run_id)
    try:
        with unpacked(installation.storage, run.file_sha256 or "", run.file_name) as path:
            report = import_files(installation, [path], options, actor)
    except Denied:
        _keep(installation, run_id, "failed", Report())
    except Exception:
        # Nothing was posted; the page says so, and the log says what it was.
        log.exception("import %s failed", run_id)
        _keep(installation, run_id, "failed", Report())
    else:
        is_checked = options.is_dry_run or not any(each.is_kept for each in report.files)
        _keep(installation, run_id, "checked" if is_checked else "done", report)


def _keep(installation: Installation, run_id: int, state: str, report: Report) -> None:
    with installation.work(SYSTEM) as w:
        run = w.session.get_one(ImportRun, run_id)
        run.state = state
        run.report = json.dumps(report.as_json(), ensure_ascii=False)
        run.rows_total = sum(each.rows for each in report.files)
        run.rows_done = sum(each.added + each.updated for each in report.files)
        run.finished_at = w.now
