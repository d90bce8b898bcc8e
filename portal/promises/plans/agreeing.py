"""Both have signed: the plan stands, and each of its instalments is a running promise."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from portal.base.evidence import Surroundings
from portal.base.work import Work
from portal.core.instalment import spread
from portal.core.promise import Reason, earliest_limit
from portal.promises.evidence import Told
from portal.promises.plans.items import free_of, list_plannable
from portal.promises.plans.proof import approval_of
from portal.promises.plans.queries import get_plan_by_id
from portal.promises.plans.rows import PlanView
from portal.promises.plans.telling import mail_customer, move
from portal.promises.posting import end_promise, post_promise
from portal.promises.promisable import PromisableRow, overlapping, running_promises
from portal.tables.customers import Customer
from portal.tables.promises import Plan, PlannedPart, PlanSignature


def agree(w: Work, plan: Plan, around: Surroundings) -> None:
    """The plan is agreed; promises on its items end, and one for each instalment begins."""
    view = get_plan_by_id(w, plan.id)
    items = _items_now(w, view)
    keys = {(row.entry_id, row.part) for row in items}
    replaced = overlapping(running_promises(w, plan.customer_id), keys)
    for each in replaced:
        end_promise(w, each, "replaced")
    plan.agreed_offer_id, plan.agreed_on = view.row.offer.id, w.today
    for row in items:
        planned = w.session.get_one(
            PlannedPart, (plan.customer_id, plan.id, row.entry_id, row.part)
        )
        planned.open_minor = row.open.minor
    _promise(w, view, items, around, [each.number for each in replaced])
    move(w, plan, "agreed", "agreed", offer=view.row.offer.nth, total=view.row.total.major())
    w.later(f"plan_letter/{plan.id}", "plan_letter", {"plan_id": plan.id})
    mail_customer(w, plan, "agreed")


def _items_now(w: Work, view: PlanView) -> list[PromisableRow]:
    """The covered items as they stand now, in the plan's order."""
    keys = [(item.entry_id, item.part) for item in view.items]
    rows = list_plannable(w, view.row.customer_id, view.row.total.currency, keys)
    by_key = {(row.entry_id, row.part): row for row in rows}
    return [by_key[key] for key in keys]


def _promise(
    w: Work,
    view: PlanView,
    items: list[PromisableRow],
    around: Surroundings,
    replaced: list[str],
) -> None:
    """One promise for each instalment, over the items in the order of their due dates."""
    offer = view.row.offer
    approval, signed = approval_of(w, view.row.id), offer.signature("customer")
    assert signed is not None
    by_plan = {**(approval or {}), "plan": view.row.number, "asked": _asked(w, offer.id)}
    parts = [item.amount for item in view.items]
    assert all(free_of(row) >= part for row, part in zip(items, parts, strict=True))
    customer = w.session.get_one(Customer, view.row.customer_id)
    for row, shares in zip(offer.rows, spread(offer.rows, parts), strict=True):
        told = Told(
            customer=customer,
            items=[(items[place], amount) for place, amount in shares],
            pay_on=row.due_on,
            limit=earliest_limit(items[place].limit for place, _ in shares),
            reason=Reason(offer.reason),
            note=offer.note,
            method="",
            way="plan",
            surroundings=around,
            approval_id=approval["id"] if approval else None,
            approval=by_plan,
            author_id=signed.user_id,
            plan_id=view.row.id,
            replaces=replaced,
        )
        post_promise(w, told)


def _asked(w: Work, offer_id: int) -> dict[str, Any]:
    """Who of the customer signed the plan, and from where: whose promises its instalments are."""
    rows = select(PlanSignature.evidence).where(
        PlanSignature.offer_id == offer_id, PlanSignature.side == "customer"
    )
    told = json.loads(w.session.scalars(rows).one())
    author = {name: told["signer"][name] for name in ("ref", "name", "email", "roles")}
    return {
        "author": {**author, "side": "customer", "given_by": ""},
        "authentication": told["authentication"],
        "context": told["context"],
        "terms_sha256": told["terms_sha256"],
    }
