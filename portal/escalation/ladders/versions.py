"""The versions of the ladders: those of the policy in which they were changed, and their drafts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.policy import policy_version
from portal.base.work import Reader
from portal.core.ladder import Ladder, ladders_of
from portal.core.policy_canon import canonical_list, in_full
from portal.core.policy_schema import LADDERS
from portal.tables.settings import Policy
from portal.terms.changes import ChangeView, get_shown_change, list_open_changes

#: The number of the ladders as they are shipped, before the first version.
SHIPPED = 0
MOST_LISTED = 30

#: A ladder as the policy tells it, with all its keys.
Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of the policy that changed the ladders."""

    number: int
    #: None: from the beginning, as shipped.
    effective_on: dt.date | None
    author: str
    names: tuple[str, ...]


def list_versions(r: Reader) -> list[VersionRow]:
    """The versions that changed a ladder, the latest to begin first, and those that are shipped."""
    rows = r.session.execute(
        select(Policy.id, Policy.effective_on, Policy.author, Policy.body).order_by(
            Policy.effective_on, Policy.id
        )
    )
    before: list[Any] = []
    found = [VersionRow(SHIPPED, None, "", _names(in_full(LADDERS, [])))]
    for number, effective_on, author, body in rows:
        told = canonical_list(LADDERS, json.loads(body).get(LADDERS.value, []))
        if told != before:
            names = _names(in_full(LADDERS, told))
            found.append(VersionRow(number, effective_on, author, names))
        before = told
    return found[::-1][:MOST_LISTED]


def number_now(r: Reader) -> int:
    """The number under which the ladders in force today are listed."""
    begun = (
        each.number
        for each in list_versions(r)
        if each.effective_on is None or each.effective_on <= r.today
    )
    return next(begun, SHIPPED)


def _names(told: Sequence[Told]) -> tuple[str, ...]:
    return tuple(str(each["name"]) for each in told)


def told_in(r: Reader, number: int) -> list[dict[str, Any]]:
    """The ladders of a version, with all their keys; `NotFound` where there is no such version."""
    if number == SHIPPED:
        return in_full(LADDERS, [])
    if r.session.scalar(select(Policy.id).where(Policy.id == number)) is None:
        raise NotFound("policy")
    return in_full(LADDERS, policy_version(r.session, number).values[LADDERS.value])


def effective_on(r: Reader, number: int) -> dt.date | None:
    """From when a version holds; None: as shipped."""
    return r.session.scalar(select(Policy.effective_on).where(Policy.id == number))


def told_now(r: Reader) -> list[dict[str, Any]]:
    """The ladders in force today, with all their keys."""
    return in_full(LADDERS, r.policy.values[LADDERS.value])


def told_of_draft(view: ChangeView) -> list[dict[str, Any]]:
    """The ladders of a draft; `NotFound` where it changes none."""
    if LADDERS.value not in view.after:
        raise NotFound("ladder_draft")
    return in_full(LADDERS, view.after[LADDERS.value])


def get_draft(r: Reader, ref: str) -> ChangeView:
    """A draft of ladders by its reference; `NotFound` where there is none."""
    view = get_shown_change(r, ref)
    told_of_draft(view)
    return view


def list_drafts(r: Reader) -> list[ChangeView]:
    """The changes of ladders on their way, the earliest to begin first."""
    return [view for view in list_open_changes(r) if LADDERS.value in view.after]


def as_kept(told: Sequence[Told]) -> list[dict[str, Any]]:
    """The ladders as the policy keeps them."""
    return canonical_list(LADDERS, told)


def ladders(told: Sequence[Told]) -> tuple[Ladder, ...]:
    """The ladders as they are walked."""
    return ladders_of(told)
