"""Signing that was handed over: which delegations run, whose they are, and who could take one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.authority import delegation_runs
from portal.tables.people import Membership, User
from portal.tables.signing import Delegation

SIGNATORY = "customer_signatory"


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A delegation as its two people and the customer's administrators see it."""

    id: int
    ref: str
    by_id: int
    by_name: str
    to_id: int
    to_name: str
    from_on: dt.date
    until_on: dt.date
    note: str
    #: runs | comes | over | ended | void (who gave it cannot sign now)
    state: str
    ended_at: dt.datetime | None


def _is_member(user_id: InstrumentedAttribute[int], role: str = "") -> ColumnElement[bool]:
    """Whether a person belongs to the delegation's customer, neither suspended nor disabled."""
    membership, user = aliased(Membership), aliased(User)
    found = (
        select(membership.user_id)
        .join(user, user.id == membership.user_id)
        .where(
            membership.user_id == user_id.expression,
            membership.customer_id == Delegation.customer_id.expression,
            membership.suspended_at.is_(None),
            user.disabled_at.is_(None),
        )
    )
    return exists(found.where(membership.role == role) if role else found)


# Every request asks whose delegations run, and building these takes longer than asking.
GIVER_CAN_SIGN = _is_member(Delegation.by_id, SIGNATORY)
TAKER_BELONGS = _is_member(Delegation.to_id)


def runs(on: dt.date | BindParameter[dt.date]) -> ColumnElement[bool]:
    """
    The delegations that count on a day, as `core.authority.delegation_runs` says it of one.

    Its giver can sign at the customer, its taker belongs to it, and neither has ended it.
    """
    return and_(
        Delegation.ended_at.is_(None),
        Delegation.from_on <= on,
        Delegation.until_on >= on,
        GIVER_CAN_SIGN,
        TAKER_BELONGS,
    )


def list_delegations(r: Reader, customer_id: int) -> list[DelegationRow]:
    """A customer's delegations that the reader gave or took, or all to who administers: newest."""
    by, to = aliased(User), aliased(User)
    wanted: Select[Delegation, str, str, bool] = (
        select(
            Delegation,
            by.name,
            to.name,
            GIVER_CAN_SIGN,
        )
        .join(by, by.id == Delegation.by_id)
        .join(to, to.id == Delegation.to_id)
        .where(Delegation.customer_id == customer_id)
        .order_by(Delegation.id.desc())
    )
    if "customer_admin" not in r.actor.memberships.get(customer_id, frozenset()):
        me = r.actor.user_id
        wanted = wanted.where(or_(Delegation.by_id == me, Delegation.to_id == me))
    rows = r.session.execute(visible_to(wanted, r.actor, Delegation.customer_id))
    return [
        DelegationRow(
            id=row.id,
            ref=r.refs.of("dg", row.id),
            by_id=row.by_id,
            by_name=by_name,
            to_id=row.to_id,
            to_name=to_name,
            from_on=row.from_on,
            until_on=row.until_on,
            note=row.note,
            state=_state(row, r.today, can_sign=can_sign),
            ended_at=row.ended_at,
        )
        for row, by_name, to_name, can_sign in rows
    ]


def _state(row: Delegation, today: dt.date, *, can_sign: bool) -> str:
    if row.ended_at is not None:
        return "ended"
    if row.until_on < today:
        return "over"
    if not can_sign:
        return "void"
    return "runs" if delegation_runs(row.from_on, row.until_on, today) else "comes"


def list_colleagues(r: Reader, customer_id: int) -> list[tuple[str, str]]:
    """Who could sign for the actor at a customer: ref and name of its other people, by name."""
    rows = r.session.execute(
        visible_to(select(User.id, User.name, User.email), r.actor, Membership.customer_id)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.customer_id == customer_id,
            Membership.suspended_at.is_(None),
            User.disabled_at.is_(None),
            User.id != r.actor.user_id,
        )
        .distinct()
        .order_by(User.name, User.id)
    )
    return [(r.refs.of("us", row.id), row.name or row.email) for row in rows]
