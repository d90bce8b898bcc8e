"""The work that a step of the ladder gives to people: a call, a visit, a case to open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from portal.approvals.tasks import NewTask, make_tasks
from portal.base.people import staff_by_name
from portal.base.work import Reader, Work
from portal.core.ladder_day import Action
from portal.core.money import Money
from portal.escalation.steps import StepRow
from portal.invoices.open_items import spanning
from portal.tables.customers import Customer

#: channel → the kind of task
TASKS = {
    "call": "ladder_call",
    "visit": "ladder_visit",
    "agency": "ladder_case",
    "legal": "ladder_case",
}
#: role → the column of the customer that names the person who has it there
NAMED = {"sales": "owner", "collector": "collector"}


def assign(w: Work, done: Sequence[tuple[StepRow, Action]]) -> None:
    """Gives each step that people do to whoever is responsible, and notes the task at its step."""
    work = [(each, action) for each, action in done if each.channel in TASKS]
    if not work:
        return
    people = _people(w, {each.customer_id for each, _ in work})
    tasks = [_task(each, action, people) for each, action in work]
    for (each, _), task_id in zip(work, make_tasks(w, tasks), strict=True):
        each.task_id = task_id


def _task(dunning: StepRow, action: Action, people: Mapping[tuple[int, str], int]) -> NewTask:
    assert dunning.done_on is not None
    oldest = dunning.done_on - dt.timedelta(days=max(each.days_overdue for each in action.items))
    facts = {
        "amount": Money(action.amount, action.currency).major(),
        "currency": action.currency,
        "on": oldest.isoformat(),
        "step": dunning.step,
    }
    return NewTask(
        dunning.customer_id,
        TASKS[dunning.channel],
        f"dunning/{dunning.id}",
        dunning.done_on,
        facts,
        people.get((dunning.customer_id, dunning.responsible)),
    )


def _people(r: Reader, customer_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """By customer and role: who has it there; left out where the name is nobody's in the house."""
    columns: list[Any] = [Customer.id, *(getattr(Customer, name) for name in NAMED.values())]
    rows = r.session.execute(select(*columns).where(spanning(customer_ids)(Customer.id))).all()
    by_name = staff_by_name(r)
    return {
        (customer_id, role): by_name[name]
        for customer_id, *names in rows
        for role, name in zip(NAMED, names, strict=True)
        if name in by_name
    }
