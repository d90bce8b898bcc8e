"""Invoices as files have them, and the act that posts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Row

from portal.base.batch import insert_rows, reserve_ids
from portal.base.lookup import found_by, plain_day, plain_moment
from portal.base.recording import note
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.ledger import Kind as EntryKind
from portal.core.money import Money
from portal.imports.columns import Counts, Options, columns
from portal.imports.parties import Parties
from portal.imports.rows import LONGEST_TEXT, Findings, Rows, is_yes
from portal.invoices.dispute_marks import WHOLE, mark_as_told, mark_disputed
from portal.invoices.due_parts import DueParts, Scheduler, baseline_of, parsed_terms
from portal.invoices.learning import learn_days
from portal.invoices.posting import post_entries, post_parts
from portal.tables.invoices import Entry, Invoice

INVOICE_COLUMNS = columns(
    "invoice_id customer_id currency invoice_date amount",
    "due_date payment_terms tax_amount tax_invoice_no reference contract_id order_id"
    " shipped_on delivered_on accepted_on received_on description region product"
    " disputed settled_on",
)
#: Days that are learned after the invoice is posted.
LEARNED = ("shipped_on", "delivered_on", "accepted_on", "received_on")
DETAIL = (
    "entry_id",
    "terms_text",
    "terms_source",
    "terms_version",
    "tax_minor",
    "tax_invoice_no",
    "contract_code",
    "order_code",
    *LEARNED,
    "description",
    "region",
    "product",
)

STANDING = """select e.id, e.number, e.customer_id, e.currency, e.dated_on, e.amount_minor,
  e.reference, c.code as customer_code, i.*,
  (select count(*) from part p where p.customer_id = e.customer_id and p.entry_id = e.id) as parts,
  (select min(p.due_on) from part p
    where p.customer_id = e.customer_id and p.entry_id = e.id) as due_on
from entry e join invoice i on i.entry_id = e.id join customer c on c.id = e.customer_id
where e.space = 1 and e.leg = 0 and e.number in (:keys)"""


class Told(NamedTuple):
    """What a row says of an invoice; nothing where it says nothing."""

    place: int
    number: str
    customer_id: int
    currency: str
    dated_on: str
    amount: int
    due_on: str | None
    terms_text: str | None
    tax_minor: int | None
    tax_invoice_no: str | None
    reference: str | None
    contract_code: str | None
    order_code: str | None
    shipped_on: str | None
    delivered_on: str | None
    accepted_on: str | None
    received_on: str | None
    description: str | None
    region: str | None
    product: str | None
    #: None: the file does not say; 0: no; WHOLE: all of it; else an amount.
    disputed: int | None
    settled_on: str | None
    due: DueParts | None = None

    @property
    def days(self) -> Mapping[str, str | None]:
        """The days that terms may count from."""
        return {"invoice_date": self.dated_on} | {name: getattr(self, name) for name in LEARNED}


#: What must not differ when an invoice comes again: field → column of the file.
CONTENT = {
    "dated_on": "invoice_date",
    "due_on": "due_date",
    "terms_text": "payment_terms",
    "tax_minor": "tax_amount",
    "tax_invoice_no": "tax_invoice_no",
    "reference": "reference",
    "contract_code": "contract_id",
    "order_code": "order_id",
    "description": "description",
    "region": "region",
    "product": "product",
    **{name: name for name in LEARNED},
}
DAYS = {"dated_on", "due_on", *LEARNED}


class Settled(NamedTuple):
    """That an invoice was paid in whole on a day."""

    place: int
    entry_id: int
    number: str
    customer_id: int
    currency: str
    settled_on: str
    amount: int


class Settlements(Protocol):
    """Posts payments of whole invoices; who pays is another feature's matter."""

    def refuse_others(self, rows: Rows, told: Sequence[Told]) -> set[str]:
        """Refuses rows whose settlement is here with other content; the numbers of those here."""

    def post(self, settled: Sequence[Settled]) -> None:
        """Posts the payments and asks that they be applied."""

    def finish(self) -> None:
        """Applies them."""


class Invoices:
    """Posts invoices with their due parts; known ones change only in what is no content."""

    def __init__(self, w: Work, options: Options, settlements: Settlements) -> None:
        self.counts = Counts()
        self._w = w
        self._parties = Parties(w, options)
        self._scheduler = Scheduler(w, self._parties.codes.terms())
        self._settlements = settlements
        self._posted_at = plain_moment(w.session, w.now)

    def take(self, rows: Rows) -> None:
        told = self._told(rows)
        standing = {
            row.number: row for row in found_by(self._w.session, STANDING, [t.number for t in told])
        }
        settled = self._settlements.refuse_others(rows, told)
        fresh: dict[str, Told] = {}
        known = []
        self._scheduler.expect(
            (each.customer_id for each in told), (each.contract_code for each in told)
        )
        for each in told:
            if rows.lines[each.place] in rows.findings.bad_lines:
                continue
            if each.number in standing:
                known.append(each)
            elif each.number in fresh:
                self._meet_twin(each, fresh[each.number], rows)
            else:
                due = self._due(each, rows)
                if due is not None:
                    fresh[each.number] = each._replace(due=due)
        ids = self._post(list(fresh.values()))
        self._settle(list(fresh.values()), ids, settled)
        self._meet(known, standing, settled, rows)

    def finish(self, findings: Findings) -> None:
        self._settlements.finish()

    def _told(self, rows: Rows) -> list[Told]:
        numbers, currencies = rows.keys("invoice_id"), rows.currencies()
        dated = rows.days("invoice_date", is_required=True)
        amounts = rows.amounts("amount", currencies)
        rows.above_zero("amount", amounts)
        values: list[Sequence[Any]] = [
            rows.days("due_date"),
            self._terms(rows, dated),
            rows.optional_amounts("tax_amount", currencies),
            rows.texts("tax_invoice_no"),
            rows.texts("reference"),
            rows.optional_keys("contract_id"),
            rows.optional_keys("order_id"),
            *(rows.days(name) for name in LEARNED),
            rows.texts("description", LONGEST_TEXT),
            rows.texts("region"),
            rows.texts("product"),
            _disputed(rows, currencies, amounts),
            rows.days("settled_on"),
        ]
        customers = self._parties.ids(rows)
        every = map(
            Told._make,
            zip(
                range(len(rows)),
                numbers,
                customers,
                currencies,
                dated,
                amounts,
                *values,
                [None] * len(rows),
                strict=True,
            ),
        )
        told = list(every)
        bad = rows.findings.bad_lines
        return told if not bad else [told[place] for place in rows.good()]

    def _terms(self, rows: Rows, dated: Sequence[str | None]) -> Sequence[str | None]:
        """What the rows say of terms, in the notation; a name is that of the invoice's date."""
        texts = list(rows.texts("payment_terms"))
        for place, terms in enumerate(texts):
            if terms is not None:
                try:
                    texts[place] = self._scheduler.notation(terms, dated[place] or "")
                except RuleBroken as broken:
                    rows.refuse(place, "payment_terms", broken.code, **broken.facts)
        return texts

    def _due(self, told: Told, rows: Rows) -> DueParts | None:
        total = Money(told.amount, told.currency)
        try:
            if told.due_on is None:
                return self._scheduler.by_terms(
                    told.terms_text, told.customer_id, total, told.days, told.contract_code
                )
            baseline: str | None = told.dated_on
            if told.terms_text is not None:
                baseline = baseline_of(parsed_terms(told.terms_text), told.days)
            return self._scheduler.on_day(told.due_on, baseline, told.amount, told.terms_text)
        except RuleBroken as broken:
            rows.refuse(told.place, "payment_terms", broken.code, **broken.facts)
            return None

    def _post(self, fresh: list[Told]) -> Sequence[int]:
        session, at = self._w.session, self._posted_at
        ids = reserve_ids(session, Entry.__table__, len(fresh))
        if not fresh:
            return ids
        told: Any = Told._make(zip(*fresh, strict=True))
        kind = EntryKind.INVOICE
        # Whole columns at a time: a file may have a million rows.
        shared = (told.customer_id, told.currency)
        entries = zip(
            ids,
            *shared,
            repeat(int(kind)),
            repeat(kind.space),
            told.dated_on,
            told.amount,
            told.number,
            repeat(at),
            told.reference,
            *[repeat(None)] * 4,
            *[repeat(0)] * 2,
        )
        dues = told.due
        details = zip(
            ids,
            [due.terms_text for due in dues],
            [due.source for due in dues],
            [due.version for due in dues],
            *told[8:10],
            *told[11:20],
            strict=True,
        )
        parts = [
            (customer, row_id, nth, currency, day, *part)
            for row_id, customer, currency, day, due in zip(
                ids, *shared, told.dated_on, dues, strict=True
            )
            for nth, part in enumerate(due.parts, start=1)
        ]
        marks = [pair for pair in zip(ids, told.disputed, strict=True) if pair[1]]
        post_entries(session, list(entries))
        insert_rows(session, Invoice.__table__, DETAIL, details, are_plain=True)
        post_parts(session, parts)
        mark_disputed(session, marks)
        self.counts.added += len(fresh)
        return ids

    def _settle(self, told: Sequence[Told], ids: Sequence[int], settled: set[str]) -> None:
        """Posts the payments that rows name by their day, but for those posted before."""
        self._settlements.post(
            [
                Settled(
                    t.place, row_id, t.number, t.customer_id, t.currency, t.settled_on, t.amount
                )
                for row_id, t in zip(ids, told, strict=True)
                if t.settled_on and t.number not in settled
            ]
        )

    def _meet_twin(self, told: Told, before: Told, rows: Rows) -> None:
        """A second row of one invoice in the same file: the same again, or something else."""
        if told._replace(place=0, due=None) == before._replace(place=0, due=None):
            self.counts.unchanged += 1
            return
        amount = Money(before.amount, before.currency).major()
        rows.refuse(told.place, "amount", "document.differs", number=told.number, stored=amount)

    def _meet(
        self, known: list[Told], standing: Mapping[str, Row[Any]], settled: set[str], rows: Rows
    ) -> None:
        """Rows of invoices that are here: unchanged, updated in what is no content, or refused."""
        good = []
        for told in known:
            conflict = conflict_of(told, standing[told.number])
            if conflict is None:
                good.append(told)
            else:
                column, stored = conflict
                rows.refuse(
                    told.place, column, "document.differs", number=told.number, stored=stored
                )
        ids = {told.number: standing[told.number].id for told in good}
        changed = self._mark(good, ids) | self._learn(good, standing)
        newly = [told for told in good if told.settled_on and told.number not in settled]
        self._settle(newly, [ids[told.number] for told in newly], settled)
        changed |= {told.number for told in newly}
        note(self._w.session, "changed_entry", sorted(ids[number] for number in changed))
        self.counts.updated += len(changed)
        self.counts.unchanged += len(good) - len(changed)

    def _mark(self, known: list[Told], ids: Mapping[str, int]) -> set[str]:
        """Sets the disputed marks that the file has otherwise; the numbers of those invoices."""
        told = {ids[each.number]: each.disputed for each in known if each.disputed is not None}
        changed = mark_as_told(self._w.session, told)
        return {each.number for each in known if ids[each.number] in changed}

    def _learn(self, known: list[Told], standing: Mapping[str, Row[Any]]) -> set[str]:
        """Notes days that were not known when the invoice was posted; they may make it due."""
        changed = set()
        for told in known:
            row = standing[told.number]
            days = {
                name: day
                for name in LEARNED
                if (day := getattr(told, name)) and getattr(row, name) is None
            }
            if days:
                learn_days(self._w, self._scheduler, row, days)
                changed.add(told.number)
        return changed


def conflict_of(told: Told, standing: Row[Any]) -> tuple[str, str] | None:
    """The first column in which a row says something else than what is posted, and what is."""
    if told.amount != standing.amount_minor or told.currency != standing.currency:
        currency = "" if told.currency == standing.currency else f" {standing.currency}"
        return "amount", Money(standing.amount_minor, standing.currency).major() + currency
    if told.customer_id != standing.customer_id:
        return "customer_id", standing.customer_code
    for field_name, column in CONTENT.items():
        said, stored = getattr(told, field_name), getattr(standing, field_name)
        stored = plain_day(stored) if field_name in DAYS else stored
        if said is None or said == stored or (field_name in LEARNED and stored is None):
            continue
        if field_name == "due_on" and standing.parts > 1:
            continue
        return column, f"{column} {_shown(stored, field_name, standing.currency)}"
    return None


def _shown(stored: object, field_name: str, currency: str) -> str:
    if stored is None:
        return "–"
    return (
        Money(int(str(stored)), currency).major() if field_name.endswith("_minor") else str(stored)
    )


def _disputed(
    rows: Rows, currencies: Sequence[str], amounts: Sequence[int]
) -> Sequence[int | None]:
    """What is disputed: nothing said, 0, WHOLE, or an amount up to the invoice's."""
    if not rows.has("disputed"):
        return [None] * len(rows)
    marks: list[int | None] = []
    for place, cell in enumerate(rows.cells["disputed"]):
        answer = is_yes(cell)
        if answer is not None:
            marks.append(WHOLE if answer else 0)
            continue
        try:
            amount = Money.parse(cell, currencies[place] or "XXX").minor
        except RuleBroken:
            amount = 0
        marks.append(amount)
        if not 0 < amount <= max(amounts[place], 0) and currencies[place]:
            rows.refuse(place, "disputed", "disputed.malformed")
    return marks
