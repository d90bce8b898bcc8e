"""Whose customers promised: the owner of each, and the mail that says what was not kept."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import or_, select

from portal.base.mail import queue_mail
from portal.base.outbox import Letter, NotNeeded
from portal.base.work import Reader, Work
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.tables.customers import Customer
from portal.tables.journal import Outbox
from portal.tables.people import User

MAIL = "promises_missed"
#: What is found within so long of each other goes into one mail.
GATHERED = dt.timedelta(minutes=10)


def owners_of(r: Reader, customer_ids: Collection[int]) -> dict[int, User]:
    """The person of the house who owns each customer; left out where the name is nobody's here."""
    named = or_(User.name == Customer.owner, User.email == Customer.owner)
    rows = (
        select(Customer.id, User)
        .join(User, named)
        .where(
            Customer.id.in_(customer_ids),
            User.staff_role.is_not(None),
            User.disabled_at.is_(None),
        )
        .order_by(User.id.desc())
    )
    return {row[0]: row[1] for row in r.session.execute(rows)}


def tell_owners(w: Work, missed: Iterable[tuple[User, PromiseRow]]) -> None:
    """Each owner is mailed what was missed; what one more slice finds joins the mail that waits."""
    by_owner: dict[int, tuple[User, list[int]]] = {}
    for owner, row in missed:
        by_owner.setdefault(owner.id, (owner, []))[1].append(row.id)
    for owner, ids in by_owner.values():
        waiting = w.session.scalars(
            select(Outbox)
            .where(Outbox.kind == MAIL, Outbox.user_id == owner.id, Outbox.state == "pending")
            .order_by(Outbox.id)
            .with_for_update()
        ).first()
        if waiting is None:
            queue_mail(
                w,
                f"{MAIL}/{owner.id}/{min(ids)}",
                MAIL,
                owner,
                {"promise_ids": ids, "user_id": owner.id},
                not_before=w.now + GATHERED,
            )
        else:
            told = json.loads(waiting.payload)
            waiting.payload = json.dumps({**told, "promise_ids": [*told["promise_ids"], *ids]})


def missed_values(r: Reader, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """What of the promises is missing when the mail leaves; `NotNeeded` where all has come."""
    found = list_promises(r, PromiseFilter(ids=frozenset(payload["promise_ids"])))
    rows = [row for row in found if row.awaited.minor]
    if not rows:
        raise NotNeeded("Everything that was missing has come.")
    return {"rows": rows, "path": "/desk/tasks?whose=mine"}


LETTERS = {MAIL: Letter(missed_values)}
