"""The danger signals that the books show at one customer; whether each is noted, people decide."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core import payment_record
from portal.core.money import Money
from portal.core.promise_kept import State
from portal.core.signals import RECENT_DAYS, Seen, shown_by_books
from portal.credit.paid_and_bought import record_of
from portal.invoices.open_items import one
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter
from portal.tables.credit import Bill
from portal.tables.orders import SalesOrder

MISSED = (State.BROKEN, State.PARTLY_KEPT)
WAITING = ("held", "discounted", "endorsed")


def signals_of_books(r: Reader, customer_id: int, on: dt.date) -> tuple[str, ...]:
    """The signals that the books of a customer show on a day."""
    since = on - dt.timedelta(days=RECENT_DAYS)
    record = record_of(r, on, one(customer_id))
    order = _largest_order(r, customer_id, on)
    trade = record.trade.get(customer_id, [])
    same = next((row for row in trade if order and row.currency == order.currency), None)
    promises = list_promises(
        r, PromiseFilter(customer_id, from_on=since, to_on=on, counts=True), on
    )
    waiting, dishonoured = _bills(r, customer_id, on, since)
    return shown_by_books(
        Seen(
            late_trend=payment_record.late_trend(record.lateness.get(customer_id, [])),
            missed_promises=sum(row.state in MISSED for row in promises),
            bills_waiting=waiting,
            dishonoured=dishonoured,
            largest_order=order,
            monthly_sales=payment_record.monthly_sales(same, on),
        )
    )


def _largest_order(r: Reader, customer_id: int, on: dt.date) -> Money | None:
    """The largest open order of the last days; sales are compared in its currency."""
    rows = (
        select(SalesOrder.amount_minor, SalesOrder.currency)
        .where(
            SalesOrder.customer_id == customer_id,
            SalesOrder.status == "open",
            SalesOrder.ordered_on <= on,
            SalesOrder.ordered_on > on - dt.timedelta(days=RECENT_DAYS),
        )
        .order_by(SalesOrder.amount_minor.desc())
        .limit(1)
    )
    found = r.session.execute(visible_to(rows, r.actor, SalesOrder.customer_id)).first()
    return None if found is None else Money(found.amount_minor, found.currency)


def _bills(r: Reader, customer_id: int, on: dt.date, since: dt.date) -> tuple[int, int]:
    """How many bills wait for their day, and how many were dishonoured of late."""
    columns: list[Any] = [Bill.state, Bill.state_on, func.count()]
    rows = (
        select(*columns)
        .where(Bill.customer_id == customer_id, Bill.received_on <= on)
        .group_by(Bill.state, Bill.state_on)
    )
    waiting = dishonoured = 0
    for state, state_on, count in r.session.execute(visible_to(rows, r.actor, Bill.customer_id)):
        waiting += count if state in WAITING else 0
        dishonoured += count if state == "dishonoured" and since < state_on <= on else 0
    return waiting, dishonoured
