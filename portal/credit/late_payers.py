"""Who pays late as a habit and whose debt stands long, found in the books of everybody at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import case, func, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.late_payers import TOLERATED_DAYS, Habit
from portal.core.money import Money
from portal.core.payment_record import YEAR_DAYS
from portal.credit.paid_and_bought import judged_parts
from portal.invoices.open_items import open_items, seen_by
from portal.tables.customers import Customer

SHOWN = ("both", "often", "long")
Account = tuple[int, str]


@dataclass(frozen=True, slots=True)
class LatePayer:
    """An account that pays late or stands long, with what is overdue of it."""

    customer_ref: str
    customer_name: str
    owner: str
    habit: Habit
    #: Of the last year's parts, by amount; what is overdue is late up to today.
    average_days: int
    overdue: Money
    oldest_on: dt.date | None


def list_late_payers(r: Reader, shown: str = "both", owner: str = "") -> list[LatePayer]:
    """Those who are late as a habit, those whose debt stands long, or both; the worst first."""
    judged, owed, named = _judged(r), _owed(r), _named(r, owner)
    rows = []
    for customer_id, currency in judged.keys() | owed.keys():
        items, late, days = judged.get((customer_id, currency), (0, 0, 0))
        minor, oldest_on = owed.get((customer_id, currency), (0, None))
        habit = Habit(items, late, (r.today - oldest_on).days if oldest_on else 0)
        if customer_id in named and _is_shown(habit, shown):
            name, owned_by = named[customer_id]
            ref, overdue = r.refs.of("cu", customer_id), Money(minor, currency)
            rows.append(LatePayer(ref, name, owned_by, habit, days, overdue, oldest_on))
    return sorted(rows, key=_turn)


def _turn(row: LatePayer) -> tuple[int, int, str, str]:
    percent = row.habit.percent or 0
    return -percent, -row.habit.oldest_days, row.customer_name, row.overdue.currency


def _is_shown(habit: Habit, shown: str) -> bool:
    if shown == "often":
        return habit.is_often_late
    if shown == "long":
        return habit.is_long_standing
    return habit.is_often_late or habit.is_long_standing


def _judged(r: Reader) -> dict[Account, tuple[int, int, int]]:
    """By account: the parts of a year that are over, the late ones, and how late on average."""
    items = judged_parts(r.today, seen_by(r.actor))
    sums: list[Any] = [
        func.count(),
        func.sum(case((items.c.late > TOLERATED_DAYS, 1), else_=0)),
        func.sum(items.c.amount_minor * items.c.late),
        func.sum(items.c.amount_minor),
    ]
    rows = (
        select(items.c.customer_id, items.c.currency, *sums)
        .where(items.c.paid_on > r.today - dt.timedelta(days=YEAR_DAYS))
        .group_by(items.c.customer_id, items.c.currency)
    )
    return {
        (row[0], row[1]): (row[2], int(row[3]), round(Fraction(int(row[4]), int(row[5]))))
        for row in r.session.execute(rows)
    }


def _owed(r: Reader) -> dict[Account, tuple[int, dt.date]]:
    """By account: what is overdue as the house sees it, and since when the oldest of it is."""
    items = open_items(r.today, seen_by(r.actor), inside=True)
    columns: list[Any] = [items.c.customer_id, items.c.currency]
    rows = (
        select(*columns, func.sum(items.c.open), func.min(items.c.due_on))
        .where(items.c.due_on < r.today, items.c.open > 0)
        .group_by(*columns)
    )
    return {(row[0], row[1]): (int(row[2]), row[3]) for row in r.session.execute(rows)}


def _named(r: Reader, owner: str) -> dict[int, tuple[str, str]]:
    rows = select(Customer.id, Customer.name, Customer.owner)
    if owner:
        rows = rows.where(Customer.owner == owner)
    found = r.session.execute(visible_to(rows, r.actor, Customer.id))
    return {row.id: (row.name, row.owner or "") for row in found}
