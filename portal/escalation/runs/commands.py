"""What people do to a run: ask for it, leave rows out, let it go, let it rest, try again."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select, tuple_, update

from portal.base.access import NotFound, Permission
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.ladder_difference import check_seen
from portal.core.readable import readable
from portal.escalation.notices.times import leaves_at
from portal.escalation.planning import Plan
from portal.escalation.running import prepare_run, write_plan
from portal.tables.customers import Customer
from portal.tables.escalation import Dunning, LadderRun, Notice, PlannedStep
from portal.tables.journal import Outbox

#: The worker's task that goes on with a run.
TASK = "ladder_run"
#: The mails of a run that rests do not leave before somebody lets it go on.
HELD = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
WAITING = ("held", "approved", "running", "paused")
LONGEST_REASON = 300

#: Customer, currency and the step's name.
StepKey = tuple[int, str, str]


@dataclass(frozen=True)
class PrepareRun:
    """Today's run, with the plan that was made of it just before."""

    plan: Plan


@dataclass(frozen=True)
class LeaveOut:
    """Steps that a run does not do, and why; without a reason they come in again."""

    run_id: int
    keys: Sequence[StepKey] = field(default_factory=tuple)
    reason: str = ""


@dataclass(frozen=True)
class ApproveRun:
    """That a run goes, as it was seen: so many steps to so many customers."""

    run_id: int
    seen: tuple[int, int]
    #: What it would do now.
    plan: Plan


@dataclass(frozen=True)
class ActOnRun:
    """A run that something is done to."""

    run_id: int


def ask_for_run(w: Work, c: PrepareRun) -> int:
    """The id of today's run, made to wait for whoever asks for it; or of the one there is."""
    return prepare_run(w, c.plan).id


def leave_out(w: Work, c: LeaveOut) -> int:
    """
    How many steps the run will not do; a later one finds them due again.

    Raises: ladder_run.not_in_this_state, ladder_run.nothing_chosen, ladder_run.reason_missing.
    """
    reason = c.reason.strip()[:LONGEST_REASON]
    if not readable(reason):
        raise RuleBroken("ladder_run.reason_missing", field="reason")
    return _mark(w, c, ("planned", "left_out"), reason, w.actor.user_id)


def take_in(w: Work, c: LeaveOut) -> int:
    """How many steps that were left out the run does after all. Raises: as `leave_out`."""
    return _mark(w, c, ("left_out", "planned"), "", None)


def _mark(w: Work, c: LeaveOut, states: tuple[str, str], reason: str, user_id: int | None) -> int:
    run = _locked(w, c.run_id, "held")
    if not c.keys:
        raise RuleBroken("ladder_run.nothing_chosen")
    was, becomes = states
    marked: Any = w.session.execute(
        update(PlannedStep)
        .where(
            PlannedStep.run_id == run.id,
            PlannedStep.state == was,
            tuple_(PlannedStep.customer_id, PlannedStep.currency, PlannedStep.step).in_(c.keys),
        )
        .values(state=becomes, reason=reason, user_id=user_id)
        .execution_options(synchronize_session=False)
    )
    run.row_version += 1
    kind = "ladder_run.left_out" if becomes == "left_out" else "ladder_run.taken_in"
    w.audit(kind, f"ladder_run/{run.id}", count=marked.rowcount, reason=reason)
    return int(marked.rowcount)


def approve_run(w: Work, c: ApproveRun) -> None:
    """
    The run goes: a worker does its steps, and their messages leave.

    Raises: ladder_run.not_in_this_state, and ladder_run.changed where it would not do what was
    seen.
    """
    run = _locked(w, c.run_id, "held")
    assert c.plan.on == run.on
    left_out = _left_out(w, run)
    going = [
        each
        for each in c.plan.actions
        if (each.customer_id, each.currency, each.step.name) not in left_out
    ]
    check_seen(c.seen, (len(going), len({each.customer_id for each in going})))
    _plan_anew(w, run, c.plan, left_out)
    run.state, run.approved_by, run.approved_at = "approved", w.actor.user_id, w.now
    run.row_version += 1
    _have_worked_on(w, run)
    steps, customers = c.seen
    w.audit("ladder_run.approved", _subject(run), steps=steps, customers=customers)


def _left_out(w: Work, run: LadderRun) -> dict[StepKey, tuple[str, int | None]]:
    """Why, and by whom, which steps are left out."""
    columns: list[Any] = [
        *(PlannedStep.customer_id, PlannedStep.currency, PlannedStep.step),
        *(PlannedStep.reason, PlannedStep.user_id),
    ]
    rows = select(*columns).where(PlannedStep.run_id == run.id, PlannedStep.state == "left_out")
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in w.session.execute(rows)}


def _plan_anew(
    w: Work, run: LadderRun, plan: Plan, left_out: dict[StepKey, tuple[str, int | None]]
) -> None:
    """What was planned says what was approved; who was left out stays so."""
    w.session.execute(delete(PlannedStep).where(PlannedStep.run_id == run.id))
    write_plan(w, run, plan)
    for (customer_id, currency, step), (reason, user_id) in left_out.items():
        w.session.execute(
            update(PlannedStep)
            .where(
                PlannedStep.run_id == run.id,
                PlannedStep.customer_id == customer_id,
                PlannedStep.currency == currency,
                PlannedStep.step == step,
            )
            .values(state="left_out", reason=reason, user_id=user_id)
        )


def pause_run(w: Work, c: ActOnRun) -> None:
    """
    The run rests before its next slice, and what has not left yet does not leave.

    Raises: ladder_run.already_done.
    """
    run = _locked(w, c.run_id, "approved", "running", "paused", "done")
    if run.paused_at is not None:
        return
    held = _hold_messages(w, run)
    if run.state == "done" and not held:
        raise RuleBroken("ladder_run.already_done")
    if run.state != "done":
        run.state = "paused"
    run.paused_at = w.now
    run.row_version += 1
    w.audit("ladder_run.paused", _subject(run), messages=held)


def _hold_messages(w: Work, run: LadderRun) -> int:
    """How many messages wait now that would have left."""
    held: Any = w.session.execute(
        update(Outbox)
        .where(Outbox.state == "pending", Outbox.id.in_(_messages(run.id)))
        .values(not_before=HELD)
        .execution_options(synchronize_session=False)
    )
    return int(held.rowcount)


def _messages(run_id: int) -> Any:
    return (
        select(Notice.outbox_id)
        .join(
            Dunning,
            (Dunning.id == Notice.dunning_id) & (Dunning.customer_id == Notice.customer_id),
        )
        .where(Dunning.run_id == run_id, Notice.outbox_id.is_not(None))
    )


def resume_run(w: Work, c: ActOnRun) -> None:
    """
    A worker goes on with the run, and its messages leave, though not at night.

    Raises: ladder_run.not_in_this_state.
    """
    run = _locked(w, c.run_id, "paused", "done")
    if run.paused_at is None:
        return
    run.paused_at = None
    run.row_version += 1
    _let_go(w, run)
    if run.state == "paused":
        run.state = "running"
        _have_worked_on(w, run)
    w.wakes = True
    w.audit("ladder_run.resumed", _subject(run))


def _let_go(w: Work, run: LadderRun) -> None:
    """The messages leave when those of their customer's country may."""
    columns: list[Any] = [Outbox.id, Customer.country]
    rows = (
        select(*columns)
        .join(Customer, Customer.id == Outbox.customer_id)
        .where(
            Outbox.state == "pending",
            Outbox.not_before == HELD,
            Outbox.id.in_(_messages(run.id)),
        )
    )
    by_country: defaultdict[str, list[int]] = defaultdict(list)
    for row_id, country in w.session.execute(rows):
        by_country[country or ""].append(row_id)
    for country, ids in sorted(by_country.items()):
        leaving = leaves_at(w, country)
        changes = [{"id": each, "not_before": leaving, "created_at": w.now} for each in ids]
        w.session.execute(update(Outbox), changes)


def try_again(w: Work, c: ActOnRun) -> int:
    """How many messages that could not be delivered are tried anew."""
    run = _locked(w, c.run_id, "approved", "running", "paused", "done")
    rows = (
        select(Outbox, Notice)
        .join(Notice, Notice.outbox_id == Outbox.id)
        .where(Outbox.state == "failed", Outbox.id.in_(_messages(run.id)))
        .with_for_update()
    )
    found = w.session.execute(rows).all()
    for row, notice in found:
        row.state, row.problem, row.tries = "pending", None, 0
        row.lease_until, row.not_before = None, HELD if run.paused_at else None
        # Given up once: the time to try it begins anew.
        row.created_at = w.now
        notice.state, notice.problem = "queued", ""
    w.wakes = bool(found)
    w.audit("ladder_run.tried_again", _subject(run), messages=len(found))
    return len(found)


def _have_worked_on(w: Work, run: LadderRun) -> None:
    """Leaves the run to a worker: always a task of its own, as the last one may be over."""
    payload = {"run_id": run.id, "user_id": w.actor.user_id}
    w.later(f"{TASK}/{run.id}/{run.row_version}", TASK, payload)


def _locked(w: Work, run_id: int, *states: str) -> LadderRun:
    w.require(Permission.ESCALATION_VIEW)
    w.require(Permission.ESCALATION_RUN)
    run = w.session.get(LadderRun, run_id, with_for_update=True, populate_existing=True)
    if run is None:
        raise NotFound("ladder_run")
    if run.state == "overtaken":
        raise RuleBroken("ladder_run.overtaken")
    if run.state not in states:
        raise RuleBroken("ladder_run.not_in_this_state")
    return run


def _subject(run: LadderRun) -> str:
    return f"ladder_run/{run.id}"
