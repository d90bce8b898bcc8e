"""Books for tests: posted by date and amount, as an accountant would tell them."""

from dataclasses import dataclass, field
from datetime import date

from portal.core.allocation import apply_credit
from portal.core.ledger import (
    Account,
    Allocation,
    Book,
    DisputedPart,
    Entry,
    Kind,
    Part,
    open_items,
    position,
)
from portal.core.money import Money

EURO = Account("C1", "EUR")


def euro(amount: str) -> Money:
    return Money.parse(amount, "EUR")


def day(month_and_day: str) -> date:
    return date.fromisoformat(f"2026-{month_and_day}")


@dataclass
class Ledger:
    """A book in the making; documents are named by their number."""

    customer: str = "C1"
    entries: list[Entry] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    disputes: list[DisputedPart] = field(default_factory=list)

    @property
    def book(self) -> Book:
        return Book(
            tuple(self.entries), tuple(self.parts), tuple(self.allocations), tuple(self.disputes)
        )

    def post(self, kind: Kind, number: str, dated_on: date, amount: str) -> Entry:
        entry = Entry(len(self.entries) + 1, self.customer, kind, number, dated_on, euro(amount))
        self.entries.append(entry)
        return entry

    def invoice(
        self,
        number: str,
        dated_on: date,
        amount: str,
        due: list[tuple[date | None, str]] | None = None,
    ) -> Entry:
        return self.debit(Kind.INVOICE, number, dated_on, amount, due)

    def debit(
        self,
        kind: Kind,
        number: str,
        dated_on: date,
        amount: str,
        due: list[tuple[date | None, str]] | None = None,
    ) -> Entry:
        entry = self.post(kind, number, dated_on, amount)
        for part, (due_on, share) in enumerate(due or [(dated_on, amount)], start=1):
            self.parts.append(Part(entry.id, part, due_on, euro(share)))
        return entry

    def credit(
        self,
        kind: Kind,
        number: str,
        dated_on: date,
        amount: str,
        pays: str | None = None,
        acted_on: date | None = None,
    ) -> Entry:
        entry = self.post(kind, number, dated_on, f"-{amount}")
        if pays:
            self.apply(number, pays, acted_on or dated_on)
        return entry

    def pay(self, number: str, dated_on: date, amount: str, pays: str | None = None) -> Entry:
        return self.credit(Kind.PAYMENT, number, dated_on, amount, pays)

    def apply(self, credit_number: str, number: str | None, acted_on: date) -> Money:
        """Apply what is left of a credit to one document, or to all, oldest due first."""
        credit = next(entry for entry in self.entries if entry.number == credit_number)
        used = [a.amount for a in self.allocations if a.credit_id == credit.id]
        left = -credit.amount - Money.total(used, credit.amount.currency)
        items = [
            item
            for item in open_items(self.book, date.max)
            if number is None or item.entry.number == number
        ]
        made, rest = apply_credit(credit, left, items, acted_on)
        self.allocations.extend(made)
        return rest

    def open_by_number(self, as_of: date) -> dict[str, str]:
        owed: dict[str, Money] = {}
        for item in open_items(self.book, as_of):
            owed[item.entry.number] = owed.get(item.entry.number, euro("0")) + item.claim
        return {number: amount.major() for number, amount in owed.items()}

    def balance(self, as_of: date) -> str:
        return position(self.book, Account(self.customer, "EUR"), as_of).balance.major()
