"""What statements do every day: last month's once their workday has come, and reminders."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.core.period import Month, last_closed_month
from portal.statements.agreement.deeming import deem
from portal.statements.chasing.reminding import Reminded, remind_all
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.tables.statements import StatementRun


def run(installation: Installation, on: dt.date) -> dict[str, Any]:
    """
    Issues last month's statements once the day that the policy names has come.

    Also when the portal was only started after it; but for everyone at once, and once: whose
    documents arrive after that finds them on the next statement.
    """
    with installation.work(SYSTEM, on) as w:
        deemed = deem(w)
    return {**_issue(installation, on), "deemed": deemed}


def remind(
    installation: Installation, on: dt.date | None, *, dry_run: bool = False, told: bool = True
) -> Reminded:
    """The reminders of a day, sent once; told ones come with who is not reminded and why."""
    begin = partial(installation.work, SYSTEM, on)
    return remind_all(begin, dry_run=dry_run, told=told)


def chase(installation: Installation, on: dt.date) -> dict[str, Any]:
    """
    Reminds who has not answered, by the timetable of each run.

    One reminder a statement, however many days were missed: the one whose day came last.
    """
    found = remind(installation, on, told=False)
    return {"reminded": len(found.reminders)}


def _issue(installation: Installation, on: dt.date) -> dict[str, Any]:
    month = last_closed_month(on)
    with installation.reading(SYSTEM, on) as r:
        issue_on = r.calendar().nth_workday(on.year, on.month, r.policy.issue_on_workday)
        if on < issue_on or _is_issued(r, month):
            return {"issued": 0}
    try:
        issued = issue_statements(partial(installation.work, SYSTEM, on), IssueStatements(month))
    except RuleBroken as broken:
        if broken.code != "statement_run.paused":
            raise
        return {"period": str(month), "issued": 0, "paused": True}
    return {"period": str(month), "issued": issued.issued, "unchanged": issued.unchanged}


def _is_issued(r: Reader, month: Month) -> bool:
    """Whether a run for everyone was finished for this month."""
    whole_run = select(StatementRun.id).where(
        StatementRun.period_to == month.last_on,
        StatementRun.customer_ids.is_(None),
        StatementRun.finished_at.is_not(None),
    )
    return r.session.scalar(whole_run.limit(1)) is not None
