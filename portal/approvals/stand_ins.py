"""
Who decides for a colleague who is away: named for some days, by that colleague or an administrator.

A stand-in decides in their own name and on the absent colleague's right, which the decision keeps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased

from portal.base.access import NotFound, Permission, roles_holding
from portal.base.mail import queue_mail
from portal.base.people import stands_in_on
from portal.base.work import Reader, Work
from portal.core.approval import Manager, check_stand_in
from portal.core.errors import RuleBroken
from portal.tables.approvals import StandIn
from portal.tables.people import User

ADMIN = "admin"


@dataclass(frozen=True)
class NameStandIn:
    """A colleague decides for somebody from a day to a day."""

    absent_id: int
    stand_in_id: int
    from_on: dt.date
    until_on: dt.date


@dataclass(frozen=True)
class Absent:
    """A colleague for whom somebody decides today."""

    manager: Manager
    name: str


@dataclass(frozen=True, slots=True)
class StandInRow:
    """Who decides for whom, as the people concerned see it."""

    ref: str
    absent: str
    stand_in: str
    from_on: dt.date
    until_on: dt.date
    set_by: str
    #: runs | comes | over | ended
    state: str
    may_end: bool


def away_with(r: Reader, roles: Collection[str]) -> Select[Any]:
    """The colleagues with one of these roles in whose place the reader decides today."""
    columns: list[Any] = [User.id, User.name, User.email, User.staff_role]
    rows: Select[Any] = select(*columns).join(StandIn, StandIn.user_id == User.id)
    return rows.where(
        StandIn.stand_in_id == r.actor.user_id,
        stands_in_on(r.today),
        User.disabled_at.is_(None),
        User.staff_role.in_(sorted(roles)),
    )


def absent_colleagues(r: Reader) -> list[Absent]:
    """For whom the reader decides today besides themselves, by name."""
    rows = away_with(r, roles_holding(Permission.APPROVAL_DECIDE)).distinct()
    return [
        Absent(Manager(row.id, row.staff_role), row.name or row.email)
        for row in r.session.execute(rows.order_by(User.name, User.id))
    ]


def list_stand_ins(r: Reader) -> list[StandInRow]:
    """Who stands in for whom, the latest first; what is over stays for the record."""
    absent, other, setter = aliased(User), aliased(User), aliased(User)
    columns: list[Any] = [StandIn, absent.name, other.name, setter.name]
    rows: Select[Any] = (
        select(*columns)
        .join(absent, absent.id == StandIn.user_id)
        .join(other, other.id == StandIn.stand_in_id)
        .join(setter, setter.id == StandIn.set_by)
        .order_by(StandIn.from_on.desc(), StandIn.id.desc())
        .limit(200)
    )
    return [
        StandInRow(
            ref=r.refs.of("si", row.id),
            absent=absent_name,
            stand_in=other_name,
            from_on=row.from_on,
            until_on=row.until_on,
            set_by=setter_name,
            state=_state(row, r.today),
            may_end=_may_end(r, row) and _state(row, r.today) in {"runs", "comes"},
        )
        for row, absent_name, other_name, setter_name in r.session.execute(rows)
    ]


def _state(row: StandIn, today: dt.date) -> str:
    if row.ended_at is not None:
        return "ended"
    if row.until_on < today:
        return "over"
    return "runs" if row.from_on <= today else "comes"


def _may_end(r: Reader, row: StandIn) -> bool:
    return r.actor.staff_role == ADMIN or r.actor.user_id in {row.user_id, row.stand_in_id}


def name_stand_in(w: Work, c: NameStandIn) -> int:
    """
    From the one day to the other a colleague stands in for somebody; both are told. Gives its id.

    Who stands in for somebody who decides requests decides them too (S-192).
    Raises: standin.backwards, standin.over, standin.too_long, standin.not_a_manager,
    standin.does_no_tasks, standin.same_person, standin.overlaps; `NotFound` for somebody else's
    absence.
    """
    w.require(Permission.STANDIN_MANAGE)
    if c.absent_id != w.actor.user_id and w.actor.staff_role != ADMIN:
        raise NotFound("person")
    check_stand_in(c.from_on, c.until_on, w.today)
    if c.absent_id == c.stand_in_id:
        raise RuleBroken("standin.same_person", "stand_in")
    # The absent colleague's row is the lock: two of their stand-ins cannot be named at once.
    absent = _colleague(w, c.absent_id, "absent", Permission.TASK_DO, is_locked=True)
    decides = absent.staff_role in roles_holding(Permission.APPROVAL_DECIDE)
    needed = Permission.APPROVAL_DECIDE if decides else Permission.TASK_DO
    stand_in = _colleague(w, c.stand_in_id, "stand_in", needed)
    _refuse_overlap(w, c, stand_in)
    row = StandIn(
        user_id=absent.id,
        stand_in_id=stand_in.id,
        from_on=c.from_on,
        until_on=c.until_on,
        set_by=w.actor.user_id,
        set_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    _note(w, row, "named")
    return row.id


def _colleague(
    w: Work, user_id: int, field: str, needed: Permission, *, is_locked: bool = False
) -> User:
    roles = roles_holding(needed)
    rows = select(User).where(
        User.id == user_id, User.disabled_at.is_(None), User.staff_role.in_(roles)
    )
    found = w.session.scalars(rows.with_for_update() if is_locked else rows).first()
    if found is None:
        decides = needed is Permission.APPROVAL_DECIDE
        raise RuleBroken("standin.not_a_manager" if decides else "standin.does_no_tasks", field)
    return found


def _refuse_overlap(w: Work, c: NameStandIn, stand_in: User) -> None:
    same = select(StandIn.id).where(
        StandIn.user_id == c.absent_id,
        StandIn.stand_in_id == c.stand_in_id,
        StandIn.ended_at.is_(None),
        StandIn.from_on <= c.until_on,
        StandIn.until_on >= c.from_on,
    )
    if w.session.scalar(same.limit(1)) is not None:
        raise RuleBroken("standin.overlaps", "stand_in", name=stand_in.name or stand_in.email)


def end_stand_in(w: Work, stand_in_id: int) -> None:
    """From now on it counts for nothing; either of the two ends it, or an administrator."""
    row = w.session.get(StandIn, stand_in_id, with_for_update=True)
    w.require(Permission.STANDIN_MANAGE)
    if row is None or not _may_end(w, row):
        raise NotFound("stand-in")
    if row.ended_at is None:
        row.ended_at = w.now
        w.session.flush()
        _note(w, row, "ended")


def _note(w: Work, row: StandIn, what: str) -> None:
    """The audit, and the mails to both."""
    w.audit(
        f"standin.{what}",
        f"stand_in/{row.id}",
        absent=row.user_id,
        stand_in=row.stand_in_id,
        from_on=row.from_on.isoformat(),
        until_on=row.until_on.isoformat(),
    )
    for user_id in (row.user_id, row.stand_in_id):
        queue_mail(
            w,
            f"stand_in/{what}/{row.id}/{user_id}",
            "stand_in",
            w.session.get_one(User, user_id),
            {
                "stand_in_id": row.id,
                "is_ended": what == "ended",
                "by": w.actor.name or w.actor.email,
            },
        )
