"""
An answer given on the page of a statement decides the dispute that the difference became.

It counts at once, as answers there always have; only its credit note may wait for a second person.
"""

from __future__ import annotations

from sqlalchemy import select

from portal.base.work import Reader, Work
from portal.core.dispute import OPEN, Settlement, Side, State, Verdict
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.settling import Decision
from portal.disputes.deciding import Decided, check_decided, put_into_effect, reopen
from portal.disputes.reasons import root_causes_of
from portal.disputes.resolving import Said, root_cause_of
from portal.tables.disputes import Dispute
from portal.tables.invoices import Entry


def find_dispute_of(r: Reader, statement_id: int, origin: str) -> Dispute | None:
    """The dispute that a difference of a statement became, and that its customer did not drop."""
    rows = select(Dispute).where(
        Dispute.statement_id == statement_id,
        Dispute.origin == origin,
        Dispute.state != State.WITHDRAWN.value,
    )
    return r.session.scalars(rows).first()


def answer_on_statement(w: Work, dispute: Dispute, said: Said, answer: str) -> None:
    """
    The dispute is decided as the statement's page says, anew where it was decided before.

    Who calls has locked customer and statement, and required the right to answer.
    """
    dispute = w.session.get_one(Dispute, dispute.id, with_for_update=True, populate_existing=True)
    if State(dispute.state) not in OPEN:
        reopen(w, dispute, Side.HOUSE)
    is_right = said.decision is Decision.ACCEPT
    decided = Decided(
        Verdict.ACCEPT if is_right else Verdict.REJECT,
        Money(dispute.amount_minor if is_right else 0, dispute.currency),
        _settlement(w, dispute, said) if is_right else None,
        root_cause_of(said.cause, list(root_causes_of(w.policy))),
        answer,
        said,
    )
    check_decided(w, dispute, decided)
    put_into_effect(w, dispute, decided)


def _settlement(w: Work, dispute: Dispute, said: Said) -> Settlement:
    """By a credit note, the one that is named or one to come; without an invoice, in the books."""
    if said.document_id is not None:
        document = w.session.get_one(Entry, said.document_id)
        is_credit_note = document.kind == Kind.CREDIT_NOTE
    else:
        entry = w.session.get(Entry, dispute.entry_id or 0)
        is_credit_note = entry is not None and entry.kind == Kind.INVOICE
    lowers = is_credit_note and dispute.amount_minor > 0 and dispute.entry_id is not None
    return Settlement.CREDIT_NOTE if lowers else Settlement.CORRECTION
