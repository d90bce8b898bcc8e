"""What bad debts do every day: what came in is taken back, what is due is looked at again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from portal.approvals.tasks import NewTask, make_task
from portal.bad_debts.recovering import customers_with_recoveries, take_back
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.money import Money
from portal.tables.bad_debts import WriteOff

TASK = "write_off_look"
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
    return {"recovered": taken, "tasks": sum(task is not None for task in made)}


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
