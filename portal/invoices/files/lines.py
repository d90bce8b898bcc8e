"""Invoice lines as files have them, and the act that posts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row

from portal.base.batch import insert_rows
from portal.base.lookup import found_by
from portal.base.recording import note
from portal.base.work import Work
from portal.core.money import Money
from portal.imports.columns import Counts, columns
from portal.imports.rows import LONGEST_TEXT, Findings, Rows
from portal.tables.invoices import InvoiceLine

LINE_COLUMNS = columns(
    "invoice_id line description quantity unit_price amount",
    "product_id unit tax_rate tax_amount",
)
MOST_LINES = 2**31 - 1

INVOICES = """select e.id, e.number, e.currency from entry e
where e.space = 1 and e.leg = 0 and e.number in (:keys)"""
STANDING = "select * from invoice_line where entry_id in (:keys)"


class ToldLine(NamedTuple):
    """What a row says of a line, in the order of the table's columns."""

    entry_id: int
    line: int
    description: str
    product_code: str | None
    unit: str | None
    quantity: str
    unit_price: str
    tax_rate: str | None
    tax_minor: int | None
    amount_minor: int


class InvoiceLines:
    """Posts the lines of invoices; a line is never changed."""

    def __init__(self, w: Work) -> None:
        self.counts = Counts()
        self._session = w.session
        #: Invoices whose first lines this file gave.
        self._begun: set[int] = set()

    def take(self, rows: Rows) -> None:
        numbers = rows.keys("invoice_id")
        invoices = {row.number: row for row in found_by(self._session, INVOICES, set(numbers))}
        for place, number in enumerate(numbers):
            if number and number not in invoices:
                rows.refuse(place, "invoice_id", "invoice.unknown_here", invoice=number)
        told = self._told(rows, numbers, invoices)
        entry_ids = {each.entry_id for each in told.values()}
        standing = {
            (row.entry_id, row.line): ToldLine(*(getattr(row, name) for name in ToldLine._fields))
            for row in found_by(self._session, STANDING, entry_ids)
        }
        here = set(standing)
        fresh = []
        for place, each in told.items():
            before = standing.get((each.entry_id, each.line))
            if before is None:
                standing[each.entry_id, each.line] = each
                fresh.append(each)
            elif _same(each, before):
                self.counts.unchanged += 1
            else:
                currency = invoices[numbers[place]].currency
                stored = Money(before.amount_minor, currency).major()
                name = f"{numbers[place]}, {each.line}"
                rows.refuse(place, "line", "document.differs", number=name, stored=stored)
        insert_rows(self._session, InvoiceLine.__table__, ToldLine._fields, fresh, are_plain=True)
        had_lines = {entry_id for entry_id, _line in here}
        added = {each.entry_id for each in fresh}
        note(self._session, "invoice_line", sorted(added - had_lines))
        note(self._session, "further_line", sorted(added & had_lines - self._begun))
        self._begun |= added - had_lines
        self.counts.added += len(fresh)

    def finish(self, findings: Findings) -> None:
        """Every row was seen to as it came."""

    def _told(
        self, rows: Rows, numbers: Sequence[str], invoices: Mapping[str, Row[Any]]
    ) -> dict[int, ToldLine]:
        currencies = [
            invoices[number].currency if number in invoices else None for number in numbers
        ]
        lines = rows.wholes("line", largest=MOST_LINES)
        descriptions = rows.texts("description", LONGEST_TEXT)
        quantities, prices = rows.decimals("quantity"), rows.decimals("unit_price")
        for name, values in (
            ("line", lines),
            ("description", descriptions),
            ("quantity", quantities),
            ("unit_price", prices),
        ):
            rows.required(name, values)
        products, units = rows.texts("product_id"), rows.texts("unit")
        rates = rows.decimals("tax_rate")
        taxes = rows.optional_amounts("tax_amount", currencies)
        amounts = rows.amounts("amount", currencies)
        told = {}
        for place in rows.good():
            told[place] = ToldLine(
                invoices[numbers[place]].id,
                lines[place] or 0,
                descriptions[place] or "",
                products[place],
                units[place],
                format(quantities[place], "f"),
                format(prices[place], "f"),
                None if (rate := rates[place]) is None else format(rate, "f"),
                taxes[place],
                amounts[place],
            )
        return told


def _same(told: ToldLine, standing: ToldLine) -> bool:
    """Whether a row says what is posted; what it leaves empty it does not say."""
    return all(said is None or said == stored for said, stored in zip(told, standing, strict=True))
