"""What statements do every day: on the policy's workday, everyone's statement of last month."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.period import last_closed_month
from portal.statements.run import IssueStatements, issue_statements


def run(installation: Installation, on: dt.date) -> dict[str, Any]:
    """Issues last month's statements when the day is the one that the policy names."""
    with installation.reading(SYSTEM, on) as r:
        issue_on = r.calendar().nth_workday(on.year, on.month, r.policy.issue_on_workday)
    if on != issue_on:
        return {"issued": 0}
    month = last_closed_month(on)
    issued = issue_statements(partial(installation.work, SYSTEM, on), IssueStatements(month))
    return {"period": str(month), "issued": issued.issued, "unchanged": issued.unchanged}
