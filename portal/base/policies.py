"""
Deciding: a new version of the policy, in force from a day on, with its author and audit entry.

A version holds everything, so a change that begins before versions decided earlier is carried into
each of them as well, by a version of the same day that stands in its place.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.base.policy import DEFAULTS, policy_on
from portal.base.work import Work
from portal.core.later_versions import carried
from portal.tables.settings import Company, Policy


def decide(
    w: Work, changes: Mapping[str, Any], effective_on: dt.date | None = None, author: str = ""
) -> int | None:
    """
    The id of the version that says so from a day on, today where none is named.

    None when it says what is in force on that day already. `author` is who proposed it, where that
    is not who acts.
    """
    on = effective_on or w.today
    # One decision after the other: each builds on all that was decided before it.
    w.session.execute(select(Company.id).with_for_update())
    before = dict(policy_on(w.session, on).values)
    after = {**before, **changes}
    if after == before:
        return None
    later = _in_force_after(w, on)
    version_id = _keep(w, (on, author or w.actor.name), before, after)
    for row in later:
        said = {**DEFAULTS, **json.loads(row.body)}
        says = carried(before, after, said)
        if says != said:
            _keep(w, (row.effective_on, row.author), said, says)
        # The next one was decided upon this one.
        before, after = said, says
    return version_id


def _in_force_after(w: Work, on: dt.date) -> list[Policy]:
    """Of each later day the version that holds from it, the earliest first."""
    found = select(Policy).where(Policy.effective_on > on)
    rows = w.session.scalars(found.order_by(Policy.effective_on, Policy.id))
    return list({row.effective_on: row for row in rows}.values())


def _keep(
    w: Work, told: tuple[dt.date, str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> int:
    on, author = told
    version = Policy(
        effective_on=on,
        body=json.dumps(after, ensure_ascii=False, sort_keys=True),
        author=author,
        created_at=w.now,
    )
    w.session.add(version)
    w.session.flush()
    changed = {name: after[name] for name in after if after[name] != before.get(name)}
    facts: dict[str, Any] = {"changed": changed}
    if on != w.today:
        facts["from"] = on.isoformat()
    w.audit("policy.changed", f"policy/{version.id}", **facts)
    return version.id
