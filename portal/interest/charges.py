"""Charges of late interest as pages read them: what waits, what was charged, and how it came to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from portal.base.access import NotFound, visible_to
from portal.base.work import Reader
from portal.core.money import Money
from portal.interest.charging import Due
from portal.interest.workings import Worked, read_facts
from portal.tables.customers import Customer
from portal.tables.interest import InterestCharge, InterestWaiver
from portal.tables.invoices import Entry
from portal.tables.people import User

#: So many are shown at once, the newest first.
MOST = 50


@dataclass(frozen=True, slots=True)
class ChargeRow:
    """A charge of late interest; its number once it is one."""

    id: int
    ref: str
    customer_id: int
    customer_ref: str
    customer_name: str
    through_on: dt.date
    amount: Money
    state: str
    note: str
    by: str
    made_at: dt.datetime
    number: str
    charged_on: dt.date | None
    approval_ref: str


@dataclass(frozen=True, slots=True)
class ChargeView:
    """A charge with how each of its items was worked out when it was proposed."""

    row: ChargeRow
    due: Due
    items: list[Worked]


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """What was waived of an invoice's late interest, by whom and why."""

    number: str
    through_on: dt.date
    amount: Money
    reason: str
    by: str
    at: dt.datetime


def _charges(r: Reader) -> Select[Any]:
    """What the reader sees: the house all of them, a customer those that were charged."""
    columns: list[Any] = [InterestCharge, Customer.name, User.name, Entry.number, Entry.dated_on]
    found = visible_to(select(*columns), r.actor, InterestCharge.customer_id)
    found = (
        found.join(Customer, Customer.id == InterestCharge.customer_id)
        .join(User, User.id == InterestCharge.made_by)
        .outerjoin(Entry, Entry.id == InterestCharge.entry_id)
    )
    is_customer = r.actor.kind == "customer"
    return found.where(InterestCharge.state == "charged") if is_customer else found


def list_charges(
    r: Reader, customer_id: int | None = None, states: Collection[str] = ()
) -> list[ChargeRow]:
    """The newest charges, of one customer where it is named."""
    found = _charges(r)
    if customer_id is not None:
        found = found.where(InterestCharge.customer_id == customer_id)
    if states:
        found = found.where(InterestCharge.state.in_(states))
    rows = r.session.execute(found.order_by(InterestCharge.id.desc()).limit(MOST))
    return [_row(r, *row) for row in rows]


def get_charge(r: Reader, ref: str) -> ChargeView:
    """A charge with its items; `NotFound` where it is not the reader's to see."""
    charge_id = r.id_of("ic", ref)
    found = r.session.execute(_charges(r).where(InterestCharge.id == charge_id)).first()
    if found is None:
        raise NotFound(ref)
    charge = found[0]
    told = json.loads(charge.facts)
    return ChargeView(_row(r, *found), Due(told["due"]), read_facts(told["items"], charge.currency))


def _row(
    r: Reader,
    charge: InterestCharge,
    customer: str,
    person: str,
    number: str | None,
    dated_on: dt.date | None,
) -> ChargeRow:
    approval = charge.approval_id
    return ChargeRow(
        id=charge.id,
        ref=r.refs.of("ic", charge.id),
        customer_id=charge.customer_id,
        customer_ref=r.refs.of("cu", charge.customer_id),
        customer_name=customer,
        through_on=charge.through_on,
        amount=Money(charge.amount_minor, charge.currency),
        state=charge.state,
        note=charge.note,
        by=person,
        made_at=charge.made_at,
        number=number or "",
        charged_on=dated_on,
        approval_ref=r.refs.of("ap", approval) if approval else "",
    )


def list_waivers(r: Reader, customer_id: int, currency: str) -> list[WaiverRow]:
    """What was waived of an account, the newest first."""
    columns: list[Any] = [InterestWaiver, Entry.number, Entry.currency, User.name]
    found = visible_to(select(*columns), r.actor, InterestWaiver.customer_id)
    rows = r.session.execute(
        found.join(Entry, Entry.id == InterestWaiver.entry_id)
        .join(User, User.id == InterestWaiver.user_id)
        .where(InterestWaiver.customer_id == customer_id, Entry.currency == currency)
        .order_by(InterestWaiver.id.desc())
        .limit(MOST)
    )
    return [
        WaiverRow(
            number,
            waiver.through_on,
            Money(waiver.amount_minor, of),
            waiver.reason,
            by,
            waiver.at,
        )
        for waiver, number, of, by in rows
    ]
