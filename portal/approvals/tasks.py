"""
Tasks: what a person of the house is to do about a customer, and what came of it.

A task is made once for its cause, by whatever finds the cause first and however often it is found.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from portal.approvals.task_kinds import SENTENCES
from portal.base.access import NotFound, Permission
from portal.base.batch import insert_rows, reserve_ids
from portal.base.people import colleague_may
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.readable import readable
from portal.core.work_rank import check_snooze
from portal.tables.approvals import Task
from portal.tables.people import User

LONGEST_OUTCOME = 500
TASK = (
    *("id", "customer_id", "kind", "subject", "facts", "due_on", "made_at", "owner_id"),
    *("outcome", "snooze_reason"),
)


@dataclass(frozen=True)
class NewTask:
    """What is to be done, why, and by when; `facts` are what its sentence needs, in plain text."""

    customer_id: int
    #: One of `task_kinds.SENTENCES`.
    kind: str
    #: Its cause: promise/17, plan/4/2, dispute/118. There is one task for each kind and cause.
    subject: str
    due_on: dt.date
    facts: Mapping[str, str] = field(default_factory=dict)
    owner_id: int | None = None


@dataclass(frozen=True)
class TakeTask:
    """The actor does it themselves."""

    task_id: int


@dataclass(frozen=True)
class AssignTask:
    """A colleague is to do it; nobody in particular where no one is named."""

    task_id: int
    owner_id: int | None


@dataclass(frozen=True)
class FinishTask:
    """It is done, and this came of it."""

    task_id: int
    outcome: str


@dataclass(frozen=True)
class SnoozeTask:
    """It rests until a day; on that day it is in the lists again."""

    task_id: int
    until: dt.date
    reason: str = ""


# ── Made and closed by other acts ────────────────────────────────────────────


def make_task(w: Work, new: NewTask) -> int | None:
    """The id of the new task; None where its cause has had one already, be it done or not."""
    assert new.kind in SENTENCES, f"{new.kind} has no sentence"
    insert = sqlite.insert if w.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    w.session.flush()
    made = w.session.scalar(
        insert(Task)
        .values(
            customer_id=new.customer_id,
            kind=new.kind,
            subject=new.subject,
            facts=json.dumps(dict(new.facts), ensure_ascii=False, sort_keys=True),
            due_on=new.due_on,
            made_at=w.now,
            owner_id=new.owner_id,
            outcome="",
        )
        .on_conflict_do_nothing(index_elements=[Task.kind, Task.subject])
        .returning(Task.id)
    )
    if made is not None:
        w.audit(
            "task.made",
            f"task/{made}",
            customer_id=new.customer_id,
            what=new.kind,
            about=new.subject,
        )
    return made


def make_tasks(w: Work, tasks: Sequence[NewTask]) -> list[int]:
    """
    The ids of many tasks, whose causes are new; whoever makes them tells it in an entry of its own.
    """
    ids = reserve_ids(w.session, Task.__table__, len(tasks))
    rows = (
        (
            row_id,
            new.customer_id,
            new.kind,
            new.subject,
            json.dumps(dict(new.facts), ensure_ascii=False, sort_keys=True),
            new.due_on,
            w.now,
            new.owner_id,
            "",
            "",
        )
        for row_id, new in zip(ids, tasks, strict=True)
    )
    insert_rows(w.session, Task.__table__, TASK, rows)
    return ids


def close_tasks(w: Work, kind: str, subjects: Iterable[str], outcome: str) -> int:
    """How many waiting tasks had their cause fall away, and close with these words."""
    open_ones = (
        select(Task)
        .where(Task.kind == kind, Task.subject.in_(list(subjects)), Task.done_at.is_(None))
        .order_by(Task.id)
        .with_for_update()
    )
    closed = w.session.scalars(open_ones).all()
    for task in closed:
        _end(w, task, outcome)
    return len(closed)


# ── Done by people ───────────────────────────────────────────────────────────


def take_task(w: Work, c: TakeTask) -> None:
    """
    The task is the actor's; taken twice by the same person it stays so.

    Raises: task.already_done, task.stale.
    """
    task = _locked(w, c.task_id)
    if task.owner_id is not None and task.owner_id != w.actor.user_id:
        owner = w.session.get_one(User, task.owner_id)
        raise RuleBroken("task.stale", owner=owner.name or owner.email)
    _hand_to(w, task, w.actor.user_id)


def assign_task(w: Work, c: AssignTask) -> None:
    """
    The task is a colleague's who may do it and see its customer, or nobody's again.

    Raises: task.already_done, task.owner_cannot.
    """
    task = _locked(w, c.task_id)
    does = Permission.TASK_DO
    if c.owner_id is not None and not colleague_may(w, c.owner_id, does, task.customer_id):
        raise RuleBroken("task.owner_cannot", field="owner")
    _hand_to(w, task, c.owner_id)


def finish_task(w: Work, c: FinishTask) -> None:
    """
    The task is done, by whom and with which outcome.

    Raises: task.already_done, task.outcome_missing.
    """
    task = _locked(w, c.task_id)
    outcome = readable(c.outcome)[:LONGEST_OUTCOME]
    if not outcome:
        raise RuleBroken("task.outcome_missing", field="result")
    _end(w, task, outcome)


def snooze_task(w: Work, c: SnoozeTask) -> None:
    """
    The task rests until a day, and wakes by itself.

    Raises: task.already_done, and what `check_snooze` raises.
    """
    task = _locked(w, c.task_id)
    check_snooze(c.until, c.reason, w.today)
    reason = c.reason.strip()[:LONGEST_OUTCOME]
    if (task.snoozed_until, task.snooze_reason) == (c.until, reason):
        return
    task.snoozed_until, task.snooze_reason = c.until, reason
    _audit(w, task, "task.snoozed", until=c.until.isoformat(), reason=reason)


def _locked(w: Work, task_id: int) -> Task:
    """The task under its lock, not done yet."""
    task = w.session.get(Task, task_id, with_for_update=True, populate_existing=True)
    if task is None:
        raise NotFound("task")
    w.require(Permission.TASK_DO, task)
    if task.done_at is not None:
        raise RuleBroken("task.already_done", outcome=task.outcome)
    return task


def _hand_to(w: Work, task: Task, owner_id: int | None) -> None:
    if task.owner_id == owner_id:
        return
    task.owner_id = owner_id
    _audit(w, task, "task.assigned", owner=owner_id)


def _end(w: Work, task: Task, outcome: str) -> None:
    task.done_at, task.done_by, task.outcome = w.now, w.actor.user_id, outcome
    _audit(w, task, "task.done", outcome=outcome)


def _audit(w: Work, task: Task, kind: str, **facts: Any) -> None:
    subject = f"task/{task.id}"
    w.audit(kind, subject, customer_id=task.customer_id, about=task.subject, **facts)
