"""Adjustments as files have them: whatever moves an account besides invoices and money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row

from portal.base.batch import reserve_ids
from portal.base.lookup import found_by, plain_day, plain_moment
from portal.base.work import Work
from portal.core.ledger import LATE_FEE
from portal.core.ledger import Kind as EntryKind
from portal.core.money import Money
from portal.imports.columns import Counts, Options, columns
from portal.imports.parties import Parties
from portal.imports.rows import LONGEST_TEXT, Findings, Rows
from portal.invoices.posting import NewEntry, NewPart, post_entries, post_parts
from portal.payments.applying import Applications
from portal.payments.asks import Ask
from portal.payments.entries import Named, payable
from portal.tables.invoices import Entry

ADJUSTMENT_COLUMNS = columns(
    "adjustment_id customer_id currency adjusted_on kind amount",
    "invoice_id counter_customer_id reason charge_kind",
)
#: What a charge is more finely: a column of its own, which other readers leave alone.
CHARGE_KINDS = {LATE_FEE: LATE_FEE}
#: The word of the file → what it is posted as.
POSTED_AS = {
    "opening": EntryKind.OPENING,
    "charge": EntryKind.CHARGE,
    LATE_FEE: EntryKind.CHARGE,
    "interest": EntryKind.CHARGE,
    "discount": EntryKind.DISCOUNT,
    "refund": EntryKind.REFUND,
    "returned_payment": EntryKind.RETURNED_PAYMENT,
    "transfer": EntryKind.TRANSFER,
    "write_off": EntryKind.WRITE_OFF,
    "recovery": EntryKind.ADJUSTMENT,
    "rounding": EntryKind.ADJUSTMENT,
    "reversal": EntryKind.ADJUSTMENT,
}
WORDS = {word: word for word in POSTED_AS if word != LATE_FEE}

STANDING = """select e.number, e.customer_id, e.currency, e.dated_on, e.amount_minor as amount,
  e.subkind as word, e.reason, e.counter_customer_id, i.number as about
from entry e left join entry i on i.id = e.about_id
where e.space = 3 and e.leg = 0 and e.number in (:keys)"""


class Told(NamedTuple):
    """What a row says of an adjustment."""

    place: int
    number: str
    customer_id: int
    currency: str
    dated_on: str
    word: str
    amount: int
    about: str | None
    counter_customer_id: int | None
    reason: str | None

    @property
    def kind(self) -> EntryKind:
        """What it is posted as."""
        return POSTED_AS[self.word]


#: What must not differ when an adjustment comes again: field → column of the file.
CONTENT = {
    "customer_id": "customer_id",
    "dated_on": "adjusted_on",
    "word": "kind",
    "about": "invoice_id",
    "counter_customer_id": "counter_customer_id",
    "reason": "reason",
}


class Adjustments:
    """Posts adjustments: what raises a debt is an item of its own, what lowers one is applied."""

    def __init__(self, w: Work, options: Options) -> None:
        self.counts = Counts()
        self._w = w
        self._parties = Parties(w, options)
        self._applications = Applications(w)
        self._posted_at = plain_moment(w.session, w.now)

    def take(self, rows: Rows) -> None:
        numbers, named = rows.keys("adjustment_id"), rows.optional_keys("invoice_id")
        invoices = payable(self._w.session, named)
        for place, number in enumerate(named):
            if number is not None and number not in invoices:
                rows.refuse(place, "invoice_id", "invoice.unknown", invoice=number)
        told = self._told(rows, numbers, named)
        standing = {row.number: row for row in found_by(self._w.session, STANDING, numbers)}
        fresh: dict[str, Told] = {}
        for each in told:
            before = fresh.get(each.number)
            if each.number in standing:
                self._meet(each, standing[each.number], rows)
            elif before is not None and before._replace(place=0) == each._replace(place=0):
                self.counts.unchanged += 1
            elif before is not None:
                self._refuse_other(each, before.amount, before.currency, rows)
            elif self._may_stand(each, invoices, rows):
                fresh[each.number] = each
        self._post(list(fresh.values()), invoices)

    def finish(self, findings: Findings) -> None:
        self._applications.apply()

    def _told(self, rows: Rows, numbers: Sequence[str], named: Sequence[str | None]) -> list[Told]:
        currencies = rows.currencies()
        days = rows.days("adjusted_on", is_required=True)
        words = rows.choices("kind", WORDS)
        rows.required("kind", words)
        finer = zip(words, rows.choices("charge_kind", CHARGE_KINDS), strict=True)
        words = [fine if fine and word == "charge" else word for word, fine in finer]
        amounts = rows.amounts("amount", currencies)
        reasons = rows.texts("reason", LONGEST_TEXT)
        counters = self._parties.ids(rows, "counter_customer_id")
        customers = self._parties.ids(rows)
        every = zip(
            range(len(rows)),
            numbers,
            customers,
            currencies,
            days,
            words,
            amounts,
            named,
            counters,
            reasons,
            strict=True,
        )
        told = list(map(Told._make, every))
        return [told[place] for place in rows.good()]

    def _may_stand(self, told: Told, invoices: Mapping[str, Named], rows: Rows) -> bool:
        """Whether sign, other customer and invoice fit the kind of adjustment."""
        is_transfer = told.kind is EntryKind.TRANSFER
        is_new_write_off = told.kind is EntryKind.WRITE_OFF and told.about is None
        sign = -1 if is_new_write_off else told.kind.sign
        if told.amount == 0:
            rows.refuse(told.place, "amount", "amount.zero")
        elif told.amount * sign < 0:
            rows.refuse(told.place, "amount", "adjustment.sign", kind=told.word)
        elif is_transfer and told.counter_customer_id in {None, told.customer_id}:
            rows.refuse(told.place, "counter_customer_id", "adjustment.transfer_incomplete")
        elif told.about is not None:
            return self._may_name(told, invoices[told.about], rows)
        else:
            return True
        return False

    def _may_name(self, told: Told, invoice: Named, rows: Rows) -> bool:
        parties = {told.customer_id, told.counter_customer_id}
        if invoice.customer_id not in parties:
            rows.refuse(
                told.place,
                "invoice_id",
                "invoice.of_another",
                invoice=invoice.number,
                customer=invoice.customer_code,
            )
            return False
        if invoice.currency != told.currency:
            rows.refuse(
                told.place,
                "currency",
                "invoice.in_another",
                invoice=invoice.number,
                currency=invoice.currency,
            )
            return False
        return True

    def _post(self, fresh: list[Told], invoices: Mapping[str, Named]) -> None:
        legs = [
            (each, leg)
            for each in fresh
            for leg in range(2 if each.kind is EntryKind.TRANSFER else 1)
        ]
        ids = reserve_ids(self._w.session, Entry.__table__, len(legs))
        entries = [
            self._entry(row_id, told, leg, invoices)
            for row_id, (told, leg) in zip(ids, legs, strict=True)
        ]
        post_entries(self._w.session, entries)
        raising = [entry for entry in entries if entry.amount_minor > 0 and not entry.memo]
        post_parts(self._w.session, [_whole(entry) for entry in raising])
        owners = {invoice.id: invoice.customer_id for invoice in invoices.values()}
        self._applications.ask([_ask(e) for e in entries if _lowers_its_invoice(e, owners)])
        self.counts.added += len(fresh)

    def _entry(self, row_id: int, told: Told, leg: int, invoices: Mapping[str, Named]) -> NewEntry:
        customer, counter = told.customer_id, told.counter_customer_id
        if leg:
            customer, counter = counter or 0, customer
        return NewEntry(
            row_id,
            customer,
            told.currency,
            told.kind,
            told.kind.space,
            told.dated_on,
            -told.amount if leg else told.amount,
            told.number,
            self._posted_at,
            reason=told.reason,
            about_id=invoices[told.about].id if told.about else None,
            subkind=told.word,
            counter_customer_id=counter,
            leg=leg,
            memo=int(told.kind.is_memo),
        )

    def _meet(self, told: Told, row: Row[Any], rows: Rows) -> None:
        if (told.amount, told.currency) != (row.amount, row.currency):
            self._refuse_other(told, row.amount, row.currency, rows)
            return
        for field_name, column in CONTENT.items():
            said, stored = getattr(told, field_name), getattr(row, field_name)
            if field_name == "word":
                said, stored = word_in_file(said), word_in_file(stored)
            stored = plain_day(stored) if field_name == "dated_on" else stored
            # An export leaves the invoice of a credit to the applications.
            is_unsaid = said is None or (field_name == "about" and stored is None)
            if not is_unsaid and said != stored:
                shown = rows.cells[column][told.place]
                rows.refuse(
                    told.place,
                    column,
                    "document.differs",
                    number=told.number,
                    stored=f"another {column} than {shown}",
                )
                return
        self.counts.unchanged += 1

    def _refuse_other(self, told: Told, amount: int, currency: str, rows: Rows) -> None:
        stored = Money(amount, currency).major()
        if currency != told.currency:
            stored += f" {currency}"
        rows.refuse(told.place, "amount", "document.differs", number=told.number, stored=stored)


def word_in_file(word: str) -> str:
    """What a file calls the kind of an adjustment."""
    return "charge" if word == LATE_FEE else word


def _whole(entry: NewEntry) -> NewPart:
    """The item that an entry opens: all of it, due on its day."""
    return NewPart(
        entry.customer_id,
        entry.id,
        1,
        entry.currency,
        entry.dated_on,
        entry.dated_on,
        0,
        entry.amount_minor,
    )


def _lowers_its_invoice(entry: NewEntry, owners: Mapping[int, int]) -> bool:
    """Whether it lowers a debt and names an invoice of its own customer: a transfer has two."""
    return entry.amount_minor < 0 and owners.get(entry.about_id or 0) == entry.customer_id


def _ask(entry: NewEntry) -> Ask:
    return Ask(
        entry.id,
        entry.about_id or 0,
        entry.customer_id,
        entry.currency,
        entry.number,
        entry.dated_on,
        -entry.amount_minor,
        entry.memo,
    )
