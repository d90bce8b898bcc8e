"""Handing one's signing to a colleague for a time, and ending that."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.mail import queue_mail
from portal.base.work import Work
from portal.core.authority import check_delegation
from portal.core.errors import RuleBroken
from portal.people.delegations import SIGNATORY
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.people import Membership, User
from portal.tables.signing import Delegation

LONGEST_NOTE = 500


@dataclass(frozen=True)
class HandOverSigning:
    """A colleague shall sign for the actor at a customer, from a day to a day."""

    customer_id: int
    to_id: int
    from_on: dt.date
    until_on: dt.date
    note: str = ""


def hand_over_signing(w: Work, c: HandOverSigning) -> int:
    """
    The colleague may sign within the actor's limit while it runs; both are told. Gives its id.

    `RuleBroken`: delegation.backwards, delegation.over, delegation.too_long,
    delegation.not_a_signatory, delegation.not_a_colleague, delegation.overlaps.
    """
    customer = w.session.get(Customer, c.customer_id, with_for_update=True)
    if customer is None:
        raise NotFound("customer")
    w.require("delegation.manage", customer)
    assert w.actor.user_id is not None
    giver = actor_of(w, w.actor.user_id)
    if SIGNATORY not in giver.memberships.get(customer.id, frozenset()):
        raise RuleBroken("delegation.not_a_signatory")
    check_delegation(c.from_on, c.until_on, w.today)
    colleague = _colleague(w, c)
    delegation = Delegation(
        customer_id=customer.id,
        by_id=w.actor.user_id,
        to_id=colleague.id,
        from_on=c.from_on,
        until_on=c.until_on,
        note=c.note.strip()[:LONGEST_NOTE],
        made_at=w.now,
    )
    w.session.add(delegation)
    w.session.flush()
    _note(w, delegation, "made")
    return delegation.id


def _colleague(w: Work, c: HandOverSigning) -> User:
    """Who takes it: another active person of the customer, who has none of this time yet."""
    found = w.session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            User.id == c.to_id,
            User.id != w.actor.user_id,
            User.disabled_at.is_(None),
            Membership.customer_id == c.customer_id,
            Membership.suspended_at.is_(None),
        )
    ).first()
    if found is None:
        raise RuleBroken("delegation.not_a_colleague", field="to")
    same = select(Delegation.id).where(
        Delegation.customer_id == c.customer_id,
        Delegation.by_id == w.actor.user_id,
        Delegation.to_id == c.to_id,
        Delegation.ended_at.is_(None),
        Delegation.from_on <= c.until_on,
        Delegation.until_on >= c.from_on,
    )
    if w.session.scalar(same.limit(1)) is not None:
        raise RuleBroken("delegation.overlaps", field="to", name=found.name or found.email)
    return found


def end_delegation(w: Work, delegation_id: int) -> None:
    """From now on it counts for nothing; either of the two ends it, or who administers."""
    delegation = w.session.get(Delegation, delegation_id, with_for_update=True)
    if delegation is None:
        raise NotFound("delegation")
    w.require("delegation.manage", delegation)
    is_admin = "customer_admin" in w.actor.memberships.get(delegation.customer_id, frozenset())
    if w.actor.user_id not in (delegation.by_id, delegation.to_id) and not is_admin:
        raise NotFound("delegation")
    if delegation.ended_at is not None:
        return
    delegation.ended_at, delegation.ended_by_id = w.now, w.actor.user_id
    w.session.flush()
    _note(w, delegation, "ended")


def _note(w: Work, delegation: Delegation, what: str) -> None:
    """The audit, and the mails to both."""
    w.audit(
        f"delegation.{what}",
        f"delegation/{delegation.id}",
        customer_id=delegation.customer_id,
        by=delegation.by_id,
        to=delegation.to_id,
        from_on=str(delegation.from_on),
        until_on=str(delegation.until_on),
    )
    for user_id in (delegation.by_id, delegation.to_id):
        queue_mail(
            w,
            f"delegation/{what}/{delegation.id}/{user_id}",
            "delegation",
            w.session.get_one(User, user_id),
            {
                "delegation_id": delegation.id,
                "is_ended": what == "ended",
                "by": w.actor.name or w.actor.email,
            },
            customer_id=delegation.customer_id,
        )
