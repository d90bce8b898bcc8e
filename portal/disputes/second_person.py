"""What a second person's word on a credit note does: the decision counts, or is thought over."""

from __future__ import annotations

from sqlalchemy import select

from portal.approvals.kinds import Facts, Kind
from portal.base.access import NotFound
from portal.base.work import Reader, Work
from portal.core.dispute import OPEN, Side, State
from portal.disputes.credit_requests import close_posted
from portal.disputes.crediting import KIND, figures_of, fingerprint_of, make_posting_task, open_of
from portal.disputes.deciding import reopen, take_effect
from portal.disputes.decision_letters import tell_decided
from portal.tables.approvals import Approval
from portal.tables.disputes import CreditRequest, Dispute, DisputeDecision
from portal.tables.invoices import Entry


def _facts(r: Reader, approval: Approval) -> Facts:
    """What is disputed and open of the invoice."""
    dispute = _dispute(r, approval)
    entry = r.session.get_one(Entry, dispute.entry_id)
    return Facts(fingerprint_of(r, dispute), figures_of(entry.number, open_of(r, dispute)))


def _approve(w: Work, approval: Approval) -> None:
    """
    The decision counts and is told, where it was not told at once.

    Its credit note waits to be posted, unless it came with the ledger's files meanwhile.
    """
    dispute, request = _dispute(w, approval), _request(w, approval)
    request.state, request.agreed_at = "approved", w.now
    w.session.flush()
    if State(dispute.state) in OPEN:
        decision = w.session.get_one(DisputeDecision, request.decision_id)
        take_effect(w, dispute, decision)
        tell_decided(w, dispute, decision)
    make_posting_task(w, request)
    close_posted(w, request.customer_id)


def _refuse(w: Work, approval: Approval) -> None:
    """The clerk decides again; what was told the customer at once is open again."""
    dispute, request = _dispute(w, approval), _request(w, approval)
    request.state = "refused"
    dispute.row_version += 1
    w.session.flush()
    if State(dispute.state) not in OPEN:
        reopen(w, dispute, Side.HOUSE)


def _dispute(r: Reader, approval: Approval) -> Dispute:
    dispute_id = int(approval.subject.partition("/")[2])
    found = r.session.get(Dispute, dispute_id, populate_existing=True)
    if found is None:
        raise NotFound("dispute")
    return found


def _request(w: Work, approval: Approval) -> CreditRequest:
    """The credit note that waits; the dispute's approval withdraws with it, so there is one."""
    dispute_id = int(approval.subject.partition("/")[2])
    found = w.session.scalars(
        select(CreditRequest).where(
            CreditRequest.dispute_id == dispute_id, CreditRequest.state == "waiting"
        )
    ).first()
    if found is None:
        raise NotFound("credit request")
    return found


CREDIT_NOTE = Kind(KIND, _facts, _approve, _refuse, ("desk_dispute.show", "di"))
