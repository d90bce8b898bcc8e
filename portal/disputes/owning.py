"""Who of the house has a dispute: taken by oneself, or given to a colleague who may decide it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import Actor, Permission, allows, roles_holding, visible_to
from portal.base.work import Reader, Work
from portal.core.dispute import OPEN, State
from portal.core.errors import RuleBroken
from portal.disputes.deciding import locked_dispute, take
from portal.tables.customers import Customer
from portal.tables.disputes import Dispute
from portal.tables.people import User


@dataclass(frozen=True)
class AssignDispute:
    """That somebody of the house has a dispute; nobody: whoever sees it first."""

    dispute_id: int
    owner_id: int | None


def assign_dispute(w: Work, c: AssignDispute) -> None:
    """
    The dispute is that person's, and the customer sees that it is being checked.

    Raises: dispute.not_in_this_state, dispute.owner_cannot.
    """
    dispute = locked_dispute(w, c.dispute_id, Permission.DISPUTE_DECIDE)
    if State(dispute.state) not in OPEN:
        raise RuleBroken("dispute.not_in_this_state", state=dispute.state, act="take")
    if c.owner_id is not None and not _may_decide(w, dispute, c.owner_id):
        raise RuleBroken("dispute.owner_cannot", field="owner")
    if dispute.owner_id == c.owner_id:
        return
    dispute.owner_id = c.owner_id
    if c.owner_id is not None:
        take(w, dispute)
    dispute.row_version += 1
    w.audit(
        "dispute.assigned",
        f"dispute/{dispute.id}",
        customer_id=dispute.customer_id,
        owner=c.owner_id,
    )


def list_deciders(r: Reader) -> list[tuple[int, str]]:
    """Who of the house decides disputes, by name."""
    roles = roles_holding(Permission.DISPUTE_DECIDE)
    rows = (
        select(User.id, User.name, User.email)
        .where(User.staff_role.in_(roles), User.disabled_at.is_(None))
        .order_by(User.name, User.id)
    )
    return [(row.id, row.name or row.email) for row in r.session.execute(rows)]


def _may_decide(w: Work, dispute: Dispute, user_id: int) -> bool:
    """Whether a person of the house decides disputes, and sees the customer of this one."""
    user = w.session.get(User, user_id)
    if user is None or user.staff_role is None or user.disabled_at is not None:
        return False
    actor = Actor("staff", user.id, user.name, user.email, staff_role=user.staff_role)
    seen = visible_to(select(Customer.id), actor, Customer.id)
    found = w.session.scalar(seen.where(Customer.id == dispute.customer_id))
    return found is not None and allows(actor, Permission.DISPUTE_DECIDE, dispute)
