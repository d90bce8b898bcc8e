"""
The demo's announced payments, one of each state, and who decides while a manager is away.

Huadong pays at the end of the week, Bergmann's money is late; of Oakley's payments, which named
nothing, one was applied as announced, and one waits to be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from sqlalchemy import select

from portal.approvals.stand_ins import NameStandIn, name_stand_in
from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.core.remittance import AGO_AT_MOST
from portal.core.workdays import MONDAY_TO_FRIDAY
from portal.invoices.position import list_open_items
from portal.invoices.rows import OpenItemRow
from portal.payments.advices import (
    AnnouncePayment,
    ApplyAnnounced,
    announce_payment,
    apply_announced,
)
from portal.payments.commands import ApplyByHand, Take
from portal.payments.queries import list_credits
from portal.payments.rows import CreditFilter, CreditRow
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.people import User

#: Gives the installation with its clock at an hour of a day.
At = Callable[[dt.date, int], Installation]

PAYER, LATE_PAYER = "chen.wei@huadong.example", "anke.bergmann@bergmann.example"
UNNAMED_PAYER = "tom@oakley.example"
CLERK = "wang.fang@lindqvist-motion.example"
AWAY, STAND_IN = "zhou.min@lindqvist-motion.example", "david.osei@lindqvist-motion.example"


def announce_payments(at: At, on: dt.date) -> None:
    """Each of them, on its own day."""
    then = at(on, 9)
    friday = on + dt.timedelta(days=(4 - on.weekday()) % 7 or 7)
    announced = _items(then, "HUADONG", "CNY")[:2]
    _announce(then, PAYER, announced, friday, reference=f"HD {friday:%Y-%m%d}")
    earlier = MONDAY_TO_FRIDAY.add_workdays(on, -3)
    late = _items(at(earlier, 10), "BERGMANN", "EUR")[:1]
    _announce(at(earlier, 10), LATE_PAYER, late, earlier + dt.timedelta(days=1))
    _come_in(at, on)


def stand_in(at: At, on: dt.date) -> None:
    """Zhou Min is away for a week; David Osei decides in her place."""
    then = at(on, 8)
    absent, other = _actor(then, AWAY), _actor(then, STAND_IN)
    assert absent.user_id is not None
    assert other.user_id is not None
    until = on + dt.timedelta(days=7)
    with then.work(absent) as w:
        name_stand_in(w, NameStandIn(absent.user_id, other.user_id, on, until))


def _come_in(at: At, on: dt.date) -> None:
    """What Oakley paid for and did not name: the newest waits, the one before was applied."""
    then = at(on, 11)
    items = {item.open: item for item in _items(then, "OAKLEY", "GBP")}
    found = [(paid, items[paid.unapplied]) for paid in _unapplied(then) if paid.unapplied in items]
    for place, (paid, item) in enumerate(found[:2]):
        advice_id = _announce(then, UNNAMED_PAYER, [item], paid.dated_on, reference=item.number)
        if place == 1 and advice_id is not None:
            takes = (Take(item.entry_id, item.part, item.open),)
            with then.work(_actor(then, CLERK)) as w:
                apply_announced(w, ApplyAnnounced(ApplyByHand(paid.id, takes), advice_id))


def _unapplied(installation: Installation) -> list[CreditRow]:
    """Oakley's payments with money left of the last month, the newest first."""
    with installation.reading(SYSTEM) as r:
        customer_id = r.session.scalar(select(Customer.id).where(Customer.code == "OAKLEY"))
        rows = list_credits(r, CreditFilter(customer_id, "payment")).rows
        since = r.today - dt.timedelta(days=60)
    return [row for row in rows if row.unapplied.minor and row.dated_on >= since]


def _items(installation: Installation, code: str, currency: str) -> list[OpenItemRow]:
    with installation.reading(SYSTEM) as r:
        customer_id = r.session.scalars(select(Customer.id).where(Customer.code == code)).one()
        return list_open_items(r, customer_id, currency=currency)


def _announce(
    installation: Installation,
    email: str,
    items: Iterable[OpenItemRow],
    pay_on: dt.date,
    reference: str = "",
) -> int | None:
    """The announcement of one of their people; None where nothing is open."""
    takes = tuple(Take(item.entry_id, item.part, item.open) for item in items)
    if not takes:
        return None
    with installation.work(_actor(installation, email)) as w:
        entry = w.session.get_one(Entry, takes[0].entry_id)
        pay_on = max(pay_on, w.today - AGO_AT_MOST)
        wish = AnnouncePayment(
            entry.customer_id,
            entry.currency,
            takes,
            pay_on,
            key=f"demo/{email}/{reference}",
            method="transfer",
            reference=reference,
        )
        return announce_payment(w, wish)


def _actor(installation: Installation, email: str) -> Actor:
    with installation.reading(SYSTEM) as r:
        user_id = r.session.scalars(select(User.id).where(User.email == email)).one()
        return actor_of(r, user_id)
