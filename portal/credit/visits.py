"""Return visits to customers: whom one met, how it will pay, how its business goes (S-015)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.approvals.tasks import NewTask, close_tasks, make_task
from portal.base.access import Permission, visible_to
from portal.base.language import N_
from portal.base.locks import lock_customer
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.readable import readable
from portal.tables.approvals import Task
from portal.tables.credit import Visit
from portal.tables.people import User

KIND = "next_visit"
DONE = N_("Visited")
LONGEST = 2_000
FURTHEST = dt.timedelta(days=366)
#: The same noted again so soon is a second click.
NOTED_JUST_NOW = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit as lists show it."""

    id: int
    visited_on: dt.date
    met: str
    payment_plans: str
    business: str
    next_on: dt.date | None
    by: str


@dataclass(frozen=True)
class NoteVisit:
    """What was learnt on a visit, and when the next one is."""

    customer_id: int
    visited_on: dt.date
    met: str
    payment_plans: str
    business: str
    next_on: dt.date | None = None


def list_visits(r: Reader, customer_id: int) -> list[VisitRow]:
    """The visits to a customer, the last first."""
    columns: list[Any] = [Visit, User.name, User.email]
    rows = (
        select(*columns)
        .join(User, User.id == Visit.user_id)
        .where(Visit.customer_id == customer_id)
        .order_by(Visit.visited_on.desc(), Visit.id.desc())
    )
    return [
        VisitRow(
            row.id,
            row.visited_on,
            row.met,
            row.payment_plans,
            row.business,
            row.next_on,
            name or email,
        )
        for row, name, email in r.session.execute(visible_to(rows, r.actor, Visit.customer_id))
    ]


def note_visit(w: Work, c: NoteVisit) -> int:
    """
    The id of the visit that was noted; the task for it is done, one for the next is made.

    Sent twice, it is one visit.

    Raises: visit.nothing_told, visit.day_wrong, visit.next_wrong.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.SIGNAL_NOTE, customer)
    plans, business = readable(c.payment_plans)[:LONGEST], readable(c.business)[:LONGEST]
    if not plans and not business:
        raise RuleBroken("visit.nothing_told", field="payment_plans")
    if c.visited_on > w.today:
        raise RuleBroken("visit.day_wrong", field="visited_on")
    if c.next_on and not c.visited_on < c.next_on <= c.visited_on + FURTHEST:
        raise RuleBroken("visit.next_wrong", field="next_on")
    assert w.actor.user_id is not None
    told = {
        "customer_id": customer.id,
        "visited_on": c.visited_on,
        "met": c.met.strip()[:LONGEST],
        "payment_plans": plans,
        "business": business,
        "next_on": c.next_on,
        "user_id": w.actor.user_id,
    }
    before = _noted_just_now(w, told)
    if before is not None:
        return before
    row = Visit(**told, at=w.now)
    w.session.add(row)
    w.session.flush()
    w.audit("visit.noted", f"visit/{row.id}", customer_id=customer.id, on=c.visited_on)
    _close_earlier(w, customer.id)
    if c.next_on:
        facts = {"on": c.next_on.isoformat()}
        subject = f"visit/{customer.id}/{row.id}"
        make_task(w, NewTask(customer.id, KIND, subject, c.next_on, facts, w.actor.user_id))
    return row.id


def _noted_just_now(w: Work, told: dict[str, Any]) -> int | None:
    same = select(Visit.id).filter_by(**told).where(Visit.at > w.now - NOTED_JUST_NOW)
    return w.session.scalar(same.limit(1))


def _close_earlier(w: Work, customer_id: int) -> None:
    waiting = select(Task.subject).where(
        Task.customer_id == customer_id, Task.kind == KIND, Task.done_at.is_(None)
    )
    close_tasks(w, KIND, w.session.scalars(waiting).all(), DONE)
