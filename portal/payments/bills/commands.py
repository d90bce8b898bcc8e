"""A bill is noted, and what becomes of it: passed on, honoured or dishonoured."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.approvals.tasks import close_tasks, make_task
from portal.base.access import Permission
from portal.base.locks import lock_customer, lock_row
from portal.base.work import Work
from portal.core.bill import RUNNING, State, check_bill, check_move
from portal.core.errors import RuleBroken
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.payments.bills.seeing_to import DISHONOURED, DUE, subject_of, task_about
from portal.tables.credit import Bill
from portal.tables.invoices import Entry

KINDS = ("bank_acceptance", "commercial_acceptance", "promissory_note", "cheque")
LONGEST_NOTE = 1_000


@dataclass(frozen=True)
class NoteBill:
    """A bill that came in."""

    customer_id: int
    number: str
    kind: str
    amount: Money
    received_on: dt.date
    matures_on: dt.date
    drawer: str = ""
    acceptor: str = ""
    #: The payment in the books that it was taken for.
    payment_code: str = ""
    note: str = ""


@dataclass(frozen=True)
class MoveBill:
    """What became of a bill on a day."""

    bill_id: int
    state: State
    on: dt.date
    row_version: int
    note: str = ""


def note_bill(w: Work, c: NoteBill) -> int:
    """
    The bill's id.

    Raises: bill.known, bill.payment_unknown, bill.matures_before_receipt, bill.received_in_future,
    bill.no_amount.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.PAYMENT_APPLY, customer)
    number = c.number.strip()
    check_bill(c.received_on, c.matures_on, w.today)
    if c.amount.minor <= 0:
        raise RuleBroken("bill.no_amount", field="amount")
    if w.session.scalar(select(Bill.id).where(Bill.number == number)) is not None:
        raise RuleBroken("bill.known", field="number", number=number)
    _check_payment(w, c)
    assert w.actor.user_id is not None
    row = Bill(
        customer_id=customer.id,
        number=number,
        kind=c.kind,
        currency=c.amount.currency,
        amount_minor=c.amount.minor,
        received_on=c.received_on,
        matures_on=c.matures_on,
        drawer=c.drawer.strip(),
        acceptor=c.acceptor.strip(),
        payment_code=c.payment_code.strip(),
        state=State.HELD.value,
        state_on=c.received_on,
        note=c.note.strip()[:LONGEST_NOTE],
        noted_by=w.actor.user_id,
        at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    _audit(w, row, "bill.noted")
    return row.id


def _check_payment(w: Work, c: NoteBill) -> None:
    """The payment that is named is this customer's."""
    number = c.payment_code.strip()
    if not number:
        return
    found = select(func.count(Entry.id)).where(
        Entry.customer_id == c.customer_id,
        Entry.kind == Kind.PAYMENT.value,
        Entry.number == number,
    )
    if not w.session.scalar(found):
        raise RuleBroken("bill.payment_unknown", field="payment_code", number=number)


def move_bill(w: Work, c: MoveBill) -> None:
    """
    What became of a bill is noted; somebody sees to one that was not honoured.

    The books learn of it from their own ledger.

    Raises: bill.not_in_this_state, bill.day_in_future, bill.before_maturity, bill.matured_already.
    """
    row = lock_row(w, Bill, c.bill_id)
    w.require(Permission.PAYMENT_APPLY, row)
    if row.row_version != c.row_version:
        raise RuleBroken("bill.not_in_this_state")
    check_move(State(row.state), c.state, c.on, row.matures_on, w.today)
    row.state, row.state_on = c.state.value, c.on
    row.note = c.note.strip()[:LONGEST_NOTE] or row.note
    row.row_version += 1
    w.session.flush()
    _audit(w, row, f"bill.{c.state.value}")
    if c.state not in RUNNING:
        close_tasks(w, DUE, [subject_of(row)], c.state.value)
    if c.state is State.DISHONOURED:
        make_task(w, task_about(row, DISHONOURED))
    if c.state is State.HONOURED:
        close_tasks(w, DISHONOURED, [subject_of(row)], c.state.value)


def _audit(w: Work, row: Bill, kind: str) -> None:
    w.audit(
        kind,
        f"bill/{row.id}",
        customer_id=row.customer_id,
        number=row.number,
        amount=Money(row.amount_minor, row.currency).major(),
        currency=row.currency,
        on=row.state_on.isoformat(),
        matures_on=row.matures_on.isoformat(),
    )
