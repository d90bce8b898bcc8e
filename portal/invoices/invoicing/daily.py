"""
What is delivered is invoiced: each late delivery makes a task, which its invoice closes.

A delivery has one task in its life, however often it is found.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import ColumnElement, String, cast, exists, literal, select

from portal.approvals.tasks import NewTask, close_tasks, make_task
from portal.base import failpoints
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.language import N_
from portal.base.work import Reader, Work
from portal.core.money import Money
from portal.invoices.uninvoiced import is_late, is_uninvoiced
from portal.tables.approvals import Task
from portal.tables.deliveries import Delivery

KIND = "to_invoice"
#: So many tasks are made or closed in one transaction.
SLICE = 200
INVOICED = N_("Invoiced by now")

Slices = Iterator[list[int]]


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Makes the tasks of the deliveries that are late, and closes those that were invoiced."""
    with installation.reading(SYSTEM, on) as r:
        late, invoiced = list(_slices(r, *_late(r))), list(_slices(r, *_invoiced(r)))
    made = closed = 0
    for ids in late:
        with installation.work(SYSTEM, on) as w:
            made += sum(make_task(w, each) is not None for each in _tasks(w, ids))
        failpoints.reached("invoicing.after_commit")
    for ids in invoiced:
        with installation.work(SYSTEM, on) as w:
            closed += close_tasks(w, KIND, [f"delivery/{each}" for each in ids], INVOICED)
    return {"made": made, "closed": closed}


def _late(r: Reader) -> tuple[ColumnElement[bool], ...]:
    return is_late(r), is_uninvoiced(r.today), ~_has_task()


def _invoiced(r: Reader) -> tuple[ColumnElement[bool], ...]:
    return _has_task(Task.done_at.is_(None)), ~is_uninvoiced(r.today)


def _has_task(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    subject = literal("delivery/") + cast(Delivery.id, String)
    return exists().where(Task.kind == KIND, Task.subject == subject, *which)


def _slices(r: Reader, *kept: ColumnElement[bool]) -> Slices:
    order = (Delivery.delivered_on, Delivery.id)
    ids = list(r.session.scalars(select(Delivery.id).where(*kept).order_by(*order)))
    return (ids[at : at + SLICE] for at in range(0, len(ids), SLICE))


def _tasks(w: Work, ids: list[int]) -> Iterator[NewTask]:
    rows = select(Delivery).where(Delivery.id.in_(ids)).order_by(Delivery.delivered_on, Delivery.id)
    for row in list(w.session.scalars(rows)):
        amount = Money(row.amount_minor, row.currency)
        yield NewTask(
            row.customer_id,
            KIND,
            f"delivery/{row.id}",
            w.today,
            {
                "number": row.number,
                "on": row.delivered_on.isoformat(),
                "amount": amount.major(),
                "currency": amount.currency,
            },
        )
