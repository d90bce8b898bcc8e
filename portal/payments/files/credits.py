"""Payments and credit notes as files have them, and the act that posts and applies them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import Row

from portal.base.batch import insert_rows, reserve_ids
from portal.base.lookup import found_by, plain_day, plain_moment
from portal.base.work import Work
from portal.core.ledger import Kind as EntryKind
from portal.core.money import Money
from portal.imports.columns import Counts, Options, columns
from portal.imports.parties import Parties
from portal.imports.rows import LONGEST_TEXT, Findings, Rows
from portal.invoices.files.invoices import Settled, Told
from portal.invoices.posting import NewEntry, post_entries
from portal.payments.applying import Applications
from portal.payments.asks import Ask
from portal.payments.entries import Named, payable
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.payments import Payment

PAYMENT_COLUMNS = columns(
    "payment_id customer_id payment_date amount",
    "currency invoice_id bank_reference method payer",
)
CREDIT_NOTE_COLUMNS = columns(
    "credit_note_id customer_id currency credit_date amount", "invoice_id reason"
)
DETAIL = ("entry_id", "method", "payer")
SETTLED = "/settled"

STANDING = """select e.id, e.number, e.kind, e.customer_id, e.currency, e.dated_on,
  -e.amount_minor as amount, e.reference, e.reason, p.method, p.payer, c.code as customer_code,
  i.number as about
from entry e join customer c on c.id = e.customer_id
left join payment p on p.entry_id = e.id
left join entry i on i.id = e.about_id
where e.space = 2 and e.leg = 0 and e.number in (:keys)"""
APPLIED_TO = """select a.credit_id, i.number from entry e
join allocation a on a.customer_id = e.customer_id and a.credit_id = e.id
join entry i on i.id = a.entry_id where e.id in (:keys)"""

WAITING = """select e.* from entry i join entry e on e.space = 2 and e.leg = 0
  and e.number = i.number || '/settled' and e.about_id = i.id
where i.id in (:keys) and not exists (select 1 from allocation a
  where a.customer_id = e.customer_id and a.credit_id = e.id)"""


class Credit(NamedTuple):
    """What a row says of a payment or credit note."""

    place: int
    number: str
    customer_id: int
    currency: str
    dated_on: str
    amount: int
    about: str | None
    reference: str | None = None
    method: str | None = None
    payer: str | None = None
    reason: str | None = None


#: What must not differ when a credit comes again: field → column of the file, by kind.
CONTENT: Mapping[EntryKind, Mapping[str, str]] = {
    EntryKind.PAYMENT: {
        "dated_on": "payment_date",
        "reference": "bank_reference",
        "method": "method",
        "payer": "payer",
    },
    EntryKind.CREDIT_NOTE: {"dated_on": "credit_date", "reason": "reason"},
}


class Credits:
    """Posts payments or credit notes, and applies them to the invoices they name."""

    def __init__(
        self,
        w: Work,
        options: Options,
        kind: EntryKind,
        posted: Callable[[Work], object] = lambda _w: None,
    ) -> None:
        """Keep what is done besides once everything is posted and applied."""
        self.counts = Counts()
        self._w = w
        self._posted = posted
        self._kind = kind
        self._key = f"{kind.word}_id"
        self._day = CONTENT[kind]["dated_on"]
        self._parties = Parties(w, options)
        self._applications = Applications(w, options.invoices_discounted)
        self._posted_at = plain_moment(w.session, w.now)
        self._own_currencies: dict[int, str] | None = None

    def take(self, rows: Rows) -> None:
        numbers, named = rows.keys(self._key), rows.optional_keys("invoice_id")
        invoices = payable(self._w.session, named)
        told = self._told(rows, numbers, named, invoices)
        standing = {row.number: row for row in found_by(self._w.session, STANDING, numbers)}
        fresh: dict[str, Credit] = {}
        known = []
        for each in told:
            if each.number in standing:
                known.append(each)
            elif each.number in fresh:
                self._meet_twin(each, fresh[each.number], rows)
            else:
                fresh[each.number] = each
        self._post(list(fresh.values()), invoices)
        self._meet(known, standing, rows)

    def finish(self, findings: Findings) -> None:
        self._applications.apply()
        self._posted(self._w)

    def _told(
        self,
        rows: Rows,
        numbers: Sequence[str],
        named: Sequence[str | None],
        invoices: Mapping[str, Named],
    ) -> list[Credit]:
        days = rows.days(self._day, is_required=True)
        texts = [
            rows.texts("bank_reference"),
            rows.texts("method"),
            rows.texts("payer"),
            rows.texts("reason", LONGEST_TEXT),
        ]
        self._refuse_unknown(rows, named, invoices)
        parties = [
            self._parties.codes.known.get(key or "") for key in rows.optional_keys("customer_id")
        ]
        currencies = self._currencies(rows, parties, named, invoices)
        amounts = rows.amounts("amount", currencies)
        rows.above_zero("amount", amounts)
        self._refuse_strangers(rows, (parties, currencies, named), invoices)
        customers = self._parties.ids(rows)
        credits_ = zip(
            range(len(rows)),
            numbers,
            customers,
            currencies,
            days,
            amounts,
            named,
            *texts,
            strict=True,
        )
        told = list(map(Credit._make, credits_))
        return told if not rows.findings.bad_lines else [told[place] for place in rows.good()]

    def _currencies(
        self,
        rows: Rows,
        customers: Sequence[int | None],
        named: Sequence[str | None],
        invoices: Mapping[str, Named],
    ) -> list[str]:
        """The row's own currency, else the invoice's, else the customer's."""
        currencies = []
        for place, currency in enumerate(rows.optional_currencies()):
            invoice = invoices.get(named[place] or "")
            found = currency or (invoice.currency if invoice else None)
            if found is None and not rows.cells.get("currency", [""] * len(rows))[place].strip():
                found = self._own_currency(customers[place])
                if found is None and not named[place]:
                    rows.refuse(place, "currency", "currency.missing")
            currencies.append(found or "")
        return currencies

    def _own_currency(self, customer_id: int | None) -> str | None:
        if self._own_currencies is None:
            told = self._w.session.query(Customer.id, Customer.currency)
            self._own_currencies = {row_id: code for row_id, code in told if code}
        return self._own_currencies.get(customer_id or 0)

    def _refuse_unknown(
        self, rows: Rows, named: Sequence[str | None], invoices: Mapping[str, Named]
    ) -> None:
        for place, number in enumerate(named):
            if number is not None and number not in invoices:
                rows.refuse(place, "invoice_id", "invoice.unknown", invoice=number)

    def _refuse_strangers(
        self,
        rows: Rows,
        told: tuple[Sequence[int | None], Sequence[str], Sequence[str | None]],
        invoices: Mapping[str, Named],
    ) -> None:
        """An invoice of somebody else, or in another currency, is not what this can pay."""
        for place, (customer_id, currency, number) in enumerate(zip(*told, strict=True)):
            invoice = invoices.get(number or "")
            if invoice is None:
                continue
            if invoice.customer_id != customer_id:
                rows.refuse(
                    place,
                    "invoice_id",
                    "invoice.of_another",
                    invoice=number,
                    customer=invoice.customer_code,
                )
            elif currency and invoice.currency != currency:
                rows.refuse(
                    place,
                    "currency",
                    "invoice.in_another",
                    invoice=number,
                    currency=invoice.currency,
                )

    def _post(self, fresh: list[Credit], invoices: Mapping[str, Named]) -> None:
        session, kind = self._w.session, self._kind
        ids = reserve_ids(session, Entry.__table__, len(fresh))
        if not fresh:
            return
        told: Any = Credit._make(zip(*fresh, strict=True))
        about = [invoices[number].id if number else None for number in told.about]
        # Whole columns at a time: a file may have a million rows.
        shared = (told.customer_id, told.currency)
        entries = zip(
            ids,
            *shared,
            repeat(int(kind)),
            repeat(kind.space),
            told.dated_on,
            [-amount for amount in told.amount],
            told.number,
            repeat(self._posted_at),
            told.reference,
            told.reason,
            about,
            *[repeat(None)] * 2,
            *[repeat(0)] * 2,
        )
        post_entries(session, list(entries))
        if kind is EntryKind.PAYMENT:
            details = zip(ids, told.method, told.payer, strict=True)
            insert_rows(session, Payment.__table__, DETAIL, details, are_plain=True)
        asks = [
            Ask(*ask)
            for ask in zip(
                ids, about, *shared, told.number, told.dated_on, told.amount, strict=True
            )
            if ask[1] is not None
        ]
        self._applications.ask(asks)
        self.counts.added += len(fresh)

    def _meet_twin(self, told: Credit, before: Credit, rows: Rows) -> None:
        if told._replace(place=0) == before._replace(place=0):
            self.counts.unchanged += 1
            return
        amount = Money(before.amount, before.currency).major()
        rows.refuse(told.place, "amount", "document.differs", number=told.number, stored=amount)

    def _meet(self, known: list[Credit], standing: Mapping[str, Row[Any]], rows: Rows) -> None:
        named = [standing[each.number].id for each in known if each.about]
        applied = {
            (row.credit_id, row.number) for row in found_by(self._w.session, APPLIED_TO, named)
        }
        for told in known:
            row = standing[told.number]
            conflict = self._conflict(told, row)
            is_new = told.about not in {None, row.about} and (row.id, told.about) not in applied
            if conflict is None and is_new:
                conflict = ("invoice_id", f"invoice_id {row.about or '–'}")
            if conflict is None:
                self.counts.unchanged += 1
                continue
            column, stored = conflict
            rows.refuse(told.place, column, "document.differs", number=told.number, stored=stored)

    def _conflict(self, told: Credit, row: Row[Any]) -> tuple[str, str] | None:
        if row.kind != self._kind:
            return (
                self._key,
                f"{EntryKind(row.kind).word} {Money(row.amount, row.currency).major()}",
            )
        if (told.amount, told.currency) != (row.amount, row.currency):
            currency = "" if told.currency == row.currency else f" {row.currency}"
            return "amount", Money(row.amount, row.currency).major() + currency
        if told.customer_id != row.customer_id:
            return "customer_id", f"customer_id {row.customer_code}"
        for field_name, column in CONTENT[self._kind].items():
            said, stored = getattr(told, field_name), getattr(row, field_name)
            stored = plain_day(stored) if field_name == "dated_on" else stored
            if said is not None and said != stored:
                return column, f"{column} {stored or '–'}"
        return None


class SettledInvoices:
    """Posts the payments that `settled_on` stands for."""

    def __init__(self, w: Work, waiting: frozenset[str] = frozenset()) -> None:
        self._w = w
        #: Invoices whose due parts are still to come: they are paid when those are here.
        self._waiting = waiting
        self._applications = Applications(w)
        self._posted_at = plain_moment(w.session, w.now)

    def refuse_others(self, rows: Rows, told: Sequence[Told]) -> set[str]:
        """Refuses rows whose settlement is here with other content; the numbers of those here."""
        wanted = {each.number + SETTLED: each for each in told if each.settled_on}
        here = set()
        for row in found_by(self._w.session, STANDING, wanted):
            each = wanted[row.number]
            here.add(each.number)
            told_so = (each.customer_id, each.currency, each.settled_on, each.amount)
            if told_so != (row.customer_id, row.currency, plain_day(row.dated_on), row.amount):
                stored = f"{Money(row.amount, row.currency).major()}, {plain_day(row.dated_on)}"
                rows.refuse(
                    each.place, "settled_on", "document.differs", number=row.number, stored=stored
                )
        return here

    def post(self, settled: Sequence[Settled]) -> None:
        """Posts the payments and asks that they be applied."""
        session, kind = self._w.session, EntryKind.PAYMENT
        ids = reserve_ids(session, Entry.__table__, len(settled))
        entries, asks = [], []
        for row_id, t in zip(ids, settled, strict=True):
            number = t.number + SETTLED
            entries.append(
                NewEntry(
                    row_id,
                    t.customer_id,
                    t.currency,
                    kind,
                    kind.space,
                    t.settled_on,
                    -t.amount,
                    number,
                    self._posted_at,
                    about_id=t.entry_id,
                )
            )
            if t.number not in self._waiting:
                asks.append(
                    Ask(
                        row_id,
                        t.entry_id,
                        t.customer_id,
                        t.currency,
                        number,
                        t.settled_on,
                        t.amount,
                    )
                )
        post_entries(session, entries)
        nothing = [(row_id, None, None) for row_id in ids]
        insert_rows(session, Payment.__table__, DETAIL, nothing, are_plain=True)
        self._applications.ask(asks)

    def finish(self) -> None:
        """Applies them."""
        self._applications.apply()

    def apply_waiting(self, entry_ids: Sequence[int]) -> None:
        """Applies the settlements of invoices whose due parts have come."""
        self._applications.ask(
            [
                Ask(
                    row.id,
                    row.about_id,
                    row.customer_id,
                    row.currency,
                    row.number,
                    plain_day(row.dated_on) or "",
                    -row.amount_minor,
                )
                for row in found_by(self._w.session, WAITING, entry_ids)
            ]
        )
        self._applications.apply()
