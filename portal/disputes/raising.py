"""
A customer says what is wrong: with a document, a line of it, an amount of it, or a statement.

What is disputed is held back from today on, the parts that are due first; the rest stays due.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.kept_files import Files
from portal.base.locks import lock_customer
from portal.base.work import Work
from portal.core.dispute import LONGEST_TEXT, State, spread
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.disputes.attachments import attach
from portal.disputes.marks import mark
from portal.disputes.reasons import answer_by, reasons_of
from portal.disputes.subjects import About, Subject, get_subject
from portal.disputes.telling import printed_number, tell_received
from portal.tables.customers import Customer
from portal.tables.disputes import Dispute
from portal.tables.invoices import Entry
from portal.tables.statements import Statement

#: The same said again so soon is a second click.
SAID_JUST_NOW = dt.timedelta(minutes=1)
#: Who says this has to say what it is.
NEEDS_WORDS = frozenset({"other"})


@dataclass(frozen=True)
class RaiseDispute:
    """Something is wrong with what this is about; the amount is what the customer disputes."""

    about: About
    reason: str
    amount: Money | None = None
    said: str = ""
    files: Files | None = None


def raise_dispute(w: Work, c: RaiseDispute) -> int:
    """
    The id of the dispute; said twice within a minute, it is one.

    Raises: dispute.reason_unknown, dispute.words_missing, dispute.message_too_long,
    dispute.said_here, what `Subject.check` and `attach` raise.
    """
    customer = _locked_customer(w, c.about)
    w.require("dispute.raise", customer)
    before = _said_just_now(w, customer.id, c)
    if before is not None:
        return before
    subject = get_subject(w, c.about)
    _check(w, c)
    amount = c.amount if subject.has_amount and c.amount else Money.zero(subject.currency)
    if subject.has_amount:
        subject.check(amount)
    dispute = _keep(w, subject, c, amount)
    if subject.open.minor:
        mark(w, dispute, spread(amount.minor, subject.parts))
    count = attach(w, dispute, c.files, side="customer" if _is_customer(w) else "house")
    w.tell(dispute.customer_id, ("dispute", dispute.id), "raised")
    w.audit(
        "dispute.raised",
        f"dispute/{dispute.id}",
        customer_id=dispute.customer_id,
        dispute=printed_number(dispute.id),
        document=subject.number,
        line=c.about.line,
        reason=c.reason,
        amount=amount.major(),
        currency=amount.currency,
        way=dispute.way,
        files=count,
    )
    if _is_customer(w):
        tell_received(w, dispute)
    return dispute.id


def _is_customer(w: Work) -> bool:
    return w.actor.kind == "customer"


def _locked_customer(w: Work, about: About) -> Customer:
    """Whose document it is, locked: two who dispute one part wait for each other."""
    of = (
        select(Entry.customer_id).where(Entry.id == about.entry_id)
        if about.entry_id is not None
        else select(Statement.customer_id).where(Statement.id == about.statement_id)
    )
    customer_id = w.session.scalar(of)
    if customer_id is None:
        raise NotFound("document")
    return lock_customer(w, customer_id)


def _check(w: Work, c: RaiseDispute) -> None:
    if c.reason not in reasons_of(w.policy):
        raise RuleBroken("dispute.reason_unknown", field="reason")
    if c.reason in NEEDS_WORDS and not c.said.strip():
        raise RuleBroken("dispute.words_missing", field="said")
    check_length(c.said, "said")


def check_length(text: str, field: str) -> None:
    """Raises: dispute.message_too_long."""
    if len(text.strip()) > LONGEST_TEXT:
        raise RuleBroken("dispute.message_too_long", field=field, longest=LONGEST_TEXT)


def _said_just_now(w: Work, customer_id: int, c: RaiseDispute) -> int | None:
    same = select(Dispute.id).where(
        Dispute.customer_id == customer_id,
        Dispute.user_id == w.actor.user_id,
        Dispute.raised_at > w.now - SAID_JUST_NOW,
        Dispute.state != State.WITHDRAWN.value,
        Dispute.reason == c.reason,
        Dispute.said == c.said.strip(),
        Dispute.line.is_(None) if c.about.line is None else Dispute.line == c.about.line,
        Dispute.amount_minor == (c.amount.minor if c.amount else 0),
    )
    if c.about.statement_id is not None:
        same = same.where(Dispute.statement_id == c.about.statement_id)
    if c.about.entry_id is not None:
        same = same.where(Dispute.entry_id == c.about.entry_id)
    return w.session.scalar(same.order_by(Dispute.id.desc()).limit(1))


def _keep(w: Work, subject: Subject, c: RaiseDispute, amount: Money) -> Dispute:
    assert w.actor.user_id is not None
    dispute = _withdrawn_here(w, subject) or Dispute(customer_id=subject.customer_id, row_version=0)
    dispute.currency, dispute.entry_id, dispute.line = (
        subject.currency,
        subject.entry_id,
        c.about.line,
    )
    dispute.statement_id, dispute.origin = c.about.statement_id, subject.origin
    dispute.seq, dispute.confirmation_id = c.about.seq, None
    dispute.amount_minor, dispute.reason, dispute.said = amount.minor, c.reason, c.said.strip()
    dispute.user_id, dispute.raised_at, dispute.raised_on = w.actor.user_id, w.now, w.today
    dispute.way = "portal" if _is_customer(w) else "phone"
    dispute.state, dispute.closed_at = State.RECEIVED.value, None
    dispute.answer_by = answer_by(w, c.reason)
    w.session.add(dispute)
    w.session.flush()
    return dispute


def _withdrawn_here(w: Work, subject: Subject) -> Dispute | None:
    """The dispute that was withdrawn at this very place of a statement: there is one at each."""
    if subject.about.statement_id is None:
        return None
    found = w.session.scalars(
        select(Dispute).where(
            Dispute.customer_id == subject.customer_id,
            Dispute.statement_id == subject.about.statement_id,
            Dispute.origin == subject.origin,
        )
    ).one_or_none()
    if found is None:
        return None
    if found.state != State.WITHDRAWN:
        raise RuleBroken("dispute.said_here", number=printed_number(found.id))
    found.row_version += 1
    return found
