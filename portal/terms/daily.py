"""What terms do every day: on its day a change that reaches what is open moves its due dates."""

from __future__ import annotations

import datetime as dt

from portal.base import failpoints
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.locks import lock_row
from portal.tables.terms import TermsChange
from portal.terms.moving_due_dates import move_open_items, waiting_moves


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Moves what is to be moved by that day, each change in a transaction of its own."""
    with installation.work(SYSTEM, on) as w:
        waiting = waiting_moves(w)
    moved = 0
    for change_id in waiting:
        with installation.work(SYSTEM, on) as w:
            moved += move_open_items(w, lock_row(w, TermsChange, change_id)) or 0
        failpoints.reached("terms.after_commit")
    return {"moved": moved}
