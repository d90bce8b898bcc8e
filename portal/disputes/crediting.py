"""Credit notes asked for by decisions, each agreed to by a second person where it has to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.approvals.asking import Proposal, ask_approval, withdraw_request
from portal.approvals.tasks import NewTask, close_tasks, make_task
from portal.base.language import gettext as _
from portal.base.work import Reader, Work
from portal.core.crediting import check_room, needs_approval
from portal.core.dispute import Settlement
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.disputes.marks import free_parts
from portal.disputes.telling import printed_number
from portal.tables.disputes import CreditRequest, Dispute, DisputeDecision
from portal.tables.invoices import Entry

KIND = "credit_note"
TASK = "credit_to_post"
#: Wanted, and not posted yet.
PENDING = ("waiting", "approved")
PURPOSE = "credit request"


def still_to_credit(
    r: Reader, dispute: Dispute, accepted: Money, settlement: Settlement | None
) -> Money:
    """What of an accepted amount a credit note is to come for, besides those that are posted."""
    if settlement is None or not settlement.lowers_the_claim:
        return Money(0, dispute.currency)
    left = accepted.minor - asked_for(r, dispute, ("posted",))
    return Money(max(left, 0), dispute.currency)


def whole_credit(r: Reader, dispute: Dispute, credit: Money) -> Money:
    """What a dispute comes to with a credit note: cut into slices, it needs no fewer people."""
    posted = asked_for(r, dispute, ("posted",)) if credit.minor else 0
    return Money(credit.minor + posted, credit.currency)


def check_room_for(r: Reader, dispute: Dispute, credit: Money) -> None:
    """Raises: dispute.credit_above_invoice, by what is credited and asked for of the invoice."""
    if not credit.minor or dispute.entry_id is None:
        return
    noted = select(func.coalesce(func.sum(-Entry.amount_minor), 0)).where(
        Entry.customer_id == dispute.customer_id,
        Entry.about_id == dispute.entry_id,
        Entry.kind == Kind.CREDIT_NOTE,
    )
    wanted = select(func.coalesce(func.sum(CreditRequest.amount_minor), 0)).where(
        CreditRequest.entry_id == dispute.entry_id,
        CreditRequest.dispute_id != dispute.id,
        CreditRequest.state.in_(PENDING),
    )
    invoice = r.session.get_one(Entry, dispute.entry_id)
    others = sum(int(r.session.scalar(each) or 0) for each in (noted, wanted))
    check_room(credit, Money(invoice.amount_minor, credit.currency), Money(others, credit.currency))


def needs_second(r: Reader, credit: Money) -> bool:
    """Whether somebody else has to agree to a credit note."""
    limits = r.policy.values["dispute_credit_without_approval"]
    return credit.minor > 0 and needs_approval(credit, limits)


@dataclass(frozen=True)
class Asked:
    """A credit note that a decision asks for, and who has to agree to it."""

    dispute: Dispute
    amount: Money
    approval_id: int | None

    def keep(self, w: Work, decision: DisputeDecision) -> None:
        """Its row, once the decision has one; what needs nobody's word waits to be posted."""
        row = CreditRequest(
            customer_id=self.dispute.customer_id,
            dispute_id=self.dispute.id,
            decision_id=decision.id,
            entry_id=self.dispute.entry_id,
            currency=self.amount.currency,
            amount_minor=self.amount.minor,
            state="waiting" if self.approval_id else "approved",
            asked_at=w.now,
        )
        w.session.add(row)
        w.session.flush()
        if not self.approval_id:
            make_posting_task(w, row)


def ask_for_credit(w: Work, dispute: Dispute, amount: Money, reason: str) -> Asked | None:
    """What a decision asks for; None where no credit note is to come."""
    if not amount.minor:
        return None
    if not needs_second(w, whole_credit(w, dispute, amount)):
        return Asked(dispute, amount, None)
    entry = w.session.get_one(Entry, dispute.entry_id)
    is_open = open_of(w, dispute)
    proposal = Proposal(
        kind=KIND,
        subject=subject_of(dispute.id),
        customer_id=dispute.customer_id,
        amount=amount,
        before=figures_of(entry.number, is_open),
        after=figures_of(entry.number, is_open - amount) | {"credit": told(amount)},
        fingerprint=fingerprint_of(w, dispute),
        reason=reason.strip(),
    )
    return Asked(dispute, amount, ask_approval(w, proposal))


def asked_for(r: Reader, dispute: Dispute, states: Sequence[str] = PENDING) -> int:
    """What credit notes of a dispute come to: those still to come, or those in other states."""
    found = select(func.coalesce(func.sum(CreditRequest.amount_minor), 0)).where(
        CreditRequest.dispute_id == dispute.id, CreditRequest.state.in_(states)
    )
    return int(r.session.scalar(found) or 0)


def credited_minor(r: Reader, dispute_ids: Sequence[int]) -> dict[int, int]:
    """What posted credit notes have settled of disputes; those without one are not in it."""
    rows = (
        select(CreditRequest.dispute_id, func.sum(CreditRequest.amount_minor))
        .where(CreditRequest.dispute_id.in_(dispute_ids), CreditRequest.state == "posted")
        .group_by(CreditRequest.dispute_id)
    )
    return {dispute_id: int(minor) for dispute_id, minor in r.session.execute(rows)}


def forget_requests(w: Work, dispute: Dispute) -> None:
    """What an older decision asked for and is not posted is not wanted any more."""
    rows = select(CreditRequest).where(
        CreditRequest.dispute_id == dispute.id, CreditRequest.state.in_(PENDING)
    )
    for row in w.session.scalars(rows.order_by(CreditRequest.id)):
        row.state = "void"
        close_tasks(w, TASK, [task_subject(row)], _("Not wanted any more"))
    withdraw_request(w, KIND, subject_of(dispute.id))
    w.session.flush()


def make_posting_task(w: Work, request: CreditRequest) -> None:
    """Somebody is to post the credit note, one workday from now."""
    amount = Money(request.amount_minor, request.currency)
    task = NewTask(
        request.customer_id,
        TASK,
        task_subject(request),
        w.calendar().add_workdays(w.today, 1),
        {"number": printed_number(request.dispute_id), "amount": amount.major()}
        | {"currency": amount.currency},
    )
    make_task(w, task)


def open_of(r: Reader, dispute: Dispute) -> Money:
    """What is open of the invoice today."""
    assert dispute.entry_id is not None
    parts = free_parts(r, dispute.customer_id, [dispute.entry_id]).get(dispute.entry_id, [])
    return Money(sum(part.open_minor for part in parts), dispute.currency)


def fingerprint_of(r: Reader, dispute: Dispute) -> str:
    """Of what a second person agrees to: the dispute's amount, and what is open of the invoice."""
    told_of = (dispute.id, dispute.amount_minor, open_of(r, dispute).minor)
    return r.keys.seal(PURPOSE, *told_of)


def figures_of(invoice: str, is_open: Money) -> dict[str, str]:
    """What a request shows of the books."""
    return {"invoice": invoice, "open": told(is_open)}


def subject_of(dispute_id: int) -> str:
    """What an approval is about."""
    return f"dispute/{dispute_id}"


def task_subject(request: CreditRequest) -> str:
    """What a task is about: each request has its own."""
    return f"dispute/{request.dispute_id}/{request.id}"


def told(amount: Money) -> str:
    """An amount as a request keeps it."""
    return f"{amount.currency} {amount.major()}"
