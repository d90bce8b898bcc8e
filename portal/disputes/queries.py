"""What customers read of their disputes: lists, and one with its talk, files and decision.

The house's own notes, and decisions that wait for a second person, are not asked for at all here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, literal, select

from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.dispute import OPEN, Side, State, reopen_until
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.disputes.attachments import NOTE
from portal.disputes.deciding import counts
from portal.disputes.marks import free_parts, marked_minor
from portal.disputes.reasons import reopen_within_days
from portal.disputes.rows import (
    DecisionRow,
    DisputeFilter,
    DisputePage,
    DisputeRow,
    DisputeTotal,
    DisputeView,
    Effect,
    FileRow,
    MessageRow,
)
from portal.disputes.telling import printed_number
from portal.invoices.open_items import Scope
from portal.tables.customers import Customer
from portal.tables.disputes import (
    Attachment,
    CreditRequest,
    Dispute,
    DisputeDecision,
    DisputeMessage,
)
from portal.tables.invoices import Entry, InvoiceLine
from portal.tables.people import User
from portal.tables.statements import Statement

#: What a list can be narrowed to → the states that it keeps.
STATES = {
    "open": tuple(sorted(OPEN)),
    "decided": (State.DECIDED,),
    "closed": (State.CLOSED,),
    "withdrawn": (State.WITHDRAWN,),
}


def list_disputes(r: Reader, asked: DisputeFilter) -> DisputePage:
    """One page of the disputes that a filter keeps, the newest first, and the sums of them all."""
    kept = _kept(asked)
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
    rows = _rows().where(*kept).order_by(Dispute.id.desc())
    cut = rows.limit(asked.per_page).offset((page - 1) * asked.per_page)
    found = r.session.execute(visible_to(cut, r.actor, Dispute.customer_id))
    return DisputePage([_row(r, each) for each in found], totals, page, pages, count)


def disputes_of_entry(r: Reader, entry_id: int) -> list[DisputeRow]:
    """The disputes about a document, the newest first."""
    rows = _rows().where(Dispute.entry_id == entry_id).order_by(Dispute.id.desc())
    found = r.session.execute(visible_to(rows, r.actor, Dispute.customer_id))
    return [_row(r, each) for each in found]


def unanswered(whose: Scope) -> Select[Any]:
    """The open disputes in which the house wrote last: kind, id, whose, until when, how much."""
    newest = (
        select(func.max(DisputeMessage.id))
        .where(DisputeMessage.dispute_id == Dispute.id)
        .correlate(Dispute)
        .scalar_subquery()
    )
    house = exists().where(DisputeMessage.id == newest, DisputeMessage.side == Side.HOUSE.value)
    columns: list[Any] = [
        *(literal("dispute").label("kind"), Dispute.id, Dispute.customer_id),
        *(Dispute.answer_by.label("day"), Dispute.currency, Dispute.amount_minor.label("minor")),
    ]
    is_open = Dispute.state.in_(sorted(OPEN))
    return select(*columns).where(whose(Dispute.customer_id), is_open, house)


def _joined(rows: Select[Any]) -> Select[Any]:
    return (
        rows.select_from(Dispute)
        .join(Customer, Customer.id == Dispute.customer_id)
        .outerjoin(Entry, Entry.id == Dispute.entry_id)
        .outerjoin(Statement, Statement.id == Dispute.statement_id)
    )


def _rows() -> Select[Any]:
    columns: list[Any] = [Dispute, Customer.name.label("customer_name")]
    columns += [Entry.number.label("entry_number"), Entry.kind, Statement.number]
    return _joined(select(*columns))


def _kept(asked: DisputeFilter) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if asked.customer_id is not None:
        kept.append(Dispute.customer_id == asked.customer_id)
    if asked.state:
        kept.append(Dispute.state.in_(STATES[asked.state]))
    written = "dsp-" + cast(Dispute.id, Text)
    return kept + says(asked.text, Entry.number, Statement.number, written)


def _row(r: Reader, found: Any) -> DisputeRow:
    dispute: Dispute = found.Dispute
    is_invoice = found.kind == Kind.INVOICE
    return DisputeRow(
        id=dispute.id,
        ref=r.refs.of("di", dispute.id),
        number=printed_number(dispute.id),
        customer_id=dispute.customer_id,
        customer_name=found.customer_name,
        document=found.entry_number or "",
        invoice_ref=r.refs.of("iv", dispute.entry_id) if dispute.entry_id and is_invoice else "",
        statement_ref=r.refs.of("st", dispute.statement_id) if dispute.statement_id else "",
        statement_number=found.number or "",
        reason=dispute.reason,
        amount=Money(dispute.amount_minor, dispute.currency),
        state=State(dispute.state),
        way=dispute.way,
        raised_on=dispute.raised_on,
        answer_by=dispute.answer_by,
        decided_at=dispute.decided_at,
        row_version=dispute.row_version,
    )


def get_dispute(r: Reader, ref: str) -> DisputeView:
    """A dispute as its customer sees it; `NotFound` if it is not yours."""
    rows = _rows().add_columns(User.name.label("who"), User.email)
    rows = rows.join(User, User.id == Dispute.user_id).where(Dispute.id == r.id_of("di", ref))
    found = r.session.execute(visible_to(rows, r.actor, Dispute.customer_id)).first()
    if found is None:
        raise NotFound(ref)
    dispute: Dispute = found.Dispute
    files = _files(r, dispute)
    return DisputeView(
        row=_row(r, found),
        said=dispute.said,
        who=found.who or found.email,
        raised_at=dispute.raised_at,
        line=dispute.line,
        line_text=_line_text(r, dispute),
        reopen_until=_reopen_until(r, dispute),
        files=tuple(files[None]),
        messages=_messages(r, dispute, files),
        decisions=_decisions(r, dispute),
        effect=_effect(r, dispute),
    )


def _line_text(r: Reader, dispute: Dispute) -> str:
    if dispute.line is None or dispute.entry_id is None:
        return ""
    found = r.session.get(InvoiceLine, (dispute.entry_id, dispute.line))
    return found.description if found else ""


def _reopen_until(r: Reader, dispute: Dispute) -> dt.date | None:
    """The last day to open it again; None where that is over, or it has no answer yet."""
    if dispute.state not in (State.DECIDED, State.CLOSED) or dispute.decided_at is None:
        return None
    decided_on = dispute.decided_at.astimezone(ZoneInfo(r.company.timezone)).date()
    until = reopen_until(decided_on, reopen_within_days(r))
    return until if until >= r.today else None


def _files(r: Reader, dispute: Dispute) -> dict[int | None, list[FileRow]]:
    """The files of both sides, by the message that they came with; none of the house's notes."""
    rows = select(Attachment).where(Attachment.dispute_id == dispute.id, Attachment.side != NOTE)
    found: dict[int | None, list[FileRow]] = defaultdict(list)
    for each in r.session.scalars(rows.order_by(Attachment.id)):
        file = FileRow(r.refs.of("at", each.id), each.file_name, each.size)
        found[each.message_id].append(file)
    return found


def _messages(
    r: Reader, dispute: Dispute, files: dict[int | None, list[FileRow]]
) -> tuple[MessageRow, ...]:
    columns: list[Any] = [DisputeMessage, User.name, User.email]
    rows: Select[Any] = (
        select(*columns)
        .join(User, User.id == DisputeMessage.user_id)
        .where(DisputeMessage.dispute_id == dispute.id)
        .order_by(DisputeMessage.id)
    )
    return tuple(
        MessageRow(each.side, name or email, each.body, each.at, tuple(files[each.id]))
        for each, name, email in r.session.execute(rows)
    )


def _decisions(r: Reader, dispute: Dispute) -> tuple[DecisionRow, ...]:
    columns: list[Any] = [DisputeDecision, Entry.number]
    rows: Select[Any] = (
        select(*columns)
        .outerjoin(CreditRequest, CreditRequest.decision_id == DisputeDecision.id)
        .outerjoin(Entry, Entry.id == CreditRequest.credit_id)
        .where(DisputeDecision.dispute_id == dispute.id, counts())
        .order_by(DisputeDecision.id.desc())
    )
    return tuple(
        DecisionRow(
            verdict=each.verdict,
            accepted=Money(each.accepted_minor, dispute.currency),
            settlement=each.settlement,
            answer=each.answer,
            at=each.at,
            credit_number=number or "",
        )
        for each, number in r.session.execute(rows)
    )


def _effect(r: Reader, dispute: Dispute) -> Effect | None:
    if dispute.entry_id is None:
        return None
    parts = free_parts(r, dispute.customer_id, [dispute.entry_id]).get(dispute.entry_id, [])
    is_open = sum(max(part.open_minor, 0) for part in parts)
    rest = sum(part.undisputed_minor for part in parts)
    held = min(marked_minor(r, [dispute.id])[dispute.id], is_open)
    return Effect(*(Money(minor, dispute.currency) for minor in (is_open, held, rest)))
