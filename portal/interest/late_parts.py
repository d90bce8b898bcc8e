"""
Due parts that were paid late or not yet: what of each was owed until which day.

Read for many accounts at once: one statement, its rows batch by batch. Only invoices bear late
interest; charges, interest among them, and openings bear none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, select
from sqlalchemy.orm import aliased

from portal.base.work import Reader
from portal.core.dispute import disputed_of
from portal.core.instalment import Paid
from portal.core.interest import Piece
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.terms_in_force import Source
from portal.invoices.held import held_invoices
from portal.invoices.open_items import Scope, counts_on, disputed_parts
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Invoice, Part
from portal.tables.payments import Allocation

Key = tuple[int, int, int]
#: So many rows are read at a time.
BATCH = 5_000


class LatePart(NamedTuple):
    """A due part that was late for a day at least."""

    customer_id: int
    entry_id: int
    part: int
    currency: str
    dated_on: dt.date
    due_on: dt.date
    #: What was owed when it fell due: without credit notes about it and without earlier money.
    owed: int
    #: What came since, each with the ordinal of its value date.
    came: Sequence[Piece]
    #: Of what is open: nobody has answered yet whether it is owed.
    disputed: int
    #: What its invoice says of paying: its own terms, if they are its own, and its contract.
    own_terms: str | None
    contract_code: str | None
    #: The terms of its customer's file.
    file_terms: str | None

    @property
    def key(self) -> Key:
        """How other tables name it."""
        return self[:3]

    @property
    def paid(self) -> tuple[Paid, ...]:
        """What came, as core reckons with it."""
        return tuple(
            Paid(dt.date.fromordinal(on), Money(minor, self.currency)) for minor, on in self.came
        )


def late_parts(r: Reader, whose: Scope, as_of: dt.date) -> Iterator[LatePart]:
    """
    The late parts of some customers as of a day, by customer, invoice and part.

    Money counts by its value date, so what was applied since is known of an earlier day too. What
    differs from its contract is left out while it is held: its customer does not have it.
    """
    statement = _due_parts(whose, as_of, max(as_of, r.today))
    rows = r.session.execute(statement, execution_options={"yield_per": BATCH})
    for _key, of_part in groupby(rows, key=itemgetter(0, 1, 2)):
        late = _late(list(of_part))
        if late is not None:
            yield late


def _late(rows: Sequence[Any]) -> LatePart | None:
    """A part, a row for each credit applied to it; None where all of it came in time."""
    first = rows[0]
    due_on, left = first[5], first[6]
    came: list[Piece] = []
    for row in rows:
        applied, on, is_about_it = row[11:14]
        if applied is not None:
            left -= applied
            if on > due_on and not is_about_it:
                came.append((applied, on.toordinal()))
    if not left and not came:
        return None
    terms_text, source, contract_code, file_terms = first[7:11]
    is_whole, marked = first[14], first[15]
    marks = [] if marked is None else [None if is_whole else int(marked)]
    return LatePart(
        first[0],
        first[1],
        first[2],
        first[3],
        first[4],
        due_on,
        left + sum(minor for minor, _ in came),
        came,
        disputed_of(left, marks) if marks else 0,
        terms_text if source == Source.INVOICE else None,
        contract_code,
        file_terms,
    )


def _due_parts(whose: Scope, as_of: dt.date, known_on: dt.date) -> Select[Any]:
    """The parts due before a day, each with every credit applied to it and what is disputed."""
    marks, credit = disputed_parts(known_on, whose), aliased(Entry)
    # What takes back some of the invoice: that much of it was never owed.
    is_about_it = and_(credit.kind == Kind.CREDIT_NOTE, credit.about_id == Part.entry_id)
    columns: list[Any] = [
        *(Part.customer_id, Part.entry_id, Part.part, Part.currency, Part.dated_on, Part.due_on),
        *(Part.amount_minor, Invoice.terms_text, Invoice.terms_source, Invoice.contract_code),
        *(Customer.payment_terms, Allocation.amount_minor, credit.dated_on),
        case((is_about_it, 1), else_=0),
        *(marks.c.is_whole, marks.c.amount_minor),
    ]
    applied = and_(_same_part(Allocation), Allocation.memo == 0, counts_on(known_on))
    return (
        select(*columns)
        .join(Invoice, Invoice.entry_id == Part.entry_id)
        .join(Customer, Customer.id == Part.customer_id)
        .outerjoin(Allocation, applied)
        .outerjoin(credit, credit.id == Allocation.credit_id)
        .outerjoin(marks, _same_part(marks.c))
        .where(
            Part.due_on < as_of,
            Part.dated_on <= as_of,
            whose(Part.customer_id),
            Part.entry_id.not_in(held_invoices(whose)),
        )
        .order_by(Part.customer_id, Part.entry_id, Part.part)
    )


def _same_part(other: Any) -> Any:
    return and_(
        other.customer_id == Part.customer_id,
        other.entry_id == Part.entry_id,
        other.part == Part.part,
    )
