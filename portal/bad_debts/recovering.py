"""Money that came in for what was written off: the write-off shrinks by it, once, day by day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select

from portal.bad_debts.posting import SOURCE, Memo, free_number, post_memo
from portal.base.locks import lock_customer
from portal.base.work import Reader, Work
from portal.core.bad_debt import Applied, recovered, what_is_left
from portal.core.money import Money
from portal.invoices.open_items import Scope, applied, counts_on, everyone, one
from portal.tables.invoices import Entry, Part
from portal.tables.payments import Allocation

#: A write-off taken back is one with the other sign: so an export brings it back as it is.
WRITE_OFF, RECOVERY = "write_off", "recovery"
#: So much of a write-off's number stands in those of its recoveries: WO-00001/recovery-2.
LONGEST_STEM = 100


@dataclass(frozen=True, slots=True)
class PaidPart:
    """A written-off part of which more was paid than the write-off left."""

    customer_id: int
    entry_id: int
    part: int
    came_in: Money


def list_paid(r: Reader, whose: Scope = everyone) -> list[PaidPart]:
    """The written-off parts that were paid after all, and what of each came in."""
    paid = applied(r.today, whose)
    same = and_(
        paid.c.customer_id == Part.customer_id,
        paid.c.entry_id == Part.entry_id,
        paid.c.part == Part.part,
    )
    rows: Any = (
        select(Part, paid.c.claim, paid.c.memo)
        .join(paid, same)
        .where(paid.c.memo > 0, paid.c.memo + paid.c.claim > Part.amount_minor)
        .order_by(Part.customer_id, Part.entry_id, Part.part)
    )
    return [
        PaidPart(
            row.Part.customer_id,
            row.Part.entry_id,
            row.Part.part,
            Money(
                recovered(row.Part.amount_minor, int(row.claim), int(row.memo)), row.Part.currency
            ),
        )
        for row in r.session.execute(rows)
    ]


def take_back(w: Work, customer_id: int) -> list[Money]:
    """What of a customer's write-offs is taken back today, a sum for each part; again, nothing."""
    lock_customer(w, customer_id)
    found = [part for part in list_paid(w, one(customer_id)) if part.came_in.minor]
    for part in found:
        _shrink(w, part)
    return [part.came_in for part in found]


def _shrink(w: Work, part: PaidPart) -> None:
    """Each write-off of the part ends, and goes on with what is left of it."""
    rows = _standing(w, part)
    by_key = dict(enumerate(rows))
    left = what_is_left(
        [Applied(key, row.amount_minor) for key, row in by_key.items()], part.came_in.minor
    )
    for key, amount in left:
        row = by_key[key]
        taken = Money(row.amount_minor - amount, row.currency)
        _go_on_with(w, row, amount)
        written_off = w.session.get_one(Entry, row.credit_id)
        memo = Memo(
            part.customer_id,
            taken,
            free_number(w, f"{written_off.number[:LONGEST_STEM]}/{RECOVERY}"),
            w.today,
            WRITE_OFF,
            written_off.number,
            part.entry_id,
        )
        entry_id = post_memo(w, memo)
        w.audit(
            "write_off.recovered",
            f"entry/{entry_id}",
            customer_id=part.customer_id,
            write_off=written_off.number,
            amount=taken.major(),
            currency=taken.currency,
        )


def _standing(w: Work, part: PaidPart) -> Sequence[Allocation]:
    rows = (
        select(Allocation)
        .where(
            Allocation.customer_id == part.customer_id,
            Allocation.entry_id == part.entry_id,
            Allocation.part == part.part,
            Allocation.memo == 1,
            counts_on(w.today),
        )
        .order_by(Allocation.effective_on, Allocation.credit_id, Allocation.nth)
        .with_for_update()
    )
    return w.session.scalars(rows).all()


def _go_on_with(w: Work, row: Allocation, amount: int) -> None:
    row.ended_on = max(w.today, row.effective_on)
    w.session.flush()
    if not amount:
        return
    last = select(func.max(Allocation.nth)).where(
        Allocation.customer_id == row.customer_id,
        Allocation.entry_id == row.entry_id,
        Allocation.part == row.part,
        Allocation.credit_id == row.credit_id,
    )
    w.session.add(
        Allocation(
            customer_id=row.customer_id,
            entry_id=row.entry_id,
            part=row.part,
            credit_id=row.credit_id,
            nth=int(w.session.scalar(last) or 0) + 1,
            currency=row.currency,
            memo=1,
            effective_on=max(w.today, row.effective_on),
            ended_on=None,
            amount_minor=amount,
            source=SOURCE,
        )
    )
    w.session.flush()


def customers_with_recoveries(r: Reader) -> list[int]:
    """Whose write-offs have to shrink."""
    found: defaultdict[int, int] = defaultdict(int)
    for part in list_paid(r):
        found[part.customer_id] += part.came_in.minor
    return sorted(customer_id for customer_id, minor in found.items() if minor)


def recoveries_between(
    r: Reader, from_on: dt.date, until_on: dt.date, whose: Scope = everyone
) -> dict[str, Money]:
    """What came back of write-offs in a period, by currency."""
    columns: list[Any] = [Entry.currency, func.sum(Entry.amount_minor)]
    rows = (
        select(*columns)
        .where(
            Entry.memo == 1,
            Entry.amount_minor > 0,
            Entry.dated_on.between(from_on, until_on),
            whose(Entry.customer_id),
        )
        .group_by(Entry.currency)
        .order_by(Entry.currency)
    )
    return {currency: Money(int(minor), currency) for currency, minor in r.session.execute(rows)}
