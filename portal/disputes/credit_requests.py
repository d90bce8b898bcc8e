"""
Credit notes that decisions ask for: posted here by a person, or come with the ledger's files.

Posting applies the note to the parts that were disputed, then to the rest of the invoice; what
finds no room stays on account. With it nothing is held back any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import exists, select

from portal.approvals.tasks import close_tasks
from portal.base.access import NotFound, Permission
from portal.base.batch import reserve_ids
from portal.base.locks import lock_row
from portal.base.lookup import plain_moment
from portal.base.work import Work
from portal.core.crediting import Posted, Wanted, settled_by
from portal.core.dispute import Act, Side, State, after, may
from portal.core.errors import RuleBroken
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.disputes.crediting import TASK, check_room_for, task_subject
from portal.disputes.deciding import locked_dispute
from portal.disputes.marks import end_marks
from portal.disputes.telling import printed_number
from portal.invoices.posting import NewEntry, post_entries
from portal.payments.applying_singly import apply_wholly, room_for
from portal.payments.asks import Ask
from portal.payments.by_hand import CLERK
from portal.tables.disputes import CreditRequest, Dispute, DisputedPart
from portal.tables.invoices import Entry, Part

LONGEST_NUMBER = 100


@dataclass(frozen=True)
class PostCreditNote:
    """That the credit note of a request is posted, under its number and with its date."""

    request_id: int
    number: str
    dated_on: dt.date


def post_credit_note(w: Work, c: PostCreditNote) -> int:
    """
    The credit note's id; it is applied to its invoice, and the dispute is closed.

    Raises: credit.already_done, credit.not_in_this_state, credit.number_missing,
    credit.number_taken, credit.day_in_future, credit.before_invoice,
    dispute.credit_above_invoice.
    """
    request, dispute = _locked(w, c.request_id)
    invoice = w.session.get_one(Entry, request.entry_id)
    number = c.number.strip()
    _check(w, invoice, number, c.dated_on)
    amount = Money(request.amount_minor, request.currency)
    check_room_for(w, dispute, amount)
    [credit_id] = reserve_ids(w.session, Entry.__table__, 1)
    post_entries(w.session, [_entry(w, credit_id, invoice, amount, number, c.dated_on)])
    _apply(
        w,
        dispute,
        invoice,
        Ask(
            credit_id,
            invoice.id,
            invoice.customer_id,
            invoice.currency,
            number,
            max(c.dated_on, invoice.dated_on).isoformat(),
            amount.minor,
        ),
    )
    _settle(w, request, dispute, credit_id, number)
    return credit_id


def close_posted(w: Work, customer_id: int | None = None) -> int:
    """How many requests the credit notes that came with the ledger's files have settled."""
    wanted = _wanted(w, customer_id)
    if not wanted:
        return 0
    pairs = settled_by(
        [
            Wanted(each.id, each.entry_id or 0, _amount(each), each.asked_at)
            for each in wanted.values()
        ],
        _posted(w, wanted.values()),
    )
    return sum(
        _settled(w, wanted[request_id], credit_id)
        for request_id, credit_id in sorted(
            pairs.items(), key=lambda pair: (wanted[pair[0]].customer_id, pair)
        )
    )


def _settled(w: Work, request: CreditRequest, credit_id: int) -> bool:
    """Whether a credit note settled a request that nobody has settled meanwhile."""
    dispute = lock_row(w, Dispute, request.dispute_id)
    w.session.refresh(request, with_for_update=True)
    if request.state != "approved":
        return False
    _settle(w, request, dispute, credit_id, w.session.get_one(Entry, credit_id).number)
    return True


def _wanted(w: Work, customer_id: int | None) -> dict[int, CreditRequest]:
    rows = select(CreditRequest).where(CreditRequest.state == "approved")
    if customer_id is not None:
        rows = rows.where(CreditRequest.customer_id == customer_id)
    return {row.id: row for row in w.session.scalars(rows.order_by(CreditRequest.id))}


def _posted(w: Work, wanted: Collection[CreditRequest]) -> list[Posted]:
    """The credit notes that name a wanted invoice and settle no request yet."""
    is_taken = exists().where(CreditRequest.credit_id == Entry.id)
    rows = w.session.scalars(
        select(Entry).where(
            Entry.customer_id.in_({each.customer_id for each in wanted}),
            Entry.kind == Kind.CREDIT_NOTE,
            Entry.about_id.in_([each.entry_id for each in wanted]),
            ~is_taken,
        )
    )
    return [
        Posted(row.id, row.about_id or 0, Money(-row.amount_minor, row.currency), row.posted_at)
        for row in rows
    ]


def _amount(request: CreditRequest) -> Money:
    return Money(request.amount_minor, request.currency)


def _locked(w: Work, request_id: int) -> tuple[CreditRequest, Dispute]:
    """The request and its dispute under their locks, to be posted by who may."""
    found = w.session.get(CreditRequest, request_id)
    if found is None:
        raise NotFound("credit request")
    dispute = locked_dispute(w, found.dispute_id, Permission.CREDIT_POST)
    request = w.session.get_one(
        CreditRequest, request_id, with_for_update=True, populate_existing=True
    )
    if request.state == "posted":
        number = w.session.get_one(Entry, request.credit_id).number
        raise RuleBroken("credit.already_done", number=number)
    if request.state != "approved" or request.entry_id is None:
        raise RuleBroken("credit.not_in_this_state")
    return request, dispute


def _check(w: Work, invoice: Entry, number: str, dated_on: dt.date) -> None:
    if not number or not number.isprintable():
        raise RuleBroken("credit.number_missing", field="number")
    taken = select(Entry.id).where(Entry.space == Kind.CREDIT_NOTE.space, Entry.number == number)
    if w.session.scalar(taken.limit(1)) is not None:
        raise RuleBroken("credit.number_taken", field="number", number=number)
    if dated_on > w.today:
        raise RuleBroken("credit.day_in_future", field="dated_on")
    if dated_on < invoice.dated_on:
        raise RuleBroken("credit.before_invoice", field="dated_on", dated_on=invoice.dated_on)


def _entry(
    w: Work, credit_id: int, invoice: Entry, amount: Money, number: str, dated_on: dt.date
) -> NewEntry:
    return NewEntry(
        credit_id,
        invoice.customer_id,
        invoice.currency,
        Kind.CREDIT_NOTE,
        Kind.CREDIT_NOTE.space,
        dated_on.isoformat(),
        -amount.minor,
        number,
        plain_moment(w.session, w.now),
        about_id=invoice.id,
    )


def _apply(w: Work, dispute: Dispute, invoice: Entry, whole: Ask) -> None:
    """Applies the note to the disputed parts first, as far as they have room."""
    left = whole.amount
    for part in _parts(w, dispute, invoice):
        asked = whole._replace(part=part, amount=left)
        fits = min(left, room_for(w.session, asked))
        if fits > 0:
            apply_wholly(w.session, [asked._replace(amount=fits)], CLERK)
            left -= fits


def _parts(w: Work, dispute: Dispute, invoice: Entry) -> list[int]:
    marked = exists().where(
        DisputedPart.dispute_id == dispute.id,
        DisputedPart.customer_id == Part.customer_id,
        DisputedPart.entry_id == Part.entry_id,
        DisputedPart.part == Part.part,
    )
    rows = select(Part.part).where(
        Part.customer_id == invoice.customer_id, Part.entry_id == invoice.id
    )
    return list(
        w.session.scalars(rows.order_by(~marked, Part.due_on.is_(None), Part.due_on, Part.part))
    )


def _settle(w: Work, request: CreditRequest, dispute: Dispute, credit_id: int, number: str) -> None:
    """The request is met: nothing is held back any more, and what was to do is done."""
    request.state, request.credit_id = "posted", credit_id
    w.session.flush()
    end_marks(w, [dispute.id])
    if may(State(dispute.state), Act.CLOSE, Side.HOUSE):
        dispute.state = after(State(dispute.state), Act.CLOSE, Side.HOUSE).value
        dispute.closed_at = w.now
    dispute.row_version += 1
    close_tasks(w, TASK, [task_subject(request)], number)
    w.tell(dispute.customer_id, ("dispute", dispute.id), "credited", document=number)
    w.audit(
        "credit.posted",
        f"dispute/{dispute.id}",
        customer_id=dispute.customer_id,
        number=printed_number(dispute.id),
        document=number,
        amount=Money(request.amount_minor, request.currency).major(),
        currency=request.currency,
    )
