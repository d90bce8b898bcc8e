"""The house answers a plan: asks for approval, refuses it, or ends one that was agreed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.approvals.asking import Proposal, ask_approval, withdraw_request
from portal.approvals.tasks import close_tasks
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.promises.plans.approving import figures_now, fingerprint_of
from portal.promises.plans.names import percent
from portal.promises.plans.offering import LONGEST_NOTE, tell_to_sign
from portal.promises.plans.queries import get_plan_by_id
from portal.promises.plans.rows import TALKING, PlanView
from portal.promises.plans.telling import locked, mail_customer, move, note, refuse_unless
from portal.promises.posting import end_promise
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter
from portal.tables.approvals import Approval
from portal.tables.promises import Plan


@dataclass(frozen=True)
class AcceptPlan:
    """The house agrees to the offer as it was shown, as far as it may by itself."""

    plan_id: int
    sha256: str


@dataclass(frozen=True)
class RefusePlan:
    """The house does not agree, and says why."""

    plan_id: int
    reason: str


@dataclass(frozen=True)
class EndPlan:
    """An agreed plan stands no more, for a reason that the customer reads."""

    plan_id: int
    reason: str


def accept_plan(w: Work, c: AcceptPlan) -> bool:
    """
    The plan waits for a second person's approval, or for its signatures; tells which.

    True: it waits for approval. Where the policy asks for none, it can be signed at once.
    Raises: plan.not_in_this_state, plan.replaced, plan.item.stale, plan.day.stale, plan.waits.
    """
    plan = locked(w, c.plan_id, "plan.counter")
    refuse_unless(plan, "with_supplier", "countered")
    view = get_plan_by_id(w, plan.id)
    refuse_outdated(w, view, c.sha256)
    if not w.policy.plan_needs_approval:
        move(w, plan, "approved", "accepted")
        tell_to_sign(w, plan)
        return False
    subject = f"plan/{plan.id}"
    waiting = select(Approval.id).where(
        Approval.kind == "plan", Approval.subject == subject, Approval.state == "waiting"
    )
    if w.session.scalar(waiting) is not None:
        raise RuleBroken("plan.waits")
    ask_approval(w, _proposal(view, subject))
    note(w, plan, "approval_asked", offer=view.row.offer.nth)
    return True


def _proposal(view: PlanView, subject: str) -> Proposal:
    offer = view.row.offer
    return Proposal(
        kind="plan",
        subject=subject,
        customer_id=view.row.customer_id,
        amount=view.row.total,
        before=figures_now(view),
        after={
            "items": figures_now(view)["items"],
            "total": _figure(offer.total),
            "instalments": str(len(offer.rows)),
            "first": offer.first_on.isoformat(),
            "last": offer.last_on.isoformat(),
            "interest": f"{percent(offer.interest_bp)} %",
            "due": offer.last_on.isoformat(),
        },
        fingerprint=fingerprint_of(view),
        reason=offer.note,
    )


def _figure(amount: Money) -> str:
    return f"{amount.currency} {amount.major()}"


def refuse_plan(w: Work, c: RefusePlan) -> None:
    """
    The plan is over, and the customer reads why; refused twice, once.

    Raises: plan.not_in_this_state, plan.reason_missing.
    """
    plan = locked(w, c.plan_id, "plan.counter")
    if plan.state == "refused":
        return
    refuse_unless(plan, *TALKING)
    reason = _reason(c.reason)
    withdraw_request(w, "plan", f"plan/{plan.id}")
    move(w, plan, "refused", "refused", reason=reason)
    mail_customer(w, plan, "refused")


def end_plan(w: Work, c: EndPlan) -> None:
    """
    The plan and the promises that are still to come under it stand no more; reminders go on.

    Raises: plan.not_in_this_state, plan.reason_missing.
    """
    plan = locked(w, c.plan_id, "plan.counter")
    if plan.state == "ended":
        return
    refuse_unless(plan, "agreed")
    reason = _reason(c.reason)
    plan.ended_on = w.today
    _end_promises(w, plan, w.today)
    close_tasks(w, "plan_broken", [f"plan/{plan.id}"], reason)
    move(w, plan, "ended", "ended", reason=reason)
    mail_customer(w, plan, "ended")


def _end_promises(w: Work, plan: Plan, from_on: dt.date) -> None:
    asked = PromiseFilter(customer_id=plan.customer_id, counts=True, plan_id=plan.id)
    for row in list_promises(w, asked):
        if row.promised_on >= from_on and row.awaited.minor:
            end_promise(w, row, "withdrawn")


def _reason(text: str) -> str:
    reason = text.strip()[:LONGEST_NOTE]
    if not reason:
        raise RuleBroken("plan.reason_missing", field="reason")
    return reason


def refuse_outdated(w: Work, view: PlanView, sha256: str) -> None:
    """
    Refuses to go on with an offer that is not the newest, or that payments have overtaken.

    Raises: plan.replaced, plan.item.stale, plan.day.stale.
    """
    if view.sha256 != sha256:
        raise RuleBroken("plan.replaced")
    for item in view.items:
        if item.has_changed:
            raise RuleBroken("plan.item.stale", number=item.number, was=item.amount, now=item.free)
    if view.row.offer.first_on < w.today:
        raise RuleBroken("plan.day.stale", day=view.row.offer.first_on)
