"""The mails of the round: an owner's list in the morning, what nobody answered to the leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from portal.base.mail import queue_mail
from portal.base.outbox import Letter, NotNeeded
from portal.base.work import Reader, Work
from portal.core.due_round import ANSWER_BY
from portal.core.money import Money
from portal.escalation.due.asking import answered_names, asked_of
from portal.tables.people import User

LIST, SILENCE = "due_list", "due_silence"
#: A mail names so many items; the page has them all.
MOST_NAMED = 20
#: Who hears of silence.
LEADS = ("collections_lead",)


def queue_lists(w: Work, owners: Sequence[User]) -> int:
    """One mail an owner and day; how many are new."""
    return sum(
        queue_mail(
            w,
            f"{LIST}/{owner.id}/{w.today.isoformat()}",
            LIST,
            owner,
            {"user_id": owner.id, "on": w.today.isoformat()},
        )
        for owner in owners
    )


def queue_silence(w: Work, on: dt.date, told: Sequence[Mapping[str, str]]) -> int:
    """The leads read who did not answer on a day; once for each day."""
    leads = select(User).where(User.staff_role.in_(LEADS), User.disabled_at.is_(None))
    return sum(
        queue_mail(
            w,
            f"{SILENCE}/{lead.id}/{on.isoformat()}",
            SILENCE,
            lead,
            {"user_id": lead.id, "on": on.isoformat(), "rows": list(told[:MOST_NAMED])}
            | {"count": len(told)},
        )
        for lead in w.session.scalars(leads.order_by(User.id))
    )


def list_values(r: Reader, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an owner is asked about when the mail leaves; `NotNeeded` where nothing is left."""
    on = dt.date.fromisoformat(payload["on"])
    if on != r.today:
        raise NotNeeded("The list of that day is over.")
    owner = r.session.get_one(User, payload["user_id"])
    rows = _rows(r, owner)
    if not rows:
        raise NotNeeded("Nothing is left to answer.")
    soon = [row for row in rows if row["due_on"] >= r.today]
    overdue = [row for row in rows if row["due_on"] < r.today]
    return {
        "soon": soon[:MOST_NAMED],
        "overdue": overdue[:MOST_NAMED],
        "count": len(rows),
        "more": max(0, len(rows) - len(soon[:MOST_NAMED]) - len(overdue[:MOST_NAMED])),
        "by": ANSWER_BY.strftime("%H:%M"),
        "is_monday": r.today.weekday() == 0,
        "is_friday": r.today.weekday() == 4,
        "path": "/desk/due",
        "week": "/desk/week",
    }


def _rows(r: Reader, owner: User) -> list[dict[str, Any]]:
    found = asked_of(r, answered_names(r, owner.id)).subquery("mine")
    rows = r.session.execute(select(found).order_by(found.c.due_on, found.c.name))
    return [
        {
            "customer": row.name,
            "number": row.number,
            "due_on": row.due_on,
            "amount": Money(int(row.rest), row.currency),
            "days": max(0, (r.today - row.due_on).days),
        }
        for row in rows
    ]


def silence_values(_r: Reader, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Who did not answer, as it was found."""
    rows = [
        {**row, "amount": Money.parse(row["amount"], row["currency"])} for row in payload["rows"]
    ]
    return {
        "rows": rows,
        "more": max(0, int(payload["count"]) - len(rows)),
        "on_day": dt.date.fromisoformat(payload["on"]),
        "path": "/desk/work",
    }


LETTERS = {LIST: Letter(list_values), SILENCE: Letter(silence_values)}
