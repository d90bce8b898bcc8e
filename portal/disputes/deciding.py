"""
The house decides a dispute: what of it is right, why it came to it, and how that is settled.

A decision is a row of its own and never changed; after the dispute was opened again a new one
counts. One whose credit note waits for a second person has no effect, and no reader at the
customer, before that person agrees.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, or_, select

from portal.base.access import Permission
from portal.base.locks import lock_row
from portal.base.work import Work
from portal.core.crediting import check_settlement, check_words
from portal.core.dispute import (
    OPEN,
    Act,
    Settlement,
    Side,
    State,
    Verdict,
    after,
    check_decision,
    held_back,
    may,
)
from portal.core.errors import RuleBroken
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.disputes.crediting import (
    ask_for_credit,
    asked_for,
    check_room_for,
    forget_requests,
    needs_second,
    still_to_credit,
    whole_credit,
)
from portal.disputes.decision_letters import tell_decided
from portal.disputes.marks import hold_back
from portal.disputes.reasons import answer_by, root_causes_of
from portal.disputes.resolving import Said, resolve
from portal.disputes.telling import printed_number
from portal.tables.disputes import CreditRequest, Dispute, DisputeDecision
from portal.tables.invoices import Entry
from portal.tables.people import User


@dataclass(frozen=True)
class Decided:
    """What is decided; `said` is how the statement's page calls it, where it was decided there."""

    verdict: Verdict
    accepted: Money
    settlement: Settlement | None
    root_cause: str
    answer: str
    said: Said | None = None


@dataclass(frozen=True)
class DecideDispute:
    """The house decides a dispute that it looked at in this version."""

    dispute_id: int
    row_version: int
    decided: Decided


@dataclass(frozen=True)
class OpenAgain:
    """The house looks at a decided dispute once more."""

    dispute_id: int
    row_version: int


def decide_dispute(w: Work, c: DecideDispute) -> int:
    """
    The decision's id: it counts and is told at once, or once a second person has agreed.

    Raises: dispute.stale, dispute.already_answered, dispute.not_in_this_state,
    dispute.answer_missing, dispute.answer_too_long, dispute.root_cause_unknown,
    dispute.accepted_unfit, dispute.settlement_*, dispute.nothing_to_credit,
    dispute.credit_above_invoice.
    """
    dispute = locked_dispute(w, c.dispute_id, Permission.DISPUTE_DECIDE)
    refuse_older_page(w, dispute, c.row_version)
    check_decided(w, dispute, c.decided)
    forget_requests(w, dispute)
    if needs_second(w, whole_credit(w, dispute, credit_for(w, dispute, c.decided))):
        return _propose(w, dispute, c.decided)
    decision = put_into_effect(w, dispute, c.decided)
    tell_decided(w, dispute, decision)
    return decision.id


def credit_for(w: Work, dispute: Dispute, decided: Decided) -> Money:
    """What credit note a decision makes; none where the statement's page names the document."""
    if decided.said is not None and decided.said.document_id is not None:
        return Money.zero(dispute.currency)
    return still_to_credit(w, dispute, decided.accepted, decided.settlement)


def _propose(w: Work, dispute: Dispute, decided: Decided) -> int:
    """A decision that waits for a second person; until then the dispute is being checked."""
    take(w, dispute)
    decision = _keep(w, dispute, decided)
    dispute.row_version += 1
    _audit(w, "dispute.proposed", dispute, decision)
    return decision.id


def take(w: Work, dispute: Dispute) -> None:
    """Somebody has the dispute, and the customer sees that it is being checked."""
    dispute.owner_id = dispute.owner_id or w.actor.user_id
    if may(State(dispute.state), Act.TAKE, Side.HOUSE):
        dispute.state = after(State(dispute.state), Act.TAKE, Side.HOUSE).value
        dispute.row_version += 1
        w.tell(dispute.customer_id, ("dispute", dispute.id), "taken")


def put_into_effect(w: Work, dispute: Dispute, decided: Decided) -> DisputeDecision:
    """The decision that counts from now on, with all that follows; who calls has checked it."""
    decision = _keep(w, dispute, decided, is_told=True)
    take_effect(w, dispute, decision, decided.said)
    return decision


def take_effect(
    w: Work, dispute: Dispute, decision: DisputeDecision, said: Said | None = None
) -> None:
    """A decision that is kept counts from now on: state, marks, the statement's answer, life."""
    dispute.state = after(State(dispute.state), Act.DECIDE, Side.HOUSE).value
    dispute.decided_at = w.now
    dispute.row_version += 1
    hold_back(w, dispute, held_back(State.DECIDED, dispute.amount_minor, asked_for(w, dispute)))
    resolve(w, dispute, decision, said)
    w.tell(dispute.customer_id, ("dispute", dispute.id), "decided", verdict=decision.verdict)
    _audit(w, "dispute.decided", dispute, decision)


def open_again(w: Work, c: OpenAgain) -> None:
    """
    The dispute is checked anew by whoever does this, and nothing of it is due meanwhile.

    Raises: dispute.stale, dispute.not_in_this_state.
    """
    dispute = locked_dispute(w, c.dispute_id, Permission.DISPUTE_DECIDE)
    refuse_older_page(w, dispute, c.row_version)
    reopen(w, dispute, Side.HOUSE)
    dispute.owner_id = w.actor.user_id


def reopen(w: Work, dispute: Dispute, side: Side) -> None:
    """A dispute that the caller has locked waits for an answer again, with a new day for it.

    It is held back meanwhile, but for what a credit note has settled; one that is still to be
    posted is not wanted any more.
    """
    dispute.state = after(State(dispute.state), Act.REOPEN, side).value
    dispute.answer_by, dispute.closed_at = answer_by(w, dispute.reason), None
    dispute.row_version += 1
    forget_requests(w, dispute)
    hold_back(w, dispute, dispute.amount_minor - asked_for(w, dispute, ("posted",)))
    w.tell(dispute.customer_id, ("dispute", dispute.id), "reopened", side=side.value)
    w.audit(
        "dispute.reopened",
        f"dispute/{dispute.id}",
        customer_id=dispute.customer_id,
        dispute=printed_number(dispute.id),
        side=side.value,
    )


def check_decided(w: Work, dispute: Dispute, decided: Decided) -> None:
    """Raises: what `decide_dispute` does of a decision that does not fit its dispute."""
    after(State(dispute.state), Act.DECIDE, Side.HOUSE)
    check_decision(dispute.amount_minor, decided.verdict, decided.accepted.minor)
    check_words(decided.answer, decided.root_cause, root_causes_of(w.policy))
    entry = w.session.get(Entry, dispute.entry_id) if dispute.entry_id else None
    has_invoice = entry is not None and entry.kind == Kind.INVOICE
    check_settlement(decided.accepted.minor, decided.settlement, has_invoice=has_invoice)
    check_room_for(w, dispute, credit_for(w, dispute, decided))


def locked_dispute(w: Work, dispute_id: int, permission: Permission) -> Dispute:
    """The dispute under its lock, for who may do this to it."""
    dispute = lock_row(w, Dispute, dispute_id)
    w.require(permission, dispute)
    return dispute


def refuse_older_page(w: Work, dispute: Dispute, row_version: int) -> None:
    """Raises: dispute.already_answered with who decided meanwhile, dispute.stale."""
    if dispute.row_version == row_version:
        return
    newest = w.session.execute(
        select(DisputeDecision.verdict, User.name, User.email)
        .join(User, User.id == DisputeDecision.user_id)
        .where(DisputeDecision.dispute_id == dispute.id)
        .order_by(DisputeDecision.id.desc())
        .limit(1)
    ).first()
    if newest is not None and dispute.state not in OPEN:
        raise RuleBroken("dispute.already_answered", who=newest.name or newest.email)
    raise RuleBroken("dispute.stale")


def counts() -> ColumnElement[bool]:
    """Whether a decision has effect: nobody else had to agree, or somebody did."""
    agreed = (
        exists()
        .where(
            CreditRequest.decision_id == DisputeDecision.id, CreditRequest.agreed_at.is_not(None)
        )
        .correlate(DisputeDecision)
    )
    return or_(DisputeDecision.approval_id.is_(None), agreed)


def _keep(w: Work, dispute: Dispute, decided: Decided, *, is_told: bool = False) -> DisputeDecision:
    """The decision's row, and what it asks for; the clerk who decides has the dispute."""
    assert w.actor.user_id is not None
    dispute.owner_id = dispute.owner_id or w.actor.user_id
    request = ask_for_credit(w, dispute, credit_for(w, dispute, decided), decided.answer)
    decision = DisputeDecision(
        customer_id=dispute.customer_id,
        dispute_id=dispute.id,
        verdict=decided.verdict.value,
        accepted_minor=decided.accepted.minor,
        settlement=decided.settlement.value if decided.settlement else "",
        root_cause=decided.root_cause,
        answer=decided.answer.strip(),
        user_id=w.actor.user_id,
        at=w.now,
        approval_id=None if is_told or request is None else request.approval_id,
    )
    w.session.add(decision)
    w.session.flush()
    if request is not None:
        request.keep(w, decision)
    return decision


def _audit(w: Work, kind: str, dispute: Dispute, decision: DisputeDecision) -> None:
    w.audit(
        kind,
        f"dispute/{dispute.id}",
        customer_id=dispute.customer_id,
        dispute=printed_number(dispute.id),
        verdict=decision.verdict,
        accepted=Money(decision.accepted_minor, dispute.currency).major(),
        currency=dispute.currency,
        settlement=decision.settlement,
        root_cause=decision.root_cause,
        answer=decision.answer,
    )
