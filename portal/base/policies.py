"""Deciding: a new version of the policy, in force from today, with its author and audit entry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from portal.base.policy import policy_on
from portal.base.work import Work
from portal.tables.settings import Policy


def decide(w: Work, changes: Mapping[str, Any]) -> int | None:
    """The id of the new version of the policy; None when it says what is in force already."""
    in_force = policy_on(w.session, w.today)
    values = {**in_force.values, **changes}
    if values == dict(in_force.values):
        return None
    version = Policy(
        effective_on=w.today,
        body=json.dumps(values, ensure_ascii=False, sort_keys=True),
        author=w.actor.name,
        created_at=w.now,
    )
    w.session.add(version)
    w.session.flush()
    changed = {name: values[name] for name in values if values[name] != in_force.values.get(name)}
    w.audit("policy.changed", f"policy/{version.id}", changed=changed)
    return version.id
