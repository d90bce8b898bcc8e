"""Entries found by their numbers: what a payment, a credit note or an adjustment names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from portal.base.lookup import found_by, plain_day

ADJUSTMENTS = 3

#: What can be paid: invoices after whatever else opened a due part, so that they prevail.
PAYABLE = """select e.number, e.space, e.id, e.customer_id, e.currency, e.dated_on, e.amount_minor,
  e.memo, c.code
from entry e join customer c on c.id = e.customer_id
where e.number in (:keys) and e.space in (1, 3) and e.amount_minor > 0 and e.memo = 0
order by e.space desc"""


#: What can be applied: payments and credit notes after whatever else lowers a debt.
CREDITS = PAYABLE.replace("in (1, 3)", "in (2, 3)").replace(
    "e.amount_minor > 0 and e.memo = 0", "e.amount_minor < 0"
)


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
    memo: int = 0


def payable(session: Session, numbers: Iterable[str | None]) -> dict[str, Named]:
    """What can be paid under these numbers; an invoice goes before a charge of the same number."""
    return {number: named for (number, _), named in both_payable(session, numbers).items()}


def both_payable(session: Session, numbers: Iterable[str | None]) -> dict[tuple[str, bool], Named]:
    """What can be paid, by its number and whether it is an adjustment; adjustments first."""
    return _found(session, PAYABLE, numbers)


def both_credits(session: Session, numbers: Iterable[str | None]) -> dict[tuple[str, bool], Named]:
    """What can be applied, by its number and whether it is an adjustment; adjustments first."""
    return _found(session, CREDITS, numbers)


def _found(
    session: Session, statement: str, numbers: Iterable[str | None]
) -> dict[tuple[str, bool], Named]:
    wanted = {number for number in numbers if number}
    return {
        (row.number, row.space == ADJUSTMENTS): _named(row)
        for row in found_by(session, statement, wanted)
    }


def _named(row: Row[Any]) -> Named:
    return Named(
        row.id,
        row.space,
        row.number,
        row.customer_id,
        row.code,
        row.currency,
        plain_day(row.dated_on) or "",
        abs(row.amount_minor),
        row.memo,
    )
