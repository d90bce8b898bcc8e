"""A house that is paid late: invoices due on 1 October, what came for them, and who charges."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from portal.base.access import SYSTEM, Actor
from portal.base.batch import insert_rows
from portal.base.installation import Installation
from portal.base.policies import decide
from portal.core.ledger import Allocation, Book, Entry, Kind, Part
from portal.core.money import Money
from portal.interest.accruing import accrued
from portal.interest.queries import AccruedLine, accrued_of
from portal.invoices.open_items import everyone
from portal.invoices.posting import NewEntry
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.contracts import Contract, InvoiceCheck
from portal.tables.customers import Customer
from portal.tables.disputes import DisputedPart
from portal.tables.invoices import Entry as EntryTable
from portal.tables.payments import Allocation as Applied
from portal.tables.people import User
from tests.ledgers import count_on, store
from tests.people.cast import PASSWORD

CLERK, LEAD, OTHER = "tom@northwind.example", "amy@northwind.example", "eva@northwind.example"
PEOPLE = (
    NewUser(CLERK, "Tom Reed", PASSWORD, ("clerk",)),
    NewUser(LEAD, "Amy Sun", PASSWORD, ("collections_lead",)),
    NewUser(OTHER, "Eva Lind", PASSWORD, ("clerk",)),
)
#: 0.10 a day of 365.00.
TEN_PERCENT = {"annual_rate": "10", "day_count": 365}
DUE = "10-01"


def day(month_and_day: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{month_and_day}")


@dataclass
class Lender:
    """Books that grow, and people of the house."""

    installation: Installation
    entries: list[Entry] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    applied: list[Allocation] = field(default_factory=list)

    def invoice(self, number: int, *, due: str = DUE, minor: int = 365_00, **told: str) -> int:
        amount = Money(minor, told.get("currency", "CNY"))
        customer = told.get("customer", "HUADONG")
        entry = Entry(number, customer, Kind.INVOICE, f"INV-{number}", day("09-01"), amount)
        self.entries.append(entry)
        self.parts.append(Part(number, 1, day(due), amount))
        return self._store(number)

    def pay(
        self, number: int, on: str, minor: int, kind: Kind = Kind.PAYMENT, *, applied: str = ""
    ) -> int:
        [entry] = [each for each in self.entries if each.id == number]
        credit = 1000 + len(self.entries)
        money = Money(minor, entry.amount.currency)
        self.entries.append(Entry(credit, entry.customer, kind, f"RCT-{credit}", day(on), -money))
        self.applied.append(Allocation(credit, number, 1, money, day(applied or on)))
        return self._store(credit)

    def _store(self, number: int) -> int:
        store(self.installation, Book(tuple(self.entries), tuple(self.parts), tuple(self.applied)))
        count_on(self.installation)
        return number

    def credit(self, number: int, on: str, minor: int) -> None:
        """A credit note about an invoice, as an accepted objection posts it."""
        credit = 1000 + len(self.entries)
        with self.installation.work() as w:
            invoice = w.session.get_one(EntryTable, number)
            about = NewEntry(
                *(credit, invoice.customer_id, invoice.currency, Kind.CREDIT_NOTE, 2, day(on)),
                *(-minor, f"CN-{credit}", w.now),
                about_id=number,
            )
            insert_rows(w.session, EntryTable.__table__, NewEntry._fields, [about])
            key = {"customer_id": invoice.customer_id, "entry_id": number, "part": 1, "nth": 1}
            applied = {"effective_on": day(on), "amount_minor": minor, "source": "clerk"}
            w.session.add(
                Applied(**key, credit_id=credit, currency=invoice.currency, **applied, memo=0)
            )

    def hold(self, number: int) -> None:
        with self.installation.work() as w:
            customer_id = w.session.get_one(EntryTable, number).customer_id
            told = {"fingerprint": "", "differences": "[]", "checked_at": w.now}
            w.session.add(
                InvoiceCheck(entry_id=number, customer_id=customer_id, state="held", **told)
            )

    def sign(self, code: str, rate: str) -> None:
        """A contract of Huadong's, which the invoices that name it follow."""
        customer_id = self.customer_id()
        with self.installation.work() as w:
            told = {"starts_on": day("01-01"), "late_interest_rate": Decimal(rate)}
            w.session.add(Contract(code=code, customer_id=customer_id, created_at=w.now, **told))

    def dispute(self, number: int, minor: int | None = None, ended: str = "") -> None:
        with self.installation.work() as w:
            mark = DisputedPart(
                customer_id=self.customer_id("HUADONG"),
                entry_id=number,
                part=1,
                from_on=day("10-02"),
                ended_on=day(ended) if ended else None,
                amount_minor=minor,
            )
            w.session.add(mark)

    def say(self, statement: str, **values: Any) -> None:
        """A change of the tables that no act makes here."""
        with self.installation.work() as w:
            w.session.execute(text(statement), values)

    def decide(self, **values: Any) -> None:
        with self.installation.work() as w:
            decide(w, values, day("01-01"))

    def customer_id(self, code: str = "HUADONG") -> int:
        with self.installation.reading(SYSTEM) as r:
            return int(r.session.scalars(select(Customer.id).where(Customer.code == code)).one())

    def employ(self) -> None:
        with self.installation.work() as w:
            for person in PEOPLE:
                create_user_with_password(w, person)

    def actor(self, email: str) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            return actor_of(r, r.session.scalars(select(User.id).where(User.email == email)).one())

    def act(self, email: str, act: Any, command: Any) -> Any:
        with self.installation.work(self.actor(email)) as w:
            return act(w, command)

    def lines(self, on: str, currency: str = "CNY", code: str = "HUADONG") -> list[AccruedLine]:
        with self.installation.reading(SYSTEM) as r:
            return accrued_of(r, self.customer_id(code), currency, day(on))

    def open(self, on: str, currency: str = "CNY", code: str = "HUADONG") -> list[str]:
        """What was not asked for yet, by item."""
        return [line.open.major() for line in self.lines(on, currency, code)]

    def every(self, on: dt.date) -> dict[tuple[int, int], int]:
        """The interest of every part of everybody."""
        with self.installation.reading(SYSTEM) as r:
            return {
                (each.late.entry_id, each.late.part): each.interest
                for each in accrued(r, everyone, on)
            }
