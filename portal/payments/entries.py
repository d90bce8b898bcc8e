"""Entries found by their numbers: what a payment, a credit note or an adjustment names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from portal.base.lookup import found_by, plain_day

#: What can be paid: invoices first, then whatever else opened a due part.
PAYABLE = """select e.number, e.space, e.id, e.customer_id, e.currency, e.dated_on, e.amount_minor,
  c.code
from entry e join customer c on c.id = e.customer_id
where e.number in (:keys) and e.space in (1, 3) and e.amount_minor > 0 and e.memo = 0
order by e.space desc"""


@dataclass(frozen=True, slots=True)
class Named:
    """An entry that a row names."""

    id: int
    space: int
    number: str
    customer_id: int
    customer_code: str
    currency: str
    dated_on: str
    amount: int


def payable(session: Session, numbers: Iterable[str | None]) -> dict[str, Named]:
    """What can be paid under these numbers; an invoice goes before a charge of the same number."""
    wanted = {number for number in numbers if number}
    return {row.number: _named(row) for row in found_by(session, PAYABLE, wanted)}


def _named(row: Row[Any]) -> Named:
    return Named(
        row.id,
        row.space,
        row.number,
        row.customer_id,
        row.code,
        row.currency,
        plain_day(row.dated_on) or "",
        row.amount_minor,
    )
