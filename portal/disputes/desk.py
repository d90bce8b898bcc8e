"""What the dispute desk reads: the list by the day an answer is due, and one with its decisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, case, cast, exists, func, literal, select
from sqlalchemy.orm import aliased

from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.dispute import OPEN, State
from portal.core.money import Money
from portal.disputes.crediting import KIND, PENDING
from portal.disputes.deciding import counts
from portal.disputes.desk_rows import (
    CreditRow,
    DeskDecision,
    DeskFilter,
    DeskPage,
    DeskRow,
    OtherDispute,
)
from portal.disputes.rows import DisputeTotal
from portal.disputes.telling import printed_number
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.disputes import CreditRequest, Dispute, DisputeDecision
from portal.tables.invoices import Entry
from portal.tables.people import User
from portal.tables.statements import Statement

#: What the desk can be narrowed to → the states that it keeps.
STATES = {
    "open": tuple(sorted(OPEN)),
    "due": tuple(sorted(OPEN)),
    "waiting": (),
    "to_post": (),
    "decided": (State.DECIDED,),
    "closed": (State.CLOSED,),
    "withdrawn": (State.WITHDRAWN,),
    "all": (),
}
#: A filter by how the credit note stands → its state.
CREDITS = {"waiting": "waiting", "to_post": "approved"}
OWNERS = ("mine", "nobody")
#: So many earlier disputes of a customer stand beside one.
EARLIER = 8

owner = aliased(User)


def list_desk(r: Reader, asked: DeskFilter) -> DeskPage:
    """One page of what a filter keeps: whose answer is due first, then what is over, newest."""
    kept = list(_kept(r, asked))
    columns: list[Any] = [Dispute.currency, func.count(), func.sum(Dispute.amount_minor)]
    sums = _joined(select(*columns)).where(*kept).group_by(Dispute.currency)
    totals = [
        DisputeTotal(count, Money(int(amount), currency))
        for currency, count, amount in r.session.execute(
            visible_to(sums.order_by(Dispute.currency), r.actor, Dispute.customer_id)
        )
    ]
    count = sum(total.count for total in totals)
    page, pages = page_within(asked.page, count, asked.per_page)
    is_over = case((Dispute.state.in_(STATES["open"]), 0), else_=1)
    due = case((is_over == 0, Dispute.answer_by), else_=None)
    newest = case((is_over == 0, Dispute.id), else_=-Dispute.id)
    rows = _rows().where(*kept).order_by(is_over, due, newest)
    cut = rows.limit(asked.per_page).offset((page - 1) * asked.per_page)
    found = r.session.execute(visible_to(cut, r.actor, Dispute.customer_id))
    return DeskPage([_row(r, each) for each in found], totals, page, pages, count)


def disputes_due(r: Reader) -> Select[Any]:
    """Open disputes whose answer is due today or was before: currency, count and sum."""
    columns: list[Any] = [Dispute.currency, func.count(), func.sum(Dispute.amount_minor)]
    counted: Select[Any] = (
        select(*columns)
        .where(Dispute.state.in_(STATES["open"]), Dispute.answer_by <= r.today)
        .group_by(Dispute.currency)
    )
    return visible_to(counted, r.actor, Dispute.customer_id)


def _pending() -> Any:
    """How the credit note of a dispute stands that is still to come."""
    return (
        select(func.min(CreditRequest.state))
        .where(CreditRequest.dispute_id == Dispute.id, CreditRequest.state.in_(PENDING))
        .scalar_subquery()
    )


def _approval() -> Any:
    """The request that waits for a second person."""
    return (
        select(Approval.id)
        .where(
            Approval.kind == KIND,
            Approval.subject == literal("dispute/") + cast(Dispute.id, Text),
            Approval.state == "waiting",
        )
        .scalar_subquery()
    )


def _joined(rows: Select[Any]) -> Select[Any]:
    return (
        rows.select_from(Dispute)
        .join(Customer, Customer.id == Dispute.customer_id)
        .outerjoin(Entry, Entry.id == Dispute.entry_id)
        .outerjoin(Statement, Statement.id == Dispute.statement_id)
        .outerjoin(owner, owner.id == Dispute.owner_id)
    )


def _rows() -> Select[Any]:
    columns: list[Any] = [Dispute, Customer.name, owner.name.label("owner_name")]
    columns += [owner.email.label("owner_email"), _pending().label("credit")]
    columns += [_approval().label("approval_id")]
    columns += [func.coalesce(Entry.number, Statement.number).label("document")]
    return _joined(select(*columns))


def _kept(r: Reader, asked: DeskFilter) -> Iterator[ColumnElement[bool]]:
    yield from _standing_so(r, asked.state)
    if asked.owner == "mine":
        yield Dispute.owner_id == r.actor.user_id
    if asked.owner == "nobody":
        yield Dispute.owner_id.is_(None)
    if asked.reason:
        yield Dispute.reason == asked.reason
    if asked.customer_id is not None:
        yield Dispute.customer_id == asked.customer_id
    named = (Entry.number, Statement.number, Customer.name, Customer.code)
    yield from says(asked.text, *named, "dsp-" + cast(Dispute.id, Text))


def _standing_so(r: Reader, state: str) -> Iterator[ColumnElement[bool]]:
    """What a filter by state keeps."""
    states = STATES.get(state, ())
    if states:
        yield Dispute.state.in_(states)
    if state == "due":
        yield Dispute.answer_by <= r.today
    if state in CREDITS:
        asked_for = CreditRequest.dispute_id == Dispute.id
        yield exists().where(asked_for, CreditRequest.state == CREDITS[state])


def _row(r: Reader, found: Any) -> DeskRow:
    dispute: Dispute = found.Dispute
    return DeskRow(
        id=dispute.id,
        ref=r.refs.of("di", dispute.id),
        number=printed_number(dispute.id),
        state=State(dispute.state),
        reason=dispute.reason,
        customer_ref=r.refs.of("cu", dispute.customer_id),
        customer_name=found.name,
        document=found.document or "",
        amount=Money(dispute.amount_minor, dispute.currency),
        raised_on=dispute.raised_on,
        answer_by=dispute.answer_by,
        owner_id=dispute.owner_id,
        owner=found.owner_name or found.owner_email or "",
        credit=found.credit or "",
        approval_ref=r.refs.of("ap", found.approval_id) if found.approval_id else "",
    )


def find_row(r: Reader, dispute_id: int) -> tuple[DeskRow, str]:
    """One dispute as the desk lists it, and the language that its customer reads."""
    raiser = aliased(User)
    spoken = case((raiser.staff_role.is_(None), raiser.language), else_=Customer.language)
    rows = _rows().add_columns(spoken.label("spoken")).join(raiser, raiser.id == Dispute.user_id)
    found = r.session.execute(
        visible_to(rows.where(Dispute.id == dispute_id), r.actor, Dispute.customer_id)
    ).one()
    return _row(r, found), found.spoken or r.company.language


# ── Its decisions, and what else the customer disputed ───────────────────────


def list_decisions(r: Reader, dispute_id: int) -> list[DeskDecision]:
    """What was decided on a dispute, the newest first, with who and what became of it."""
    columns: list[Any] = [DisputeDecision, CreditRequest, Entry.number, User.name, User.email]
    rows: Select[Any] = (
        select(*columns, Dispute.currency, counts())
        .join(Dispute, Dispute.id == DisputeDecision.dispute_id)
        .join(User, User.id == DisputeDecision.user_id)
        .outerjoin(CreditRequest, CreditRequest.decision_id == DisputeDecision.id)
        .outerjoin(Entry, Entry.id == CreditRequest.credit_id)
        .where(DisputeDecision.dispute_id == dispute_id)
        .order_by(DisputeDecision.id.desc())
    )
    found = r.session.execute(visible_to(rows, r.actor, DisputeDecision.customer_id))
    return [_decision(r, *row) for row in found]


def _decision(
    r: Reader, row: DisputeDecision, request: CreditRequest | None, *more: Any
) -> DeskDecision:
    number, name, email, currency, has_counted = more
    return DeskDecision(
        verdict=row.verdict,
        accepted=Money(row.accepted_minor, currency),
        settlement=row.settlement,
        root_cause=row.root_cause,
        answer=row.answer,
        who=name or email,
        at=row.at,
        standing="counts" if has_counted else _standing(request),
        credit=request.state if request else "",
        request_ref=r.refs.of("cr", request.id) if request else "",
        credit_number=number or "",
    )


def _standing(request: CreditRequest | None) -> str:
    """How a decision stands that has never counted: a second person was to agree."""
    state = request.state if request else "void"
    return state if state in {"waiting", "refused"} else "dropped"


def list_earlier(r: Reader, customer_id: int, but_id: int) -> list[OtherDispute]:
    """The newest other disputes of a customer."""
    verdict = (
        select(DisputeDecision.verdict)
        .where(DisputeDecision.dispute_id == Dispute.id)
        .order_by(DisputeDecision.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = (
        _rows()
        .add_columns(verdict.label("verdict"))
        .where(Dispute.customer_id == customer_id, Dispute.id != but_id)
        .order_by(Dispute.id.desc())
        .limit(EARLIER)
    )
    found = r.session.execute(visible_to(rows, r.actor, Dispute.customer_id))
    return [
        OtherDispute(
            r.refs.of("di", each.Dispute.id),
            printed_number(each.Dispute.id),
            each.document or "",
            each.Dispute.reason,
            Money(each.Dispute.amount_minor, each.Dispute.currency),
            State(each.Dispute.state),
            each.Dispute.raised_on,
            "" if each.Dispute.state in OPEN else each.verdict or "",
        )
        for each in found
    ]


# ── Credit notes to come ─────────────────────────────────────────────────────


def find_credit_request(r: Reader, ref: str) -> CreditRow:
    """A credit note that was asked for; `NotFound` where its customer is not the reader's."""
    rows = _credits(r).where(CreditRequest.id == r.id_of("cr", ref))
    found = r.session.execute(rows).first()
    if found is None:
        raise NotFound(ref)
    return _credit(r, found)


def list_credit_requests(r: Reader, state: str, most: int) -> list[CreditRow]:
    """The credit notes in a state: what is to be done the oldest first, what is over the newest."""
    order = CreditRequest.id if state in PENDING else CreditRequest.id.desc()
    rows = _credits(r).where(CreditRequest.state == state).order_by(order).limit(most)
    return [_credit(r, each) for each in r.session.execute(rows)]


def _credits(r: Reader) -> Select[Any]:
    invoice, credit = aliased(Entry), aliased(Entry)
    columns: list[Any] = [CreditRequest, Customer.name, invoice.number.label("invoice")]
    columns += [credit.number.label("credit"), User.name.label("who"), User.email]
    rows: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == CreditRequest.customer_id)
        .join(DisputeDecision, DisputeDecision.id == CreditRequest.decision_id)
        .join(User, User.id == DisputeDecision.user_id)
        .outerjoin(invoice, invoice.id == CreditRequest.entry_id)
        .outerjoin(credit, credit.id == CreditRequest.credit_id)
    )
    return visible_to(rows, r.actor, CreditRequest.customer_id)


def _credit(r: Reader, found: Any) -> CreditRow:
    row: CreditRequest = found.CreditRequest
    return CreditRow(
        ref=r.refs.of("cr", row.id),
        dispute_ref=r.refs.of("di", row.dispute_id),
        dispute_number=printed_number(row.dispute_id),
        customer_ref=r.refs.of("cu", row.customer_id),
        customer_name=found.name,
        invoice=found.invoice or "",
        amount=Money(row.amount_minor, row.currency),
        state=row.state,
        asked_at=row.asked_at,
        who=found.who or found.email,
        credit_number=found.credit or "",
    )
