"""
A plan is offered, offered anew by either side, and taken back before it was agreed.

An offer is never changed: the next one counts instead, and whatever was signed or asked of the one
before counts no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete

from portal.approvals.asking import withdraw_request
from portal.base.locks import lock_customer
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.instalment import Instalment, check_limits, check_schedule, interest
from portal.core.money import Money
from portal.core.promise import Reason, check_reason
from portal.promises.plans.items import Chosen, check_chosen
from portal.promises.plans.rows import TALKING
from portal.promises.plans.telling import (
    SIGNATORIES,
    locked,
    mail_customer,
    move,
    newest,
    note,
    refuse_unless,
    side_of,
)
from portal.promises.promisable import PromisableRow
from portal.tables.promises import Instalment as InstalmentTable
from portal.tables.promises import Plan, PlannedPart, PlanOffer

LONGEST_NOTE = 1_000
#: Whoever offers more often talks past the other.
MOST_OFFERS = 50
#: Basis points a year that no offer goes beyond: 100 %.
MOST_BP = 10_000

Covered = Sequence[tuple[PromisableRow, Money]]


@dataclass(frozen=True)
class Offered:
    """What an offer says: which parts, when how much of them is paid, on which conditions."""

    items: tuple[Chosen, ...]
    rows: tuple[Instalment, ...]
    #: Only the house asks for interest.
    interest_bp: int = 0
    penalty_bp: int = 0
    reason: Reason = Reason.UNSAID
    note: str = ""
    #: Kept for later, and told to nobody.
    is_draft: bool = False


@dataclass(frozen=True)
class OfferPlan:
    """A new plan over parts of one account."""

    customer_id: int
    currency: str
    offered: Offered


@dataclass(frozen=True)
class OfferAgain:
    """Another offer for the same plan, in the place of the one that was looked at."""

    plan_id: int
    row_version: int
    offered: Offered


@dataclass(frozen=True)
class WithdrawPlan:
    """The customer asks for the plan no longer; either side gives up a draft of its own."""

    plan_id: int


def offer_plan(w: Work, c: OfferPlan) -> int:
    """
    The id of the new plan, which waits for the other side; a draft waits for its author.

    Raises: plan.nothing_chosen, plan.item.stale, plan.already_done, and as `check_schedule`,
    `check_limits` and `check_reason`.
    """
    customer = lock_customer(w, c.customer_id)
    w.require("plan.offer", customer)
    covered = check_chosen(w, (c.customer_id, c.currency), c.offered.items)
    _check(w, covered, c.offered)
    assert w.actor.user_id is not None
    plan = Plan(
        customer_id=c.customer_id,
        currency=c.currency,
        total_minor=_total(covered).minor,
        state="draft",
        user_id=w.actor.user_id,
        made_at=w.now,
    )
    w.session.add(plan)
    w.session.flush()
    _put(w, plan, covered, c.offered, nth=1)
    _send(w, plan, c.offered)
    return plan.id


def offer_again(w: Work, c: OfferAgain) -> None:
    """
    The plan has a newer offer, over what is open now; the other side is told.

    Raises: plan.not_in_this_state, plan.replaced, plan.too_many_offers, and as `offer_plan`.
    """
    plan = locked(w, c.plan_id, "plan.offer")
    refuse_unless(plan, "draft", *(() if c.offered.is_draft else TALKING))
    if plan.row_version != c.row_version:
        raise RuleBroken("plan.replaced")
    nth = newest(w, plan.id).nth + 1
    if nth > MOST_OFFERS:
        raise RuleBroken("plan.too_many_offers", most=MOST_OFFERS)
    covered = check_chosen(w, (plan.customer_id, plan.currency), c.offered.items, plan.id)
    _check(w, covered, c.offered)
    withdraw_request(w, "plan", f"plan/{plan.id}")
    plan.total_minor = _total(covered).minor
    _put(w, plan, covered, c.offered, nth)
    _send(w, plan, c.offered)


def withdraw_plan(w: Work, c: WithdrawPlan) -> None:
    """
    The plan is over before it was agreed; withdrawn twice, once.

    Raises: plan.not_in_this_state.
    """
    plan = locked(w, c.plan_id, "plan.offer")
    if plan.state == "withdrawn":
        return
    refuse_unless(plan, "draft", *(TALKING if side_of(w) == "customer" else ()))
    withdraw_request(w, "plan", f"plan/{plan.id}")
    move(w, plan, "withdrawn", "withdrawn")


def _check(w: Work, covered: Covered, offered: Offered) -> None:
    """Refuses what does not hold together, or is not this side's to offer."""
    is_house = side_of(w) == "house"
    check_schedule(_total(covered), offered.rows, w.today, w.calendar())
    if not is_house:
        check_limits(offered.rows, w.policy.plan_limits, w.today)
    check_reason(offered.reason, offered.note, is_house=is_house)
    for name, rate in (("interest", offered.interest_bp), ("penalty", offered.penalty_bp)):
        if not 0 <= rate <= (MOST_BP if is_house else 0):
            raise RuleBroken("plan.rate_out_of_reach", field=name)


def _total(covered: Covered) -> Money:
    return Money.total((amount for _, amount in covered), covered[0][1].currency)


def _put(w: Work, plan: Plan, covered: Covered, offered: Offered, nth: int) -> None:
    """The offer, its instalments, and what the plan covers from now on."""
    assert w.actor.user_id is not None
    offer = PlanOffer(
        customer_id=plan.customer_id,
        plan_id=plan.id,
        nth=nth,
        side=side_of(w),
        interest_bp=offered.interest_bp,
        penalty_bp=offered.penalty_bp,
        reason=offered.reason.value,
        note=offered.note.strip()[:LONGEST_NOTE],
        user_id=w.actor.user_id,
        at=w.now,
    )
    w.session.add(offer)
    w.session.flush()
    bears = interest(offered.rows, w.today, offered.interest_bp)
    for place, (row, on_top) in enumerate(zip(offered.rows, bears, strict=True), start=1):
        w.session.add(
            InstalmentTable(
                offer_id=offer.id,
                nth=place,
                due_on=row.due_on,
                amount_minor=row.amount.minor,
                interest_minor=on_top.minor,
            )
        )
    w.session.execute(delete(PlannedPart).where(PlannedPart.plan_id == plan.id))
    for item, amount in covered:
        w.session.add(
            PlannedPart(
                customer_id=plan.customer_id,
                plan_id=plan.id,
                entry_id=item.entry_id,
                part=item.part,
                amount_minor=amount.minor,
                open_minor=item.open.minor,
            )
        )
    w.session.flush()


def _send(w: Work, plan: Plan, offered: Offered) -> None:
    """The other side has it now; a draft stays where it is."""
    if offered.is_draft:
        plan.row_version += 1
        w.audit("plan.drafted", f"plan/{plan.id}", customer_id=plan.customer_id)
        return
    offer = newest(w, plan.id)
    facts = {"offer": offer.nth, "instalments": len(offered.rows)}
    if offer.side == "customer":
        move(w, plan, "with_supplier", "asked", **facts)
        return
    is_first = plan.state == "draft"
    move(w, plan, "countered", "offered" if is_first else "countered", **facts)
    mail_customer(w, plan, "offered" if is_first else "countered")


def tell_to_sign(w: Work, plan: Plan) -> None:
    """Those who can sign for the customer are asked to."""
    note(w, plan, "approved")
    mail_customer(w, plan, "to_sign", SIGNATORIES)
