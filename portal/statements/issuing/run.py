"""
The statement run: everyone's statement of a month, in slices that one worker takes at a time.

A slice is claimed, worked and marked in one transaction, so a kill leaves nothing half done, and
who comes next takes what is left. Two runs at once share the slices; running again makes nothing
new.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.base import failpoints
from portal.base.mail import queue_mail
from portal.base.outbox import Letter
from portal.base.policy import policy_version
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.period import Month
from portal.invoices.open_items import Scope, among, between, both, everyone
from portal.statements.issuing.composing import AccountKey, Asked
from portal.statements.issuing.freezing import Batch, freeze
from portal.statements.issuing.plan import (
    Skipped,
    accounts_due,
    count_issued,
    skipped_customers,
    slices_of,
)
from portal.statements.issuing.snapshot import issue_under
from portal.tables.customers import Customer
from portal.tables.people import User
from portal.tables.runs import RunPlan
from portal.tables.settings import Company
from portal.tables.statements import RunSlice, StatementRun

#: Opens a unit of work: the roof decides for whom and as of which day.
Begin = Callable[[], AbstractContextManager[Work]]
#: Told how many slices are done, and of how many.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class IssueStatements:
    """Issue the statements of a month: for these customer codes, or for everyone."""

    month: Month
    customer_codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Issued:
    """What a run did: how many statements it made, found made already, and who gets none."""

    month: Month
    issued: int
    unchanged: int
    skipped: list[Skipped]


@dataclass(frozen=True)
class RunTerms:
    """What of a run somebody chose; what is left out is as the policy has it."""

    currency: str = ""
    confirm_by: dt.date | None = None
    remind_after: tuple[int, ...] | None = None
    holds_mails: bool = False


AS_ALWAYS = RunTerms()


def _silently(done: int, of: int) -> None:
    """Tells nobody."""


def preview_run(w: Work, c: IssueStatements) -> Issued:
    """
    What issuing would do; nothing is changed.

    Raises: statement_run.month_not_over.
    """
    w.require("statement.run")
    _refuse_the_future(w, c.month)
    whose = _whose(customer_ids(w, c))
    due = accounts_due(w.session, whose, c.month)
    return Issued(
        c.month,
        len(due),
        count_issued(w.session, whose, c.month),
        skipped_customers(w.session, whose, c.month, due),
    )


def issue_statements(begin: Begin, c: IssueStatements, progress: Progress = _silently) -> Issued:
    """
    Issues what is due, a slice a transaction; a run that was killed is finished first.

    Raises: statement_run.month_not_over, statement_run.paused.
    """
    with begin() as w:
        w.require("statement.run")
        _refuse_the_future(w, c.month)
        ids = customer_ids(w, c)
    made = 0
    for opened in (_cut_short, open_run):
        with begin() as w:
            run_id = opened(w, c.month, ids)
            if run_id is not None and is_paused(w, run_id):
                raise RuleBroken("statement_run.paused")
        if run_id is not None:
            made += work_run(begin, run_id, progress)
    with begin() as w:
        whose = _whose(ids)
        unchanged = count_issued(w.session, whose, c.month) - made
        skipped = skipped_customers(w.session, whose, c.month, {})
    return Issued(c.month, made, unchanged, skipped)


def _refuse_the_future(r: Reader, month: Month) -> None:
    """Refuses a month that has not begun: after its statements there could be none before it."""
    if month.first_on > r.today:
        raise RuleBroken("statement_run.month_not_over", field="month", ends_on=month.last_on)


def customer_ids(r: Reader, c: IssueStatements) -> list[int] | None:
    """The customers asked for, None for everyone; raises statement_run.unknown_customer."""
    if not c.customer_codes:
        return None
    found = r.session.execute(
        select(Customer.code, Customer.id).where(Customer.code.in_(c.customer_codes))
    )
    by_code: dict[str, int] = {row.code: row.id for row in found}
    for code in c.customer_codes:
        if code not in by_code:
            raise RuleBroken("statement_run.unknown_customer", field="customers", customer=code)
    return sorted(by_code.values())


def _whose(ids: list[int] | None) -> Scope:
    return everyone if ids is None else among(ids)


def open_run(w: Work, month: Month, ids: list[int] | None) -> int | None:
    """The run to work on: one that was cut short, else a new one where something is due."""
    one_at_a_time(w)
    unfinished = _cut_short(w, month, ids)
    if unfinished is not None:
        return unfinished
    due = accounts_due(w.session, _whose(ids), month)
    return new_run(w, month, ids, due) if due else None


def one_at_a_time(w: Work) -> None:
    """Lets one at a time decide whether there is anything to do."""
    w.session.execute(select(Company.id).with_for_update())


def _cut_short(w: Work, month: Month, ids: list[int] | None) -> int | None:
    """The oldest run of the same month and customers that is not finished."""
    return w.session.scalar(
        select(StatementRun.id)
        .where(
            StatementRun.period_to == month.last_on,
            StatementRun.customer_ids.is_not_distinct_from(_as_text(ids)),
            StatementRun.finished_at.is_(None),
        )
        .order_by(StatementRun.id)
        .limit(1)
    )


def _as_text(ids: list[int] | None) -> str | None:
    return None if ids is None else json.dumps(ids)


def new_run(
    w: Work,
    month: Month,
    ids: list[int] | None,
    due: dict[AccountKey, int],
    terms: RunTerms = AS_ALWAYS,
) -> int:
    """The id of a run for these customers, its work cut into slices, its plan beside it."""
    run = StatementRun(
        period_to=month.last_on,
        issued_on=w.today,
        confirm_by=terms.confirm_by or answer_day(w),
        policy_id=w.policy.id,
        actor_id=w.actor.user_id,
        customer_ids=_as_text(ids),
        started_at=w.now,
    )
    w.session.add(run)
    w.session.flush()
    w.session.add_all(RunSlice(run_id=run.id, lo=lo, hi=hi) for lo, hi in slices_of(due))
    remind_after = terms.remind_after
    if remind_after is None:
        remind_after = w.policy.remind_after_workdays
    w.session.add(
        RunPlan(
            run_id=run.id,
            currency=terms.currency,
            planned=len(due),
            remind_after=json.dumps(remind_after),
            holds_mails=terms.holds_mails,
        )
    )
    return run.id


def answer_day(r: Reader) -> dt.date:
    """By when the policy wants answers to what is issued today."""
    return r.calendar().add_workdays(r.today, r.policy.confirm_within_workdays)


def is_paused(r: Reader, run_id: int) -> bool:
    """Whether somebody lets the run rest."""
    plan = r.session.get(RunPlan, run_id, populate_existing=True)
    return plan is not None and plan.paused_at is not None


def work_run(begin: Begin, run_id: int, progress: Progress = _silently) -> int:
    """
    How many statements this worker made of a run.

    It ends when every slice is done, or when somebody lets the run rest: then before the next one.
    """
    made = 0
    while True:
        with begin() as w:
            if is_paused(w, run_id):
                return made
            claimed = _claim(w, run_id)
            if claimed is not None:
                made += _work_slice(w, claimed)
                failpoints.reached("statement_run.before_commit")
            done, of = _progress_of(w, run_id)
            if done == of:
                _finish(w, run_id)
        failpoints.reached("statement_run.after_commit")
        progress(done, of)
        if done == of:
            return made


def _claim(w: Work, run_id: int) -> RunSlice | None:
    """A slice that nobody works on; when others hold what is left, waits for them to be done."""
    left = (
        select(RunSlice)
        .where(RunSlice.run_id == run_id, RunSlice.done_at.is_(None))
        .order_by(RunSlice.lo)
        .limit(1)
    )
    free = w.session.scalars(left.with_for_update(skip_locked=True)).first()
    return free or w.session.scalars(left.with_for_update()).first()


def _progress_of(w: Work, run_id: int) -> tuple[int, int]:
    w.session.flush()
    done, of = w.session.execute(
        select(func.count(RunSlice.done_at), func.count()).where(RunSlice.run_id == run_id)
    ).one()
    return done, of


def _work_slice(w: Work, claimed: RunSlice) -> int:
    """Freezes the statements of a slice, with one audit entry over their hashes."""
    run = w.session.get_one(StatementRun, claimed.run_id)
    plan = w.session.get(RunPlan, run.id)
    within = between(claimed.lo, claimed.hi)
    if run.customer_ids is not None:
        ids = [each for each in json.loads(run.customer_ids) if claimed.lo <= each <= claimed.hi]
        within = both(within, among(ids))
    # The run's own version: all its statements read alike, whatever is decided meanwhile.
    policy = policy_version(w.session, run.policy_id)
    issue = issue_under(policy, w.company, run.issued_on, run.confirm_by)
    currency, holds_mails = (plan.currency, plan.holds_mails) if plan else ("", False)
    asked = Asked(within, Month.of(run.period_to), policy.scheme, currency=currency)
    hashes = freeze(w, Batch(asked, issue, run.id, holds_mails=holds_mails))
    claimed.issued, claimed.done_at = len(hashes), w.now
    w.audit(
        "statements.issued",
        f"run/{run.id}/{claimed.lo}",
        period_to=run.period_to,
        statements=len(hashes),
        sha256=hashlib.sha256("".join(hashes).encode()).hexdigest(),
    )
    return len(hashes)


def _finish(w: Work, run_id: int) -> None:
    run = w.session.get_one(StatementRun, run_id, with_for_update=True)
    if run.finished_at is not None:
        return
    run.finished_at = w.now
    starter = w.session.get(User, run.actor_id) if run.actor_id else None
    if starter is not None:
        queue_mail(w, f"run_done/{run_id}", "run_done", starter, {"run_id": run_id})


def run_done_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail to whoever started a run, that it is done."""
    run = r.session.get_one(StatementRun, payload["run_id"])
    plan = r.session.get(RunPlan, run.id)
    issued = select(func.sum(RunSlice.issued)).where(RunSlice.run_id == run.id)
    return {
        "issued": int(r.session.scalar(issued) or 0),
        "month_on": run.period_to,
        "confirm_by": run.confirm_by,
        "is_held": plan is not None and plan.holds_mails and plan.released_on is None,
        "path": f"/desk/statement-runs/{r.refs.of('ru', run.id)}",
    }


LETTERS = {"run_done": Letter(run_done_values)}
