"""Which customers are abnormal on a day: rule R362 over rows, of one customer or of all."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from portal.base.daycount import days_between
from portal.base.work import Reader
from portal.core.abnormal import abnormal_since
from portal.customers.terms_held import newest_terms
from portal.invoices.open_items import open_items, whose_items


def abnormal_customers(r: Reader, customer_id: int | None = None) -> dict[int, dt.date]:
    """Since when each abnormal customer that the reader sees is so; one alone where it is named."""
    items = open_items(r.today, whose_items(r.actor, customer_id), inside=True)
    own = newest_terms(r.today)
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
