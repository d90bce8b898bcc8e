"""
What plans do every day: the customer is written to around each instalment; a broken one is told.

Each mail goes once by its key, each broken plan makes one task, however often a day is run. A plan
whose money turns out to have come in time closes its task by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from portal.approvals.tasks import NewTask, close_tasks, make_task
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.language import N_
from portal.base.mail import queue_mail
from portal.base.work import Work
from portal.core.instalment import Met, Standing, State
from portal.core.workdays import ONE_DAY
from portal.promises.owners import owners_of
from portal.promises.plans.reading import standings
from portal.promises.plans.rows import number_of
from portal.promises.plans.telling import mail_customer, note, people_of
from portal.tables.promises import Plan

KIND = "plan_broken"
#: What a task says that closed by itself.
SETTLED = {
    State.ACTIVE: N_("Paid in time: the money was applied later"),
    State.DONE: N_("Everything was paid in the end"),
}


def run(installation: Installation, on: dt.date) -> dict[str, Any]:
    """Follows every agreed plan: mails before and on the day of an instalment, and broken ones."""
    mailed = broken = closed = 0
    with installation.work(SYSTEM, on) as w:
        found = standings(w, on, Plan.state == "agreed")
        rows = w.session.scalars(select(Plan).where(Plan.id.in_(found)).order_by(Plan.id))
        for plan in rows:
            stand = found[plan.id]
            mailed += sum(_mail(w, plan, nth, met) for nth, met in _near(w, stand))
            broken += _tell_broken(w, plan, stand)
            closed += _close(w, plan, stand)
    return {"mailed": mailed, "broken": broken, "closed": closed}


def _near(w: Work, stand: Standing) -> Iterator[tuple[int, Met]]:
    """The instalments of today and of the next workday that are not there in full."""
    for nth, met in enumerate(stand.each, start=1):
        due_on = met.instalment.due_on
        eve = w.calendar().on_or_before(due_on - ONE_DAY)
        if met.left.minor and w.today in (eve, due_on):
            yield nth, met


def _mail(w: Work, plan: Plan, nth: int, met: Met) -> int:
    """How many people are written to about an instalment, for the first time today."""
    when = "day" if met.instalment.due_on == w.today else "eve"
    return sum(
        queue_mail(
            w,
            f"plan/{plan.id}/instalment/{nth}/{when}/{person.id}",
            "plan_instalment",
            person,
            {"plan_id": plan.id, "nth": nth, "user_id": person.id},
            customer_id=plan.customer_id,
        )
        for person in people_of(w, plan.customer_id)
    )


def _tell_broken(w: Work, plan: Plan, stand: Standing) -> bool:
    """Whether a plan was found broken that nobody was told of before."""
    if stand.state is not State.BROKEN:
        return False
    missed = next(met for met in stand.each if met.is_missed)
    owner = owners_of(w, {plan.customer_id}).get(plan.customer_id)
    task = NewTask(
        plan.customer_id,
        KIND,
        f"plan/{plan.id}",
        w.calendar().on_or_after(w.today),
        {
            "number": number_of(plan.id),
            "on": missed.instalment.due_on.isoformat(),
            "amount": (missed.left if missed.left.minor else missed.instalment.amount).major(),
            "currency": plan.currency,
        },
        owner.id if owner else None,
    )
    if make_task(w, task) is None:
        return False
    note(w, plan, "broken", missed_on=missed.instalment.due_on.isoformat())
    mail_customer(w, plan, "broken")
    return True


def _close(w: Work, plan: Plan, stand: Standing) -> int:
    if stand.state is State.BROKEN:
        return 0
    return close_tasks(w, KIND, [f"plan/{plan.id}"], SETTLED[stand.state])
