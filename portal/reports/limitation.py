"""
The limitation of what is open, due part by due part: until when, since which act, and its proof.

Everything follows from facts that are there anyway; nothing is stored. An act about a part of a
document counts for the whole of it: it is one debt. Only the house reads this.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from portal.base.work import Reader
from portal.core.limitation import Fact, Lapse, lapse_of, months_after, years_after
from portal.core.money import Money
from portal.core.workdays import ONE_DAY
from portal.invoices.open_items import open_items, whose_items
from portal.reports.laws import law_of
from portal.reports.proofs import Proof, entries_sued, proofs_of
from portal.tables.customers import Customer
from portal.tables.invoices import Entry

#: In months.
A_YEAR = 12


@dataclass(frozen=True)
class AskLapses:
    """Which claims: those that lapse within so many months or have, of a customer, a document."""

    #: From today on; None: whenever.
    within_months: int | None = None
    #: Instead those whose last day is over.
    has_lapsed: bool = False
    #: Instead those of which a court keeps the period from running.
    is_standing: bool = False
    customer_id: int | None = None
    entry_id: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class LapseRow:
    """An open due part, and until when it can be taken to court."""

    customer_id: int
    customer_ref: str
    customer_code: str
    customer_name: str
    entry_id: int
    ref: str
    number: str
    part: int
    due_on: dt.date
    open: Money
    #: None: it stands still while a court has it.
    lapses_on: dt.date | None
    #: None: the period runs since it was due.
    since: Proof | None

    @property
    def subject(self) -> str:
        """What names this end of this claim, once: after another act it is another one."""
        return f"part/{self.entry_id}/{self.part}/{self.lapses_on}"


def list_lapses(r: Reader, asked: AskLapses) -> list[LapseRow]:
    """The open parts that a question keeps, the first to lapse first; none without a law."""
    law = law_of(r).law
    if law.years is None:
        return []
    span = _days(r, asked)
    parts = r.session.execute(_parts(r, asked, law.years, span[1])).all()
    proofs = proofs_of(r, sorted({row.entry_id for row in parts}))
    rows = []
    for row in parts:
        found = {proof.fact: proof for proof in proofs.get(row.entry_id, ())}
        lapse = lapse_of(law, row.due_on, found)
        if lapse is not None and _is_asked(asked, lapse, span):
            rows.append(_row(r, row, lapse, found))
    return sorted(
        rows, key=lambda each: (each.lapses_on or dt.date.max, each.customer_code, each.number)
    )


def _is_asked(asked: AskLapses, lapse: Lapse, span: tuple[dt.date, dt.date]) -> bool:
    if lapse.on is None:
        return asked.is_standing or (asked.within_months is None and not asked.has_lapsed)
    return not asked.is_standing and span[0] <= lapse.on <= span[1]


def list_soon(r: Reader, customer_id: int, due: Iterable[dt.date | None]) -> list[LapseRow]:
    """A customer's claims that lapse within a year; nothing is asked where none was due so long."""
    years = law_of(r).law.years
    oldest = min((day for day in due if day is not None), default=None)
    if years is None or oldest is None:
        return []
    if oldest > _due_by(months_after(r.today, A_YEAR), years):
        return []
    return list_lapses(r, AskLapses(A_YEAR, customer_id=customer_id))


def summed(rows: Iterable[LapseRow]) -> list[Money]:
    """What claims come to, one sum a currency."""
    by_currency: dict[str, list[Money]] = {}
    for row in rows:
        by_currency.setdefault(row.open.currency, []).append(row.open)
    return [Money.total(amounts, currency) for currency, amounts in sorted(by_currency.items())]


def _days(r: Reader, asked: AskLapses) -> tuple[dt.date, dt.date]:
    """Between which days a claim lapses that is asked for."""
    if asked.has_lapsed:
        return dt.date.min, r.today - ONE_DAY
    if asked.within_months is None:
        return dt.date.min, dt.date.max
    return r.today, months_after(r.today, asked.within_months)


def _due_by(until: dt.date, years: int) -> dt.date:
    """The last due date of what can lapse by a day: no period is shorter than the law's years."""
    # The day after: what was due on a 29th of February ends on the 28th.
    return years_after(until, -years) + ONE_DAY


def _parts(r: Reader, asked: AskLapses, years: int, until: dt.date) -> Select[Any]:
    """The open parts that may lapse by a day."""
    items = open_items(r.today, whose_items(r.actor, asked.customer_id))
    columns: list[Any] = [
        *(items.c.customer_id, items.c.currency, items.c.entry_id, items.c.part, items.c.due_on),
        *(items.c.open, Entry.number, Customer.code, Customer.name),
    ]
    kept: list[ColumnElement[bool]] = [items.c.open > 0, items.c.due_on <= r.today]
    if until < dt.date.max:
        kept.append(items.c.due_on <= _due_by(until, years))
    if asked.entry_id is not None:
        kept.append(items.c.entry_id == asked.entry_id)
    if asked.is_standing:
        kept.append(items.c.entry_id.in_(entries_sued()))
    if asked.currency:
        kept.append(items.c.currency == asked.currency)
    return (
        select(*columns)
        .join(Entry, Entry.id == items.c.entry_id)
        .join(Customer, Customer.id == items.c.customer_id)
        .where(*kept)
        .order_by(items.c.entry_id, items.c.part)
    )


def _row(r: Reader, row: Any, lapse: Lapse, found: dict[Fact, Proof]) -> LapseRow:
    return LapseRow(
        customer_id=row.customer_id,
        customer_ref=r.refs.of("cu", row.customer_id),
        customer_code=row.code,
        customer_name=row.name,
        entry_id=row.entry_id,
        ref=r.refs.of("iv", row.entry_id),
        number=row.number,
        part=row.part,
        due_on=row.due_on,
        open=Money(row.open, row.currency),
        lapses_on=lapse.on,
        since=found[lapse.since] if lapse.since else None,
    )
