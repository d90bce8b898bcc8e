"""
The demo's last month-end: one of each trouble that a confirmation can have, made by its own acts.

A statement waits with its approver, another for a second signature; one was taken back; signing is
handed over; silence means agreement somewhere; the silent were reminded; a mail came back; what
differed has its answer; an auditor has drawn a sample and asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from portal.audit.requests import ChooseRecipients, Recipe, choose_recipients
from portal.audit.samples import DrawSample, keep_sample
from portal.audit.seats import ChangeSeat, SeatTerms, change_seat
from portal.base.access import SYSTEM, Actor
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.base.returned import Returned
from portal.base.work import Reader
from portal.core.sampling import Draw, Method
from portal.core.settling import Cause, Decision
from portal.core.workdays import MONDAY_TO_FRIDAY
from portal.people.commands import HandOverSigning, hand_over_signing
from portal.people.recognising import actor_of
from portal.statements.agreement.agreements import AcceptAgreement, accept_agreement, offer_to
from portal.statements.agreement.deeming import deem
from portal.statements.answers import AgreeAllOthers, agree_all_others
from portal.statements.chasing.bounces import ReportReturned, report_returned
from portal.statements.daily import remind
from portal.statements.settling.settling import SettleDifference, settle_difference
from portal.statements.signing.passing import PassStatement, pass_statement
from portal.statements.signing.withdrawing import WithdrawConfirmation, withdraw_confirmation
from portal.tables.audits import AuditItem
from portal.tables.customers import Contact, Customer
from portal.tables.journal import Outbox
from portal.tables.people import User
from portal.tables.statements import Confirmation, Difference, Statement

#: Gives the installation with its clock at an hour of a day.
At = Callable[[dt.date, int], Installation]

PREPARER, HER_SIGNATORY = "jonas.weber@bergmann.example", "anke.bergmann@bergmann.example"
SECOND_THOUGHTS = "tom@oakley.example"
ON_LEAVE, IN_CHARGE = "claire.dubois@mistral.example", "paul.martin@mistral.example"
COUNTS_SILENCE = "urs.keller@helvetia.example"
GONE = "omar@gulfline.example"
CLERK = "wang.fang@lindqvist-motion.example"
AUDITOR = "grace.lim@lindqvist-motion.example"
ADMIN = "anna.berg@lindqvist-motion.example"


@dataclass(frozen=True)
class MonthEnd:
    """The statements of the last month: their period's end, the day they were issued, today."""

    at: At
    period_to: dt.date
    issued_on: dt.date
    on: dt.date

    def after(self, workdays: int, hour: int = 10) -> Installation:
        """So many workdays after the statements; never after the demo's own day."""
        day = MONDAY_TO_FRIDAY.add_workdays(self.issued_on, workdays)
        return self.at(min(day, self.on), hour)


def agree_on_silence(installation: Installation) -> None:
    """Helvetia has agreed to reconcile electronically, and that silence counts."""
    actor = _actor(installation, COUNTS_SILENCE)
    with installation.reading(actor) as r:
        [customer_id] = actor.customer_ids
        offer = offer_to(r, r.session.get_one(Customer, customer_id), actor.email)
    command = AcceptAgreement(
        customer_id, offer.sha256, actor.email, is_electronic=True, counts_silence=True
    )
    _do(installation, COUNTS_SILENCE, accept_agreement, command)


def trouble(end: MonthEnd) -> None:
    """Each of the troubles, on its own day."""
    _pass_on(end)
    _take_back(end)
    _hand_over(end)
    _come_back(end)
    _answer_differences(end)
    with end.at(end.on, 6).work(SYSTEM) as w:
        deem(w)
    for workdays in (3, 5, 8):
        day = MONDAY_TO_FRIDAY.add_workdays(end.issued_on, workdays)
        if day <= end.on:
            remind(end.at(day, 7), day)
    _audit(end)


def _pass_on(end: MonthEnd) -> None:
    """Jonas has ticked Bergmann's statement and passed it to Anke."""
    statement = _statement(end, "BERGMANN")
    if statement is None:
        return
    then = end.after(2)
    _do(then, PREPARER, agree_all_others, AgreeAllOthers(statement.id))
    to_id = _actor(then, HER_SIGNATORY).user_id
    passed = PassStatement(statement.id, to_id, "Checked against our ledger. Please sign.")
    _do(then, PREPARER, pass_statement, passed)


def _take_back(end: MonthEnd) -> None:
    """Tom signed Oakley's statement, and took that back five minutes later."""
    statement = _statement(end, "OAKLEY")
    if statement is None:
        return
    with end.after(0).reading(SYSTEM) as r:
        rows = select(Confirmation).where(Confirmation.statement_id == statement.id)
        signed = r.session.scalars(rows).first()
    if signed is not None:
        moment = Clock(fixed_at=signed.signed_at + dt.timedelta(minutes=5))
        then = replace(end.after(0), clock=moment)
        command = WithdrawConfirmation(statement.id, signed.verify_code)
        _do(then, SECOND_THOUGHTS, withdraw_confirmation, command)


def _hand_over(end: MonthEnd) -> None:
    """Claire is on leave; Paul signs for Mistral until she is back."""
    then = end.at(end.on, 8)
    actor = _actor(then, ON_LEAVE)
    [customer_id] = actor.customer_ids
    to_id = _actor(then, IN_CHARGE).user_id
    assert to_id is not None
    until = end.on + dt.timedelta(days=14)
    command = HandOverSigning(customer_id, to_id, end.on, until, "On leave")
    _do(then, ON_LEAVE, hand_over_signing, command)


def _come_back(end: MonthEnd) -> None:
    """The mail to Omar came back."""
    then = end.after(1)
    with then.work(SYSTEM) as w:
        row = w.session.scalars(
            select(Outbox)
            .where(Outbox.kind == "statement", Outbox.to_address == GONE, Outbox.state == "sent")
            .order_by(Outbox.id.desc())
            .limit(1)
        ).first()
        if row is not None:
            problem = "550 5.1.1 mailbox unavailable"
            returned = Returned(row.message_id or "", row.to_address, problem)
            report_returned(w, ReportReturned((returned,)))


def _answer_differences(end: MonthEnd) -> None:
    """The clerk has answered what differed before the last month; that of the last one waits."""
    with end.after(0).reading(SYSTEM) as r:
        found = r.session.execute(
            select(Difference.statement_id, Difference.seq)
            .join(Statement, Statement.id == Difference.statement_id)
            .where(
                Statement.in_force == 1,
                Statement.state == "confirmed_with_differences",
                Statement.period_to < end.period_to,
                Difference.seq.is_not(None),
            )
            .order_by(Difference.id)
        ).all()
    for statement_id, seq in found:
        command = SettleDifference(
            statement_id,
            f"line-{seq}",
            Decision.EXPLAIN,
            Cause.TIMING,
            "We have sent the invoice again today; it is in your downloads too.",
        )
        _do(end.after(2, 15), CLERK, settle_difference, command)


def _audit(end: MonthEnd) -> None:
    """Grace has a seat, a sample of the largest balances, and has asked the first of them."""
    then = end.after(4)
    auditor = _actor(then, AUDITOR)
    assert auditor.user_id is not None
    from_on = end.period_to + dt.timedelta(days=1)
    terms = SeatTerms(from_on, from_on + dt.timedelta(days=180), "Interim audit")
    _do(then, ADMIN, change_seat, ChangeSeat(auditor.user_id, terms))
    draw = DrawSample(
        title=f"Receivables, {end.period_to:%Y-%m-%d}",
        as_of=end.period_to,
        currency="CNY",
        draw=Draw(Method.TOP, size=5),
        answer_by=end.on + dt.timedelta(days=14),
        auditor_name="Grace Lim",
        auditor_email=AUDITOR,
    )
    sample_id = _do(then, AUDITOR, keep_sample, draw)
    recipes = tuple(_recipes(then, sample_id))
    _do(then, AUDITOR, choose_recipients, ChooseRecipients(sample_id, recipes, sends=True))


def _recipes(installation: Installation, sample_id: int) -> Iterator[Recipe]:
    """To each customer's first person: positive, negative, then blank requests in turn."""
    with installation.reading(SYSTEM) as r:
        items = r.session.scalars(
            select(AuditItem).where(AuditItem.sample_id == sample_id).order_by(AuditItem.id)
        ).all()
        for place, item in enumerate(items):
            email = _first_contact(r, item.customer_id)
            if email is not None:
                yield Recipe(item.id, ("positive", "negative", "blank")[place % 3], email)


def _first_contact(r: Reader, customer_id: int) -> str | None:
    found: str | None = r.session.scalar(
        select(Contact.email).where(Contact.customer_id == customer_id).order_by(Contact.id)
    )
    return found


def _statement(end: MonthEnd, code: str) -> Statement | None:
    with end.after(0).reading(SYSTEM) as r:
        return r.session.scalars(
            select(Statement)
            .join(Customer, Customer.id == Statement.customer_id)
            .where(
                Customer.code == code,
                Statement.period_to == end.period_to,
                Statement.in_force == 1,
            )
        ).first()


def _actor(installation: Installation, email: str) -> Actor:
    with installation.reading(SYSTEM) as r:
        user_id = r.session.scalars(select(User.id).where(User.email == email)).one()
        return actor_of(r, user_id)


def _do(installation: Installation, email: str, act: Any, command: Any) -> Any:
    with installation.work(_actor(installation, email)) as w:
        return act(w, command)
