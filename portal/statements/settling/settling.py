"""
The house answers what a customer says differs, and asks for a signature once all is answered.

A decision is a row of its own and never changed: a later one counts instead. It is the decision of
the dispute that the difference became (disputes/answering), so that both pages say the same. It
posts nothing; the document that settles a difference is posted like any other and only named here.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.base.access import NotFound
from portal.base.locks import lock_row
from portal.base.mail import queue_mail
from portal.base.people import members_of
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.settling import Cause, Decision, check_decision
from portal.core.statement_status import ANSWERED, Status
from portal.disputes.answering import answer_on_statement, find_dispute_of
from portal.disputes.resolving import Answered, Said, write_resolution
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.queries import get_statement_by_id
from portal.statements.settling.settled import Claim, claims_of
from portal.tables.invoices import Entry
from portal.tables.journal import Outbox
from portal.tables.resolutions import Resolution
from portal.tables.statements import Statement

#: Answers given within so long of each other go into one mail.
GATHERED = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class SettleDifference:
    """What the house decides on a difference; `key` is the claim's: line-3, own-17, whole."""

    statement_id: int
    key: str
    decision: Decision
    cause: Cause
    answer: str
    #: The number of the document that settles it.
    document: str = ""


@dataclass(frozen=True)
class AskSignOff:
    """All differences have their answer: the customer is asked to sign once more."""

    statement_id: int
    reason: str = ""


def settle_difference(w: Work, c: SettleDifference) -> int:
    """
    The difference has our answer, which the customer reads and is mailed; it decides its dispute.

    Raises: statement.replaced, statement.not_answered_yet, resolution.answer_missing,
    resolution.answer_too_long, resolution.document_unknown.
    """
    statement = _locked(w, c.statement_id)
    claim = next((each for each in _claims(w, statement) if each.key == c.key), None)
    if claim is None:
        raise NotFound("difference")
    check_decision(c.answer)
    document = c.document.strip()
    document_id = _document(w, statement.customer_id, document)
    said = Said(c.decision, c.cause, document_id, document)
    dispute = find_dispute_of(w, statement.id, claim.key)
    if dispute is None:
        write_resolution(w, _answered(w, statement, claim, c.answer.strip(), said))
    else:
        answer_on_statement(w, dispute, said, c.answer.strip())
    _queue_mails(w, statement)
    newest = select(func.max(Resolution.id)).where(Resolution.statement_id == statement.id)
    return w.session.scalars(newest).one()


def _answered(w: Work, statement: Statement, claim: Claim, answer: str, said: Said) -> Answered:
    return Answered(
        customer_id=statement.customer_id,
        statement_id=statement.id,
        difference_id=claim.difference_id,
        seq=claim.seq,
        claim_reason=claim.reason,
        claim_own_minor=claim.own.minor if claim.own else None,
        answer=answer,
        said=said,
        user_id=w.actor.user_id,
    )


def ask_sign_off(w: Work, c: AskSignOff) -> int:
    """
    The id of the new version, on which what was agreed stays so and the rest is open again.

    Raises: statement.replaced, statement.not_answered_yet, resolution.nothing_to_settle,
    resolution.open_left, statement.followed.
    """
    statement = _locked(w, c.statement_id)
    claims = _claims(w, statement)
    if not claims:
        raise RuleBroken("resolution.nothing_to_settle")
    left = sum(not each.is_settled for each in claims)
    if left:
        raise RuleBroken("resolution.open_left", count=left)
    return reissue_statement(w, ReissueStatement(statement.id, c.reason, is_sign_off=True))


def _locked(w: Work, statement_id: int) -> Statement:
    """The statement under its lock, in force and answered."""
    statement = lock_row(w, Statement, statement_id)
    w.require("statement.resolve", statement)
    if not statement.in_force:
        raise RuleBroken("statement.replaced")
    if Status(statement.state) not in ANSWERED:
        raise RuleBroken("statement.not_answered_yet")
    return statement


def _claims(w: Work, statement: Statement) -> list[Claim]:
    return claims_of(w, get_statement_by_id(w, statement.id))


def _document(w: Work, customer_id: int, number: str) -> int | None:
    """The customer's document of a number, the newest where several have it."""
    if not number:
        return None
    found = w.session.scalar(
        select(Entry.id)
        .where(Entry.customer_id == customer_id, Entry.number == number, Entry.memo == 0)
        .order_by(Entry.id.desc())
        .limit(1)
    )
    if found is None:
        raise RuleBroken("resolution.document_unknown", field="document", number=number)
    return found


def _queue_mails(w: Work, statement: Statement) -> None:
    """One mail to each person there, of all answers given within some minutes."""
    ref = json.dumps([w.refs.of("st", statement.id)])
    waiting = set(
        w.session.scalars(
            select(Outbox.user_id).where(
                Outbox.kind == "differences_answered",
                Outbox.state == "pending",
                Outbox.customer_id == statement.customer_id,
                Outbox.documents == ref,
            )
        )
    )
    for person in w.session.scalars(members_of(statement.customer_id)):
        if person.id not in waiting:
            queue_mail(
                w,
                f"differences/{statement.id}/{person.id}/{w.now.isoformat()}",
                "differences_answered",
                person,
                {"statement_id": statement.id, "user_id": person.id},
                customer_id=statement.customer_id,
                documents=ref,
                not_before=w.now + GATHERED,
            )
