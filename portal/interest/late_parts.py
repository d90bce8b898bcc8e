"""
Due parts that were paid late or not yet: what of each was owed until which day.

Read for many accounts at once: one statement that settles each part, its rows batch by batch, what
was paid in time left out. Only invoices bear late interest; charges, interest among them, and
openings bear none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, String, and_, case, cast, func, or_, select
from sqlalchemy.orm import aliased

from portal.base.daycount import days_between
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
    # Plain rows: a whole book of them costs half without what a session does besides.
    plain = r.session.connection().execute(statement, execution_options={"yield_per": BATCH})
    yield from map(_late, plain)


def _late(row: Any) -> LatePart:
    """A part with what of it came late, of which its row tells amounts and days late as a text."""
    customer_id, entry_id, part, currency, dated_on, due_on, left, told = row[:8]
    terms_text, source, contract_code, file_terms, is_whole, marked = row[8:]
    came = _came(told, due_on.toordinal()) if told else []
    marks = [] if marked is None else [None if is_whole else int(marked)]
    return LatePart(
        customer_id,
        entry_id,
        part,
        currency,
        dated_on,
        due_on,
        left + sum([minor for minor, _ in came]) if came else left,
        came,
        disputed_of(left, marks) if marks else 0,
        terms_text if source == Source.INVOICE else None,
        contract_code,
        file_terms,
    )


def _came(told: str, due: int) -> list[Piece]:
    """
    The money that came late, the first first.

    >>> _came("700:9,300:2", due=100)
    [(300, 102), (700, 109)]
    """
    came = []
    for each in told.split(","):
        minor, _, days = each.partition(":")
        came.append((int(minor), due + int(days)))
    if len(came) > 1:
        came.sort(key=lambda piece: (piece[1], piece[0]))
    return came


def _due_parts(whose: Scope, as_of: dt.date, known_on: dt.date) -> Select[Any]:
    """The parts due before a day that were late, each with what of it came late and is disputed."""
    marks, credit = disputed_parts(known_on, whose), aliased(Entry)
    left = Part.amount_minor - func.coalesce(func.sum(Allocation.amount_minor), 0)
    # What takes back some of the invoice did not come late: that much of it was never owed.
    takes_back = and_(credit.kind == Kind.CREDIT_NOTE, credit.about_id == Part.entry_id)
    piece = [Allocation.amount_minor, days_between(Part.due_on, credit.dated_on)]
    told = cast(piece[0], String) + ":" + cast(piece[1], String)
    is_late = and_(credit.dated_on > Part.due_on, case((takes_back, 1), else_=0) == 0)
    came = func.aggregate_strings(case((is_late, told)), ",")
    columns: list[Any] = [
        *(Part.customer_id, Part.entry_id, Part.part, Part.currency, Part.dated_on, Part.due_on),
        *(cast(left, BigInteger), came, Invoice.terms_text, Invoice.terms_source),
        *(Invoice.contract_code, Customer.payment_terms),
        *(func.max(marks.c.is_whole), func.max(marks.c.amount_minor)),
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
        .group_by(Part.customer_id, Part.entry_id, Part.part, Invoice.entry_id, Customer.id)
        .having(or_(left != 0, came.is_not(None)))
        .order_by(Part.customer_id, Part.entry_id, Part.part)
    )


def _same_part(other: Any) -> Any:
    return and_(
        other.customer_id == Part.customer_id,
        other.entry_id == Part.entry_id,
        other.part == Part.part,
    )
