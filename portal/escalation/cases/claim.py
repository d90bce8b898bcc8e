"""
What a case claims as of a day: its items with what came for them, and their late interest.

Late interest is a memo until it was charged: what was charged is an item of its own, and bears
none. At law what is disputed bears interest as if the objections had been rejected.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select, tuple_

from portal.base.work import Reader
from portal.core.ageing import days_late
from portal.core.case import Kind
from portal.core.claim import ClaimItem, ClaimSum, claim_sum, claimable
from portal.core.ledger import Kind as EntryKind
from portal.core.money import Money
from portal.escalation.cases.rows import CaseView
from portal.interest.accruing import accrued
from portal.interest.workings import Period, Rules, periods_of
from portal.invoices.open_items import counts_on, due_parts, whose_items, with_disputes
from portal.tables.cases import CasePart
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Credit:
    """Money or a credit note that was applied to an item."""

    number: str
    kind: str
    dated_on: dt.date
    amount: Money


@dataclass(frozen=True, slots=True)
class Interest:
    """Late interest of an item that was neither charged nor waived, and how it was worked out."""

    periods: tuple[Period, ...]
    amount: Money
    #: What the law adds once, what was charged before, and what was waived.
    fixed: Money
    charged: Money
    waived: Money
    #: What is not asked for, as it is above the most that there may be.
    above: Money


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A due part that a case is about, on a day."""

    entry_id: int
    part: int
    ref: str
    number: str
    kind: str
    reference: str
    dated_on: dt.date
    due_on: dt.date | None
    days_late: int
    amount: Money
    open: Money
    disputed: Money
    claimed: Money
    interest: Interest | None = None
    credits: list[Credit] = field(default_factory=list)

    @property
    def is_charge(self) -> bool:
        """Whether it is no invoice but what late payment cost."""
        return self.kind == EntryKind.CHARGE.word


@dataclass(frozen=True, slots=True)
class ClaimView:
    """A case's claim on a day: its lines, the earliest due first, and what they come to."""

    as_of: dt.date
    currency: str
    lines: list[ClaimLine]
    sums: ClaimSum

    def money(self, minor: int) -> Money:
        """A sum in the claim's currency."""
        return Money(minor, self.currency)

    @property
    def principal(self) -> Money:
        """What is open of its invoices."""
        return self.money(self.sums.principal_minor)

    @property
    def charges(self) -> Money:
        """What is open of its charges."""
        return self.money(self.sums.charges_minor)

    @property
    def interest(self) -> Money:
        """The late interest that was neither charged nor waived."""
        return self.money(self.sums.interest_minor)

    @property
    def total(self) -> Money:
        """Everything together."""
        return self.money(self.sums.total_minor)


def claim_of(r: Reader, view: CaseView) -> ClaimView:
    """The claim of a case as of the reader's today."""
    case_id, kind, currency = view.row.id, view.row.kind, view.row.amount.currency
    found = r.session.execute(_parts(r, view)).all()
    interest = _interest(r, view, {(row.entry_id, row.part) for row in found})
    paid = _credits(r, case_id, view.row.customer_id)
    lines = [_line(r, row, kind, interest.get((row.entry_id, row.part)), paid) for row in found]
    items = [
        ClaimItem(
            line.open.minor,
            line.disputed.minor,
            line.interest.amount.minor if line.interest else 0,
            is_charge=line.is_charge,
        )
        for line in lines
    ]
    return ClaimView(r.today, currency, lines, claim_sum(kind, items))


def _parts(r: Reader, view: CaseView) -> Select[Any]:
    """The due parts of a case as of today, the settled ones too."""
    case_id, customer_id = view.row.id, view.row.customer_id
    whose = whose_items(r.actor, customer_id)
    entries = select(CasePart.entry_id).where(CasePart.case_id == case_id)
    items = due_parts(r.today, whose, entries)
    mine = select(CasePart.entry_id, CasePart.part).where(CasePart.case_id == case_id)
    columns: list[Any] = [Entry.kind, Entry.number, Entry.reference]
    return (
        with_disputes(items, r.today, whose)
        .add_columns(*columns)
        .join(Entry, Entry.id == items.c.entry_id)
        .where(tuple_(items.c.entry_id, items.c.part).in_(mine))
        .order_by(items.c.due_on, Entry.number, items.c.part)
    )


def _line(
    r: Reader, row: Any, kind: Kind, interest: Interest | None, paid: dict[Key, list[Credit]]
) -> ClaimLine:
    claimed = claimable(kind, ClaimItem(int(row.open), int(row.disputed)))
    return ClaimLine(
        entry_id=row.entry_id,
        part=row.part,
        ref=r.refs.of("iv", row.entry_id),
        number=row.number,
        kind=EntryKind(row.kind).word,
        reference=row.reference or "",
        dated_on=row.dated_on,
        due_on=row.due_on,
        days_late=max(days_late(row.due_on, r.today) or 0, 0),
        amount=Money(row.amount_minor, row.currency),
        open=Money(int(row.open), row.currency),
        disputed=Money(int(row.disputed), row.currency),
        claimed=Money(claimed, row.currency),
        interest=interest,
        credits=paid.get((row.entry_id, row.part), []),
    )


def _interest(r: Reader, view: CaseView, parts: set[Key]) -> dict[Key, Interest]:
    """The late interest of the case's parts, worked out period by period."""
    whose, is_legal = whose_items(r.actor, view.row.customer_id), view.row.kind is Kind.LEGAL
    rules, found = Rules.of(r, r.today), {}
    for each in accrued(r, whose, r.today):
        key = (each.late.entry_id, each.late.part)
        if key not in parts or each.held.tariff is None:
            continue
        worked = rules.accrual(each, with_disputed=is_legal)
        above = rules.above(each, worked)
        left = worked.total.minor - above + each.fixed - each.charged - each.waived
        found[key] = Interest(
            periods_of(worked),
            *(
                Money(minor, each.late.currency)
                for minor in (max(left, 0), each.fixed, each.charged, each.waived, above)
            ),
        )
    return found


def _credits(r: Reader, case_id: int, customer_id: int) -> dict[Key, list[Credit]]:
    """By due part: what was applied to it until today, in the order of its days."""
    columns: list[Any] = [
        *(Allocation.entry_id, Allocation.part, Allocation.amount_minor, Allocation.currency),
        *(Entry.number, Entry.kind, Entry.dated_on),
    ]
    rows: Select[Any] = select(*columns).join(Entry, Entry.id == Allocation.credit_id)
    mine = select(CasePart.entry_id).where(CasePart.case_id == case_id)
    kept = rows.where(
        Allocation.customer_id == customer_id,
        Allocation.entry_id.in_(mine),
        Allocation.memo == 0,
        counts_on(r.today),
    )
    found: dict[Key, list[Credit]] = defaultdict(list)
    for row in r.session.execute(kept.order_by(Entry.dated_on, Entry.number)):
        amount = Money(row.amount_minor, row.currency)
        credit = Credit(row.number, EntryKind(row.kind).word, row.dated_on, amount)
        found[row.entry_id, row.part].append(credit)
    return dict(found)


def numbers_of(lines: Sequence[ClaimLine]) -> list[str]:
    """The documents of a claim, each once."""
    return list(dict.fromkeys(line.number for line in lines))
