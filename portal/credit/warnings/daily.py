"""
What overdue warnings do every day: who looks after the customer gets a task, once for each cause.

It closes by itself once nothing warns any more. A second run of a day finds nothing new.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from portal.approvals.tasks import NewTask, close_tasks, make_task
from portal.base import failpoints
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.language import N_
from portal.base.people import staff_by_name
from portal.base.work import Reader, Work
from portal.core.overdue_warning import Crossed, asks_to_look
from portal.credit.warnings.queries import in_full, warned_customers
from portal.tables.approvals import Task
from portal.tables.customers import Customer

T = TypeVar("T")

KIND = "overdue_warning"
#: So many customers are looked at in one transaction.
SLICE = 200
OVER = N_("Below every threshold again")


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Makes the tasks of who is newly warned of, and closes those of who is not any more."""
    with installation.reading(SYSTEM, on) as r:
        warned = sorted(warned_customers(r))
        over = [subject for key, subject in _waiting(r).items() if key not in set(warned)]
    made = closed = 0
    for some in _slices(warned):
        with installation.work(SYSTEM, on) as w:
            made += sum(make_task(w, each) is not None for each in _tasks(w, some))
        failpoints.reached("warnings.after_commit")
    for subjects in _slices(over):
        with installation.work(SYSTEM, on) as w:
            closed += close_tasks(w, KIND, subjects, OVER)
    return {"warned": len(warned), "made": made, "closed": closed}


def _slices(every: Sequence[T]) -> Iterator[Sequence[T]]:
    return (every[at : at + SLICE] for at in range(0, len(every), SLICE))


def _waiting(r: Reader) -> dict[int, str]:
    """The subjects of the tasks that wait, by customer."""
    rows = select(Task.customer_id, Task.subject).where(Task.kind == KIND, Task.done_at.is_(None))
    return {row.customer_id: row.subject for row in r.session.execute(rows)}


def _tasks(w: Work, customer_ids: Sequence[int]) -> Iterator[NewTask]:
    people = _people(w, customer_ids)
    looked = _looked(w, customer_ids)
    for customer_id, reasons in sorted(in_full(w, customer_ids).items()):
        last, waits = looked.get(customer_id, (None, False))
        newest = None if waits else asks_to_look(reasons, last)
        if newest is not None:
            facts = _facts(reasons, newest)
            subject = f"customer/{customer_id}/{w.today.isoformat()}"
            yield NewTask(customer_id, KIND, subject, w.today, facts, people.get(customer_id))


def _facts(reasons: Sequence[Crossed], newest: dt.date) -> dict[str, str]:
    """Of the threshold that was reached last."""
    reached = max(reasons, key=lambda each: each.since)
    return {
        "number": str(reached.days),
        "on": newest.isoformat(),
        "amount": reached.amount.major(),
        "currency": reached.amount.currency,
    }


def _looked(r: Reader, customer_ids: Sequence[int]) -> dict[int, tuple[dt.date | None, bool]]:
    """By customer: when a person last did a task about it, and whether one still waits."""
    by_people = func.max(case((Task.done_by.is_not(None), Task.done_at)))
    waits = func.max(case((Task.done_at.is_(None), 1), else_=0))
    columns: list[Any] = [Task.customer_id, by_people, waits]
    rows = (
        select(*columns)
        .where(Task.kind == KIND, Task.customer_id.in_(customer_ids))
        .group_by(Task.customer_id)
    )
    zone = ZoneInfo(r.company.timezone)
    return {
        customer_id: (None if at is None else at.astimezone(zone).date(), bool(is_waiting))
        for customer_id, at, is_waiting in r.session.execute(rows)
    }


def _people(r: Reader, customer_ids: Sequence[int]) -> Mapping[int, int]:
    """Who looks after each customer: its collector, else its sales owner, where they are ours."""
    by_name = staff_by_name(r)
    rows = select(Customer.id, Customer.collector, Customer.owner).where(
        Customer.id.in_(customer_ids)
    )
    found = {
        customer_id: next((by_name[name] for name in names if name in by_name), None)
        for customer_id, *names in r.session.execute(rows)
    }
    return {customer_id: user_id for customer_id, user_id in found.items() if user_id is not None}
