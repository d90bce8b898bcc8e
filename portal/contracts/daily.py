"""What happens to contracts every day: who ends soon, who is to be looked at, who differs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select

from portal.approvals.tasks import NewTask, make_task
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.work import Reader, Work
from portal.contracts.agreements import amendments_in_force, values_on
from portal.contracts.checking import check_all
from portal.contracts.looking import ENDS, LOOK, task_subject
from portal.core.contract import ContractStage, standing_on
from portal.tables.contracts import Contract


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Makes the tasks that are due, and compares what reads otherwise by now."""
    with installation.work(SYSTEM, on) as w:
        tasks = sum(make_task(w, each) is not None for each in _due(w))
        found = check_all(w)
        return {"tasks": tasks, "fits": found.fits, "held": found.held}


def _due(w: Work) -> Iterator[NewTask]:
    rows = list(w.session.scalars(select(Contract).order_by(Contract.id)))
    ends = ends_of(w, rows)
    for row in rows:
        if standing_on(row.starts_on, ends[row.id], w.today) is ContractStage.ENDING:
            yield _task(row, ENDS, ends[row.id])
        if row.next_look_on is not None and row.next_look_on <= w.today:
            yield _task(row, LOOK, row.next_look_on)


def ends_of(r: Reader, contracts: list[Contract]) -> dict[int, dt.date | None]:
    """The last day of each contract as its amendments leave it now."""
    amended = amendments_in_force(r, [each.id for each in contracts])
    return {
        each.id: values_on(each, amended.get(each.id, ()), r.today, ("ends_on",))["ends_on"]
        for each in contracts
    }


def _task(row: Contract, kind: str, on: dt.date | None) -> NewTask:
    assert on is not None
    return NewTask(
        customer_id=row.customer_id,
        kind=kind,
        subject=task_subject(row.id, on),
        due_on=on,
        facts={"number": row.code, "on": on.isoformat()},
    )
