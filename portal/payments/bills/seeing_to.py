"""The tasks about a bill: see that it is presented, and act on one that was not honoured."""

from __future__ import annotations

from portal.approvals.tasks import NewTask
from portal.core.money import Money
from portal.tables.credit import Bill

DUE, DISHONOURED = "bill_due", "bill_dishonoured"


def task_about(row: Bill, kind: str) -> NewTask:
    """What is to be done about a bill, by its maturity or the day it was not honoured."""
    on = row.matures_on if kind == DUE else row.state_on
    return NewTask(
        customer_id=row.customer_id,
        kind=kind,
        subject=subject_of(row),
        due_on=on,
        facts={
            "number": row.number,
            "on": on.isoformat(),
            "amount": Money(row.amount_minor, row.currency).major(),
            "currency": row.currency,
        },
    )


def subject_of(row: Bill) -> str:
    """The cause of a bill's tasks."""
    return f"bill/{row.id}"
