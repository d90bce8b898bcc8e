"""
What a customer says differs on a statement that they sign becomes disputes, with its evidence.

One dispute for each difference; taking the signature back takes them back. Who calls is the act
that keeps or withdraws the answer, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select

from portal.base.locks import lock_customer
from portal.base.work import Work
from portal.core.dispute import OPEN, Act, OpenPart, Side, State, after, as_far_as_free
from portal.disputes.crediting import credited_minor, forget_requests
from portal.disputes.living import put_away
from portal.disputes.marks import end_marks, free_parts, mark
from portal.disputes.reasons import answer_by
from portal.disputes.subjects import entries_on
from portal.tables.disputes import Dispute

WAY = "statement"


@dataclass(frozen=True)
class Signed:
    """The answer that says it."""

    customer_id: int
    currency: str
    statement_id: int
    confirmation_id: int


@dataclass(frozen=True)
class Said:
    """One difference: where on the statement, why, and by how much less the customer owes."""

    #: line-3, own-17, whole
    origin: str
    reason: str
    said: str
    #: The statement's line, counted from one.
    seq: int | None = None
    #: 0: the customer owes no less by it.
    less_minor: int = 0


def raise_what_was_said(w: Work, signed: Signed, claims: Sequence[Said]) -> list[int]:
    """
    The disputes' ids, in the order of what was said; their invoices' parts are marked.

    What an earlier answer to this statement or an earlier version of it has raised, and nobody
    has answered yet, is said again rather than anew.
    """
    lock_customer(w, signed.customer_id)
    seqs = [each.seq for each in claims if each.seq]
    entry_of = entries_on(w, signed.statement_id, seqs) if seqs else {}
    known = _known(w, signed, list(entry_of.values()))
    disputes = [_dispute(w, signed, each, entry_of, known) for each in claims]
    w.session.flush()
    _mark(w, signed.customer_id, disputes)
    for each in disputes:
        w.tell(each.customer_id, ("dispute", each.id), "raised")
    w.audit(
        "dispute.raised_on_statement",
        f"statement/{signed.statement_id}",
        customer_id=signed.customer_id,
        confirmation=signed.confirmation_id,
        disputes=[each.id for each in disputes],
    )
    return [each.id for each in disputes]


def withdraw_with_signature(w: Work, customer_id: int, confirmation_id: int) -> None:
    """What an answer had raised is withdrawn with it; what was decided meanwhile stays decided."""
    rows = select(Dispute).where(
        Dispute.customer_id == customer_id,
        Dispute.confirmation_id == confirmation_id,
        Dispute.state.in_(sorted(OPEN)),
    )
    disputes = list(w.session.scalars(rows.order_by(Dispute.id).with_for_update()))
    for each in disputes:
        put_away(w, each)
    end_marks(w, [each.id for each in disputes])


def _known(w: Work, signed: Signed, entry_ids: Sequence[int]) -> dict[tuple[str, int], Dispute]:
    """Disputes that are about the same: by their origin on this statement, or by the document."""
    rows = select(Dispute).where(
        Dispute.customer_id == signed.customer_id,
        or_(
            and_(Dispute.statement_id == signed.statement_id, Dispute.origin != ""),
            and_(
                Dispute.entry_id.in_(entry_ids),
                Dispute.way == WAY,
                Dispute.state.in_(sorted(OPEN)),
            ),
        ),
    )
    found: dict[tuple[str, int], Dispute] = {}
    for each in w.session.scalars(rows.order_by(Dispute.id)):
        if each.statement_id == signed.statement_id:
            found[each.origin, 0] = each
        if each.entry_id and each.state in OPEN:
            found["", each.entry_id] = each
    return found


def _dispute(
    w: Work,
    signed: Signed,
    said: Said,
    entry_of: Mapping[int, int],
    known: Mapping[tuple[str, int], Dispute],
) -> Dispute:
    entry_id = entry_of.get(said.seq or 0)
    dispute = known.get((said.origin, 0)) or known.get(("", entry_id or 0))
    if dispute is None:
        dispute = Dispute(customer_id=signed.customer_id, state=State.RECEIVED.value, way=WAY)
        dispute.row_version = 0
        w.session.add(dispute)
    elif dispute.state == State.WITHDRAWN:
        dispute.state = after(State.WITHDRAWN, Act.SAY_AGAIN, Side.CUSTOMER).value
    elif dispute.state not in OPEN:
        dispute.state = after(State(dispute.state), Act.REOPEN, Side.CUSTOMER).value
        forget_requests(w, dispute)
    assert w.actor.user_id is not None
    dispute.currency, dispute.entry_id = signed.currency, entry_id
    dispute.statement_id, dispute.origin, dispute.seq = signed.statement_id, said.origin, said.seq
    dispute.confirmation_id, dispute.user_id = signed.confirmation_id, w.actor.user_id
    dispute.reason, dispute.said = said.reason, said.said
    dispute.amount_minor = max(said.less_minor, 0)
    dispute.raised_at, dispute.raised_on = w.now, w.today
    dispute.answer_by, dispute.closed_at = answer_by(w, said.reason), None
    dispute.row_version += 1
    return dispute


def _mark(w: Work, customer_id: int, disputes: Sequence[Dispute]) -> None:
    """Holds back what each disputes of its invoice, as far as no credit note or other does."""
    end_marks(w, [each.id for each in disputes])
    about = [each.entry_id for each in disputes if each.entry_id and each.amount_minor]
    parts = free_parts(w, customer_id, about) if about else {}
    credited = credited_minor(w, [each.id for each in disputes]) if parts else {}
    for each in disputes:
        if each.entry_id is None or each.entry_id not in parts:
            continue
        left = each.amount_minor - credited.get(each.id, 0)
        taken = as_far_as_free(left, parts[each.entry_id])
        parts[each.entry_id] = [_less(part, taken) for part in parts[each.entry_id]]
        mark(w, each, taken)


def _less(part: OpenPart, taken: Mapping[int, int]) -> OpenPart:
    more = taken.get(part.part, 0)
    return OpenPart(part.part, part.due_on, part.open_minor, part.disputed_minor + more)
