"""Who of the house has a dispute: taken by oneself, or given to a colleague who may decide it."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base.access import Permission
from portal.base.people import colleague_may
from portal.base.work import Work
from portal.core.dispute import OPEN, State
from portal.core.errors import RuleBroken
from portal.disputes.deciding import locked_dispute, take


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
    decides = Permission.DISPUTE_DECIDE
    if c.owner_id is not None and not colleague_may(w, c.owner_id, decides, dispute.customer_id):
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
