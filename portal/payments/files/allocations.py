"""Applications of credits to invoices as files have them: made once, ended from a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import text

from portal.base.lookup import found_by, plain_day
from portal.base.recording import note
from portal.base.work import Work
from portal.core.money import Money
from portal.imports.columns import Counts, columns
from portal.imports.rows import Findings, Rows
from portal.payments.applying import Applications
from portal.payments.asks import Ask
from portal.payments.entries import Named, both_credits, both_payable
from portal.payments.files.group_credits import GroupCredits

ALLOCATION_COLUMNS = columns(
    "credit_id invoice_id amount allocated_on", "part ended_on credit_kind invoice_kind"
)
IS_ADJUSTMENT = {"adjustment": True, "payment": False, "credit_note": False, "invoice": False}

PARTS = """select p.entry_id, p.part from entry e
join part p on p.customer_id = e.customer_id and p.entry_id = e.id where e.id in (:keys)"""
STANDING = """select a.credit_id, a.entry_id, a.part, a.effective_on, a.ended_on, a.amount_minor
from entry e join allocation a on a.customer_id = e.customer_id and a.credit_id = e.id
where e.id in (:keys)"""
ROOM = """select
  (select -e.amount_minor from entry e where e.id = :credit_id) - (select coalesce(sum(
    a.amount_minor), 0) from allocation a where a.customer_id = :customer_id
    and a.credit_id = :credit_id and a.ended_on is null) as of_credit,
  (select sum(p.amount_minor) from part p where p.customer_id = :customer_id
    and p.entry_id = :entry_id and :part in (0, p.part)) - (select coalesce(sum(
    a.amount_minor), 0) from allocation a where a.customer_id = :customer_id
    and a.entry_id = :entry_id and :part in (0, a.part) and a.ended_on is null) as of_entry"""
END = """update allocation set ended_on = :ended_on where customer_id = :customer_id
and entry_id = :entry_id and credit_id = :credit_id and effective_on = :acted_on
and :part in (0, part) and ended_on is null"""
TWINS = """select k.* from ask k join (select credit_id, entry_id, part, acted_on, ended_on
  from ask group by credit_id, entry_id, part, acted_on, ended_on having count(*) > 1) q
on q.credit_id = k.credit_id and q.entry_id = k.entry_id and q.part = k.part
  and q.acted_on = k.acted_on
  and coalesce(q.ended_on, q.acted_on) = coalesce(k.ended_on, k.acted_on)
  and (q.ended_on is null) = (k.ended_on is null)
order by k.credit_id, k.entry_id, k.part, k.acted_on, k.line"""


class Applied(NamedTuple):
    """An application that stands."""

    part: int
    ended_on: str | None
    amount: int


class Allocations:
    """Applies credits as a file says; one that stands is unchanged, or ended from a day."""

    def __init__(self, w: Work) -> None:
        self.counts = Counts()
        self._session = w.session
        self._applications = Applications(w)
        self._group = GroupCredits(w)

    def take(self, rows: Rows) -> None:
        asks = self._asks(rows)
        standing = self._standing({ask.credit_id for ask in asks.values()})
        fresh = []
        for place, ask in asks.items():
            stands = standing.get((ask.credit_id, ask.entry_id, ask.acted_on), [])
            stands = [each for each in stands if ask.part in {0, each.part}]
            if stands:
                self._meet(place, ask, stands, rows)
            else:
                fresh.append(ask)
        self._applications.ask(fresh)
        self.counts.added += len(fresh)

    def finish(self, findings: Findings) -> None:
        self._without_twins(findings)
        undone = [*self._applications.apply_exactly(), *self._group.apply(self.counts)]
        for line, invoice, asked, rest in self._in_words(undone):
            findings.warn(
                line,
                "amount",
                asked.major(),
                "allocation.partly",
                asked=asked.major(),
                applied=(asked - rest).major(),
                invoice=invoice,
            )

    def _asks(self, rows: Rows) -> dict[int, Ask]:
        """What each good row asks for; what crosses two customers of a group goes its own way."""
        credits_, invoices = self._named(rows)
        days = rows.days("allocated_on", is_required=True)
        ended = rows.days("ended_on")
        parts = rows.wholes("part")
        amounts = rows.amounts("amount", [each.currency if each else None for each in credits_])
        rows.above_zero("amount", amounts)
        sole = self._parts({each.id for each in invoices if each})
        asks = {}
        for place in rows.good():
            credit, invoice = credits_[place], invoices[place]
            assert credit is not None
            assert invoice is not None
            has = sole[invoice.id]
            part = parts[place] or (has[0] if len(has) == 1 else 0)
            ask = Ask(
                credit.id,
                invoice.id,
                credit.customer_id,
                credit.currency,
                credit.number,
                max(days[place] or "", credit.dated_on, invoice.dated_on),
                amounts[place],
                credit.memo,
                part,
                ended[place],
                rows.lines[place],
            )
            if self._may_be(place, ask, (credit, invoice), has, rows):
                asks[place] = ask
        return asks

    def _named(self, rows: Rows) -> tuple[list[Named | None], list[Named | None]]:
        """The credit and the item that each row names; unknown ones are refused."""
        of_credit, of_invoice = rows.keys("credit_id"), rows.keys("invoice_id")
        sides = (
            ("credit_id", of_credit, "credit_kind", both_credits(self._session, of_credit)),
            ("invoice_id", of_invoice, "invoice_kind", both_payable(self._session, of_invoice)),
        )
        found = []
        for name, numbers, kind_name, known in sides:
            named = []
            for place, is_adjustment in enumerate(rows.choices(kind_name, IS_ADJUSTMENT)):
                number = numbers[place]
                ways = (is_adjustment,) if is_adjustment is not None else (False, True)
                one = next((known[number, way] for way in ways if (number, way) in known), None)
                if one is None and number:
                    code = "credit.unknown" if name == "credit_id" else "invoice.unknown_here"
                    rows.refuse(place, name, code, credit=number, invoice=number)
                named.append(one)
            found.append(named)
        return found[0], found[1]

    def _parts(self, entry_ids: set[int]) -> Mapping[int, list[int]]:
        parts: dict[int, list[int]] = defaultdict(list)
        for row in found_by(self._session, PARTS, entry_ids):
            parts[row.entry_id].append(row.part)
        return parts

    def _may_be(
        self, place: int, ask: Ask, sides: tuple[Named, Named], parts: Sequence[int], rows: Rows
    ) -> bool:
        """Whether it can be applied within one account; refuses it, or leaves it to the group."""
        credit, invoice = sides
        if credit.currency != invoice.currency:
            rows.refuse(
                place,
                "invoice_id",
                "allocation.currencies_differ",
                credit=credit.number,
                invoice=invoice.number,
            )
        elif ask.part and ask.part not in parts:
            rows.refuse(
                place, "part", "allocation.part_unknown", invoice=invoice.number, part=ask.part
            )
        elif ask.ended_on is not None and ask.ended_on < ask.acted_on:
            rows.refuse(place, "ended_on", "allocation.ends_too_early", effective_on=ask.acted_on)
        elif credit.customer_id == invoice.customer_id:
            return True
        elif not self._group.takes(ask, credit, invoice):
            rows.refuse(
                place,
                "credit_id",
                "allocation.customers_differ",
                credit=credit.number,
                invoice=invoice.number,
                customer=credit.customer_code,
            )
        return False

    def _standing(self, credit_ids: set[int]) -> Mapping[tuple[int, int, str], list[Applied]]:
        standing: dict[tuple[int, int, str], list[Applied]] = defaultdict(list)
        for row in found_by(self._session, STANDING, credit_ids):
            key = (row.credit_id, row.entry_id, plain_day(row.effective_on) or "")
            standing[key].append(Applied(row.part, plain_day(row.ended_on), row.amount_minor))
        return standing

    def _meet(self, place: int, ask: Ask, stands: Sequence[Applied], rows: Rows) -> None:
        """A row whose application stands already: the same, ended now, or another amount."""
        alike = [each for each in stands if each.ended_on == ask.ended_on]
        running = [each for each in stands if each.ended_on is None]
        total = sum(each.amount for each in alike or stands)
        if total == ask.amount and (alike or ask.ended_on is None):
            self.counts.unchanged += 1
        elif not alike and running and sum(each.amount for each in running) == ask.amount:
            self._session.execute(text(END), ask._asdict())
            note(self._session, "ended", [ask.credit_id])
            self.counts.updated += 1
        elif alike and total < ask.amount and self._is_full(ask):
            self.counts.unchanged += 1
        else:
            self._refuse_other(place, ask, stands, rows)

    def _refuse_other(self, place: int, ask: Ask, stands: Sequence[Applied], rows: Rows) -> None:
        """Says what stands otherwise: the day on which it ended, or how much it is."""
        facts = {"number": ask.number, "invoice": rows.cells["invoice_id"][place].strip()}
        alike = [each for each in stands if each.ended_on == ask.ended_on]
        total = Money(sum(each.amount for each in alike or stands), ask.currency)
        ends = sorted({each.ended_on for each in stands if each.ended_on})
        if total.minor == ask.amount and ends and not alike:
            told = ", ".join(ends)
            rows.refuse(place, "ended_on", "allocation.ended_otherwise", stored=told, **facts)
        else:
            rows.refuse(place, "amount", "allocation.differs", stored=total.major(), **facts)

    def _is_full(self, ask: Ask) -> bool:
        """Whether no more could have been applied than was."""
        room = self._session.execute(text(ROOM), ask._asdict()).one()
        return bool(min(room.of_credit, room.of_entry) <= 0)

    def _without_twins(self, findings: Findings) -> None:
        """The same row twice in a file counts once; with another amount it is wrong."""
        before: Ask | None = None
        gone = []
        for row in self._session.execute(text(TWINS)).all():
            ask = Ask(*row)
            if before is None or ask[:2] + ask[5:6] + ask[8:10] != (
                before[:2] + before[5:6] + before[8:10]
            ):
                before = ask
                continue
            gone.append({"line": ask.line})
            self.counts.added -= 1
            if ask.amount == before.amount:
                self.counts.unchanged += 1
            else:
                stored = Money(before.amount, before.currency).major()
                shown = Money(ask.amount, ask.currency).major()
                findings.refuse(
                    ask.line,
                    "amount",
                    shown,
                    "document.differs",
                    number=ask.number,
                    stored=stored,
                )
        if gone:
            self._session.connection().execute(text("delete from ask where line = :line"), gone)

    def _in_words(self, undone: Sequence[tuple[Ask, int]]) -> list[tuple[int, str, Money, Money]]:
        """What could not be applied: line, invoice, asked and left over; the uncounted is moved."""
        told = []
        numbers = {
            row.id: row.number
            for row in found_by(
                self._session,
                "select id, number from entry where id in (:keys)",
                {ask.entry_id for ask, _ in undone},
            )
        }
        for ask, rest in undone:
            if rest == ask.amount:
                self.counts.added -= 1
                self.counts.unchanged += 1
            asked = Money(ask.amount, ask.currency)
            told.append((ask.line, numbers[ask.entry_id], asked, Money(rest, ask.currency)))
        return told
