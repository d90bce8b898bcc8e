"""Due parts of invoices as files have them: they replace the part that an invoice came with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, text

from portal.base.lookup import found_by, plain_day
from portal.base.recording import note
from portal.base.work import Work
from portal.core.money import Money
from portal.imports.columns import Counts, columns
from portal.imports.rows import Findings, Rows
from portal.invoices.dispute_marks import mark_disputed, running_marks
from portal.invoices.due_parts import baseline_of, days_between, parsed_terms
from portal.invoices.posting import NewPart, post_parts

PART_COLUMNS = columns("invoice_id part due_on amount")

INVOICES = """select e.id, e.number, e.customer_id, e.currency, e.dated_on, e.amount_minor,
  i.terms_text, i.shipped_on, i.delivered_on, i.accepted_on, i.received_on,
  (select count(*) from part p where p.customer_id = e.customer_id and p.entry_id = e.id) as parts,
  case when i.terms_source = 'parts' or exists (select 1 from allocation a
    where a.customer_id = e.customer_id and a.entry_id = e.id)
    or exists (select 1 from dispute d where d.customer_id = e.customer_id and d.entry_id = e.id)
    or exists (select 1 from promised_part d
    where d.customer_id = e.customer_id and d.entry_id = e.id)
    or exists (select 1 from planned_part d
    where d.customer_id = e.customer_id and d.entry_id = e.id)
    or not exists (select 1 from pending q
    where q.customer_id = e.customer_id and q.entry_id = e.id) then 1 else 0 end as is_fixed
from entry e join invoice i on i.entry_id = e.id
where e.space = 1 and e.leg = 0 and e.number in (:keys)"""
STANDING = """select p.entry_id, p.part, p.due_on, p.amount_minor from entry e
join part p on p.customer_id = e.customer_id and p.entry_id = e.id where e.id in (:keys)"""
BATCH = 5_000


class ToldPart(NamedTuple):
    """What a row says of a part."""

    line: int
    part: int
    due_on: str
    amount: int


class InvoiceParts:
    """
    Replaces the due part that an invoice came with, once, by several.

    Nobody may have seen it: what was applied to it, stated to the customer, disputed or promised by
    them, is fixed.
    """

    def __init__(self, w: Work, settle: Callable[[Sequence[int]], None]) -> None:
        self.counts = Counts()
        self._session = w.session
        self._settle = settle
        self._told: dict[str, list[ToldPart]] = defaultdict(list)

    def take(self, rows: Rows) -> None:
        numbers = rows.keys("invoice_id")
        parts, days = rows.wholes("part"), rows.days("due_on", is_required=True)
        rows.required("part", parts)
        invoices = self._invoices(numbers)
        currencies = [
            invoices[number].currency if number in invoices else None for number in numbers
        ]
        amounts = rows.amounts("amount", currencies)
        for place, number in enumerate(numbers):
            if number and number not in invoices:
                rows.refuse(place, "invoice_id", "invoice.unknown_here", invoice=number)
        rows.above_zero("amount", amounts)
        for place in rows.good():
            self._told[numbers[place]].append(
                ToldPart(rows.lines[place], parts[place] or 0, days[place] or "", amounts[place])
            )

    def finish(self, findings: Findings) -> None:
        numbers = list(self._told)
        for start in range(0, len(numbers), BATCH):
            self._post(numbers[start : start + BATCH], findings)

    def _invoices(self, numbers: Sequence[str]) -> Mapping[str, Row[Any]]:
        return {row.number: row for row in found_by(self._session, INVOICES, set(numbers))}

    def _post(self, numbers: Sequence[str], findings: Findings) -> None:
        invoices = self._invoices(numbers)
        standing: dict[int, set[tuple[int, str | None, int]]] = defaultdict(set)
        for row in found_by(self._session, STANDING, [each.id for each in invoices.values()]):
            standing[row.entry_id].add((row.part, plain_day(row.due_on), row.amount_minor))
        replaced = []
        for number in numbers:
            invoice = invoices[number]
            told = self._without_twins(number, findings)
            plain = {(each.part, each.due_on, each.amount) for each in told}
            if plain == standing[invoice.id]:
                self.counts.unchanged += len(told)
            elif told and self._fits(invoice, told, findings):
                replaced.append((invoice, told))
                self.counts.added += len(told)
        self._replace(replaced)

    def _without_twins(self, number: str, findings: Findings) -> list[ToldPart]:
        """The parts of an invoice; the same row again is no other, another one is wrong."""
        by_part: dict[int, ToldPart] = {}
        for each in self._told[number]:
            before = by_part.setdefault(each.part, each)
            if before is each:
                continue
            if before[1:] == each[1:]:
                self.counts.unchanged += 1
            else:
                findings.refuse(
                    each.line, "part", each.part, "parts.twice", part=each.part, invoice=number
                )
                return []
        return sorted(by_part.values(), key=lambda each: each.part)

    def _fits(self, invoice: Row[Any], told: list[ToldPart], findings: Findings) -> bool:
        total = sum(each.amount for each in told)
        if total == invoice.amount_minor and not invoice.is_fixed:
            return True
        code = "parts.fixed" if total == invoice.amount_minor else "parts.other_sum"
        for each in told:
            amount = Money(each.amount, invoice.currency).major()
            findings.refuse(
                each.line,
                "amount",
                amount,
                code,
                invoice=invoice.number,
                sum=Money(total, invoice.currency).major(),
                amount=Money(invoice.amount_minor, invoice.currency).major(),
            )
        return False

    def _replace(self, replaced: list[tuple[Row[Any], list[ToldPart]]]) -> None:
        if not replaced:
            return
        ids = [invoice.id for invoice, _ in replaced]
        marks = running_marks(self._session, ids)
        of = [{"of": invoice.id, "whose": invoice.customer_id} for invoice, _ in replaced]
        for statement in (
            "delete from disputed_part where customer_id = :whose and entry_id = :of",
            "delete from part where customer_id = :whose and entry_id = :of",
            "update invoice set terms_source = 'parts' where entry_id = :of",
        ):
            self._session.connection().execute(text(statement), of)
        note(self._session, "replaced_part", sorted(ids))
        post_parts(
            self._session,
            [_new_part(invoice, each) for invoice, told in replaced for each in told],
        )
        mark_disputed(self._session, list(marks.items()))
        self._settle(ids)


def _new_part(invoice: Row[Any], told: ToldPart) -> NewPart:
    dated_on = plain_day(invoice.dated_on) or ""
    baseline: str | None = dated_on
    if invoice.terms_text is not None:
        days = {
            name: plain_day(getattr(invoice, name))
            for name in ("shipped_on", "delivered_on", "accepted_on", "received_on")
        }
        baseline = baseline_of(parsed_terms(invoice.terms_text), {"invoice_date": dated_on, **days})
    term_days = None if baseline is None else days_between(baseline, told.due_on)
    return NewPart(
        invoice.customer_id,
        invoice.id,
        told.part,
        invoice.currency,
        dated_on,
        told.due_on,
        term_days,
        told.amount,
    )
