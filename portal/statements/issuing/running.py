"""Acts on a run that goes on or went: it rests and goes on, its held mails are let go."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CursorResult, select, update

from portal.base.access import NotFound
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.statements.issuing.freezing import HELD
from portal.statements.issuing.starting import TASK
from portal.tables.journal import Outbox
from portal.tables.runs import RunPlan
from portal.tables.statements import Statement, StatementRun


@dataclass(frozen=True)
class ActOnRun:
    """A run that something is done to."""

    run_id: int


def pause_run(w: Work, c: ActOnRun) -> None:
    """The run rests before its next slice; what is issued stays. Raises: statement_run.finished."""
    plan = _going(w, c.run_id)
    if plan.paused_at is None:
        plan.paused_at = w.now
        w.audit("statement_run.paused", f"run/{c.run_id}")


def resume_run(w: Work, c: ActOnRun) -> None:
    """A worker goes on with the run. Raises: statement_run.finished."""
    plan = _going(w, c.run_id)
    if plan.paused_at is None:
        return
    plan.paused_at, plan.resumed_at = None, w.now
    w.audit("statement_run.resumed", f"run/{c.run_id}")
    # Always a task of its own: who did the last one may just have seen that the run rests.
    payload = {"run_id": c.run_id, "user_id": w.actor.user_id}
    w.later(f"{TASK}/{c.run_id}/{w.now.isoformat()}/resumed", TASK, payload)


def release_mails(w: Work, c: ActOnRun) -> int:
    """
    How many held mails leave from now on; reminders count from today.

    Raises: statement_run.not_held.
    """
    w.require("statement.run")
    plan = w.session.get(RunPlan, c.run_id, with_for_update=True)
    if plan is None or not plan.holds_mails or plan.released_on is not None:
        raise RuleBroken("statement_run.not_held")
    plan.released_on = w.today
    mine = select(Statement.customer_id).where(Statement.run_id == c.run_id)
    let_go = w.session.execute(
        update(Outbox)
        .where(
            Outbox.state == "pending",
            Outbox.not_before == HELD,
            Outbox.customer_id.in_(mine),
            Outbox.kind == "statement",
        )
        .values(not_before=None, created_at=w.now)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(let_go, CursorResult)
    w.wakes = True
    w.audit("statement_run.mails_released", f"run/{c.run_id}", mails=let_go.rowcount)
    return let_go.rowcount


def _going(w: Work, run_id: int) -> RunPlan:
    w.require("statement.run")
    run = w.session.get(StatementRun, run_id)
    plan = w.session.get(RunPlan, run_id, with_for_update=True)
    if run is None or plan is None:
        raise NotFound("run")
    if run.finished_at is not None:
        raise RuleBroken("statement_run.finished")
    return plan


def find_trouble(r: Reader, run_id: int) -> str:
    """What stopped a worker of the run that is tried again; empty where all goes well."""
    problem = r.session.scalar(
        select(Outbox.problem)
        .where(
            Outbox.kind == TASK,
            Outbox.key.startswith(f"{TASK}/{run_id}/", autoescape=True),
            Outbox.problem.is_not(None),
        )
        .order_by(Outbox.id.desc())
        .limit(1)
    )
    return problem or ""
