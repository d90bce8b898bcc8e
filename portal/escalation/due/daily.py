"""What the round does every workday: owners get their list, silence of the day before is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select

from portal.approvals.tasks import NewTask, make_task
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.people import stands_in_on
from portal.base.work import Reader, Work
from portal.core.money import Money
from portal.escalation.due.answering import TASK, subject_of
from portal.escalation.due.asking import every_asked
from portal.escalation.due.letters import LIST, queue_lists, queue_silence
from portal.tables.approvals import StandIn
from portal.tables.journal import Outbox
from portal.tables.people import User


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Tells silence of the last workday, then sends the lists of this one; on days off nothing."""
    with installation.work(SYSTEM, on) as w:
        calendar = w.calendar()
        if not calendar.is_workday(on):
            return {"lists": 0, "unanswered": 0}
        before = calendar.on_or_before(on - dt.timedelta(days=1))
    with installation.reading(SYSTEM, before) as r:
        silent = _silent(r, before)
    with installation.work(SYSTEM, on) as w:
        still = _keys(w)
        told = [row for row in silent if (row.entry_id, row.part) in still and _tell(w, row)]
        if told:
            queue_silence(w, before, [_told(row) for row in told])
        owners = _asked_owners(w)
        return {"lists": queue_lists(w, owners), "unanswered": len(told)}


def _keys(r: Reader) -> set[tuple[int, int]]:
    """The documents and parts that are asked about today."""
    found = every_asked(r)
    return {(row[0], row[1]) for row in r.session.execute(select(found.c.entry_id, found.c.part))}


def _silent(r: Reader, on: dt.date) -> Sequence[Any]:
    """What owners were mailed about on a day and did not answer by its end."""
    found = every_asked(r)
    mailed = select(Outbox.user_id).where(Outbox.kind == LIST, Outbox.on == on)
    owner = or_(User.name == found.c.owner, User.email == found.c.owner)
    rows = (
        select(found, User.id.label("user_id"), User.name.label("who"), User.email)
        .join(User, owner)
        .where(User.id.in_(mailed), User.disabled_at.is_(None))
        .order_by(found.c.due_on, found.c.customer_id, found.c.entry_id, found.c.part)
    )
    return r.session.execute(rows).all()


def _tell(w: Work, row: Any) -> bool:
    """Whether its task is new: each item's silence is told once."""
    amount = Money(int(row.rest), row.currency)
    facts = {
        "number": row.number,
        "on": row.due_on.isoformat(),
        "amount": amount.major(),
        "currency": amount.currency,
    }
    new = NewTask(row.customer_id, TASK, subject_of(row.entry_id, row.part), w.today, facts)
    return make_task(w, new) is not None


def _told(row: Any) -> dict[str, str]:
    amount = Money(int(row.rest), row.currency)
    return {
        "owner": row.who or row.email,
        "customer": row.name,
        "number": row.number,
        "amount": amount.major(),
        "currency": amount.currency,
    }


def _asked_owners(w: Work) -> list[User]:
    """Who of the house is asked about something today: owners, and who stands in for them."""
    found = every_asked(w)
    names = select(found.c.owner).distinct()
    owners = select(User.id).where(or_(User.name.in_(names), User.email.in_(names)))
    stand_ins = select(StandIn.stand_in_id).where(
        StandIn.user_id.in_(owners), stands_in_on(w.today)
    )
    rows = select(User).where(
        or_(User.id.in_(owners), User.id.in_(stand_ins)),
        User.staff_role.is_not(None),
        User.disabled_at.is_(None),
    )
    return list(w.session.scalars(rows.order_by(User.id)))
