"""
A ledger compared: read and matched outside of any transaction, written in one.

A small one is done within the request, a large one by a worker, who tells how far it is; whoever is
killed, the next one begins anew and writes the same.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping as Words
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.base.storage import Storage
from portal.base.work import Reader, Work
from portal.core.comparison import Comparison as Found
from portal.core.comparison import OwnBooks, compare, guess_flipped
from portal.core.errors import RuleBroken
from portal.core.statement import Statement as Snapshot
from portal.core.statement import read_statement
from portal.statements.comparison.keeping import (
    books_of,
    decided,
    decisions_of,
    keep_matches,
    keep_rows,
)
from portal.statements.comparison.mapping import Mapping, mapping_from_json, refitted
from portal.statements.comparison.reading import OwnRows, rows_of
from portal.statements.comparison.sheet import Sheet, read_own_ledger, read_pasted
from portal.statements.comparison.uploading import (
    AT_ONCE,
    RESTING,
    drop_file,
    drop_matches,
    drop_rows,
    note,
    start,
)
from portal.tables.comparison import Comparison, LedgerMapping
from portal.tables.statements import Statement

log = logging.getLogger(__name__)

#: So many problems of a file are kept and shown; the rest is counted.
MOST_PROBLEMS = 100
#: Of what is to do, in tenths: read, then matched, then written.
READ, MATCHED = 3, 7


def sheet_of(storage: Storage, comparison: Comparison) -> Sheet:
    """The table in the file that was kept; `RuleBroken` where it is none."""
    content = storage.get(comparison.file_sha256 or "")
    if comparison.file_name:
        return read_own_ledger(content, comparison.file_name)
    return read_pasted(content.decode("utf-8", "replace"))


def remembered(r: Reader, customer_id: int, sheet: Sheet) -> Mapping | None:
    """How the customer's last ledger was read, where this one has the same columns."""
    known = r.session.get(LedgerMapping, customer_id)
    if known is None:
        return None
    fitted = refitted(mapping_from_json(json.loads(known.mapping)), sheet)
    return fitted if fitted is not None and fitted.has_amounts else None


def begin(installation: Installation, comparison_id: int, actor: Actor) -> str:
    """The state of a ledger that was taken in: compared where it is known how it is read."""
    with installation.reading(SYSTEM) as r:
        comparison = r.session.get_one(Comparison, comparison_id)
        if comparison.state != "uploaded":
            return comparison.state
        sheet, problem = _read(installation.storage, comparison)
        mapping = remembered(r, comparison.customer_id, sheet) if sheet else None
    if sheet is None:
        _fail(installation, comparison_id, "uploaded", problem)
        return "failed"
    if mapping is None:
        return "uploaded"
    _begin(installation, comparison_id, mapping, actor, is_large=len(sheet.rows) > AT_ONCE)
    return "running"


def _read(storage: Storage, comparison: Comparison) -> tuple[Sheet | None, dict[str, Any]]:
    """The table in the file, or why it is none."""
    try:
        return sheet_of(storage, comparison), {}
    except RuleBroken as broken:
        return None, _told(broken)


def _begin(
    installation: Installation,
    comparison_id: int,
    mapping: Mapping,
    actor: Actor,
    *,
    is_large: bool,
) -> None:
    with installation.work(actor) as w:
        comparison = w.session.get_one(Comparison, comparison_id, with_for_update=True)
        if comparison.state != "uploaded":
            return
        comparison.mapping = json.dumps(mapping.as_json(), ensure_ascii=False, sort_keys=True)
        start(w, comparison, is_large=is_large)
    if not is_large:
        run(installation, comparison_id, actor)


def run(installation: Installation, comparison_id: int, actor: Actor = SYSTEM) -> None:
    """Compares what was begun; what is wrong with the file is told with its rows."""
    try:
        _run(installation, comparison_id, actor)
    except RuleBroken as broken:
        _fail(installation, comparison_id, "running", _told(broken))
    except Exception:
        # Nothing was written; the page says so, and the log says what it was.
        log.exception("comparison %s failed", comparison_id)
        _fail(installation, comparison_id, "running", _told(RuleBroken("comparison.failed")))


def _run(installation: Installation, comparison_id: int, actor: Actor) -> None:
    with installation.reading(SYSTEM) as r:
        comparison = r.session.get(Comparison, comparison_id)
        if comparison is None or comparison.state != "running":
            return
        version = comparison.row_version
        snapshot = _snapshot(r, comparison)
        is_read = comparison.decisions != "{}"
        own = OwnRows(books_of(r, comparison)) if is_read else None
    own = own or _own_rows(installation, comparison, snapshot)
    found = compare(snapshot, own.books, decisions_of(decided(comparison)))
    _tell(installation, comparison_id, MATCHED, len(own.books.rows))
    with installation.work(actor) as w:
        comparison = w.session.get_one(Comparison, comparison_id, with_for_update=True)
        if comparison.state != "running" or comparison.row_version != version:
            return
        if not is_read:
            _keep_reading(w, comparison, own, snapshot)
            for digest in _forget_older(w, comparison):
                installation.storage.drop(digest)
        write_matches(w, comparison, own.books, found)


def _own_rows(installation: Installation, comparison: Comparison, snapshot: Snapshot) -> OwnRows:
    """What the file says for the statement's period."""
    sheet = sheet_of(installation.storage, comparison)
    _tell(installation, comparison.id, READ, len(sheet.rows))
    mapping = mapping_from_json(json.loads(comparison.mapping or "{}"))
    return rows_of(sheet, mapping, snapshot.head.currency, snapshot.head.period)


def _keep_reading(w: Work, comparison: Comparison, own: OwnRows, snapshot: Snapshot) -> None:
    comparison.counts = json.dumps(
        {
            "before": own.before,
            "after": own.after,
            "totals": len(own.totals),
            "problems": len(own.problems),
            "flip": guess_flipped(snapshot.lines, own.books.rows),
        }
    )
    problems = [
        {
            "row": problem.row,
            "column": problem.column,
            "value": problem.value,
            "code": problem.code,
            "facts": {name: str(fact) for name, fact in problem.facts.items()},
        }
        for problem in own.problems[:MOST_PROBLEMS]
    ]
    comparison.problems = json.dumps(problems, ensure_ascii=False)
    keep_rows(w, comparison, own.books)
    comparison.ready_at = w.now
    note(w, comparison, "made", rows=len(own.books.rows))


def _forget_older(w: Work, comparison: Comparison) -> list[str]:
    """
    A newer result takes the place of the older ones: their rows are gone, and these files.

    What they had set on the statement stays known, so that it can be set anew.
    """
    older = w.session.scalars(
        select(Comparison)
        .where(
            Comparison.customer_id == comparison.customer_id,
            Comparison.statement_id == comparison.statement_id,
            Comparison.id < comparison.id,
            Comparison.state.in_(RESTING),
        )
        .order_by(Comparison.id)
    ).all()
    for each in older:
        comparison.applied = each.applied if each.applied != "{}" else comparison.applied
        drop_rows(w, each)
    return [digest for digest in (drop_file(w, each) for each in older) if digest]


def write_matches(w: Work, comparison: Comparison, books: OwnBooks, found: Found) -> None:
    """The comparison is ready to be looked at, with what was found now."""
    drop_matches(w, comparison)
    comparison.rows_total = max(comparison.rows_total, len(books.rows))
    keep_matches(w, comparison, books, found)


def compare_again(w: Work, comparison: Comparison) -> None:
    """What was decided is taken into account: the rows are matched anew."""
    books = books_of(w, comparison)
    found = compare(_snapshot(w, comparison), books, decisions_of(decided(comparison)))
    write_matches(w, comparison, books, found)


def _snapshot(r: Reader, comparison: Comparison) -> Snapshot:
    statement = r.session.get_one(Statement, comparison.statement_id)
    return read_statement(statement.payload)


def _told(broken: RuleBroken) -> dict[str, Any]:
    """A broken rule as it is kept beside the file."""
    facts = {name: str(fact) for name, fact in broken.facts.items()}
    return {"row": 0, "column": "", "value": "", "code": broken.code, "facts": facts}


def _fail(
    installation: Installation, comparison_id: int, was: str, problem: Words[str, Any]
) -> None:
    with installation.work(SYSTEM) as w:
        comparison = w.session.get_one(Comparison, comparison_id, with_for_update=True)
        if comparison.state == was:
            comparison.state = "failed"
            comparison.problems = json.dumps([problem], ensure_ascii=False)


def _tell(installation: Installation, comparison_id: int, tenths: int, rows: int) -> None:
    """How far it is, for who looks meanwhile; a small one is done before anybody can."""
    if rows <= AT_ONCE:
        return
    with installation.work(SYSTEM) as w:
        comparison = w.session.get_one(Comparison, comparison_id)
        comparison.rows_total, comparison.rows_done = rows, rows * tenths // 10
