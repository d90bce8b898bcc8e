"""What due parts were paid, and when: what lateness and DSO are measured by."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Subquery, func, select

from portal.invoices.open_items import Scope, counts_on
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation


def paid_parts(on: dt.date, whose: Scope) -> Subquery:
    """What of each due part is paid, and the value date of the last credit that paid of it."""
    credit = Entry.__table__.alias("credit")
    return (
        select(
            Allocation.customer_id,
            Allocation.entry_id,
            Allocation.part,
            func.sum(Allocation.amount_minor).label("paid"),
            func.max(credit.c.dated_on).label("settled_on"),
        )
        .join(credit, credit.c.id == Allocation.credit_id)
        .where(counts_on(on), Allocation.memo == 0, whose(Allocation.customer_id))
        .group_by(Allocation.customer_id, Allocation.entry_id, Allocation.part)
        .subquery("settled")
    )
