"""Whose turn it is: the plans that wait for the customer to sign, and those that wait for us."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, literal, or_, select

from portal.base.access import sees
from portal.base.work import Reader
from portal.invoices.open_items import Scope
from portal.tables.approvals import Approval
from portal.tables.promises import Instalment, Plan, PlanOffer, PlanSignature

#: The offer that counts now.
NEWEST = (
    select(func.max(PlanOffer.id))
    .where(PlanOffer.plan_id == Plan.id)
    .correlate(Plan)
    .scalar_subquery()
)


def _is_signed(side: str) -> ColumnElement[bool]:
    """Whether one side has signed the newest offer."""
    return exists().where(PlanSignature.offer_id == NEWEST, PlanSignature.side == side)


def to_be_signed(whose: Scope) -> Select[Any]:
    """
    The plans that wait for a customer's signature: kind, id, customer_id, day, currency, minor.

    The day is the first instalment's: until then it can be signed.
    """
    first_on = (
        select(func.min(Instalment.due_on))
        .where(Instalment.offer_id == NEWEST)
        .correlate(Plan)
        .scalar_subquery()
    )
    columns: list[Any] = [
        *(literal("plan").label("kind"), Plan.id, Plan.customer_id),
        *(first_on.label("day"), Plan.currency, Plan.total_minor.label("minor")),
    ]
    return select(*columns).where(
        whose(Plan.customer_id),
        Plan.state.in_(("countered", "approved")),
        ~_is_signed("customer"),
    )


def waiting_for_us(r: Reader) -> Select[Any]:
    """What waits for the house's answer or signature: currency, count and sum, one row each."""
    subject = literal("plan/") + cast(Plan.id, String)
    is_asked = exists().where(
        Approval.kind == "plan", Approval.subject == subject, Approval.state == "waiting"
    )
    is_ours = or_(
        and_(Plan.state == "with_supplier", ~is_asked),
        and_(Plan.state == "approved", _is_signed("customer"), ~_is_signed("house")),
    )
    columns: list[Any] = [Plan.currency, func.count(Plan.id), func.sum(Plan.total_minor)]
    rows = select(*columns).where(is_ours).group_by(Plan.currency)
    seen = sees(r.actor, Plan.customer_id)
    return rows if seen is None else rows.where(seen)
