"""
Applications are answered in words that the customer reads: granted, granted in part, refused.

A limit is granted by approving one: that answers the application which it was proposed for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.approvals.tasks import close_tasks
from portal.base.access import Permission
from portal.base.language import N_, speaking
from portal.base.locks import lock_row
from portal.base.mail import queue_mail
from portal.base.outbox import Letter, NotNeeded
from portal.base.people import members_of
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.readable import readable
from portal.credit.application_names import asks_name, verdict_sentence
from portal.credit.applications import SUBJECT, TASK
from portal.tables.credit import CreditApplication, CreditLimit, LimitProposal
from portal.tables.customers import Customer
from portal.tables.journal import Audit
from portal.tables.people import Membership, User

MAIL = "application_answered"
ANSWERED = N_("The application was answered")
VERDICTS = ("granted", "partly", "refused")
READERS = ("customer_accountant", "customer_signatory", "customer_admin")
LONGEST_ANSWER, LONGEST_NOTE = 2_000, 2_000
#: The same written again so soon is a second click.
SAID_JUST_NOW = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class AnswerApplication:
    """What came of an application, and the words for the customer."""

    application_id: int
    verdict: str
    answer: str


@dataclass(frozen=True)
class AnnotateApplication:
    """A note of the house on an application; the customer never reads it."""

    application_id: int
    note: str


def answer_application(w: Work, c: AnswerApplication) -> None:
    """
    The application has its answer, and its people are mailed.

    Raises: application.not_in_this_state, application.answer_missing, application.limit_missing,
    application.limit_waits.
    """
    row = lock_row(w, CreditApplication, c.application_id)
    w.require(Permission.CREDIT_DECIDE, row)
    if row.state != "submitted":
        raise RuleBroken("application.not_in_this_state")
    if c.verdict not in VERDICTS:
        raise RuleBroken("application.verdict_missing", field="verdict")
    if not readable(c.answer):
        raise RuleBroken("application.answer_missing", field="answer")
    waiting = select(LimitProposal.id).where(
        LimitProposal.application_id == row.id, LimitProposal.state == "waiting"
    )
    if w.session.scalar(waiting.limit(1)) is not None:
        raise RuleBroken("application.limit_waits", field="verdict")
    if row.kind == "limit" and c.verdict != "refused":
        raise RuleBroken("application.limit_missing", field="verdict")
    _answer(w, row, c.verdict, c.answer.strip()[:LONGEST_ANSWER])


def answer_by_limit(w: Work, application_id: int, amount: Money | None) -> None:
    """What an approved limit answers: all that was asked for, or a part of it."""
    row = lock_row(w, CreditApplication, application_id)
    if row.state != "submitted":
        return
    asked = row.asked_limit_minor
    is_whole = amount is None or asked is None or amount.minor >= asked
    _answer(w, row, "granted" if is_whole else "partly", row.answer)


def _answer(w: Work, row: CreditApplication, verdict: str, answer: str) -> None:
    row.state, row.answer = verdict, answer
    row.decided_by, row.decided_at = w.actor.user_id, w.now
    row.row_version += 1
    w.session.flush()
    close_tasks(w, TASK, [f"{SUBJECT}/{row.id}"], ANSWERED)
    w.audit(
        "application.answered",
        f"{SUBJECT}/{row.id}",
        customer_id=row.customer_id,
        verdict=verdict,
        answer=answer,
    )
    readers = members_of(row.customer_id).where(Membership.role.in_(READERS))
    for person in w.session.scalars(readers):
        queue_mail(
            w,
            f"{MAIL}/{row.id}/{person.id}",
            MAIL,
            person,
            {"application_id": row.id, "user_id": person.id},
            customer_id=row.customer_id,
        )


def annotate_application(w: Work, c: AnnotateApplication) -> None:
    """
    A note is added for good: the form is annotated anew on any change; sent twice it is one.

    That a signed form is kept and annotated is S-013.
    Raises: application.not_in_this_state, application.note_missing.
    """
    row = lock_row(w, CreditApplication, c.application_id)
    w.require(Permission.CREDIT_DECIDE, row)
    if row.state == "draft":
        raise RuleBroken("application.not_in_this_state")
    if not readable(c.note):
        raise RuleBroken("application.note_missing", field="note")
    note = c.note.strip()[:LONGEST_NOTE]
    if _was_said_just_now(w, row.id, note):
        return
    w.audit("application.annotated", f"{SUBJECT}/{row.id}", customer_id=row.customer_id, note=note)


def _was_said_just_now(w: Work, application_id: int, note: str) -> bool:
    """Whether the actor added this very note within the last minute: a second click."""
    rows = select(Audit.facts).where(
        Audit.kind == "application.annotated",
        Audit.subject == f"{SUBJECT}/{application_id}",
        Audit.actor_id == w.actor.user_id,
        Audit.at > w.now - SAID_JUST_NOW,
    )
    return any(json.loads(facts).get("note") == note for facts in w.session.scalars(rows))


def answered_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """What came of an application, in its reader's language."""
    row = r.session.get_one(CreditApplication, payload["application_id"])
    if row.state not in VERDICTS:
        raise NotNeeded("The application has no answer any more.")
    user = r.session.get_one(User, payload["user_id"])
    customer = r.session.get_one(Customer, row.customer_id)
    granted = r.session.scalars(
        select(CreditLimit)
        .where(CreditLimit.application_id == row.id)
        .order_by(CreditLimit.id.desc())
        .limit(1)
    ).first()
    has_amount = granted is not None and granted.amount_minor is not None
    with speaking(user.language):
        said = {
            "title": verdict_sentence(row.state, row.kind),
            "asks": asks_name(row.kind),
        }
    return {
        **said,
        "customer_name": customer.name,
        "answer": row.answer,
        "limit": Money(granted.amount_minor or 0, granted.currency)
        if granted is not None and has_amount
        else None,
        "from_on": granted.effective_on if granted else None,
        "valid_until": granted.valid_until if granted else None,
        "path": f"/credit/application/{r.refs.of('ca', row.id)}",
    }


LETTERS = {MAIL: Letter(answered_values)}
