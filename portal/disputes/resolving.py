"""
The answer on the statement: a decision on what was said there is written beside the difference too.

So the page of the statement, its sign-off round and its next version know it, wherever it was
decided; and there is one row of each, never two opinions.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.base.work import Work
from portal.core.dispute import Verdict
from portal.core.settling import Cause, Decision
from portal.core.statement_status import Status
from portal.tables.disputes import Dispute, DisputeDecision
from portal.tables.resolutions import Resolution
from portal.tables.statements import Difference, Statement

#: Where on a statement something was said: the whole of it, or `own-17` beside its lines.
WHOLE, BESIDE = "whole", "own-"
DECISIONS = {
    Verdict.ACCEPT: Decision.ACCEPT,
    Verdict.ACCEPT_PART: Decision.ACCEPT,
    Verdict.REJECT: Decision.REJECT,
}
#: Root causes of disputes that a statement's answer calls otherwise; the rest have one name.
CAUSES = {
    "price_master": Cause.OUR_ERROR,
    "contract_not_followed": Cause.OUR_ERROR,
    "delivery": Cause.OUR_ERROR,
    "quality": Cause.OUR_ERROR,
    "invoicing": Cause.OUR_ERROR,
    "bookkeeping": Cause.OUR_ERROR,
    "customer_error": Cause.THEIR_ERROR,
}


@dataclass(frozen=True)
class Said:
    """How the statement's page calls a decision, and the document that it names."""

    decision: Decision
    cause: Cause
    document_id: int | None = None
    document: str = ""


@dataclass(frozen=True)
class Answered:
    """A difference and our answer to it; the claim as it stands when it is decided."""

    customer_id: int
    statement_id: int
    #: The difference's row; null: the whole statement.
    difference_id: int | None
    seq: int | None
    claim_reason: str
    claim_own_minor: int | None
    answer: str
    said: Said
    user_id: int | None


def cause_of(root_cause: str) -> Cause:
    """What a statement's answer calls a root cause."""
    known = {each.value: each for each in Cause}
    return CAUSES.get(root_cause) or known.get(root_cause, Cause.OTHER)


def root_cause_of(cause: Cause, known: list[str]) -> str:
    """The root cause that a statement's answer means, as far as the house knows one."""
    wanted = {Cause.OUR_ERROR: "bookkeeping", Cause.THEIR_ERROR: "customer_error"}
    name = wanted.get(cause, cause.value)
    return name if name in known else known[-1]


def resolve(w: Work, dispute: Dispute, decision: DisputeDecision, said: Said | None = None) -> None:
    """Writes a decision beside the difference that it is about; nothing where it is about none."""
    if dispute.statement_id is None:
        return
    difference = _difference(w, dispute)
    if difference is None and not _is_refusal(w, dispute):
        return  # a question about the statement, or it went with an older version
    verdict = Verdict(decision.verdict)
    write_resolution(
        w,
        Answered(
            dispute.customer_id,
            dispute.statement_id,
            difference.id if difference else None,
            difference.seq if difference else None,
            difference.reason if difference else "refused",
            difference.own_amount_minor if difference else None,
            decision.answer,
            said or Said(DECISIONS[verdict], cause_of(decision.root_cause)),
            decision.user_id,
        ),
    )


def write_resolution(w: Work, answered: Answered) -> int:
    """The row of our answer to a difference, its step in the statement's life, its audit entry."""
    said = answered.said
    row = Resolution(
        customer_id=answered.customer_id,
        statement_id=answered.statement_id,
        difference_id=answered.difference_id,
        seq=answered.seq,
        decision=said.decision.value,
        cause=said.cause.value,
        answer=answered.answer,
        claim_reason=answered.claim_reason,
        claim_own_minor=answered.claim_own_minor,
        document_id=said.document_id,
        user_id=answered.user_id,
        decided_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    subject = ("statement", answered.statement_id)
    w.tell(answered.customer_id, subject, "difference_answered", line=answered.seq)
    w.audit(
        "statement.difference_settled",
        f"statement/{answered.statement_id}",
        customer_id=answered.customer_id,
        difference=_key(answered),
        decision=said.decision.value,
        cause=said.cause.value,
        document=said.document,
    )
    return row.id


def _key(answered: Answered) -> str:
    if answered.seq:
        return f"line-{answered.seq}"
    return f"{BESIDE}{answered.difference_id}" if answered.difference_id else WHOLE


def _is_refusal(w: Work, dispute: Dispute) -> bool:
    if dispute.origin != WHOLE:
        return False
    return w.session.get_one(Statement, dispute.statement_id).state == Status.REFUSED


def _difference(w: Work, dispute: Dispute) -> Difference | None:
    """The customer's own words on the statement, as they stand there now."""
    of = select(Difference).where(
        Difference.customer_id == dispute.customer_id,
        Difference.statement_id == dispute.statement_id,
    )
    if dispute.seq is not None:
        return w.session.scalars(of.where(Difference.seq == dispute.seq)).first()
    _beside, _sign, row_id = dispute.origin.partition("-")
    if not row_id.isdecimal():
        return None
    return w.session.scalars(of.where(Difference.id == int(row_id))).first()
