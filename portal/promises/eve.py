"""
The evening before a promised day: whoever promised is written to, once, while it is awaited.

It is the workday before the day itself. Instalments of a plan are told by the plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from portal.base.mail import queue_mail
from portal.base.outbox import Letter, NotNeeded
from portal.base.work import Reader, Work
from portal.core.workdays import ONE_DAY
from portal.promises.posting import readers
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.tables.promises import Promise

KIND = "promise_due"
#: No run of days off is longer.
AHEAD = dt.timedelta(days=14)


def tell_eve(w: Work) -> int:
    """How many are written to because their promised day comes next, for the first time."""
    asked = PromiseFilter(from_on=w.today + ONE_DAY, to_on=w.today + AHEAD, counts=True)
    return sum(_mail(w, row) for row in list_promises(w, asked) if _is_near(w, row))


def _is_near(w: Work, row: PromiseRow) -> bool:
    eve = w.calendar().on_or_before(row.promised_on - ONE_DAY)
    return row.plan_id is None and row.is_running and row.awaited.minor > 0 and w.today == eve


def _mail(w: Work, row: PromiseRow) -> int:
    promise = w.session.get_one(Promise, row.id)
    return sum(
        queue_mail(
            w,
            f"{KIND}/{row.id}/{person.id}",
            KIND,
            person,
            {"promise_id": row.id},
            customer_id=row.customer_id,
        )
        for person in readers(w, promise)
    )


def due_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """What is still awaited, until when; `NotNeeded` once it was kept or no longer counts."""
    asked = PromiseFilter(ids=frozenset({payload["promise_id"]}), counts=True)
    row = next((row for row in list_promises(r, asked) if row.is_running), None)
    if row is None or not row.awaited.minor:
        raise NotNeeded("The promise was kept or taken back before it could be sent.")
    return {
        "number": row.number,
        "customer_name": row.customer_name,
        "amount": row.awaited,
        "pay_on": row.promised_on,
        "path": f"/promises/{row.ref}",
    }


LETTERS = {KIND: Letter(due_values)}
