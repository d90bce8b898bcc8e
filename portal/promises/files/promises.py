"""
Promises as files have them, and the act that posts them.

A promise of a file is told, not asked for: no limit binds it, and it may be over already.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row

from portal.base.batch import insert_rows, reserve_ids
from portal.base.evidence import canonical_json, sha256_of_text
from portal.base.lookup import found_by, plain_day, plain_moment
from portal.base.work import Work
from portal.core.money import Money
from portal.core.promise import Reason
from portal.imports.columns import Counts, Options, columns
from portal.imports.parties import Parties
from portal.imports.rows import LONGEST_TEXT, Findings, Rows
from portal.payments.entries import Named, payable
from portal.promises.facts import MONEY
from portal.promises.files.written import WrittenPromise, reason_written, rows_of
from portal.tables.customers import Customer
from portal.tables.promises import Promise, PromisedPart

PROMISE_COLUMNS = columns("promise_id customer_id promised_on amount", "invoice_id made_on reason")
FORMAT = "accord-promise-import/1"
#: How our own promises are numbered, and the documents of one that covers several.
OWN = re.compile(r"PRM-(\d{1,12})(?:/\d{1,4})?", re.ASCII)
INSERTED = (
    *("id", "customer_id", "currency", "code", "promised_on", "made_on", "made_at"),
    *("amount_minor", "reason", "note", "method", "way", "evidence", "evidence_sha256"),
)
SHARES = ("customer_id", "promise_id", "entry_id", "part", "amount_minor", "paid_minor")

BY_CODE = "select id, code from promise where code in (:keys)"
PARTS = """select p.entry_id, p.part, p.amount_minor from entry e
join part p on p.customer_id = e.customer_id and p.entry_id = e.id
where e.id in (:keys) order by p.entry_id, p.due_on is null, p.due_on, p.part"""
APPLIED = """select a.entry_id, a.part, a.effective_on, a.ended_on, a.amount_minor, k.kind
from entry e join allocation a on a.customer_id = e.customer_id and a.entry_id = e.id
join entry k on k.id = a.credit_id where e.id in (:keys) and a.memo = 0"""


class Told(NamedTuple):
    """What a row says of a promise."""

    place: int
    number: str
    customer_id: int
    currency: str
    promised_on: str
    amount: int
    about: Named | None
    made_on: str | None
    reason: str


class Promises:
    """Posts promises; one that is here already is unchanged, or a bad row with other content."""

    def __init__(self, w: Work, options: Options) -> None:
        self.counts = Counts()
        self._w = w
        self._parties = Parties(w, options)
        self._currencies = {
            row_id: currency or w.company.currency
            for row_id, currency in w.session.query(Customer.id, Customer.currency)
        }

    def take(self, rows: Rows) -> None:
        numbers = rows.keys("promise_id")
        told = self._told(rows, numbers)
        standing = self._standing(numbers)
        fresh: dict[str, Told] = {}
        for each in told:
            if each.number in standing:
                self._meet(each, standing[each.number], rows)
            elif each.number in fresh:
                self._meet_twin(each, fresh[each.number], rows)
            else:
                fresh[each.number] = each
        self._post(list(fresh.values()), rows)

    def finish(self, findings: Findings) -> None:
        """Nothing is left to do."""

    def _told(self, rows: Rows, numbers: Sequence[str]) -> list[Told]:
        named = rows.optional_keys("invoice_id")
        invoices = payable(self._w.session, named)
        promised, made = rows.days("promised_on", is_required=True), rows.days("made_on")
        reasons = rows.texts("reason", LONGEST_TEXT)
        customers = self._parties.ids(rows)
        abouts = [invoices.get(number or "") for number in named]
        currencies = [
            about.currency
            if about
            else self._currencies.get(customer_id or 0) or self._w.company.currency
            for about, customer_id in zip(abouts, customers, strict=True)
        ]
        amounts = rows.amounts("amount", currencies)
        rows.above_zero("amount", amounts)
        for place, about in enumerate(abouts):
            self._refuse_unfit(rows, place, about, customers[place])
            if (made[place] or "") > (promised[place] or ""):
                rows.refuse(place, "made_on", "promise.made_after", promised_on=promised[place])
        good = rows.good()
        return [
            Told(
                place,
                numbers[place],
                customers[place] or 0,
                currencies[place],
                promised[place] or "",
                amounts[place],
                abouts[place],
                made[place],
                (reasons[place] or "").strip(),
            )
            for place in good
        ]

    def _refuse_unfit(
        self, rows: Rows, place: int, about: Named | None, customer_id: int | None
    ) -> None:
        """An invoice that nobody knows, or of somebody else."""
        number = (rows.cells.get("invoice_id") or [""] * len(rows))[place].strip()
        if number and about is None:
            rows.refuse(place, "invoice_id", "invoice.unknown", invoice=number)
        elif about is not None and about.customer_id != customer_id:
            rows.refuse(
                place,
                "invoice_id",
                "invoice.of_another",
                invoice=number,
                customer=about.customer_code,
            )

    def _standing(self, numbers: Sequence[str]) -> Mapping[str, WrittenPromise]:
        """What is here already under these keys, a file's or our own."""
        ids = {int(own[1]) for number in numbers if (own := OWN.fullmatch(number or ""))}
        ids |= {row.id for row in found_by(self._w.session, BY_CODE, set(numbers))}
        return rows_of(self._w.session, sorted(ids))

    def _meet(self, told: Told, standing: WrittenPromise, rows: Rows) -> None:
        said = self._as_written(told, rows)
        for name, value, stored in zip(said._fields, said, standing, strict=True):
            is_told = value not in {None, ""} or name == "invoice_id"
            if is_told and (value or None) != (stored or None):
                shown = f"{name} {stored or '–'}"
                rows.refuse(told.place, name, "document.differs", number=told.number, stored=shown)
                return
        self.counts.unchanged += 1

    def _meet_twin(self, told: Told, before: Told, rows: Rows) -> None:
        if told._replace(place=0) == before._replace(place=0):
            self.counts.unchanged += 1
            return
        stored = Money(before.amount, before.currency).major()
        rows.refuse(told.place, "amount", "document.differs", number=told.number, stored=stored)

    def _as_written(self, told: Told, rows: Rows) -> WrittenPromise:
        return WrittenPromise(
            told.number,
            rows.cells["customer_id"][told.place].strip(),
            told.promised_on,
            Money(told.amount, told.currency).major(),
            told.about.number if told.about else None,
            told.made_on or "",
            reason_written(*_reason(told.reason)),
        )

    def _post(self, fresh: Sequence[Told], rows: Rows) -> None:
        shares = _Shares(self._w, [each.about.id for each in fresh if each.about])
        kept = []
        for told in fresh:
            made_on = told.made_on or self._made_on(told)
            found = shares.of(told, made_on)
            if found is None:
                rows.refuse(
                    told.place,
                    "amount",
                    "promise.above_invoice",
                    invoice=told.about.number if told.about else "",
                )
                continue
            kept.append((told, made_on, found))
        session = self._w.session
        ids = reserve_ids(session, Promise.__table__, len(kept))
        at = plain_moment(session, self._w.now)
        promises = [_row(row_id, *each[:2], at) for row_id, each in zip(ids, kept, strict=True)]
        parts = [
            (told.customer_id, row_id, *share)
            for row_id, (told, _, found) in zip(ids, kept, strict=True)
            for share in found
        ]
        insert_rows(session, Promise.__table__, INSERTED, promises, are_plain=True)
        insert_rows(session, PromisedPart.__table__, SHARES, parts, are_plain=True)
        self.counts.added += len(kept)

    def _made_on(self, told: Told) -> str:
        """
        When a promise was made whose file does not say: today.

        Of one that is over it is its document's date, so that whatever was paid since counts.
        """
        today = self._w.today.isoformat()
        if told.promised_on >= today:
            return today
        return min(told.about.dated_on if told.about else told.promised_on, told.promised_on)


def _reason(text: str) -> tuple[str, str]:
    """A reason's word, and what was written where it is none of ours."""
    if not text:
        return Reason.UNSAID.value, ""
    known = {reason.value for reason in Reason}
    return (text, "") if text in known else (Reason.OTHER.value, text)


def _row(row_id: int, told: Told, made_on: str, at: str) -> tuple[object, ...]:
    reason, note = _reason(told.reason)
    evidence = canonical_json(
        {
            "format": FORMAT,
            "promise": told.number,
            "amount": Money(told.amount, told.currency).major(),
            "currency": told.currency,
            "document": told.about.number if told.about else None,
            "pay_on": told.promised_on,
            "made_on": made_on,
            "reason": told.reason,
        }
    )
    return (
        *(row_id, told.customer_id, told.currency, told.number, told.promised_on, made_on, at),
        *(told.amount, reason, note, "", "import", evidence, sha256_of_text(evidence)),
    )


class _Shares:
    """Shares promises out over the due parts of their documents, the earliest first."""

    def __init__(self, w: Work, entry_ids: Sequence[int]) -> None:
        self._parts: dict[int, list[Row[Any]]] = defaultdict(list)
        for part in found_by(w.session, PARTS, sorted(set(entry_ids))):
            self._parts[part.entry_id].append(part)
        self._applied: dict[tuple[int, int], list[Row[Any]]] = defaultdict(list)
        for row in found_by(w.session, APPLIED, sorted(set(entry_ids))):
            self._applied[row.entry_id, row.part].append(row)

    def of(self, told: Told, made_on: str) -> list[tuple[int, int, int, int]] | None:
        """(entry, part, amount, paid by then) of each part; None where it is too much."""
        if told.about is None:
            return []
        parts = self._parts[told.about.id]
        if told.amount > sum(part.amount_minor for part in parts):
            return None
        taken = {part.part: 0 for part in parts}
        rest = told.amount
        for is_open in (True, False):  # what was open then first; then what had been paid already
            for part in parts:
                used = sum(row.amount_minor for row in self._by(part, made_on)) if is_open else 0
                room = max(0, part.amount_minor - used - taken[part.part])
                take = min(rest, room)
                taken[part.part] += take
                rest -= take
        return [
            (part.entry_id, part.part, taken[part.part], self._paid(part, made_on, taken))
            for part in parts
            if taken[part.part]
        ]

    def _by(self, part: Row[Any], day: str) -> list[Row[Any]]:
        """What was applied to a part by a day."""
        return [
            row
            for row in self._applied[part.entry_id, part.part]
            if (plain_day(row.effective_on) or "") <= day
            and (row.ended_on is None or (plain_day(row.ended_on) or "") > day)
        ]

    def _paid(self, part: Row[Any], day: str, taken: Mapping[int, int]) -> int:
        """Money that was there already; never so much that the rest is less than is promised."""
        paid = sum(row.amount_minor for row in self._by(part, day) if row.kind in MONEY)
        return int(min(paid, part.amount_minor - taken[part.part]))
