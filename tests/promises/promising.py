"""A house with promises for tests: customers who owe, promise, pay in time, late or not at all."""

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import event, select

from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.core.ledger import Allocation, Book, Entry, Kind
from portal.core.money import Money
from portal.promises import daily
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter
from portal.tables.approvals import Task
from portal.tables.customers import Customer
from portal.tables.journal import Outbox
from portal.tables.people import User
from portal.tables.promises import Promise, PromisedPart
from tests.desk import day, invoice
from tests.ledgers import store

LI_NA = "li.na@northwind.example"


@dataclass
class House:
    """Books that grow: each invoice over 100.00 of its customer, due on 27 October."""

    installation: Installation
    entries: list = field(default_factory=list)
    parts: list = field(default_factory=list)
    applied: list = field(default_factory=list)

    def invoice(self, number: int, customer: str = "HUADONG", currency: str = "CNY") -> None:
        entry, part = invoice(number, customer, "09-01", "10-27", 100_00, currency)
        self.entries.append(entry)
        self.parts.append(part)
        self._store()

    def promise(
        self, number: int, by: str, minor: int = 100_00, made: str = "11-02", way: str = "portal"
    ) -> int:
        """The id of a promise that covers an invoice."""
        with self.installation.work(SYSTEM) as w:
            [entry] = [each for each in self.entries if each.id == number]
            owner = select(Customer.id).where(Customer.code == entry.customer)
            customer_id = w.session.scalars(owner).one()
            promise = Promise(
                customer_id=customer_id,
                currency=entry.amount.currency,
                promised_on=day(by),
                made_on=day(made),
                made_at=w.now,
                amount_minor=minor,
                reason="unsaid",
                note="",
                method="",
                way=way,
                evidence="{}",
                evidence_sha256="",
            )
            w.session.add(promise)
            w.session.flush()
            about = {"customer_id": customer_id, "promise_id": promise.id, "entry_id": number}
            w.session.add(PromisedPart(**about, part=1, amount_minor=minor))
            return promise.id

    def pay(self, number: int, on: str, minor: int = 100_00, applied: str = "") -> None:
        """Money of a value date for an invoice; applied on that day, later, or (`-`) not yet."""
        [entry] = [each for each in self.entries if each.id == number]
        receipt = 1000 + len(self.entries)
        amount = Money(-minor, entry.amount.currency)
        paid = Entry(receipt, entry.customer, Kind.PAYMENT, f"RCT-{receipt}", day(on), amount)
        self.entries.append(paid)
        if applied != "-":
            self.apply(number, receipt, minor, applied or on)
        self._store()

    def apply(self, number: int, receipt: int, minor: int, on: str) -> None:
        [entry] = [each for each in self.entries if each.id == number]
        amount = Money(minor, entry.amount.currency)
        self.applied.append(Allocation(receipt, number, 1, amount, day(on)))
        self._store()

    def _store(self) -> None:
        book = Book(tuple(self.entries), tuple(self.parts), tuple(self.applied), ())
        store(self.installation, book, owner="Li Na")

    def employ(self, name: str = "Li Na", email: str = LI_NA) -> None:
        with self.installation.work(SYSTEM) as w:
            w.session.add(
                User(email=email, name=name, language="en", staff_role="sales", created_at=w.now)
            )

    def on(self, month_and_day: str) -> dt.date:
        """Moves everybody's clock to noon of a day."""
        today = day(month_and_day)
        noon = dt.datetime.combine(today, dt.time(4), dt.UTC)
        object.__setattr__(self.installation, "clock", Clock(fixed_at=noon))
        return today

    def run(self, month_and_day: str) -> dict:
        return daily.run(self.installation, self.on(month_and_day))

    def states(self) -> list[str]:
        with self.installation.reading(SYSTEM) as r:
            return [row.state.value for row in list_promises(r, PromiseFilter())]

    def tasks(self, *, is_done: bool = False) -> list[Task]:
        with self.installation.reading(SYSTEM) as r:
            done = Task.done_at.is_not(None) if is_done else Task.done_at.is_(None)
            return list(r.session.scalars(select(Task).where(done).order_by(Task.id)))

    def mails(self) -> list[Outbox]:
        with self.installation.reading(SYSTEM) as r:
            return list(r.session.scalars(select(Outbox).where(Outbox.kind == "promises_missed")))

    def count_of_a_run(self, month_and_day: str) -> int:
        """How many statements a day's run sends."""
        said: list[str] = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            said.append(statement)

        engine = self.installation.database.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            self.run(month_and_day)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(said)
