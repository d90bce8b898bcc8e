"""What reports do every day: a claim that lapses within half a year makes a task, once."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from portal.approvals.tasks import NewTask, close_tasks, make_task
from portal.base.installation import Installation
from portal.base.language import N_
from portal.base.work import Work
from portal.reports.limitation import AskLapses, LapseRow, list_lapses
from portal.tables.approvals import Task

KIND = "lapsing"
MONTHS = 6
#: How long somebody has for it.
TO_ACT = dt.timedelta(days=30)
NO_LONGER = N_("Paid, begun anew, or before a court")


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Makes the tasks of claims that lapse soon; closes those whose claim was settled or reset."""
    with installation.work(on=on) as w:
        rows = list_lapses(w, AskLapses(MONTHS))
        made = [make_task(w, _task(w, row)) for row in rows]
        standing = {row.subject for row in [*rows, *list_lapses(w, AskLapses(has_lapsed=True))]}
        open_ones = select(Task.subject).where(Task.kind == KIND, Task.done_at.is_(None))
        settled = set(w.session.scalars(open_ones)) - standing
        closed = close_tasks(w, KIND, sorted(settled), NO_LONGER) if settled else 0
    return {"made": sum(task is not None for task in made), "closed": closed}


def _task(w: Work, row: LapseRow) -> NewTask:
    assert row.lapses_on is not None  # what stands still lapses within no months
    return NewTask(
        row.customer_id,
        KIND,
        row.subject,
        min(row.lapses_on, w.today + TO_ACT),
        {
            "number": row.number,
            "on": row.lapses_on.isoformat(),
            "amount": row.open.major(),
            "currency": row.open.currency,
        },
    )
