"""
Reminders sent: by the timetable, a slice of customers a transaction, or by hand after a preview.

Each step of a statement leaves once, whoever runs this how often and with how many at once: the
statements are locked, what was chased is read again, and the pair is unique.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.base import failpoints
from portal.base.batch import insert_rows
from portal.base.language import gettext
from portal.base.mail import Written, write_mail
from portal.base.outbox import Letter, NotNeeded
from portal.base.payee import payee_of
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.statement_status import UNANSWERED
from portal.invoices.open_items import among, between
from portal.statements.chasing.bounces import statement_refused
from portal.statements.chasing.chasing import (
    ChasePlan,
    Chosen,
    NotReminded,
    Planner,
    Reminder,
    chase_slices,
)
from portal.statements.chasing.recipients import Person
from portal.statements.issuing.freezing import MAIL
from portal.statements.issuing.run import Begin
from portal.statements.letters import (
    about_statement,
    refuse_settled,
    statement_texted,
    statement_to,
)
from portal.tables.agreements import Deemed
from portal.tables.journal import Event, Outbox
from portal.tables.runs import Chase
from portal.tables.statements import Statement

KIND = "statement_reminder"
CHASE = ("customer_id", "statement_id", "step", "on", "at", "user_id", "is_last")
EVENT = ("customer_id", "subject_kind", "subject_id", "kind", "at", "user_id", "facts")
#: How many chosen statements are looked at together.
AT_ONCE = 500
#: How many digits of the payee's account a mail shows.


@dataclass(frozen=True)
class RemindByHand:
    """Remind of these statements now; those that are not to be reminded of are left out."""

    statement_ids: tuple[int, ...]
    #: How many the person saw; 0 does not ask.
    expected: int = 0


@dataclass
class Reminded:
    """What a day's reminders were, over all slices."""

    on: dt.date
    reminders: list[Reminder] = field(default_factory=list)
    skipped: list[NotReminded] = field(default_factory=list)


def remind_all(begin: Begin, *, dry_run: bool = False, told: bool = True) -> Reminded:
    """Sends the reminders that are due on a day; told ones come with who is not reminded."""
    with begin() as w:
        found = Reminded(w.today)
        slices = chase_slices(w, waiting_only=not told)
    for lowest, highest in slices:
        chosen = Chosen(between(lowest, highest))
        with begin() as w:
            if dry_run:
                plan = Planner(w, chosen).plan()
            else:
                plan = _remind_slice(w, chosen, f"chase/{found.on}/{lowest}")
        failpoints.reached("reminders.after_commit")
        found.reminders += plan.reminders
        found.skipped += plan.skipped if told else []
    found.reminders.sort(key=_in_order)
    found.skipped.sort(key=_in_order)
    return found


def _in_order(each: Reminder | NotReminded) -> tuple[str, str]:
    return each.statement.customer_code, each.statement.number


def remind_by_hand(w: Work, c: RemindByHand) -> int:
    """
    How many were reminded now; none where somebody was quicker, so that nobody is told twice.

    Raises: chase.stale.
    """
    w.require("statement.chase")
    count = sum(
        len(_remind_slice(w, chosen, f"chase/{w.today}").reminders)
        for chosen in chosen_by_hand(w, c.statement_ids)
    )
    if count and c.expected and c.expected != count:
        raise RuleBroken("chase.stale", count=count)
    return count


def chosen_by_hand(r: Reader, statement_ids: Sequence[int]) -> Iterator[Chosen]:
    """The statements that somebody chose, a few hundred at a time."""
    ids = sorted(set(statement_ids))
    for at in range(0, len(ids), AT_ONCE):
        some = tuple(ids[at : at + AT_ONCE])
        whose = select(Statement.customer_id).where(Statement.id.in_(some)).distinct()
        yield Chosen(among(list(r.session.scalars(whose))), some, by_hand=True)


def _remind_slice(w: Work, chosen: Chosen, subject: str) -> ChasePlan:
    """Plans with the statements locked, so that nobody answers or reminds meanwhile; and sends."""
    w.session.execute(
        select(Statement.id)
        .where(
            Statement.in_force == 1,
            Statement.state.in_(sorted(UNANSWERED)),
            chosen.whose(Statement.customer_id),
            *([] if chosen.ids is None else [Statement.id.in_(chosen.ids)]),
        )
        .order_by(Statement.id)
        .with_for_update()
    ).all()
    plan = Planner(w, chosen).plan()
    if plan.reminders:
        _send(w, plan.reminders)
        digest = hashlib.sha256(
            "".join(f"{each.statement.id}/{each.step};" for each in plan.reminders).encode()
        ).hexdigest()
        w.audit("statements.reminded", subject, count=len(plan.reminders), sha256=digest)
        failpoints.reached("reminders.before_commit")
    return plan


def _send(w: Work, reminders: list[Reminder]) -> None:
    chased = (
        (
            each.statement.customer_id,
            each.statement.id,
            each.step,
            w.today,
            w.now,
            w.actor.user_id,
            each.is_last,
        )
        for each in reminders
    )
    insert_rows(w.session, Chase.__table__, CHASE, chased)
    events = (
        (
            each.statement.customer_id,
            "statement",
            each.statement.id,
            "chased",
            w.now,
            w.actor.user_id,
            json.dumps({"people": len(each.to), "step": each.step}, sort_keys=True),
        )
        for each in reminders
    )
    insert_rows(w.session, Event.__table__, EVENT, events)
    insert_rows(w.session, Outbox.__table__, MAIL, [*_mails(w, reminders)])
    w.wakes = True


def _mails(w: Work, reminders: list[Reminder]) -> Iterator[tuple[Any, ...]]:
    for each in reminders:
        for person in each.to:
            values: Mapping[str, Any] = {
                "key": f"{KIND}/{each.statement.id}/{each.step}/{person.key}",
                "kind": KIND,
                "channel": "email",
                "to_address": person.email,
                "to_name": person.name,
                "language": person.language,
                "payload": json.dumps(payload_of(each, person), sort_keys=True),
                "user_id": person.user_id,
                "customer_id": each.statement.customer_id,
                "documents": json.dumps([w.refs.of("st", each.statement.id)]),
                "on": w.today,
                "state": "pending",
                "tries": 0,
                "created_at": w.now,
            }
            yield tuple(values.get(name) for name in MAIL)


def payload_of(reminder: Reminder, person: Person) -> dict[str, Any]:
    """What the mail of a reminder is written from, besides the books."""
    return {
        "statement_id": reminder.statement.id,
        "user_id": person.user_id,
        "contact_id": person.contact_id,
        "spoken": person.language,
        "step": reminder.step,
        "tone": reminder.tone.value,
    }


# ── What the mail says ───────────────────────────────────────────────────────


def reminder_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The reminder of a statement; `NotNeeded` once it is answered, agreed to, or not theirs."""
    statement = r.session.get_one(Statement, payload["statement_id"])
    refuse_settled(statement)
    if r.session.get(Deemed, statement.id) is not None:
        raise NotNeeded("The statement counts as agreed to by now.")
    return {**statement_to(r, statement, payload), **_more(r, statement)}


def _more(r: Reader, statement: Statement) -> dict[str, Any]:
    owed = statement.closing_minor > 0
    return {
        "is_late": statement.confirm_by < r.today,
        "is_prepared": statement.state == "prepared",
        "payee": payee_of(r.company) if owed else None,
    }


def written_reminder(r: Reader, reminder: Reminder, person: Person) -> Written:
    """The mail as it would leave now, but for its link, which is its reader's alone."""
    statement = r.session.get_one(Statement, reminder.statement.id)
    values = {
        **payload_of(reminder, person),
        **about_statement(r, statement, person.language),
        **_more(r, statement),
        "path": "",
        "has_access": person.user_id is not None,
        "company": r.company,
        "to_name": person.name or person.email,
        "zone": r.company.timezone,
        "absolute": lambda _path: gettext("[the reader's own link]"),
    }
    return write_mail(KIND, person.language, values)


def reminder_sent(w: Work, row: Outbox) -> None:
    """Notes in the statement's life that a reminder left, and for which address."""
    payload = json.loads(row.payload)
    statement = w.session.get_one(Statement, payload["statement_id"])
    facts = {"channel": row.channel, "address": row.to_address, "step": payload["step"]}
    w.tell(statement.customer_id, ("statement", statement.id), "reminded", **facts)


LETTERS = {KIND: Letter(reminder_values, reminder_sent, statement_refused, statement_texted)}
