"""On whose right somebody signs for a customer: limits on file, signing that was handed over."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased

from portal.base.access import Actor, visible_to
from portal.base.work import Reader
from portal.core.authority import Asked, First, Right, Signer, Way, covers, way_to_sign
from portal.core.confirmation import Result
from portal.core.money import Money
from portal.people.delegations import SIGNATORY, runs
from portal.people.limits import signing_limits
from portal.statements.issuing.snapshot import to_confirm
from portal.tables.people import Membership, User
from portal.tables.signing import Delegation, Signature
from portal.tables.statements import Statement


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Whose right somebody signs on, and for how long it was handed to them."""

    by_id: int
    by_name: str
    from_on: dt.date
    until_on: dt.date


@dataclass(frozen=True)
class Authority:
    """What somebody may sign of a customer's statement, and what their signature would do."""

    signer: Signer
    currency: str
    closing_minor: int
    limits_in_use: bool
    #: Whose right → how it came to the signer.
    handed_over: dict[int, HandedOver]

    def sign(self, result: Result, first: Signature | None) -> tuple[Way, Right]:
        """What a signature under this result does; `RuleBroken`: confirmation.same_signer."""
        waiting = None if first is None else First(first.user_id, first.principal_id)
        is_refusal = result is Result.REFUSED
        asked = Asked(self.closing_minor, self.limits_in_use, is_refusal, waiting)
        return way_to_sign(self.signer, asked)

    @property
    def reach(self) -> Right:
        """The right that reaches furthest: what covers the balance, else one's own first."""
        return way_to_sign(self.signer, Asked(self.closing_minor, self.limits_in_use))[1]

    @property
    def is_enough(self) -> bool:
        """Whether one signature of this person answers alone."""
        return covers(self.reach, self.closing_minor, limits_in_use=self.limits_in_use)

    def limit_of(self, right: Right) -> Money | None:
        """The limit of a right; None where none is on file in the statement's currency."""
        return None if right.limit_minor is None else Money(right.limit_minor, self.currency)


@dataclass(frozen=True, slots=True)
class Signatory:
    """Somebody who can sign for a customer now."""

    user_id: int
    ref: str
    name: str
    email: str
    #: Who handed their signing to them; empty for who signs in their own right.
    for_name: str = ""


def authority_of(r: Reader, actor: Actor, statement: Statement) -> Authority:
    """Every right that an actor holds on a statement now; they must hold one."""
    assert actor.user_id is not None
    limits = signing_limits(r, statement.customer_id)
    rights = []
    if SIGNATORY in actor.memberships.get(statement.customer_id, frozenset()):
        rights.append(Right(actor.user_id, limits.get((actor.email, statement.currency))))
    handed_over = {}
    for row, by in _running(r, Delegation.to_id == actor.user_id, statement.customer_id):
        if row.by_id not in handed_over and row.by_id != actor.user_id:
            rights.append(Right(row.by_id, limits.get((by.email, statement.currency))))
            name = by.name or by.email
            handed_over[row.by_id] = HandedOver(row.by_id, name, row.from_on, row.until_on)
    return Authority(
        signer=Signer(actor.user_id, tuple(rights)),
        currency=statement.currency,
        closing_minor=to_confirm(statement).minor,
        limits_in_use=bool(limits),
        handed_over=handed_over,
    )


def authority_by_id(r: Reader, statement_id: int) -> Authority:
    """Every right that the reader's actor holds on a statement that they may sign."""
    return authority_of(r, r.actor, r.session.get_one(Statement, statement_id))


def _running(
    r: Reader, whose: ColumnElement[bool], customer_id: int
) -> list[tuple[Delegation, User]]:
    """The delegations that run now at a customer, with who gave them, the newest first."""
    rows = r.session.execute(
        select(Delegation, User)
        .join(User, User.id == Delegation.by_id)
        .where(Delegation.customer_id == customer_id, whose, runs(r.today))
        .order_by(Delegation.id.desc())
    )
    return [(row, by) for row, by in rows]


def list_signatories(r: Reader, customer_id: int) -> list[Signatory]:
    """Who can sign for a customer that the reader may see: in their own right, then for others."""
    own = r.session.execute(
        visible_to(select(User.id, User.name, User.email), r.actor, Membership.customer_id)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.customer_id == customer_id,
            Membership.role == SIGNATORY,
            Membership.suspended_at.is_(None),
            User.disabled_at.is_(None),
        )
        .order_by(User.name, User.id)
    )
    found = {
        row.id: Signatory(row.id, r.refs.of("us", row.id), row.name or row.email, row.email)
        for row in own
    }
    by = aliased(User)
    taken = r.session.execute(
        visible_to(select(User.id, User.name, User.email, by.name), r.actor, Delegation.customer_id)
        .join(Delegation, Delegation.to_id == User.id)
        .join(by, by.id == Delegation.by_id)
        .where(Delegation.customer_id == customer_id, runs(r.today))
        .order_by(User.name, User.id)
    )
    for user_id, name, email, for_name in taken:
        ref = r.refs.of("us", user_id)
        found.setdefault(user_id, Signatory(user_id, ref, name or email, email, for_name))
    return list(found.values())
