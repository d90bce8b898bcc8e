"""
What promises do every day: those whose day has passed are looked at again.

One that was not kept makes a task, a note in the customer's timeline and a mail to the owner, once,
whenever it is found. A task whose promise turns out to be settled closes by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, literal, or_, select

from portal.approvals.tasks import NewTask, close_tasks, make_task
from portal.base import failpoints
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.language import N_
from portal.base.work import Reader, Work
from portal.core.promise import COOL_DOWN
from portal.core.promise_board import look_again_on
from portal.core.promise_kept import State
from portal.invoices.open_items import among, everyone
from portal.promises.board import is_unsettled
from portal.promises.eve import tell_eve
from portal.promises.owners import owners_of, tell_owners
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.tables.approvals import Task
from portal.tables.people import User
from portal.tables.promises import Promise

KIND = "promise_broken"
#: The promises of so many customers are looked at in one transaction.
SLICE = 200
MISSED = frozenset({State.BROKEN, State.PARTLY_KEPT})
#: What a task says that closed by itself, by the state that its promise turned out to be in.
SETTLED = {
    State.KEPT: N_("Paid in time: the money was applied later"),
    State.LATE_KEPT: N_("Paid, after its day"),
    State.ENDED: N_("Nothing is owed under it any more"),
}
AGAIN = N_("Promised again")


def run(installation: Installation, on: dt.date) -> dict[str, Any]:
    """Looks again at every promise whose day has passed, and at every task about one."""
    missed = closed = 0
    with installation.reading(SYSTEM, on) as r:
        slices = list(_slices(r))
    for customer_ids in slices:
        with installation.work(SYSTEM, on) as w:
            more_missed, more_closed = _look_again(w, customer_ids)
        failpoints.reached("promises.after_commit")
        missed, closed = missed + more_missed, closed + more_closed
    return {"missed": missed, "closed": closed}


def remind(installation: Installation, on: dt.date) -> dict[str, int]:
    """Writes to those whose promised day comes next; a second run finds nobody new."""
    with installation.work(SYSTEM, on) as w:
        return {"mailed": tell_eve(w)}


def _slices(r: Reader) -> Iterator[list[int]]:
    """The customers who have a promise that nobody was told of yet, or a task about one."""
    late = Promise.promised_on < r.policy.leniency().first_running(r.today)
    untold = and_(late, is_unsettled(r.today, everyone), ~_has_task())
    rows = select(Promise.customer_id).where(or_(untold, _has_task(Task.done_at.is_(None))))
    ids = list(r.session.scalars(rows.distinct().order_by(Promise.customer_id)))
    return (ids[at : at + SLICE] for at in range(0, len(ids), SLICE))


def _has_task(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    subject = literal("promise/") + cast(Promise.id, String)
    return exists().where(Task.kind == KIND, Task.subject == subject, *which)


def _look_again(w: Work, customer_ids: Sequence[int]) -> tuple[int, int]:
    """All that is unsettled of some customers together, as money on account counts once."""
    whose = among(customer_ids)
    wanted = or_(is_unsettled(w.today, whose), _has_task(Task.done_at.is_(None)))
    asked = PromiseFilter(where=(Promise.customer_id.in_(customer_ids), wanted))
    rows = list_promises(w, asked)
    open_ones = select(Task.subject).where(Task.kind == KIND, Task.done_at.is_(None))
    waiting = set(w.session.scalars(open_ones.where(Task.customer_id.in_(customer_ids))))
    closed = sum(_settle(w, row) for row in rows if _subject(row) in waiting)
    return _tell(w, [row for row in rows if _is_news(w, row)]), closed


def _is_news(w: Work, row: PromiseRow) -> bool:
    """Whether it was missed lately and is still awaited; a plan tells of its instalments itself."""
    is_recent = row.last_day >= w.today - COOL_DOWN  # what is older came with a file
    return row.plan_id is None and row.state in MISSED and row.awaited.minor > 0 and is_recent


def _tell(w: Work, rows: Sequence[PromiseRow]) -> int:
    """How many of them nobody was told of before; now somebody is."""
    owners = owners_of(w, {row.customer_id for row in rows})
    new = [row for row in rows if _made_task(w, row, owners.get(row.customer_id))]
    for row in new:
        kind = row.state.value
        facts = {"promise": row.number, "missing": row.awaited.major()}
        w.tell(row.customer_id, ("promise", row.id), f"promise_{kind}", **facts)
        w.audit(
            f"promise.{kind}",
            f"promise/{row.id}",
            customer_id=row.customer_id,
            currency=row.amount.currency,
            **facts,
        )
    tell_owners(w, [(owners[row.customer_id], row) for row in new if row.customer_id in owners])
    return len(new)


def _made_task(w: Work, row: PromiseRow, owner: User | None) -> bool:
    leniency, calendar = w.policy.leniency(), w.calendar()
    task = NewTask(
        row.customer_id,
        KIND,
        _subject(row),
        look_again_on(row.promised_on, leniency, calendar),
        {
            "number": row.number,
            "on": row.promised_on.isoformat(),
            "amount": row.amount.major(),
            "missing": row.awaited.major(),
            "currency": row.amount.currency,
        },
        owner.id if owner else None,
    )
    return make_task(w, task) is not None


def _settle(w: Work, row: PromiseRow) -> int:
    """Closes the task about a promise that is settled, or that a later one has taken over."""
    outcome = SETTLED.get(row.state)
    if row.state in MISSED and not row.awaited.minor:
        outcome = AGAIN
    return close_tasks(w, KIND, [_subject(row)], outcome) if outcome else 0


def _subject(row: PromiseRow) -> str:
    return f"promise/{row.id}"
