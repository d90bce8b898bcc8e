"""
The order of locks: an act on something of a customer's locks the customer first, then the row.

So two acts on one customer wait for each other wherever they begin, and never both for ever.
"""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.work import Work
from portal.tables.base import Base
from portal.tables.customers import Customer
from portal.tables.settings import Company

Row = TypeVar("Row", bound=Base)


def lock_customer(w: Work, customer_id: int) -> Customer:
    """The customer under its lock, as it is now; `NotFound` where there is none."""
    customer = w.session.get(Customer, customer_id, with_for_update=True, populate_existing=True)
    if customer is None:
        raise NotFound("customer")
    return customer


def lock_row(w: Work, table: type[Row], row_id: int) -> Row:
    """
    A row under its lock, as it is now, its customer locked first; else `NotFound`.

    What concerns the whole company waits for the company's own record, as its policy does.
    """
    columns: Any = table
    of = w.session.execute(select(columns.customer_id).where(columns.id == row_id)).first()
    if of is None:
        raise NotFound(table.__tablename__)
    if of.customer_id is not None:
        w.session.execute(
            select(Customer.id).where(Customer.id == of.customer_id).with_for_update()
        )
    else:
        w.session.execute(select(Company.id).with_for_update())
    return w.session.get_one(table, row_id, with_for_update=True, populate_existing=True)
