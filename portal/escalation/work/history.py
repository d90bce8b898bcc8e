"""
The house's own recovery: how much of what was open for so long has come in since, from the books.

Measured once a month by the daily run, whose result keeps it; the queue reads it from there.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from portal.base.daycount import days_between
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.recovery import (
    DAYS_OF_MONTH,
    SEEN_FOR_DAYS,
    SHIPPED_PERCENT,
    Curve,
    Reached,
    curve_of,
)
from portal.tables.invoices import Entry, Part
from portal.tables.journal import DayRun
from portal.tables.payments import Allocation

ACT = "recovery"
#: So far back the books are looked at.
LOOKED_BACK = dt.timedelta(days=3 * 366)
#: Shares are told in hundredths of a per cent.
WHOLE = 10_000

History = Mapping[int, Reached]


def day_of_month(month: int) -> int:
    """The day overdue on which so many months are over."""
    return round(month * DAYS_OF_MONTH)


def measured(r: Reader, on: dt.date) -> dict[int, Reached]:
    """By months overdue: how many due parts were open so long, and what came of them since."""
    parts = _parts(on)
    columns: list[Any] = []
    for month in SHIPPED_PERCENT:
        still = parts.c.base - parts.c[f"by_{month}"]
        is_told = and_(still > 0, parts.c.age >= day_of_month(month) + SEEN_FOR_DAYS)
        since = (parts.c.cash - parts.c[f"by_{month}"]) * WHOLE / still
        columns += [
            func.sum(case((is_told, 1), else_=0)),
            func.sum(case((is_told, since), else_=0)),
        ]
    row = r.session.execute(select(*columns)).one()
    return {
        month: Reached(int(row[2 * turn]), Fraction(int(row[2 * turn + 1]), WHOLE * row[2 * turn]))
        for turn, month in enumerate(SHIPPED_PERCENT)
        if row[2 * turn]
    }


def _parts(on: dt.date) -> Any:
    """Each due part of an invoice: what was to be paid of it, and what was paid by which day."""
    amount = Allocation.amount_minor
    is_cash = Entry.kind == Kind.PAYMENT
    late = days_between(Part.due_on, Allocation.effective_on)
    paid = {
        f"by_{month}": func.sum(case((and_(is_cash, late <= day_of_month(month)), amount), else_=0))
        for month in SHIPPED_PERCENT
    }
    # What was credited was never to be paid; what the house wrote off still was.
    credited = func.sum(case((and_(~is_cash, Allocation.memo == 0), amount), else_=0))
    same = and_(
        Allocation.customer_id == Part.customer_id,
        Allocation.entry_id == Part.entry_id,
        Allocation.part == Part.part,
        Allocation.ended_on.is_(None),
        Allocation.effective_on <= on,
    )
    columns: list[Any] = [
        days_between(Part.due_on, on).label("age"),
        (Part.amount_minor - func.coalesce(credited, 0)).label("base"),
        func.coalesce(func.sum(case((is_cash, amount), else_=0)), 0).label("cash"),
        *(func.coalesce(each, 0).label(name) for name, each in paid.items()),
    ]
    return (
        select(*columns)
        .outerjoin(Allocation, same)
        .outerjoin(
            Entry,
            and_(Entry.customer_id == Allocation.customer_id, Entry.id == Allocation.credit_id),
        )
        .where(Part.due_on >= on - LOOKED_BACK, Part.due_on <= on - dt.timedelta(SEEN_FOR_DAYS))
        .group_by(Part.customer_id, Part.entry_id, Part.part, Part.due_on, Part.amount_minor)
        .subquery("settled")
    )


def curve_in_force(r: Reader) -> Curve:
    """The curve by which work is ranked: as last measured, or as shipped."""
    return _curve(r.session.scalar(_LAST) or "")


_LAST: Select[Any] = (
    select(DayRun.result).where(DayRun.act == ACT).order_by(DayRun.on.desc()).limit(1)
)


@lru_cache(16)
def _curve(told: str) -> Curve:
    """The curve of a result; its costs of each day are reckoned once."""
    return curve_of(read(told))


def written(history: History) -> dict[str, list[int]]:
    """The history as the daily run keeps it."""
    return {str(month): [each.items, round(each.share * WHOLE)] for month, each in history.items()}


def read(text: str) -> dict[int, Reached]:
    """The history that the daily run kept."""
    kept = json.loads(text) if text else {}
    return {
        int(month): Reached(items, Fraction(share, WHOLE)) for month, (items, share) in kept.items()
    }
