"""Runs of the ladders: a company with overdue customers, who looks at its run, and a worker."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.base.policies import decide
from portal.core.ledger import Allocation, Book, Entry, Kind
from portal.core.money import Money
from portal.escalation.daily import run as run_daily
from portal.escalation.planning import Plan, plan_day
from portal.escalation.runs.commands import ApproveRun, approve_run
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.escalation import Dunning, LadderRun, Notice, PlannedStep
from portal.tables.journal import Audit, Outbox
from portal.worker import REGISTRY
from tests.desk import DeskBrowser, Office, an_office, books
from tests.ledgers import store

PASSWORD = "a password that is long enough"
HUADONG, BERGMANN = "HUADONG", "BERGMANN"


@dataclass
class House:
    """The company, and who leads collections in it."""

    installation: Installation
    lead_id: int

    @property
    def lead(self) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            return actor_of(r, self.lead_id)

    def daily(self) -> dict:
        """The daily run, as the timetable begins it."""
        with self.installation.reading(SYSTEM) as r:
            today = r.today
        return run_daily(self.installation, today)

    def does(self, act, command, actor: Actor | None = None):
        with self.installation.work(actor or self.lead) as w:
            return act(w, command)

    def run(self) -> LadderRun:
        with self.installation.reading(SYSTEM) as r:
            return r.session.scalars(select(LadderRun).order_by(LadderRun.id.desc())).first()

    def plan(self) -> Plan:
        with self.installation.reading(self.lead) as r:
            return plan_day(r, self.run().on)

    def approve(self, steps: int = 2, customers: int = 2) -> None:
        command = ApproveRun(self.run().id, (steps, customers), self.plan())
        self.does(approve_run, command)

    def works(self) -> None:
        """A worker does its tasks; no mail leaves."""
        drain(self.installation, REGISTRY, channels=["task"])

    def mails(self) -> None:
        """A worker sends what may leave."""
        drain(self.installation, REGISTRY, channels=["email", "sms"])

    def planned(self) -> list[tuple]:
        return self._rows(
            select(PlannedStep.step, PlannedStep.state, PlannedStep.reason).order_by(
                PlannedStep.customer_id, PlannedStep.step
            )
        )

    def done(self) -> list[tuple]:
        return self._rows(select(Dunning.step, Dunning.state).order_by(Dunning.id))

    def notices(self) -> list[tuple]:
        return self._rows(select(Notice.channel, Notice.state).order_by(Notice.id))

    def outbox(self) -> list[tuple]:
        rows = select(Outbox.kind, Outbox.state, Outbox.not_before).where(Outbox.kind == "ladder")
        return self._rows(rows.order_by(Outbox.id))

    def _rows(self, found) -> list[tuple]:
        with self.installation.reading(SYSTEM) as r:
            return [tuple(row) for row in r.session.execute(found)]

    def mailing(self, channel: str = "email") -> None:
        """From now on one ladder, whose only step is a message."""
        step = {"name": "mail", "days_overdue": 1, "channel": channel}
        with self.installation.work(SYSTEM) as w:
            decide(w, {"ladders": [{"name": "mails", "step": [step]}]})

    def writing(self) -> None:
        """The same by post, to addresses that are known."""
        self.mailing("letter")
        with self.installation.work(SYSTEM) as w:
            for customer in w.session.scalars(select(Customer)):
                customer.address = "1 Harbour Road, Ningbo 315000"

    def bergmann_pays(self) -> None:
        """The invoice that is overdue is paid today, in full."""
        with self.installation.reading(SYSTEM) as r:
            today = r.today
        amount = Money(80_00, "EUR")
        paid = Entry(77, "BERGMANN", Kind.PAYMENT, "RCT-77", today, -amount)
        known = books()
        applied = (Allocation(77, 3, 1, amount, today),)
        whole = Book((*known.entries, paid), known.parts, applied)
        store(self.installation, whole)

    def fail(self) -> None:
        """The mails are given up, as after three days of trying."""
        with self.installation.work(SYSTEM) as w:
            for row in w.session.scalars(select(Outbox).where(Outbox.kind == "ladder")):
                row.state, row.problem = "failed", "Connection refused"
            for notice in w.session.scalars(select(Notice)):
                notice.state, notice.problem = "failed", "Connection refused"

    def audited(self) -> list[str]:
        rows = select(Audit.kind).where(Audit.kind.startswith("ladder_run."))
        return [kind for (kind,) in self._rows(rows.order_by(Audit.id))]

    def sent(self) -> list[tuple]:
        return self._rows(
            select(Outbox.to_address, Outbox.tries).where(
                Outbox.state == "sent", Outbox.kind == "ladder"
            )
        )

    def id_of(self, code: str) -> int:
        with self.installation.reading(SYSTEM) as r:
            return r.session.scalars(select(Customer.id).where(Customer.code == code)).one()


def house_in(installation: Installation) -> House:
    """Huadong owes since July and October, Bergmann since eleven days; both read mails."""
    an_office(installation)
    with installation.work(SYSTEM) as w:
        for customer in w.session.scalars(select(Customer)):
            customer.email = f"{customer.code.lower()}@example.com"
        new = NewUser("lead@northwind.example", "The lead", PASSWORD, ("collections_lead",))
        lead_id = create_user_with_password(w, new).user_id
    return House(installation, lead_id)


@pytest.fixture
def house(any_installation: Installation) -> House:
    return house_in(any_installation)


@pytest.fixture
def quick(installation: Installation) -> House:
    """On SQLite alone."""
    return house_in(installation)


@pytest.fixture
def office(quick: House) -> Office:
    return an_office(quick.installation, with_books=False)


@pytest.fixture
def lead(office: Office) -> DeskBrowser:
    return office.enter("collections_lead")
