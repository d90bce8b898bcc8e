"""An owner answers for items: noted as they go, sent in together; what was sent stays as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select

from portal.approvals.tasks import close_tasks
from portal.base.access import NotFound, Permission, visible_to
from portal.base.language import N_
from portal.base.work import Work
from portal.core.due_round import Answer, Said, check_said
from portal.core.errors import RuleBroken
from portal.core.promise import promise_limit
from portal.tables.collecting import DueAnswer
from portal.tables.customers import Customer
from portal.tables.invoices import Part

TASK = "due_unanswered"
LONGEST_NOTE = 500
ANSWERED = N_("Answered")


@dataclass(frozen=True)
class AnswerOne:
    """What is said of one due part."""

    customer_id: int
    entry_id: int
    part: int
    said: Said
    note: str = ""


@dataclass(frozen=True)
class AnswerRound:
    """Answers of a day; sent in they are final, else they are notes on the way."""

    answers: Sequence[AnswerOne]
    is_sent: bool


def answer_round(w: Work, c: AnswerRound) -> int:
    """
    How many answers were kept; one that was sent in today stays as it is.

    What is not complete yet is no note worth keeping; sent in, it is refused.

    Raises: what `check_said` raises, with the field of the item that it is about.
    """
    w.require(Permission.DUE_ANSWER)
    complete = [each for each in c.answers if c.is_sent or _is_complete(w, each)]
    kept = [each for each in complete if _keep(w, each, is_sent=c.is_sent)]
    if kept and c.is_sent:
        w.session.flush()
        subjects = [subject_of(each.entry_id, each.part) for each in kept]
        close_tasks(w, TASK, subjects, ANSWERED)
        w.audit(
            "due.answered",
            f"user/{w.actor.user_id}",
            on=w.today.isoformat(),
            answers=[[each.entry_id, each.part, each.said.answer.value] for each in kept],
        )
    return len(kept)


def _is_complete(w: Work, c: AnswerOne) -> bool:
    try:
        _check(w, c, _visible_part(w, c))
    except RuleBroken:
        return False
    return True


def subject_of(entry_id: int, part: int) -> str:
    """What a task about an unanswered item is about."""
    return f"part/{entry_id}/{part}"


def _keep(w: Work, c: AnswerOne, *, is_sent: bool) -> bool:
    part = _visible_part(w, c)
    _check(w, c, part)
    row = w.session.scalars(
        select(DueAnswer)
        .where(
            DueAnswer.customer_id == c.customer_id,
            DueAnswer.entry_id == c.entry_id,
            DueAnswer.part == c.part,
            DueAnswer.on == w.today,
        )
        .with_for_update()
    ).first()
    if row is None:
        assert w.actor.user_id is not None
        row = DueAnswer(
            customer_id=c.customer_id,
            entry_id=c.entry_id,
            part=c.part,
            on=w.today,
            answer=c.said.answer.value,
            user_id=w.actor.user_id,
            answered_at=w.now,
        )
        w.session.add(row)
    elif row.sent_at is not None:
        return False
    row.answer, row.pay_on = c.said.answer.value, _day(c.said)
    row.reason = "" if c.said.answer is Answer.ON_TIME else c.said.reason.value
    row.note = c.note.strip()[:LONGEST_NOTE]
    row.user_id, row.answered_at = w.actor.user_id or row.user_id, w.now
    row.sent_at = w.now if is_sent else None
    w.session.flush()
    return True


def _day(said: Said) -> dt.date | None:
    return None if said.answer is Answer.ON_TIME else said.pay_on


def _visible_part(w: Work, c: AnswerOne) -> Part:
    rows = select(Part).join(Customer, Customer.id == Part.customer_id)
    here = and_(Part.customer_id == c.customer_id, Part.entry_id == c.entry_id, Part.part == c.part)
    part = w.session.scalars(visible_to(rows.where(here), w.actor, Customer.id)).first()
    if part is None or part.due_on is None:
        raise NotFound("part")
    return part


def _check(w: Work, c: AnswerOne, part: Part) -> None:
    """The rule's complaint, said of the item's own field."""
    assert part.due_on is not None
    limit = promise_limit(part.due_on, part.term_days or 0, w.policy.promise_fraction)
    try:
        check_said(c.said, part.due_on, w.today, limit, w.calendar())
    except RuleBroken as broken:
        field = "reason" if broken.code == "due.reason_missing" else "pay_on"
        named = f"{field}_{c.entry_id}_{c.part}"
        raise RuleBroken(broken.code, named, **broken.facts) from broken
