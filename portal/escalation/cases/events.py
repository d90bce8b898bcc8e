"""The life of a case, written down event by event; each with the day of the next look."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.approvals.tasks import NewTask, close_tasks, make_task
from portal.base.language import N_
from portal.base.work import Reader, Work
from portal.core.case import LONGEST_TEXT, Act
from portal.tables.cases import CaseEvent, CollectionCase

TASK = "case_next"
#: The outcome of a task to look at a case that something has happened in since.
WENT_ON = N_("The case went on")
#: Events that move no case.
BESIDE = frozenset({Act.NOTE.value, Act.COST.value, Act.PRESERVE.value})


@dataclass(frozen=True)
class NewEvent:
    """Something that happened in a case, once by its key."""

    kind: str
    on: dt.date
    key: str
    words: str = ""
    cost_minor: int | None = None
    next_on: dt.date | None = None


def add_event(w: Work, row: CollectionCase, new: NewEvent) -> int:
    """The event's id; where it says when to look again, there is a task on that day instead."""
    event = CaseEvent(
        customer_id=row.customer_id,
        case_id=row.id,
        on=new.on,
        kind=new.kind,
        words=new.words.strip()[:LONGEST_TEXT],
        cost_minor=new.cost_minor,
        next_on=new.next_on,
        user_id=w.actor.user_id,
        at=w.now,
        idempotency_key=new.key,
    )
    w.session.add(event)
    w.session.flush()
    if new.next_on is not None:
        end_looks(w, row, but=event.id)
        facts = {"number": row.number, "on": new.next_on.isoformat()}
        subject = f"case/{row.id}/{event.id}"
        task = NewTask(row.customer_id, TASK, subject, new.next_on, facts, row.owner_id)
        make_task(w, task)
    return event.id


def end_looks(w: Work, row: CollectionCase, but: int = 0) -> None:
    """Whoever was to look at the case next does not have to any more."""
    earlier = select(CaseEvent.id).where(
        CaseEvent.case_id == row.id, CaseEvent.next_on.is_not(None), CaseEvent.id != but
    )
    subjects = [f"case/{row.id}/{event_id}" for event_id in w.session.scalars(earlier)]
    if subjects:
        close_tasks(w, TASK, subjects, WENT_ON)


def find_event(r: Reader, key: str) -> int | None:
    """The event that was written down under this key already."""
    return r.session.scalar(select(CaseEvent.id).where(CaseEvent.idempotency_key == key))


def moved_on(r: Reader, row: CollectionCase) -> dt.date | None:
    """The day of the last event that moved the case."""
    rows = select(CaseEvent.on).where(CaseEvent.case_id == row.id, CaseEvent.kind.not_in(BESIDE))
    return r.session.scalar(rows.order_by(CaseEvent.id.desc()).limit(1))
