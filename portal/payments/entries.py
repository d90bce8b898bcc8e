"""Entries found by their numbers: what a payment, a credit note or an adjustment names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy.orm import Session

from portal.base.lookup import found_by

ADJUSTMENTS = 3

#: What can be paid: invoices after whatever else opened a due part, so that they prevail.
PAYABLE = """select e.id, e.space, e.number, e.customer_id, c.code, e.currency,
  cast(e.dated_on as text), abs(e.amount_minor), e.memo
from entry e join customer c on c.id = e.customer_id
where e.number in (:keys) and e.space in (1, 3) and e.amount_minor > 0 and e.memo = 0
order by e.space desc"""


#: What can be applied: payments and credit notes after whatever else lowers a debt.
CREDITS = PAYABLE.replace("in (1, 3)", "in (2, 3)").replace(
    "e.amount_minor > 0 and e.memo = 0", "e.amount_minor < 0"
)


class Named(NamedTuple):
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
    named = map(Named._make, found_by(session, statement, wanted))
    return {(each.number, each.space == ADJUSTMENTS): each for each in named}
