"""What an approval of a plan stands on, and what follows from it; the roof makes the kind known."""

from __future__ import annotations

from portal.approvals.kinds import Facts, Kind
from portal.base.evidence import sha256_of_text
from portal.base.work import Reader, Work
from portal.promises.plans.offering import tell_to_sign
from portal.promises.plans.queries import get_plan_by_id
from portal.promises.plans.rows import PlanView
from portal.promises.plans.telling import note
from portal.tables.approvals import Approval
from portal.tables.promises import Plan


def fingerprint_of(view: PlanView) -> str:
    """Of the newest offer and what is left of its items."""
    left = [(item.entry_id, item.part, item.free.minor) for item in view.items]
    return sha256_of_text(f"{view.sha256} {left}")


def figures_now(view: PlanView) -> dict[str, str]:
    """How things stand without the plan."""
    due = min((item.due_on for item in view.items if item.due_on), default=None)
    return {
        "items": ", ".join(item.number for item in view.items),
        "due": due.isoformat() if due else "",
    }


def _view(r: Reader, approval: Approval) -> PlanView:
    return get_plan_by_id(r, int(approval.subject.partition("/")[2]))


def _facts(r: Reader, approval: Approval) -> Facts:
    """The newest offer and what is left of its items; who made the offer does not approve it."""
    view = _view(r, approval)
    return Facts(fingerprint_of(view), figures_now(view), (view.row.offer.user_id,))


def _plan(w: Work, approval: Approval) -> Plan:
    plan_id = int(approval.subject.partition("/")[2])
    return w.session.get_one(Plan, plan_id, with_for_update=True, populate_existing=True)


def _approve(w: Work, approval: Approval) -> None:
    """The newest offer can be signed; those who can sign for the customer are asked to."""
    plan = _plan(w, approval)
    plan.state = "approved"
    plan.row_version += 1
    w.session.flush()
    tell_to_sign(w, plan)


def _refuse(w: Work, approval: Approval) -> None:
    """The talk goes on: the house offers something else, or refuses."""
    note(w, _plan(w, approval), "not_approved")


PLAN_KIND = Kind(
    name="plan",
    facts=_facts,
    approve=_approve,
    refuse=_refuse,
    page=("desk_plans.show", "pl"),
)
