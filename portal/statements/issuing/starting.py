"""
A statement run that a page asks for: looked at first, opened in one act, done by a worker.

The command line works a run through itself (run.py); here the person may close the tab.
"""

from __future__ import annotations

from sqlalchemy import select

from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.statements.issuing.run import IssueStatements, customer_ids, open_run
from portal.tables.journal import Outbox

TASK = "statement_run"


def start_run(w: Work, c: IssueStatements) -> int:
    """
    Opens the run and leaves its work to a worker; gives its id, also of one that goes on already.

    Raises: statement_run.month_not_over, statement_run.unknown_customer, statement_run.nothing_due.
    """
    w.require("statement.run")
    check_month(w, c)
    run_id = open_run(w, c.month, customer_ids(w, c))
    if run_id is None:
        raise RuleBroken("statement_run.nothing_due", field="month", month=str(c.month))
    leave_to_a_worker(w, run_id)
    return run_id


def leave_to_a_worker(w: Work, run_id: int) -> None:
    """Queues the task once; again where an earlier one ended and the run did not."""
    mine = f"{TASK}/{run_id}/"
    waits = select(Outbox.id).where(
        Outbox.kind == TASK,
        Outbox.state == "pending",
        Outbox.key.startswith(mine, autoescape=True),
    )
    if w.session.scalar(waits.limit(1)) is None:
        payload = {"run_id": run_id, "user_id": w.actor.user_id}
        w.later(f"{mine}{w.now.isoformat()}", TASK, payload)


def check_month(r: Reader, c: IssueStatements) -> None:
    """Refuses a month that has not ended: what is posted in it tomorrow would come too late."""
    if c.month.last_on >= r.today:
        raise RuleBroken("statement_run.month_not_over", field="month", ends_on=c.month.last_on)
