"""Which customers are abnormal on a day: rule R362 over rows, of one customer or of all."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Select, func, select

from portal.base.daycount import days_between
from portal.base.work import Reader
from portal.core.abnormal import abnormal_since
from portal.invoices.open_items import open_items, whose_items
from portal.tables.terms import CustomerTerms


def abnormal_customers(r: Reader, customer_id: int | None = None) -> dict[int, dt.date]:
    """Since when each abnormal customer that the reader sees is so; one alone where it is named."""
    items = open_items(r.today, whose_items(r.actor, customer_id), inside=True)
    own = _grace(r.today).subquery()
    default = int(r.policy.values["grace_days"])
    grace = func.coalesce(func.max(own.c.grace_days), default)
    late: Any = days_between(func.min(items.c.due_on), r.today)
    found = r.session.execute(
        select(items.c.customer_id, func.min(items.c.due_on), grace)
        .outerjoin(own, own.c.customer_id == items.c.customer_id)
        .where(items.c.open > items.c.disputed, items.c.due_on < r.today)
        .group_by(items.c.customer_id)
        .having(late > grace)
    )
    since = {each: abnormal_since([first], int(days), r.today) for each, first, days in found}
    return {each: day for each, day in since.items() if day is not None}


def _grace(on: dt.date) -> Select[Any]:
    """By customer: the days of grace of its own terms in force, where it has some of its own."""
    place = func.row_number().over(
        partition_by=CustomerTerms.customer_id,
        order_by=(CustomerTerms.effective_on.desc(), CustomerTerms.id.desc()),
    )
    columns: list[Any] = [CustomerTerms.customer_id, CustomerTerms.grace_days]
    rows = select(*columns, place.label("place")).where(CustomerTerms.effective_on <= on).subquery()
    return select(rows.c.customer_id, rows.c.grace_days).where(rows.c.place == 1)
