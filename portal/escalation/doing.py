"""
Steps that are due are done: written down once, with their messages, tasks, fees and requests.

All of it in the transaction of whoever found them due, under the locks of their customers.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from portal.approvals.asking import Proposal, ask_quietly
from portal.base.batch import insert_rows, reserve_ids
from portal.base.work import Work
from portal.core.ladder import How
from portal.core.ladder_day import Action
from portal.core.money import Money
from portal.escalation.assigning import assign
from portal.escalation.fees import charge_fees
from portal.escalation.notices.queueing import queue_for_all
from portal.escalation.steps import DUNNING, NewDunning, StepRow, row_of
from portal.invoices.open_items import spanning
from portal.tables.escalation import DunnedPart, Dunning, ItemStep, LadderRun

KIND = "ladder_step"
PART = ("customer_id", "dunning_id", "entry_id", "part", "days_overdue", "amount_minor")
STEP = ("customer_id", "entry_id", "part", "ladder", "step", "how", "on", "dunning_id")

#: A step with the action that it does.
Done = tuple[StepRow, Action]


def do_steps(w: Work, run: LadderRun, actions: Sequence[Action]) -> list[Done]:
    """Does the steps of some accounts; those that need an approval wait for it."""
    if not actions:
        return []
    found = _dunnings(w, run, actions)
    finish(w, [each for each in found if each[0].state == "done"], w.today)
    for dunning, action in found:
        if dunning.state == "waiting":
            dunning.approval_id = ask_quietly(w, _proposal(dunning, action))
    known = [each for each, _ in found if isinstance(each, Dunning)]
    new = [row_of(each) for each, _ in found if isinstance(each, NewDunning)]
    w.session.flush()
    insert_rows(w.session, Dunning.__table__, DUNNING, new)
    # A list: nothing else can be asked while rows are on their way.
    insert_rows(w.session, DunnedPart.__table__, PART, list(_parts(w, known, found)))
    tell(w, [each for each in found if each[0].state == "done"])
    return found


def finish(w: Work, done: Sequence[Done], on: dt.date) -> None:
    """What a step that is done brings along before it is written down: its fee and its task."""
    charge_fees(w, ((each, action.step) for each, action in done), on)
    assign(w, done)


def tell(w: Work, done: Sequence[Done]) -> None:
    """How far its items are by a step that is done and written down, and its messages."""
    insert_rows(w.session, ItemStep.__table__, STEP, _steps(done))
    queue_for_all(w, [each for each, _ in done])


def _dunnings(w: Work, run: LadderRun, actions: Sequence[Action]) -> list[Done]:
    """
    A row for each step, not yet written down.

    One that was cancelled because its matter was settled, and comes again, is the same step.
    """
    again = _cancelled(w, actions)
    keys = [_key(action) for action in actions]
    ids = iter(reserve_ids(w.session, Dunning.__table__, sum(key not in again for key in keys)))
    found: list[Done] = []
    for key, action in zip(keys, actions, strict=True):
        dunning = again.get(key) or _dunning(w, run, action, next(ids))
        dunning.state = "waiting" if action.step.approval else "done"
        dunning.done_on = None if action.step.approval else w.today
        found.append((dunning, action))
    return found


def _key(action: Action) -> tuple[Any, ...]:
    lead = action.lead
    return (
        *(action.customer_id, action.currency, action.ladder, action.step.name),
        *(lead.entry_id, lead.part),
    )


def _cancelled(w: Work, actions: Sequence[Action]) -> dict[tuple[Any, ...], Dunning]:
    rows = select(Dunning).where(
        spanning([action.customer_id for action in actions])(Dunning.customer_id),
        Dunning.state == "cancelled",
    )
    return {
        (
            *(each.customer_id, each.currency, each.ladder, each.step),
            *(each.lead_entry_id, each.lead_part),
        ): each
        for each in w.session.scalars(rows)
    }


def _dunning(w: Work, run: LadderRun, action: Action, row_id: int) -> NewDunning:
    step, lead = action.step, action.lead
    return NewDunning(
        id=row_id,
        customer_id=action.customer_id,
        currency=action.currency,
        ladder=action.ladder,
        step=step.name,
        lead_entry_id=lead.entry_id,
        lead_part=lead.part,
        found_on=w.today,
        run_id=run.id,
        channel=step.channel,
        responsible=step.responsible,
        strength=step.strength,
        raises_grade_to=step.raises_grade_to,
        amount_minor=action.amount,
        set_off_minor=action.set_off,
        policy_id=run.policy_id,
        made_at=w.now,
    )


def _parts(w: Work, known: Sequence[Dunning], found: Iterable[Done]) -> Iterator[tuple[Any, ...]]:
    """What each step is about; what a step that comes again was about already stands there."""
    there: set[tuple[int, int, int]] = set()
    if known:
        columns: list[Any] = [DunnedPart.dunning_id, DunnedPart.entry_id, DunnedPart.part]
        rows = select(*columns).where(
            DunnedPart.customer_id.in_({each.customer_id for each in known}),
            DunnedPart.dunning_id.in_([each.id for each in known]),
        )
        there = {(row[0], row[1], row[2]) for row in w.session.execute(rows)}
    for dunning, action in found:
        row_id, customer_id = dunning.id, dunning.customer_id
        for item in action.items:
            entry_id, part = item.entry_id, item.part
            if (row_id, entry_id, part) not in there:
                yield customer_id, row_id, entry_id, part, item.days_overdue, item.amount


def add_parts(w: Work, dunning: Dunning, action: Action) -> None:
    """What a step is about by the day it is approved, besides what it was about when found."""
    rows = list(_parts(w, [dunning], [(dunning, action)]))
    insert_rows(w.session, DunnedPart.__table__, PART, rows)


def _steps(done: Iterable[Done]) -> Iterator[tuple[Any, ...]]:
    for dunning, action in done:
        row_id, customer_id = dunning.id, dunning.customer_id
        ladder, on = dunning.ladder, dunning.done_on
        lead = (action.lead.entry_id, action.lead.part, action.step.name)
        marks = (((lead,), How.DONE), (action.along, How.ALONG), (action.passed, How.PASSED))
        for parts, how in marks:
            for entry_id, part, step in parts:
                yield customer_id, entry_id, part, ladder, step, how.value, on, row_id


def _proposal(dunning: StepRow, action: Action) -> Proposal:
    amount = Money(action.amount, action.currency)
    return Proposal(
        kind=KIND,
        subject=f"dunning/{dunning.id}",
        customer_id=dunning.customer_id,
        amount=amount,
        before={},
        after=figures_of(action, dunning.found_on),
        fingerprint=fingerprint_of(dunning),
    )


def figures_of(action: Action, on: dt.date) -> dict[str, str]:
    """What a request for approval tells of a step."""
    oldest = on - dt.timedelta(days=max(each.days_overdue for each in action.items))
    amount = Money(action.amount, action.currency)
    return {
        "step": action.step.name,
        "amount": f"{amount.currency} {amount.major()}",
        "items": ", ".join(each.number for each in action.items[:5])
        + (f" +{len(action.items) - 5}" if len(action.items) > 5 else ""),
        "due": oldest.isoformat(),
    }


def fingerprint_of(dunning: StepRow) -> str:
    """
    Of what a request stands on: the step itself.

    What it asks for may shrink until it is approved, and is looked at again then.
    """
    return hashlib.sha256(f"dunning/{dunning.id}/{dunning.step}".encode()).hexdigest()


def digest_of(done: Iterable[Done]) -> str:
    """The hash of steps, for the entry that tells them."""
    told = "".join(f"{each.id}/{each.step}/{each.state}/{action.amount};" for each, action in done)
    return hashlib.sha256(told.encode()).hexdigest()
