"""
What late interest comes to as of a day: of every late part, less what was charged and waived of it.

It is a memo beside the balance, worked out anew whenever it is asked for and stored nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import literal, select, union_all

from portal.base.work import Reader
from portal.core.interest import Asked, Claim, at_most, pieces, shared_out, still_to_ask, worked_out
from portal.core.interest_law import fixed_sum
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.interest.late_parts import Key, LatePart, late_parts
from portal.interest.rates import Held, RateBook
from portal.invoices.open_items import Scope
from portal.tables.interest import InterestCharge, InterestLine, InterestWaiver
from portal.tables.invoices import Entry

#: Part → what was charged of its late interest, and what was waived.
Before: TypeAlias = Mapping[Key, Sequence[int]]
#: The finer word of an entry that is late interest, whether posted here or by a file.
SUBKIND = "interest"
#: Of a whole book, so many late parts are held at once.
SLICE = 5_000


class AccruedPart(NamedTuple):
    """Late interest of one due part in minor units, and what of it was asked for before."""

    late: LatePart
    held: Held
    interest: int
    #: What the law adds once.
    fixed: int
    charged: int = 0
    waived: int = 0

    @property
    def asked(self) -> Asked:
        """The same as money."""
        currency = self.late.currency
        total, charged, waived = self.interest + self.fixed, self.charged, self.waived
        return Asked(Money(total, currency), Money(charged, currency), Money(waived, currency))

    @property
    def open(self) -> int:
        """What was neither charged nor waived."""
        return still_to_ask(self.interest + self.fixed, self.charged, self.waived)


def claim_of(late: LatePart, held: Held, *, with_disputed: bool = False) -> Claim:
    """A late part as core reckons with it; with what is disputed as if it had been rejected."""
    return Claim(
        Money(late.owed, late.currency),
        held.counted_due,
        late.paid,
        held.terms.grace_days,
        0 if with_disputed else late.disputed,
    )


def accrued(r: Reader, whose: Scope, as_of: dt.date) -> Iterator[AccruedPart]:
    """The late interest of every late part of some customers, in the order of late_parts."""
    book, before = RateBook(r), asked_before(r, whose)
    unnamed = {(customer_id, entry_id) for customer_id, entry_id, part in before if not part}
    until = as_of.toordinal()
    for parts in _slices(late_parts(r, whose, as_of)):
        book.prepare(parts)
        # One after the other: thousands held together would only grow old.
        rated = (_rated(book, late, until) for late in parts)
        if before:
            rated = (_asked(before, each) for each in rated)
        yield from _shared(rated, before) if unnamed else rated


def _slices(parts: Iterator[LatePart]) -> Iterator[Sequence[LatePart]]:
    """Some thousand at a time; the parts of one invoice stay together."""
    kept: list[LatePart] = []
    for late in parts:
        if len(kept) >= SLICE and late.entry_id != kept[-1].entry_id:
            yield kept
            kept = []
        kept.append(late)
    if kept:
        yield kept


def _rated(book: RateBook, late: LatePart, until: int) -> AccruedPart:
    """The late interest of a part up to a day, told by its ordinal."""
    held = book.of(late)
    tariff = held.tariff
    if tariff is None:
        return AccruedPart(late, held, 0, 0)
    due = held.counted_due.toordinal()
    bearing = pieces(late.owed, late.came, late.disputed, due + held.terms.grace_days, until)
    if book.round_daily:
        as_of = dt.date.fromordinal(until)
        found = worked_out(claim_of(late, held), tariff.rates, as_of, round_daily=True)
        interest = found.total.minor
    else:
        interest = tariff.scale.total(bearing, due)
    if book.most_percent is not None:
        interest = at_most(interest, late.owed, book.most_percent)
    if tariff.law is None or not bearing:
        return AccruedPart(late, held, interest, 0)
    once = fixed_sum(tariff.law.law, Money(late.owed, late.currency))
    return AccruedPart(late, held, interest, once.minor)


def _asked(before: Before, part: AccruedPart) -> AccruedPart:
    charged, waived = before.get(part.late.key, (0, 0))
    return part._replace(charged=charged, waived=waived)


def _shared(rated: Iterable[AccruedPart], before: Before) -> Iterator[AccruedPart]:
    """What a file charged on an invoice is shared among its parts by what accrued on each."""
    for key, same in groupby(rated, key=lambda each: each.late[:2]):
        parts = list(same)
        charged = before.get((*key, 0), (0, 0))[0]
        shares = shared_out(charged, [each.interest + each.fixed for each in parts])
        for each, share in zip(parts, shares, strict=True):
            yield each._replace(charged=each.charged + share)


def asked_before(r: Reader, whose: Scope) -> Before:
    """
    By part: what of its late interest was charged, and what was waived.

    Part 0 is an invoice's that a file charged interest on, without saying for which part.
    """
    line, waiver = InterestLine, InterestWaiver
    charged: Any = (
        select(line.customer_id, line.entry_id, line.part, line.amount_minor, literal(0))
        .join(InterestCharge, InterestCharge.id == line.charge_id)
        .where(InterestCharge.state == "charged", whose(line.customer_id))
    )
    waived: Any = select(
        *(waiver.customer_id, waiver.entry_id, waiver.part, literal(0), waiver.amount_minor)
    ).where(whose(waiver.customer_id))
    posted_here = select(InterestCharge.entry_id).where(InterestCharge.entry_id.is_not(None))
    by_file: Any = select(
        *(Entry.customer_id, Entry.about_id, literal(0), Entry.amount_minor, literal(0))
    ).where(
        whose(Entry.customer_id),
        Entry.kind == Kind.CHARGE,
        Entry.subkind == SUBKIND,
        Entry.about_id.is_not(None),
        Entry.id.not_in(posted_here),
    )
    found: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for customer_id, entry_id, part, charge, waive in r.session.execute(
        union_all(charged, waived, by_file)
    ):
        sums = found[customer_id, entry_id, part]
        sums[0] += int(charge)
        sums[1] += int(waive)
    return dict(found)
