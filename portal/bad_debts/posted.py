"""Provisions that were posted: the list, and of each currency the last ones by a day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.work import Reader
from portal.core.money import Money
from portal.tables.bad_debts import Provision


def last_posted(r: Reader, as_of: dt.date) -> dict[str, list[Any]]:
    """Of each currency the provision of the day, where it was posted, and the one before it."""
    rows = (
        select(
            Provision.currency,
            Provision.as_of,
            Provision.amount_minor,
            (Provision.as_of == as_of).label("is_same_day"),
        )
        .where(Provision.as_of <= as_of)
        .order_by(Provision.currency, Provision.as_of.desc())
    )
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for row in r.session.execute(rows):
        found[row.currency].append(row)
    return dict(found)


@dataclass(frozen=True, slots=True)
class PostedRow:
    """A provision that was posted."""

    as_of: dt.date
    amount: Money
    previous: Money
    movement: Money
    made_at: dt.datetime


def list_posted(r: Reader, most: int = 60) -> list[PostedRow]:
    """The posted provisions, the latest first."""
    rows = select(Provision).order_by(Provision.as_of.desc(), Provision.currency).limit(most)
    return [
        PostedRow(
            row.as_of,
            Money(row.amount_minor, row.currency),
            Money(row.previous_minor, row.currency),
            Money(row.amount_minor - row.previous_minor, row.currency),
            row.made_at,
        )
        for row in r.session.scalars(rows)
    ]
