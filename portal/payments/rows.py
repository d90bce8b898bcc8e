"""The frozen rows that pages read of payments and other credits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.core.money import Money
from portal.invoices.rows import PER_PAGE, AppliedRow
from portal.payments.announced import AdviceRow


@dataclass(frozen=True, slots=True)
class CreditFilter:
    """What a list of credits is narrowed to; empty is no restriction."""

    customer_id: int | None = None
    #: payment | credit_note, or `unapplied`: those of which something is left
    state: str = ""
    from_on: dt.date | None = None
    to_on: dt.date | None = None
    currency: str = ""
    #: Part of a number, a reference or a payer's name.
    text: str = ""
    #: date | amount | unapplied, with a minus in front for the largest first.
    sort: str = "-date"
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A payment, credit note or other credit, with what of it is not applied yet."""

    id: int
    ref: str
    customer_id: int
    customer_name: str
    kind: str
    number: str
    reference: str
    dated_on: dt.date
    method: str
    payer: str
    amount: Money
    unapplied: Money
    applied: tuple[AppliedRow, ...]


@dataclass(frozen=True, slots=True)
class CreditTotal:
    """The sums of a filtered set in one currency."""

    count: int
    amount: Money
    unapplied: Money


@dataclass(frozen=True, slots=True)
class CreditPage:
    """One page of credits, and the sums of all pages."""

    rows: list[CreditRow]
    totals: list[CreditTotal]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """An application of a credit, running or ended, as the desk shows it."""

    #: What names it in a form: entry-part-nth.
    key: str
    entry_id: int
    part: int
    nth: int
    ref: str
    kind: str
    number: str
    effective_on: dt.date
    ended_on: dt.date | None
    amount: Money
    #: import, customer, clerk or rule
    source: str

    @property
    def counted_never(self) -> bool:
        """Whether it ended on the day it began, as what was undone does."""
        return self.ended_on is not None and self.ended_on <= self.effective_on


@dataclass(frozen=True, slots=True)
class PayableRow:
    """An open item that a credit can pay: its customer's, or another's of the group."""

    #: What names it in a form: entry_part.
    key: str
    entry_id: int
    part: int
    ref: str
    kind: str
    number: str
    reference: str
    dated_on: dt.date
    due_on: dt.date | None
    days_late: int | None
    open: Money
    is_disputed: bool
    #: Whose it is, where it is not the credit's own customer's.
    customer_name: str


@dataclass(frozen=True, slots=True)
class HandActRow:
    """Something that was done with a credit by hand."""

    id: int
    ref: str
    kind: str
    who: str
    at: dt.datetime
    on: dt.date
    amount: Money
    documents: tuple[str, ...]
    undone_at: dt.datetime | None
    #: Until when it can be undone; None once it no longer can.
    undo_until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A credit on the desk: what it is, what is left of it, and what can be done with it."""

    credit: CreditRow
    customer_ref: str
    customer_code: str
    reason: str
    applications: tuple[ApplicationRow, ...]
    items: tuple[PayableRow, ...]
    acts: tuple[HandActRow, ...]
    #: The others of the group: code and name.
    group: tuple[tuple[str, str], ...]
    #: Keys of the items that a proposal takes.
    proposal: tuple[str, ...]
    #: announced | exact | named | oldest_due, or empty
    proposal_reason: str
    #: What the customer announced that this may be, the likeliest first.
    advices: tuple[AdviceRow, ...] = ()
    #: The one that the proposal follows, and what each of its items takes, by the item's key.
    advice: AdviceRow | None = None
    amounts: Mapping[str, Money] = field(default_factory=dict)
