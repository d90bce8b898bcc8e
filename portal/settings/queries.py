"""What the settings pages show."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import holidays
from sqlalchemy import select

from portal.base.work import Reader
from portal.settings.commands import BANK_FIELDS
from portal.tables.journal import Audit
from portal.tables.settings import Policy


@dataclass(frozen=True)
class PolicyVersion:
    """A version of the policy, newest first in lists."""

    id: int
    effective_on: dt.date
    author: str
    created_at: dt.datetime
    values: Mapping[str, Any]


def list_policy_versions(r: Reader) -> list[PolicyVersion]:
    """Every version, the newest first."""
    rows = r.session.scalars(select(Policy).order_by(Policy.effective_on.desc(), Policy.id.desc()))
    return [
        PolicyVersion(row.id, row.effective_on, row.author, row.created_at, json.loads(row.body))
        for row in rows
    ]


def account_unchanged_since(r: Reader) -> dt.datetime:
    """Since when the payee account reads as it does now; payers are told, as a safeguard."""
    changes = r.session.execute(
        select(Audit.at, Audit.facts)
        .where(Audit.subject == "company/1", Audit.kind == "company.changed")
        .order_by(Audit.id.desc())
    )
    for at, facts in changes:
        if any(name in json.loads(facts)["before"] for name in BANK_FIELDS):
            return at
    return r.company.created_at


def list_calendar_countries() -> list[str]:
    """The ISO codes of the countries whose holidays are known, in order."""
    return sorted(code for code in holidays.list_supported_countries() if len(code) == 2)
