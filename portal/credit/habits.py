"""How a customer pays and what it is like to deal with: what a plan to collect is made from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.base.work import Reader
from portal.core.payment_record import days_late, late_trend, paid_on_time, usual_term
from portal.credit.grades import grade_of
from portal.credit.paid_and_bought import record_of
from portal.invoices.open_items import one


@dataclass(frozen=True, slots=True)
class Habits:
    """Figures of a customer's books over all currencies; None where too little is known."""

    #: Per cent of the due parts that came in time.
    on_time: Decimal | None
    days_late: Decimal | None
    #: How many days later of late than before.
    trend: Decimal | None
    #: From invoice to due date.
    term_days: int | None
    #: Promises kept in time, of those that are over.
    promises: tuple[int, int] | None
    #: Empty: none.
    grade: str


def habits_of(r: Reader, customer_id: int) -> Habits:
    """What the books tell today of one customer (S-143)."""
    record = record_of(r, r.today, one(customer_id))
    rows = record.lateness.get(customer_id, [])
    held = grade_of(r, customer_id, r.today)
    return Habits(
        paid_on_time(rows),
        days_late(rows),
        late_trend(rows),
        usual_term(rows),
        record.promises.get(customer_id),
        held.grade if held else "",
    )
