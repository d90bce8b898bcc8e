"""
What scores and reviews do every day: reviews that are due become tasks, once each.

On the first day of a month, and whenever that day was missed, everybody is scored anew; who pays
much later than before is looked at early.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from portal.approvals.tasks import NewTask, make_task
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.work import Work
from portal.core.review import Urgency, is_late_pattern
from portal.credit.ratings import batches, keep_scores
from portal.credit.review_list import LATE_PATTERN, DueRow, list_due
from portal.credit.scoring import CustomerScore, scores_on
from portal.tables.credit import Rating

REVIEW_DUE = "review_due"
#: Why a review is due that nobody planned, and that has a task of its own already.
TOLD_ALREADY = frozenset({"signals", "late_pattern"})


def rescore(installation: Installation, on: dt.date) -> dict[str, Any]:
    """Scores everybody once a month; who pays much later than before gets a task."""
    with installation.reading(SYSTEM, on) as r:
        first = on.replace(day=1)
        done = select(func.count()).select_from(Rating).where(Rating.as_of >= first)
        by_day = done.where(Rating.as_of <= on, Rating.made_by == SYSTEM.name)
        if r.session.scalar(by_day):
            return {"scored": 0, "late": 0}
        scored = late = 0
        for batch in batches(scores_on(r, on)):
            with installation.work(SYSTEM, on) as w:
                scored += keep_scores(w, batch)
                late += sum(_tell_late(w, found) for found in batch)
    return {"scored": scored, "late": late}


def _tell_late(w: Work, found: CustomerScore) -> bool:
    """Whether a customer pays much later than before and a task was made for it, one a month."""
    trend = next((each.value for each in found.score.lines if each.name == "late_trend"), None)
    if trend is None or not is_late_pattern(trend):
        return False
    facts = {"number": format(round(trend), "d"), "on": found.on.isoformat()}
    subject = f"review/{found.customer_id}/late/{found.on:%Y-%m}"
    return (
        make_task(w, NewTask(found.customer_id, LATE_PATTERN, subject, found.on, facts)) is not None
    )


def remind_reviews(installation: Installation, on: dt.date) -> dict[str, int]:
    """Makes a task for each review that is due; a second run finds nobody new."""
    with installation.work(SYSTEM, on) as w:
        due = [row for row in list_due(w) if _asks(row)]
        return {"due": sum(_make(w, row) for row in due)}


def _asks(row: DueRow) -> bool:
    is_due = row.standing in (Urgency.DUE, Urgency.OVERDUE)
    return is_due and row.due.why is not None and row.due.why.value not in TOLD_ALREADY


def _make(w: Work, row: DueRow) -> int:
    assert row.due.on is not None
    subject = f"review/{row.customer_id}/{row.due.on.isoformat()}"
    facts = {"on": row.due.on.isoformat()}
    new = NewTask(row.customer_id, REVIEW_DUE, subject, max(row.due.on, w.today), facts)
    return int(make_task(w, new) is not None)
