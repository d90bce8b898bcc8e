"""The versions of the policy, and presets to begin with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from portal.base.access import NotFound
from portal.base.policy import PolicyInForce, policy_version
from portal.base.work import Reader
from portal.tables.settings import Policy

MOST_LISTED = 100
PRESETS = Path(__file__).with_name("presets")
#: The number of the policy as it is shipped, before the first version.
SHIPPED = 0


@dataclass(frozen=True)
class VersionRow:
    """A version of the policy, as lists show it."""

    id: int
    effective_on: dt.date
    author: str
    created_at: dt.datetime


@dataclass(frozen=True)
class Versions:
    """The newest versions, and how many there are."""

    rows: Sequence[VersionRow]
    count: int


def list_versions(r: Reader) -> Versions:
    """The versions by the day that they hold from, the latest first."""
    found = select(Policy.id, Policy.effective_on, Policy.author, Policy.created_at)
    rows = r.session.execute(
        found.order_by(Policy.effective_on.desc(), Policy.id.desc()).limit(MOST_LISTED)
    )
    listed = [VersionRow(*row) for row in rows]
    count = len(listed)
    if count == MOST_LISTED:
        count = r.session.scalar(select(func.count()).select_from(Policy)) or 0
    return Versions(listed, count)


def get_policy(r: Reader, number: int) -> PolicyInForce:
    """A version by its number; `NotFound` where there is none."""
    if number == SHIPPED:
        return PolicyInForce()
    if r.session.scalar(select(Policy.id).where(Policy.id == number)) is None:
        raise NotFound("policy")
    return policy_version(r.session, number)


def preset_text(name: str) -> str:
    """The text of a preset; `NotFound` where there is none."""
    if name not in list_presets():
        raise NotFound("preset")
    return (PRESETS / f"{name}.toml").read_text("utf-8")


def list_presets() -> list[str]:
    """The names of the presets, in order."""
    return sorted(path.stem for path in PRESETS.glob("*.toml"))
