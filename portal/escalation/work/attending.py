"""
Who looks after something that waits, and until when it rests: one thing, or many at once.

A task keeps that itself, a dispute its owner; for anything else a task of kind `attend` keeps it,
which no list of tasks shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from portal.approvals.task_kinds import ATTEND
from portal.approvals.tasks import (
    AssignTask,
    NewTask,
    SnoozeTask,
    assign_task,
    make_task,
    snooze_task,
)
from portal.base.access import NotFound, Permission, allows, visible_to
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.disputes.owning import AssignDispute, assign_dispute
from portal.escalation.work.queue import PREFIXES
from portal.tables.approvals import Approval, Task
from portal.tables.disputes import Dispute
from portal.tables.invoices import Entry
from portal.tables.orders import SalesOrder
from portal.tables.promises import Promise
from portal.tables.statements import Statement

#: So many are acted on at once.
MOST_AT_ONCE = 200

#: A source → its rows' ids and whose they are.
ROWS: dict[str, tuple[Any, Any]] = {
    "task": (Task.id, Task.customer_id),
    "dispute": (Dispute.id, Dispute.customer_id),
    "promise": (Promise.id, Promise.customer_id),
    "statement": (Statement.id, Statement.customer_id),
    "receipt": (Entry.id, Entry.customer_id),
    "order": (SalesOrder.id, SalesOrder.customer_id),
    "approval": (Approval.id, Approval.customer_id),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that waits, by its source and id, and whose it is."""

    src: str
    id: int
    customer_id: int


@dataclass(frozen=True)
class AssignWork:
    """A colleague looks after these; nobody in particular where no one is named."""

    things: tuple[Thing, ...]
    owner_id: int | None


@dataclass(frozen=True)
class RestWork:
    """These rest until a day."""

    things: tuple[Thing, ...]
    until: dt.date
    reason: str = ""


def find_things(r: Reader, refs: Iterable[str]) -> tuple[Thing, ...]:
    """What references name, each once; `NotFound` for what is not the reader's to see."""
    wanted = list(dict.fromkeys(refs))[:MOST_AT_ONCE]
    return tuple(_find(r, ref) for ref in wanted)


def _find(r: Reader, ref: str) -> Thing:
    src = next((src for src, prefix in PREFIXES.items() if ref.startswith(f"{prefix}_")), "")
    if not src:
        raise NotFound(ref)
    row_id, (key, customer_id) = r.id_of(PREFIXES[src], ref), ROWS[src]
    rows: Select[Any] = select(customer_id).where(key == row_id)
    found = r.session.scalar(visible_to(rows, r.actor, customer_id))
    if found is None:
        raise NotFound(ref)
    return Thing(src, row_id, int(found))


def assign_work(w: Work, c: AssignWork) -> int:
    """
    How many are that person's now; what was done meanwhile is left.

    Raises: task.owner_cannot, dispute.owner_cannot.
    """
    return sum(_assign(w, thing, c.owner_id) for thing in c.things)


def _assign(w: Work, thing: Thing, owner_id: int | None) -> bool:
    if thing.src == "dispute" and allows(w.actor, Permission.DISPUTE_DECIDE):
        return _unless_done(w, assign_dispute, AssignDispute(thing.id, owner_id))
    return _unless_done(w, assign_task, AssignTask(_task_id(w, thing), owner_id))


def rest_work(w: Work, c: RestWork) -> int:
    """
    How many rest now; what was done meanwhile is left.

    Raises: what `check_snooze` raises.
    """
    return sum(
        _unless_done(w, snooze_task, SnoozeTask(_task_id(w, thing), c.until, c.reason))
        for thing in c.things
    )


def _unless_done(w: Work, act: Any, command: Any) -> bool:
    """Whether the act was done; that somebody else was faster stops nothing."""
    try:
        act(w, command)
    except RuleBroken as broken:
        if broken.code in {"task.already_done", "dispute.not_in_this_state"}:
            return False
        raise
    return True


def _task_id(w: Work, thing: Thing) -> int:
    """The task that keeps it."""
    if thing.src == "task":
        return thing.id
    subject = f"{thing.src}/{thing.id}"
    made = make_task(w, NewTask(thing.customer_id, ATTEND, subject, w.today))
    if made is not None:
        return made
    rows = select(Task.id).where(Task.kind == ATTEND, Task.subject == subject)
    return w.session.scalars(rows).one()
