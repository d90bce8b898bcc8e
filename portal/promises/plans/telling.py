"""How a plan's steps are told: its life, the audit, and the mails to those whom they concern."""

from __future__ import annotations

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.locks import lock_row
from portal.base.mail import queue_mail
from portal.base.people import members_of
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.promises.plans.rows import number_of
from portal.tables.people import Membership, User
from portal.tables.promises import Plan, PlanOffer

#: Who of a customer reads about its plans.
READERS = ("customer_accountant", "customer_signatory", "customer_admin")
SIGNATORIES = ("customer_signatory",)


def locked(w: Work, plan_id: int, permission: str) -> Plan:
    """The plan under its lock; a draft for its own side only."""
    plan = lock_row(w, Plan, plan_id)
    w.require(permission, plan)
    if plan.state == "draft" and side_of(w) != newest(w, plan_id).side:
        raise NotFound("plan")
    return plan


def newest(r: Reader, plan_id: int) -> PlanOffer:
    """The offer that counts now."""
    rows = select(PlanOffer).where(PlanOffer.plan_id == plan_id).order_by(PlanOffer.nth.desc())
    return r.session.scalars(rows.limit(1)).one()


def side_of(r: Reader) -> str:
    """On whose side the actor is."""
    return "customer" if r.actor.kind == "customer" else "house"


def refuse_unless(plan: Plan, *states: str) -> None:
    """Raises: plan.not_in_this_state, for a plan that is in none of them."""
    if plan.state not in states:
        raise RuleBroken("plan.not_in_this_state")


def move(w: Work, plan: Plan, state: str, kind: str, **facts: object) -> None:
    """The plan is in a state from now on; a page that is older is told so."""
    plan.state = state
    plan.row_version += 1
    w.session.flush()
    note(w, plan, kind, **facts)


def note(w: Work, plan: Plan, kind: str, **facts: object) -> None:
    """A step in the plan's life, with its audit entry."""
    told = {"number": number_of(plan.id), **facts}
    w.tell(plan.customer_id, ("plan", plan.id), kind, **told)
    w.audit(f"plan.{kind}", f"plan/{plan.id}", customer_id=plan.customer_id, **told)


def people_of(r: Reader, customer_id: int, roles: tuple[str, ...] = READERS) -> list[User]:
    """The people of a customer with one of these roles, in a stated order."""
    return list(r.session.scalars(members_of(customer_id).where(Membership.role.in_(roles))))


def mail_customer(w: Work, plan: Plan, what: str, roles: tuple[str, ...] = READERS) -> None:
    """One mail to each of the customer's people but who acts; once for each step and offer."""
    nth = newest(w, plan.id).nth
    for person in people_of(w, plan.customer_id, roles):
        if person.id != w.actor.user_id:
            queue_mail(
                w,
                f"plan/{plan.id}/{what}/{nth}/{person.id}",
                "plan",
                person,
                {"plan_id": plan.id, "what": what, "user_id": person.id},
                customer_id=plan.customer_id,
            )
