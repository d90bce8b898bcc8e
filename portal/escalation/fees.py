"""
The fee of a step: a charge of its own, due on the day the step is done; the invoice stays as it is.

A fee climbs no ladder: it is asked for along with what it is about, so that no fee makes another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import select

from portal.base.work import Work
from portal.core.ladder import Step
from portal.core.ledger import LATE_FEE, Kind
from portal.escalation.names import FEES
from portal.escalation.steps import StepRow
from portal.payments.by_hand import Leg, post
from portal.tables.invoices import Entry


def charge_fees(w: Work, done: Iterable[tuple[StepRow, Step]], on: dt.date) -> None:
    """Posts the fees of steps that are done, and notes each at its step."""
    fees = [(each, fee) for each, step in done if (fee := step.fee_in(each.currency))]
    if not fees:
        return
    numbers = _free_numbers(w, [each.id for each, _ in fees])
    legs = [
        Leg(
            customer_id=each.customer_id,
            kind=Kind.CHARGE,
            amount=fee,
            number=number,
            dated_on=on,
            subkind=LATE_FEE,
            reason=each.step,
            about_id=each.lead_entry_id,
        )
        for (each, fee), number in zip(fees, numbers, strict=True)
    ]
    for (each, _), entry_id in zip(fees, post(w, legs), strict=True):
        each.fee_entry_id = entry_id


def _free_numbers(w: Work, ids: Sequence[int]) -> list[str]:
    """A number for each fee, by its step's; another one where a file has brought that along."""
    numbers = [f"{FEES}{each}" for each in ids]
    rows = select(Entry.number).where(Entry.space == Kind.CHARGE.space)
    taken = set(w.session.scalars(rows.where(Entry.number.in_(numbers))))
    found = []
    for number in numbers:
        free, turn = number, 1
        while free in taken:
            turn += 1
            free = f"{number}-{turn}"
            if w.session.scalar(rows.where(Entry.number == free)) is not None:
                taken.add(free)
        found.append(free)
    return found
