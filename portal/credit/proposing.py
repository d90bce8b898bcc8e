"""
A limit is proposed by one person and approved by another; what speaks against it is told to both.

For one customer one proposal waits at a time. A large one is the admin's to decide.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import func, select

from portal.approvals.asking import Proposal, ask_approval, withdraw_request
from portal.approvals.kinds import Facts, Kind
from portal.approvals.tasks import close_tasks
from portal.base.access import NotFound, Permission
from portal.base.language import N_
from portal.base.locks import lock_customer
from portal.base.work import Reader, Work
from portal.core.credit_decision import BARS
from portal.core.errors import RuleBroken
from portal.core.exposure import Exposure
from portal.core.limit import AskedLimit, Doubt, LimitFacts, check_limit, doubts, is_large
from portal.core.money import Money
from portal.core.readable import readable
from portal.credit.answering import answer_by_limit
from portal.credit.exposure import exposure_of
from portal.credit.grades import grade_of
from portal.credit.limits import LimitInForce, limit_of
from portal.customers.standings import standing_holds
from portal.tables.approvals import Approval
from portal.tables.credit import (
    CreditApplication,
    CreditLimit,
    CreditReview,
    CreditStanding,
    LimitProposal,
)
from portal.tables.customers import Customer
from portal.tables.people import User

KIND, LARGE = "limit", "large_limit"
SUBJECT = "limit_proposal"
#: Tasks about a limit that ends.
ENDING_TASKS = ("limit_ending", "limit_over")
NEW_LIMIT = N_("A new limit was decided")
LONGEST_REASON = 1_000
#: Stands in a request's figures for what is no amount; `portal.approvals.names` has the words.
NOT_LIMITED, NEVER, NONE_SET = "not_limited", "never", "none_set"


@dataclass(frozen=True)
class ProposeLimit:
    """A limit for a customer, with the reason that whoever decides reads."""

    customer_id: int
    asked: AskedLimit
    reason: str
    application_id: int | None = None
    #: What the customer reads once it is approved, where they applied for it.
    answer: str = ""


@dataclass(frozen=True)
class WithdrawProposal:
    """That a limit is not proposed any longer."""

    proposal_id: int


def currency_of_limit(r: Reader, customer: Customer) -> str:
    """The currency of a customer's limit: that which it has, else the customer's own."""
    held = limit_of(r, customer.id, r.today)
    if held is not None and held.amount is not None:
        return held.amount.currency
    return customer.currency or r.company.currency


def standing_of(
    r: Reader, customer_id: int, asked: AskedLimit, exposure: Exposure | None = None
) -> LimitFacts:
    """What is known of a customer, as far as it speaks for or against a limit."""
    found = exposure or exposure_of(r, customer_id, r.today)
    currency = found.currency
    grade = grade_of(r, customer_id, r.today)
    granted = r.policy.grade(grade.grade) if grade else None
    held = limit_of(r, customer_id, r.today)
    reviewed_until, is_barred, next_on = _dates(r, customer_id, asked.effective_on)
    return LimitFacts(
        exposure=found.total,
        cap=granted.cap(currency) if granted else None,
        reviewed_until=reviewed_until,
        is_barred=is_barred,
        present_until=held.valid_until if held else None,
        next_on=next_on,
    )


def _dates(
    r: Reader, customer_id: int, first_on: dt.date
) -> tuple[dt.date | None, bool, dt.date | None]:
    """Until when the last review holds, whether it is barred, when a later limit begins."""
    reviewed = (
        select(CreditReview.next_due_on)
        .where(CreditReview.customer_id == customer_id, CreditReview.reviewed_on <= r.today)
        .order_by(CreditReview.reviewed_on.desc(), CreditReview.id.desc())
        .limit(1)
    )
    barred = select(func.count()).where(
        CreditStanding.customer_id == customer_id,
        CreditStanding.kind.in_(BARS),
        standing_holds(r.today),
    )
    later = select(func.min(CreditLimit.effective_on)).where(
        CreditLimit.customer_id == customer_id, CreditLimit.effective_on > first_on
    )
    told = (each.scalar_subquery() for each in (reviewed, barred, later))
    reviewed_until, bars, next_on = r.session.execute(select(*told)).one()
    return reviewed_until, bool(bars), next_on


# ── Proposed ─────────────────────────────────────────────────────────────────


def propose_limit(w: Work, c: ProposeLimit) -> int:
    """
    The id of the proposal that now waits for a second person.

    Raises: limit.waiting, limit.reason_missing, limit.currency_differs, application.over,
    and what `check_limit` raises.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.CREDIT_DECIDE, customer)
    if not readable(c.reason):
        raise RuleBroken("limit.reason_missing", field="reason")
    check_limit(c.asked, w.today)
    currency = currency_of_limit(w, customer)
    if c.asked.amount is not None and c.asked.amount.currency != currency:
        raise RuleBroken("limit.currency_differs", field="amount", currency=currency)
    _refuse_second(w, customer.id)
    application = _application(w, c) if c.application_id else None
    proposal = _keep(w, c, currency)
    if application is not None and c.answer.strip():
        application.answer = c.answer.strip()
    known = standing_of(w, customer.id, c.asked)
    approval_id = ask_approval(w, _proposal(w, proposal, known))
    proposal.approval_id = approval_id
    w.audit(
        "limit.proposed",
        f"{SUBJECT}/{proposal.id}",
        customer_id=customer.id,
        amount=_said(c.asked.amount),
        effective_on=c.asked.effective_on,
        valid_until=c.asked.valid_until,
        approval=approval_id,
        doubts=[doubt.value for doubt in doubts(c.asked, known)],
    )
    return proposal.id


def _refuse_second(w: Work, customer_id: int) -> None:
    """Of one customer one limit waits at a time; the customer is locked by now."""
    waiting = select(LimitProposal.id).where(
        LimitProposal.customer_id == customer_id, LimitProposal.state == "waiting"
    )
    if w.session.scalar(waiting.limit(1)) is not None:
        raise RuleBroken("limit.waiting")


def _application(w: Work, c: ProposeLimit) -> CreditApplication:
    found = w.session.get(CreditApplication, c.application_id, with_for_update=True)
    if found is None or found.customer_id != c.customer_id:
        raise NotFound("application")
    if found.state != "submitted":
        raise RuleBroken("application.over")
    return found


def _keep(w: Work, c: ProposeLimit, currency: str) -> LimitProposal:
    assert w.actor.user_id is not None
    row = LimitProposal(
        customer_id=c.customer_id,
        effective_on=c.asked.effective_on,
        valid_until=c.asked.valid_until,
        currency=currency,
        amount_minor=c.asked.amount.minor if c.asked.amount else None,
        insured_minor=c.asked.insured.minor if c.asked.insured else None,
        reason=c.reason.strip()[:LONGEST_REASON],
        application_id=c.application_id,
        author_id=w.actor.user_id,
        at=w.now,
        state="waiting",
    )
    w.session.add(row)
    w.session.flush()
    return row


def asked_of(row: LimitProposal) -> AskedLimit:
    """The limit that a proposal asks for."""
    return AskedLimit(
        None if row.amount_minor is None else Money(row.amount_minor, row.currency),
        row.effective_on,
        row.valid_until,
        None if row.insured_minor is None else Money(row.insured_minor, row.currency),
    )


def _proposal(w: Work, row: LimitProposal, known: LimitFacts) -> Proposal:
    asked = asked_of(row)
    large = is_large(asked.amount, w.policy.values["credit_limit_without_admin"])
    after = {
        "limit": _said(asked.amount),
        "from": asked.effective_on.isoformat(),
        "until": asked.valid_until.isoformat() if asked.valid_until else "",
        "insured": _said(asked.insured) if asked.insured else "",
    }
    return Proposal(
        kind=LARGE if large else KIND,
        subject=f"{SUBJECT}/{row.id}",
        customer_id=row.customer_id,
        amount=asked.amount or Money.zero(row.currency),
        before=_before(limit_of(w, row.customer_id, w.today), asked, known),
        after=after,
        fingerprint=_fingerprint(w, row, known),
        reason=row.reason,
    )


def _before(held: LimitInForce | None, asked: AskedLimit, known: LimitFacts) -> dict[str, str]:
    """The limit in force, and every doubt with the figure that it is about."""
    told = {
        "limit": _said(held.amount) if held else NONE_SET,
        "until": held.valid_until.isoformat() if held and held.valid_until else "",
        "insured": _said(held.insured) if held and held.insured else "",
    }
    figures: Mapping[Doubt, str] = {
        Doubt.BELOW_EXPOSURE: _said(known.exposure),
        Doubt.EXPOSURE_UNKNOWN: "rate_missing",
        Doubt.ABOVE_CAP: _said(known.cap),
        Doubt.NO_REVIEW: known.reviewed_until.isoformat() if known.reviewed_until else NEVER,
        Doubt.FROZEN: "barred",
        Doubt.OVERTAKEN: known.next_on.isoformat() if known.next_on else "",
        Doubt.GAP: known.present_until.isoformat() if known.present_until else "",
    }
    return told | {doubt.value: figures[doubt] for doubt in doubts(asked, known)}


def _said(amount: Money | None) -> str:
    return NOT_LIMITED if amount is None else f"{amount.currency} {amount.major()}"


def _fingerprint(r: Reader, row: LimitProposal, known: LimitFacts) -> str:
    """Of the limit in force and of what speaks against the new one; figures may move in between."""
    held = limit_of(r, row.customer_id, r.today)
    facts = (
        held.id if held else None,
        _said(held.amount) if held else "",
        [doubt.value for doubt in doubts(asked_of(row), known)],
        str(known.cap),
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def withdraw_proposal(w: Work, c: WithdrawProposal) -> None:
    """
    The limit is not proposed any longer; one that was decided stays as it is.

    Raises: limit.not_in_this_state.
    """
    row = _locked(w, c.proposal_id)
    w.require(Permission.CREDIT_DECIDE, row)
    if row.state != "waiting":
        raise RuleBroken("limit.not_in_this_state")
    approval = w.session.get_one(Approval, row.approval_id)
    row.state = "withdrawn"
    w.session.flush()
    withdraw_request(w, approval.kind, f"{SUBJECT}/{row.id}")
    w.audit("limit.withdrawn", f"{SUBJECT}/{row.id}", customer_id=row.customer_id)


def _locked(w: Work, proposal_id: int) -> LimitProposal:
    """The proposal under its lock, its customer locked first."""
    whose = select(LimitProposal.customer_id).where(LimitProposal.id == proposal_id)
    customer_id = w.session.scalar(whose)
    if customer_id is None:
        raise NotFound("limit proposal")
    lock_customer(w, customer_id)
    return w.session.get_one(
        LimitProposal, proposal_id, with_for_update=True, populate_existing=True
    )


# ── The decision ─────────────────────────────────────────────────────────────


def _of(approval: Approval) -> int:
    return int(approval.subject.partition("/")[2])


def facts_now(r: Reader, approval: Approval) -> Facts:
    """What a proposed limit stands on: the one in force, and what speaks against the new one."""
    row = r.session.get_one(LimitProposal, _of(approval))
    known = standing_of(r, row.customer_id, asked_of(row))
    held = limit_of(r, row.customer_id, r.today)
    return Facts(_fingerprint(r, row, known), _before(held, asked_of(row), known))


def approve(w: Work, approval: Approval) -> None:
    """
    The limit holds from its day on; approved later than that, from today.

    Raises: limit.over, where it would have ended by now.
    """
    row = _locked(w, _of(approval))
    asked = asked_of(row)
    if asked.valid_until is not None and asked.valid_until < w.today:
        raise RuleBroken("limit.over", until=asked.valid_until)
    asked = replace(asked, effective_on=max(asked.effective_on, w.today))
    row.state = "approved"
    author = w.session.get_one(User, row.author_id)
    limit = CreditLimit(
        customer_id=row.customer_id,
        effective_on=asked.effective_on,
        valid_until=row.valid_until,
        currency=row.currency,
        amount_minor=row.amount_minor,
        insured_minor=row.insured_minor,
        source="decision",
        reason=row.reason,
        application_id=row.application_id,
        approval_id=approval.id,
        author=author.name or author.email,
        at=w.now,
    )
    w.session.add(limit)
    w.session.flush()
    w.audit(
        "limit.changed",
        f"limit/{limit.id}",
        customer_id=row.customer_id,
        source="decision",
        amount=_said(asked.amount),
        effective_on=asked.effective_on,
        valid_until=asked.valid_until,
        approval=approval.id,
    )
    _close_tasks_of_older(w, limit)
    if row.application_id is not None:
        answer_by_limit(w, row.application_id, asked.amount)


def _close_tasks_of_older(w: Work, limit: CreditLimit) -> None:
    """That the one before ends needs nobody any more."""
    older = select(CreditLimit.id).where(
        CreditLimit.customer_id == limit.customer_id, CreditLimit.id < limit.id
    )
    subjects = [f"limit/{row_id}" for row_id in w.session.scalars(older)]
    for kind in ENDING_TASKS:
        close_tasks(w, kind, subjects, NEW_LIMIT)


def refuse(w: Work, approval: Approval) -> None:
    """The limit stays as it is; an application behind it waits for another answer."""
    row = _locked(w, _of(approval))
    row.state = "refused"
    w.session.flush()


LIMIT = Kind(KIND, facts_now, approve, refuse, ("desk_limits.show", "lp"))
LARGE_LIMIT = Kind(LARGE, facts_now, approve, refuse, ("desk_limits.show", "lp"))
