"""
What bad debts do every day: what came in is taken back, what is due is looked at again.

Once a quarter whoever has owed for more than a year becomes a task, so that bad debts are cleared.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from portal.approvals.tasks import NewTask, make_task
from portal.bad_debts.recovering import customers_with_recoveries, take_back
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.work import Work
from portal.core.bad_debt import CLEARANCE_DAYS, quarter_of
from portal.core.money import Money
from portal.invoices.open_items import open_items
from portal.tables.approvals import Task
from portal.tables.bad_debts import WriteOff

TASK = "write_off_look"
CLEARANCE = "bad_debt_clearance"
#: How long somebody has to look.
TO_LOOK = dt.timedelta(days=14)


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Shrinks write-offs by what was paid for them; has the old ones looked at again."""
    with installation.reading(SYSTEM, on) as r:
        paid = customers_with_recoveries(r)
    taken = 0
    for customer_id in paid:
        with installation.work(SYSTEM, on) as w:
            taken += len(take_back(w, customer_id))
    with installation.work(SYSTEM, on) as w:
        due = select(WriteOff).where(WriteOff.state == "posted", WriteOff.look_on <= on)
        made = [
            make_task(w, _task(row, on)) for row in w.session.scalars(due.order_by(WriteOff.id))
        ]
        cleared = [make_task(w, each) for each in _to_clear(w)]
    return {
        "recovered": taken,
        "tasks": sum(task is not None for task in made),
        "to_clear": sum(task is not None for task in cleared),
    }


def _to_clear(w: Work) -> list[NewTask]:
    """A task an account and quarter, where something is overdue for more than a year (S-166)."""
    items = open_items(w.today, inside=True)
    columns: list[Any] = [items.c.customer_id, items.c.currency]
    rows = (
        select(*columns, func.sum(items.c.open), func.min(items.c.due_on))
        .where(items.c.open > 0, items.c.due_on < w.today - dt.timedelta(days=CLEARANCE_DAYS))
        .group_by(*columns)
        .order_by(*columns)
    )
    told = _told_this_quarter(w)
    found: Any = w.session.execute(rows)
    every = [_clearance(w.today, *row) for row in found]
    return [each for each in every if each.subject not in told]


def _told_this_quarter(w: Work) -> set[str]:
    """What the tasks of this quarter are about, so that a day asks for nothing twice."""
    ends = f"%/{quarter_of(w.today)}"
    rows = select(Task.subject).where(Task.kind == CLEARANCE, Task.subject.like(ends))
    return set(w.session.scalars(rows))


def _clearance(today: dt.date, customer_id: int, currency: str, minor: Any, on: dt.date) -> NewTask:
    facts = {
        "on": on.isoformat(),
        "amount": Money(int(minor), currency).major(),
        "currency": currency,
    }
    subject = f"clearance/{customer_id}/{currency}/{quarter_of(today)}"
    return NewTask(customer_id, CLEARANCE, subject, today + TO_LOOK, facts)


def _task(row: WriteOff, on: dt.date) -> NewTask:
    amount = Money(row.amount_minor, row.currency)
    assert row.look_on is not None
    return NewTask(
        row.customer_id,
        TASK,
        f"write_off/{row.id}/{row.look_on.isoformat()}",
        on + TO_LOOK,
        {
            "number": row.number,
            "on": row.look_on.isoformat(),
            "amount": amount.major(),
            "currency": amount.currency,
        },
    )
