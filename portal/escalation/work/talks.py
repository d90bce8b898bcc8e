"""
Talks with customers: noted once, each with what came of it and when it goes on.

A promise, a dispute or a case that comes of a talk is made by its own act.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.approvals.tasks import (
    FinishTask,
    NewTask,
    SnoozeTask,
    finish_task,
    make_task,
    snooze_task,
)
from portal.base.access import NotFound, Permission, allows
from portal.base.language import gettext as _
from portal.base.talks_said import OUTCOMES
from portal.base.work import Work
from portal.core.promise import Reason
from portal.core.talk import LONGEST_NOTE, Channel, Outcome, check_talk, is_reached
from portal.tables.approvals import Task
from portal.tables.collecting import ContactLog
from portal.tables.customers import Customer

LONGEST_NAME = 200
OUT, IN = "out", "in"


@dataclass(frozen=True)
class LogTalk:
    """A talk with somebody of a customer's, as the person who had it notes it."""

    customer_id: int
    on: dt.date
    channel: Channel
    outcome: Outcome
    reason: Reason = Reason.UNSAID
    is_incoming: bool = False
    spoke_with: str = ""
    #: Whether that person decides about payments.
    decides: bool = False
    note: str = ""
    next_on: dt.date | None = None
    #: The task that it was had for, and whether it is done with it.
    task_id: int | None = None
    ends_task: bool = False
    case_id: int | None = None
    #: The same talk sent twice by the same person is one.
    key: str = ""


def log_talk(w: Work, c: LogTalk) -> int:
    """
    The talk's id. The task that it was had for is done, or rests until it goes on.

    Raises: task.already_done, and what `check_talk` raises.
    """
    customer = w.session.get(Customer, c.customer_id, with_for_update=True)
    if customer is None:
        raise NotFound("customer")
    w.require(Permission.CONTACT_LOG, customer)
    sent = select(ContactLog.id).where(ContactLog.idempotency_key == w.own_key(c.key))
    said = w.session.scalar(sent)
    if said is not None:
        return said
    check_talk(c.on, c.next_on, w.today)
    task = _task_of(w, c)
    talk = _talk(w, c)
    w.session.add(talk)
    w.session.flush()
    _go_on(w, c, task, talk)
    w.audit(
        "talk.logged",
        f"talk/{talk.id}",
        customer_id=c.customer_id,
        channel=c.channel.value,
        outcome=c.outcome.value,
        is_reached=is_reached(c.outcome),
    )
    return talk.id


def _talk(w: Work, c: LogTalk) -> ContactLog:
    assert w.actor.user_id is not None
    return ContactLog(
        customer_id=c.customer_id,
        on=c.on,
        channel=c.channel.value,
        direction=IN if c.is_incoming else OUT,
        outcome=c.outcome.value,
        reason="" if c.reason is Reason.UNSAID else c.reason.value,
        spoke_with=c.spoke_with.strip()[:LONGEST_NAME],
        decides=c.decides,
        note=c.note.strip()[:LONGEST_NOTE],
        next_on=c.next_on,
        task_id=c.task_id,
        case_id=c.case_id,
        user_id=w.actor.user_id,
        at=w.now,
        idempotency_key=w.own_key(c.key),
    )


def _task_of(w: Work, c: LogTalk) -> Task | None:
    """The task that it was had for, which is the customer's own."""
    if c.task_id is None:
        return None
    task = w.session.get(Task, c.task_id)
    if task is None or task.customer_id != c.customer_id:
        raise NotFound("task")
    return task if task.done_at is None and allows(w.actor, Permission.TASK_DO, task) else None


def _go_on(w: Work, c: LogTalk, task: Task | None, talk: ContactLog) -> None:
    """What is to be done next, on its day: the task again, or a new one of whoever had the talk."""
    words = _(OUTCOMES[c.outcome.value][0])
    if task is not None and c.ends_task:
        finish_task(w, FinishTask(task.id, f"{words}: {talk.note}" if talk.note else words))
        task = None
    if c.next_on is None:
        return
    if task is not None and c.next_on > w.today:
        snooze_task(w, SnoozeTask(task.id, c.next_on, words))
    elif task is None:
        named = talk.spoke_with or w.session.get_one(Customer, c.customer_id).name
        facts = {"number": named, "on": c.next_on.isoformat()}
        owner_id = talk.user_id if allows(w.actor, Permission.TASK_DO) else None
        new = NewTask(
            c.customer_id, "follow_up", f"talk/{talk.id}", c.next_on, facts, owner_id=owner_id
        )
        make_task(w, new)
