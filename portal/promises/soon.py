"""What is promised for the next days, as one select that a first page asks along with others."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from portal.base.work import Reader
from portal.invoices.open_items import Scope, due_parts
from portal.tables.promises import Promise, PromisedPart


def promised_by(r: Reader, until: dt.date, whose: Scope) -> Select[Any]:
    """
    The running promises for days up to one, of which something is still to come.

    Its columns: id, customer_id, currency, promised_on, and `minor`, what is still to come. Money
    on an item is counted for each promise alone, which is what it is but where two share an item.
    """
    running = and_(
        whose(Promise.customer_id),
        Promise.promised_on.between(r.policy.leniency().first_running(r.today), until),
        or_(Promise.ended_on.is_(None), Promise.ended_on > r.today),
    )
    covered = (
        select(PromisedPart.entry_id).join(Promise, Promise.id == PromisedPart.promise_id)
    ).where(whose(PromisedPart.customer_id), running)
    items = due_parts(r.today, whose, covered)
    same_part = and_(
        items.c.customer_id == PromisedPart.customer_id,
        items.c.entry_id == PromisedPart.entry_id,
        items.c.part == PromisedPart.part,
    )
    came = items.c.applied - PromisedPart.paid_minor
    short = PromisedPart.amount_minor - case((came > 0, came), else_=0)
    left = case((short < 0, 0), (short < items.c.claim, short), else_=items.c.claim)
    columns: list[Any] = [
        *(Promise.id, Promise.customer_id, Promise.currency, Promise.promised_on),
        func.sum(left).label("minor"),
    ]
    return (
        select(*columns)
        .join(PromisedPart, PromisedPart.promise_id == Promise.id)
        .join(items, same_part)
        .where(running)
        .group_by(Promise.id, Promise.customer_id, Promise.currency, Promise.promised_on)
        .having(func.sum(left) > 0)
    )
