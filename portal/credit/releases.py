"""
Releases: that a held order may be shipped all the same, asked for, agreed to, and until a day.

A release overrides what holds, never what refuses: a bar is lifted, or the customer pays first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.approvals.asking import Proposal, ask_approval, withdraw_request
from portal.approvals.kinds import Facts, Kind
from portal.base.access import NotFound, Permission
from portal.base.evidence import sha256_of_text
from portal.base.work import Reader, Work
from portal.core.credit_book import last_day_of_release
from portal.core.credit_decision import Verdict
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.readable import readable
from portal.credit import lifting_bars as lifting
from portal.credit.checking import AskCheck, check
from portal.credit.orders import keep, lock_up, locked_order
from portal.tables.approvals import Approval
from portal.tables.orders import HoldRelease, OrderDecision, SalesOrder

KIND = "release"
LONGEST_REASON = 1_000


@dataclass(frozen=True)
class RequestRelease:
    """That a held order be shipped all the same, until a day, and why."""

    order_id: int
    until_on: dt.date
    reason: str


@dataclass(frozen=True)
class WithdrawRelease:
    """That a release is not asked for any longer."""

    release_id: int


def request_release(w: Work, c: RequestRelease) -> int:
    """
    The request that now waits for a second person.

    Raises: release.not_held, release.barred, release.waits, release.reason_missing,
    release.day_over, release.too_long.
    """
    order = locked_order(w, c.order_id, Permission.CREDIT_RELEASE)
    _check_held(order)
    if _waiting(w, order) is not None:
        raise RuleBroken("release.waits")
    _check_request(w, c)
    assert w.actor.user_id is not None
    release = HoldRelease(
        customer_id=order.customer_id,
        order_id=order.id,
        until_on=c.until_on,
        reason=c.reason.strip()[:LONGEST_REASON],
        author_id=w.actor.user_id,
        at=w.now,
        state="waiting",
    )
    w.session.add(release)
    w.session.flush()
    before = _figures(w, order)
    proposal = Proposal(
        kind=KIND,
        subject=f"release/{release.id}",
        customer_id=order.customer_id,
        amount=Money(order.amount_minor, order.currency),
        before=before,
        after={**before, "until": release.until_on.isoformat()},
        fingerprint=_fingerprint(order),
        reason=release.reason,
    )
    release.approval_id = ask_approval(w, proposal)
    w.audit(
        "release.asked",
        f"release/{release.id}",
        customer_id=order.customer_id,
        order=order.code,
        until_on=release.until_on.isoformat(),
        approval=release.approval_id,
    )
    return release.id


def _check_request(w: Work, c: RequestRelease) -> None:
    """It says why, and until a day within reach."""
    if not readable(c.reason):
        raise RuleBroken("release.reason_missing", field="reason")
    if c.until_on < w.today:
        raise RuleBroken("release.day_over", field="until_on", today=w.today)
    latest = last_day_of_release(w.today)
    if c.until_on > latest:
        raise RuleBroken("release.too_long", field="until_on", latest=latest)


def withdraw_release(w: Work, c: WithdrawRelease) -> None:
    """A release that waits is not asked for any longer; one that was decided stays as it is."""
    found = w.session.get(HoldRelease, c.release_id)
    if found is None:
        raise NotFound("release")
    locked_order(w, found.order_id, Permission.CREDIT_RELEASE)
    release = _locked(w, c.release_id)
    if release.state == "waiting":
        release.state = "withdrawn"
        withdraw_request(w, KIND, f"release/{release.id}")


def _waiting(r: Reader, order: SalesOrder) -> int | None:
    waiting = select(HoldRelease.id).where(
        HoldRelease.order_id == order.id, HoldRelease.state == "waiting"
    )
    return r.session.scalar(waiting)


def _check_held(order: SalesOrder) -> None:
    if order.decision == "refuse":
        raise RuleBroken("release.barred")
    if order.status != "open" or order.decision != "hold":
        raise RuleBroken("release.not_held")


def _fingerprint(order: SalesOrder) -> str:
    """Of what a release stands on: the order as it was held."""
    facts = (order.customer_id, order.amount_minor, order.currency, order.status, order.decision)
    return sha256_of_text(repr(facts))


def _figures(r: Reader, order: SalesOrder) -> dict[str, str]:
    """The order, and the figures that it was last held on."""
    told = {"order": order.code, "amount": f"{order.currency} {_major(order)}"}
    last = r.session.scalars(
        select(OrderDecision)
        .where(OrderDecision.order_id == order.id)
        .order_by(OrderDecision.id.desc())
        .limit(1)
    ).first()
    if last is None or last.currency is None:
        return told
    for name, minor in (("exposure", last.exposure_minor), ("limit", last.limit_minor)):
        if minor is not None:
            told[name] = f"{last.currency} {Money(minor, last.currency).major()}"
    return told


def _major(order: SalesOrder) -> str:
    return Money(order.amount_minor, order.currency).major()


def _locked(w: Work, release_id: int) -> HoldRelease:
    return w.session.get_one(HoldRelease, release_id, with_for_update=True, populate_existing=True)


# ── The decision ─────────────────────────────────────────────────────────────


def _id_of(approval: Approval) -> int:
    return int(approval.subject.partition("/")[2])


def _facts(r: Reader, approval: Approval) -> Facts:
    """What the request stands on: the order as it is held, or the bar as it holds."""
    if lifting.is_about(approval):
        return lifting.facts(r, approval)
    release = r.session.get_one(HoldRelease, _id_of(approval))
    order = r.session.get_one(SalesOrder, release.order_id)
    return Facts(_fingerprint(order), _figures(r, order), (release.author_id,))


def _approve(w: Work, approval: Approval) -> None:
    """The order may be shipped until the day that was asked for."""
    if lifting.is_about(approval):
        lifting.lift(w, approval)
        return
    release = _locked(w, _id_of(approval))
    lock_up(w, release.customer_id)
    order = w.session.get_one(
        SalesOrder, release.order_id, with_for_update=True, populate_existing=True
    )
    _check_held(order)
    if release.until_on < w.today:
        raise RuleBroken("release.day_over", today=w.today)
    amount = Money(order.amount_minor, order.currency)
    decision = check(w, AskCheck(order.customer_id, amount, order.code), w.today).decision
    if decision.verdict is Verdict.REFUSE:
        raise RuleBroken("release.barred")
    release.state, release.approval_id = "approved", approval.id
    keep(w, order, "released", decision, release)


def _refuse(w: Work, approval: Approval) -> None:
    """The order stays held, or the bar holds on."""
    if not lifting.is_about(approval):
        _locked(w, _id_of(approval)).state = "refused"


RELEASE = Kind(
    name=KIND,
    facts=_facts,
    approve=_approve,
    refuse=_refuse,
    pages={"release": ("desk_orders.released", "rl")},
)
