"""
The books as plain data: entries, due parts, allocations and disputes, seen as of a date.

This is the reference that the SQL of the features is compared with; it posts nothing and stores
nothing. The open item is the due part, never the invoice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum
from functools import cached_property

from portal.core.dispute import disputed_of
from portal.core.errors import RuleBroken
from portal.core.money import Money

#: The finer word of charges that are the fees of reminders.
LATE_FEE = "late_fee"


class Kind(IntEnum):
    """
    What an entry is; the number is its rank among the lines of one day.

    Rule: R22 — a write-off is a memo inside the house: it lowers what the house expects, never the
    claim, and no statement shows it (S-164, RULES 1).

    >>> Kind.CREDIT_NOTE.word, Kind.OPENING.word, Kind.WRITE_OFF.is_memo
    ('credit_note', 'adjustment', True)
    """

    INVOICE = 1
    CHARGE = 2
    CREDIT_NOTE = 3
    PAYMENT = 4
    DISCOUNT = 5
    REFUND = 6
    RETURNED_PAYMENT = 7
    TRANSFER = 8
    ADJUSTMENT = 9
    OPENING = 10
    WRITE_OFF = 12

    @property
    def shown(self) -> "Kind":
        """The kind that a statement shows, which ranks its line: an opening is an adjustment."""
        return Kind.ADJUSTMENT if self is Kind.OPENING else self

    @property
    def word(self) -> str:
        """What a statement calls the kind."""
        return self.shown.name.lower()

    @property
    def sign(self) -> int:
        """1 where it raises what is owed, -1 where it lowers it, 0 where it may do either."""
        return _SIGNS.get(self, 0)

    @property
    def is_memo(self) -> bool:
        """Whether the entry stands inside the house only."""
        return self is Kind.WRITE_OFF

    @property
    def space(self) -> int:
        """Where its number is unique: 1 invoices, 2 payments and credit notes, 3 the rest."""
        return _SPACES.get(self, 3)


_SIGNS = {
    Kind.INVOICE: 1,
    Kind.CHARGE: 1,
    Kind.CREDIT_NOTE: -1,
    Kind.PAYMENT: -1,
    Kind.DISCOUNT: -1,
    Kind.REFUND: 1,
    Kind.RETURNED_PAYMENT: 1,
}
_SPACES = {Kind.INVOICE: 1, Kind.CREDIT_NOTE: 2, Kind.PAYMENT: 2}


@dataclass(frozen=True, order=True, slots=True)
class Account:
    """What is kept apart: one customer in one currency."""

    customer: str
    currency: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A posted document; its amount is signed, + raises what is owed."""

    id: int
    customer: str
    kind: Kind
    number: str
    dated_on: date
    amount: Money
    reference: str = ""
    leg: int = 0

    def __post_init__(self) -> None:
        """Refuse an amount of nothing, or of the sign that the kind cannot have."""
        if not self.amount.minor or self.amount.minor * self.kind.sign < 0:
            raise ValueError(f"{self.kind.name} of {self.amount.major()}")

    @property
    def account(self) -> Account:
        """The account that the entry stands on."""
        return Account(self.customer, self.amount.currency)

    @property
    def is_credit(self) -> bool:
        """Whether the entry can be applied to due parts."""
        return self.amount.minor < 0


@dataclass(frozen=True, slots=True)
class Part:
    """The open item: what falls due of an entry on one day; None until the baseline is known."""

    entry_id: int
    part: int
    due_on: date | None
    amount: Money


@dataclass(frozen=True, slots=True)
class Allocation:
    """A credit applied to a due part from a day on; ended from a day, never deleted."""

    credit_id: int
    entry_id: int
    part: int
    amount: Money
    effective_on: date
    ended_on: date | None = None

    def counts_on(self, day: date) -> bool:
        """
        Whether the application holds on a day; on the day it ends it no longer does.

        Rule: R23 — an allocation counts from its effective date until the day before it is ended
        (INTERFACES 3).

        >>> applied = Allocation(2, 1, 1, Money(100, "EUR"), date(2026, 5, 1), date(2026, 5, 9))
        >>> [applied.counts_on(date(2026, 5, day)) for day in (1, 8, 9)]
        [True, True, False]
        """
        return self.effective_on <= day and (self.ended_on is None or day < self.ended_on)

    def ended(self, on: date) -> "Allocation":
        """
        The same application, ended from a day.

        Raises: allocation.ends_too_early, allocation.ended_already.

        >>> applied = Allocation(2, 1, 1, Money(100, "EUR"), date(2026, 5, 1))
        >>> applied.ended(date(2026, 5, 1)).counts_on(date(2026, 5, 1))
        False
        """
        if self.ended_on is not None:
            raise RuleBroken("allocation.ended_already", ended_on=self.ended_on)
        if on < self.effective_on:
            raise RuleBroken("allocation.ends_too_early", effective_on=self.effective_on)
        return replace(self, ended_on=on)


@dataclass(frozen=True, slots=True)
class DisputedPart:
    """A mark that a due part, or an amount of it, is disputed for a time; several add up."""

    entry_id: int
    part: int
    from_on: date
    ended_on: date | None = None
    amount: Money | None = None


@dataclass(frozen=True)
class Book:
    """Everything that has been posted; an as-of date chooses what of it counts."""

    entries: tuple[Entry, ...] = ()
    parts: tuple[Part, ...] = ()
    allocations: tuple[Allocation, ...] = ()
    disputes: tuple[DisputedPart, ...] = ()

    @cached_property
    def by_id(self) -> dict[int, Entry]:
        """The entries by their id."""
        return {entry.id: entry for entry in self.entries}

    @property
    def accounts(self) -> list[Account]:
        """The accounts that hold an entry, by customer and currency."""
        return sorted({entry.account for entry in self.entries})


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A due part as of a date: what the customer owes of it, and what the house still expects."""

    entry: Entry
    part: Part
    claim: Money
    house: Money
    disputed: Money


@dataclass(frozen=True, slots=True)
class Position:
    """An account as of a date; `memo` is what was written off inside the house."""

    open: Money
    unapplied: Money
    disputed: Money
    memo: Money

    @property
    def balance(self) -> Money:
        """
        What the customer owes in all.

        Rule: R24 — open − unapplied = balance; credits are never netted silently (INTERFACES 5).
        """
        return self.open - self.unapplied

    @property
    def house(self) -> Money:
        """
        What the house still expects in all.

        Rule: R25 — claim − memo = books (RULES 1).
        """
        return self.balance - self.memo


def open_items(book: Book, as_of: date) -> list[OpenItem]:
    """
    The due parts that are open at the end of a day, the earliest due first, undated ones last.

    Rule: R26 — documents and applications dated up to the day count, the day included; the one
    answer feeds statement, ageing and portal (INTERFACES 5, S-086).

    >>> invoice = Entry(1, "C1", Kind.INVOICE, "INV-1", date(2026, 5, 1), Money(10000, "EUR"))
    >>> payment = Entry(2, "C1", Kind.PAYMENT, "P-1", date(2026, 5, 20), Money(-4000, "EUR"))
    >>> part = Part(1, 1, date(2026, 5, 31), Money(10000, "EUR"))
    >>> applied = Allocation(2, 1, 1, Money(4000, "EUR"), date(2026, 5, 20))
    >>> book = Book((invoice, payment), (part,), (applied,))
    >>> [open_items(book, date(2026, 5, day))[0].claim.major() for day in (19, 20)]
    ['100.00', '60.00']
    """
    items = []
    for part in book.parts:
        entry = book.by_id[part.entry_id]
        if entry.dated_on <= as_of:
            item = _open_item(book, entry, part, as_of)
            if item.claim.minor or item.house.minor:
                items.append(item)
    return sorted(items, key=_earliest_due_first)


def position(book: Book, account: Account, as_of: date) -> Position:
    """
    What an account owes, what it has unapplied, and what of it is disputed or written off.

    Rule: R27 — a credit dated up to the day and not applied by then is unapplied, whatever invoice
    it names (INTERFACES 5).

    >>> payment = Entry(1, "C1", Kind.PAYMENT, "P-1", date(2026, 5, 20), Money(-4000, "EUR"))
    >>> position(Book((payment,)), Account("C1", "EUR"), date(2026, 5, 31)).balance.major()
    '-40.00'
    """
    nothing = Money.zero(account.currency)
    items = [item for item in open_items(book, as_of) if item.entry.account == account]
    unapplied = (
        _unapplied(book, entry, as_of)
        for entry in book.entries
        if entry.account == account
        and entry.is_credit
        and not entry.kind.is_memo
        and entry.dated_on <= as_of
    )
    return Position(
        open=sum((item.claim for item in items), start=nothing),
        unapplied=sum(unapplied, start=nothing),
        disputed=sum((item.disputed for item in items), start=nothing),
        memo=sum((item.claim - item.house for item in items), start=nothing),
    )


def _open_item(book: Book, entry: Entry, part: Part, as_of: date) -> OpenItem:
    applied = [
        allocation
        for allocation in book.allocations
        if (allocation.entry_id, allocation.part) == (part.entry_id, part.part)
        and allocation.counts_on(as_of)
    ]
    nothing = Money.zero(part.amount.currency)
    by_memo = {False: nothing, True: nothing}
    for allocation in applied:
        by_memo[book.by_id[allocation.credit_id].kind.is_memo] += allocation.amount
    claim = part.amount - by_memo[False]
    return OpenItem(entry, part, claim, claim - by_memo[True], _disputed(book, part, claim, as_of))


def _disputed(book: Book, part: Part, claim: Money, as_of: date) -> Money:
    marks = [
        None if mark.amount is None else mark.amount.minor
        for mark in book.disputes
        if (mark.entry_id, mark.part) == (part.entry_id, part.part)
        and mark.from_on <= as_of
        and (mark.ended_on is None or as_of < mark.ended_on)
    ]
    return Money(disputed_of(claim.minor, marks), claim.currency)


def _unapplied(book: Book, credit: Entry, as_of: date) -> Money:
    applied: Iterable[Money] = (
        allocation.amount
        for allocation in book.allocations
        if allocation.credit_id == credit.id and allocation.counts_on(as_of)
    )
    return -credit.amount - Money.total(applied, credit.amount.currency)


def _earliest_due_first(item: OpenItem) -> tuple[date, date, str, int]:
    due_on = item.part.due_on or date.max
    return (due_on, item.entry.dated_on, item.entry.number, item.part.part)
