"""Targets of a month are set by the lead, for one person or the whole team."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound, Permission
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.tables.collecting import CollectionTarget
from portal.tables.people import User

KINDS = ("recovered", "contacts", "success_percent", "cost")
#: Of money, told in a currency.
OF_MONEY = frozenset({"recovered", "cost"})


@dataclass(frozen=True)
class SetTargets:
    """What somebody is to reach in a month; what is None is no target."""

    month_on: dt.date
    #: None: the whole team.
    user_id: int | None
    currency: str
    #: kind → minor units, a number, or per cent
    values: Mapping[str, int | None]


def set_targets(w: Work, c: SetTargets) -> None:
    """
    The targets of the month are these; set again, the new ones hold.

    Raises: target.percent_above_hundred.
    """
    w.require(Permission.TARGET_SET)
    if c.user_id is not None:
        user = w.session.get(User, c.user_id)
        if user is None or user.staff_role is None:
            raise NotFound("user")
    if (c.values.get("success_percent") or 0) > 100:
        raise RuleBroken("target.percent_above_hundred", field="success_percent")
    for kind, value in c.values.items():
        _set(w, c, kind, value)
    w.session.flush()
    w.audit(
        "target.set",
        f"user/{c.user_id or 0}",
        month=c.month_on.isoformat(),
        currency=c.currency,
        values={kind: value for kind, value in c.values.items() if value is not None},
    )


def _set(w: Work, c: SetTargets, kind: str, value: int | None) -> None:
    assert kind in KINDS
    currency = c.currency if kind in OF_MONEY else ""
    whose = (
        CollectionTarget.user_id.is_(None)
        if c.user_id is None
        else CollectionTarget.user_id == c.user_id
    )
    row = w.session.scalars(
        select(CollectionTarget)
        .where(
            CollectionTarget.month_on == c.month_on,
            CollectionTarget.kind == kind,
            CollectionTarget.currency == currency,
            whose,
        )
        .with_for_update()
    ).first()
    if value is None:
        if row is not None:
            w.session.delete(row)
        return
    assert w.actor.user_id is not None
    if row is None:
        row = CollectionTarget(
            month_on=c.month_on,
            user_id=c.user_id,
            kind=kind,
            currency=currency,
            value=value,
            set_by=w.actor.user_id,
            set_at=w.now,
        )
        w.session.add(row)
    row.value, row.set_by, row.set_at = value, w.actor.user_id, w.now
