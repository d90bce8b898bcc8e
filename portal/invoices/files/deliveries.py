"""Deliveries as files have them, the act that posts them, and how an export writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, text

from portal.base.batch import insert_rows, reserve_ids
from portal.base.lookup import found_by, plain_day, plain_moment, streamed
from portal.base.recording import note
from portal.base.work import Reader, Work
from portal.core.money import Money
from portal.imports.columns import Counts, Options, columns
from portal.imports.parties import Parties
from portal.imports.rows import Findings, Rows
from portal.tables.deliveries import Delivery

DELIVERY_COLUMNS = columns(
    "delivery_id customer_id currency delivered_on amount",
    "order_id invoice_id received_by reference",
)
#: What is learned after a delivery is posted: its invoice, and who received it.
LEARNED = ("invoice_code", "received_by")
STANDING = """select d.*, c.code as customer_code from delivery d
join customer c on c.id = d.customer_id where d.number in (:keys)"""
WRITTEN = """select d.*, c.code as customer_code from delivery d
join customer c on c.id = d.customer_id order by d.number"""
IDS = "select id from delivery where number in (:keys)"
LEARN = """update delivery set invoice_code = coalesce(invoice_code, :invoice_code),
received_by = coalesce(received_by, :received_by) where number = :number"""


class Told(NamedTuple):
    """What a row says of a delivery, in the order of the table's columns."""

    number: str
    customer_id: int
    currency: str
    delivered_on: str
    amount_minor: int
    order_code: str | None
    invoice_code: str | None
    received_by: str | None
    reference: str | None


#: What must not differ when a delivery comes again: field → column of the file.
CONTENT = {
    "customer_id": "customer_id",
    "delivered_on": "delivered_on",
    "order_code": "order_id",
    "invoice_code": "invoice_id",
    "received_by": "received_by",
    "reference": "reference",
}


class Deliveries:
    """Posts deliveries; a known one only learns its invoice and who received it."""

    def __init__(self, w: Work, options: Options) -> None:
        self.counts = Counts()
        self._w = w
        self._parties = Parties(w, options)
        self._posted_at = plain_moment(w.session, w.now)

    def take(self, rows: Rows) -> None:
        told = self._told(rows)
        found = found_by(self._w.session, STANDING, {each.number for each in told.values()})
        standing = {row.number: _as_told(row) for row in found}
        codes = {row.customer_id: row.customer_code for row in found}
        fresh: dict[str, Told] = {}
        learned: dict[str, Told] = {}
        for place, each in told.items():
            before = fresh.get(each.number) or standing.get(each.number)
            if before is None:
                fresh[each.number] = each
                continue
            conflict = conflict_of(each, before, codes)
            if conflict is not None:
                column, stored = conflict
                rows.refuse(place, column, "document.differs", number=each.number, stored=stored)
                continue
            now = _with_learned(before, each)
            if now == before:
                self.counts.unchanged += 1
            elif each.number in fresh:
                fresh[each.number] = now
                self.counts.unchanged += 1
            else:
                standing[each.number] = learned[each.number] = now
                self.counts.updated += 1
        self._post(fresh.values())
        self._learn(learned.values())

    def finish(self, findings: Findings) -> None:
        """Every row was seen to as it came."""

    def _post(self, fresh: Any) -> None:
        told = list(fresh)
        ids = reserve_ids(self._w.session, Delivery.__table__, len(told))
        rows = [(row_id, *each, self._posted_at) for row_id, each in zip(ids, told, strict=True)]
        names = ("id", *Told._fields, "posted_at")
        insert_rows(self._w.session, Delivery.__table__, names, rows, are_plain=True)
        self.counts.added += len(rows)

    def _learn(self, learned: Any) -> None:
        rows = [{name: getattr(each, name) for name in ("number", *LEARNED)} for each in learned]
        if rows:
            self._w.session.execute(text(LEARN), rows)
            numbers = [row["number"] for row in rows]
            changed = found_by(self._w.session, IDS, numbers)
            note(self._w.session, "changed_delivery", sorted(row.id for row in changed))

    def _told(self, rows: Rows) -> dict[int, Told]:
        numbers, currencies = rows.keys("delivery_id"), rows.currencies()
        days = rows.days("delivered_on", is_required=True)
        amounts = rows.amounts("amount", currencies)
        rows.above_zero("amount", amounts)
        more: list[Sequence[str | None]] = [
            rows.optional_keys("order_id"),
            rows.optional_keys("invoice_id"),
            rows.texts("received_by"),
            rows.texts("reference"),
        ]
        customers = self._parties.ids(rows)
        every = zip(numbers, customers, currencies, days, amounts, *more, strict=True)
        told = [Told(*values) for values in every]
        return {place: told[place] for place in rows.good()}


def _as_told(row: Row[Any]) -> Told:
    values = {name: getattr(row, name) for name in Told._fields}
    return Told(**{**values, "delivered_on": plain_day(row.delivered_on)})


def _with_learned(before: Told, said: Told) -> Told:
    return before._replace(
        **{name: getattr(before, name) or getattr(said, name) for name in LEARNED}
    )


def conflict_of(told: Told, before: Told, codes: Mapping[int, str]) -> tuple[str, str] | None:
    """The first column in which a row says something else than what is posted, and what is."""
    if (told.amount_minor, told.currency) != (before.amount_minor, before.currency):
        currency = "" if told.currency == before.currency else f" {before.currency}"
        return "amount", Money(before.amount_minor, before.currency).major() + currency
    for name, column in CONTENT.items():
        said, stored = getattr(told, name), getattr(before, name)
        if said is None or said == stored or (name in LEARNED and stored is None):
            continue
        shown = codes.get(stored, "–") if name == "customer_id" else stored
        return column, f"{column} {shown or '–'}"
    return None


def written_deliveries(r: Reader) -> Iterator[tuple[object, ...]]:
    """The deliveries as `deliveries.csv` has them."""
    for row in streamed(r.session, text(WRITTEN)):
        yield (
            row.number,
            row.customer_code,
            row.currency,
            plain_day(row.delivered_on),
            Money(row.amount_minor, row.currency).major(),
            row.order_code,
            row.invoice_code,
            row.received_by,
            row.reference,
        )
