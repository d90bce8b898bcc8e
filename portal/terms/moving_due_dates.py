"""
Moving the due dates of what is open, where an approved change of terms was to reach it.

Nothing else ever moves one: a trigger of the database asks for the move's own row. It happens on
the change's day, once, with the approval or in the day's run; what is settled by then stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update

from portal.base import failpoints
from portal.base.batch import insert_rows
from portal.base.work import Work
from portal.invoices.open_items import everyone
from portal.tables.invoices import Part
from portal.tables.terms import PartMove, TermsChange
from portal.terms.impact import concern_of
from portal.terms.moved_due_dates import MovedPart, moved_parts
from portal.terms.replacing import Change, policies_of

COLUMNS = (
    *("customer_id", "entry_id", "part", "change_id", "from_due_on", "to_due_on"),
    *("from_term_days", "to_term_days", "at"),
)
#: What the figures of a change say once it has moved what was open.
MOVED = "moved"


def move_open_items(w: Work, row: TermsChange) -> int | None:
    """
    How many due dates were moved; None where nothing is to be moved, not yet, or it is done.

    `row` is locked: two runs at once move nothing twice.
    """
    told: dict[str, Any] = json.loads(row.impact) if row.impact else {}
    is_due = row.reach == "open" and row.state == "approved" and row.effective_on <= w.today
    if not is_due or MOVED in told:
        return None
    change = Change.of(row)
    concern = concern_of(w, change, policies_of(w, change), everyone)
    moved = list(moved_parts(w, concern)) if concern.redating.by_key else []
    _move(w, row, moved)
    digest = _digest(moved)
    told[MOVED] = {"on": w.today.isoformat(), "parts": len(moved), "sha256": digest}
    row.impact = json.dumps(told, ensure_ascii=False, sort_keys=True)
    row.row_version += 1
    w.audit(
        "terms_change.moved",
        f"terms_change/{row.id}",
        customer_id=row.customer_id,
        parts=len(moved),
        sha256=digest,
    )
    return len(moved)


def _move(w: Work, row: TermsChange, moved: Iterable[MovedPart]) -> None:
    """First what is moved and by what, then the parts themselves."""
    rows = (
        (
            *(each.customer_id, each.entry_id, each.part, row.id, each.due_on, each.then_on),
            *(each.term_days, each.then_days, w.now),
        )
        for each in moved
    )
    insert_rows(w.session, PartMove.__table__, COLUMNS, rows)
    failpoints.reached("terms.moves_written")
    move = PartMove.__table__.c
    w.session.execute(
        update(Part)
        .where(
            move.change_id == row.id,
            move.customer_id == Part.customer_id,
            move.entry_id == Part.entry_id,
            move.part == Part.part,
        )
        .values(due_on=move.to_due_on, term_days=move.to_term_days),
        execution_options={"synchronize_session": False},
    )


def _digest(moved: Iterable[MovedPart]) -> str:
    """Of every move, in their order: what the audit entry holds them together by."""
    digest = hashlib.sha256()
    for each in moved:
        line = f"{each.customer_id}/{each.entry_id}/{each.part} {each.due_on} {each.then_on}\n"
        digest.update(line.encode())
    return digest.hexdigest()


def waiting_moves(w: Work) -> list[int]:
    """The changes whose day has come and that have not moved yet what was open."""
    rows = w.session.execute(
        select(TermsChange.id, TermsChange.impact)
        .where(
            TermsChange.state == "approved",
            TermsChange.reach == "open",
            TermsChange.effective_on <= w.today,
        )
        .order_by(TermsChange.effective_on, TermsChange.id)
    )
    return [row.id for row in rows if MOVED not in (json.loads(row.impact) if row.impact else {})]
