"""Work at the desk for tests: tasks, a dispute, a promise, an order and a payment that wait."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.approvals.tasks import NewTask, make_task
from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.tables.customers import Customer
from portal.tables.disputes import Dispute
from portal.tables.invoices import Entry
from portal.tables.orders import SalesOrder
from portal.tables.people import User
from tests.desk import DeskBrowser, Office, an_office

CALL = {"amount": "88400.00", "currency": "CNY", "on": "2026-09-18"}


@dataclass
class WorkDesk:
    """An office, and what waits in it."""

    office: Office

    @property
    def installation(self) -> Installation:
        return self.office.installation

    def customer_id(self, code: str = "HUADONG") -> int:
        with self.installation.reading(SYSTEM) as r:
            return r.session.scalars(select(Customer.id).where(Customer.code == code)).one()

    def enter(self, role: str = "clerk") -> DeskBrowser:
        return self.office.enter(role)

    def actor(self, person: DeskBrowser) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            user = r.session.get_one(User, person.user_id)
            return Actor("staff", user.id, user.name, user.email, staff_role=user.staff_role)

    def add(
        self,
        subject: str,
        kind: str = "ladder_call",
        *,
        due: str = "2026-11-20",
        customer: str = "HUADONG",
        facts: dict[str, str] | None = None,
        owner_id: int | None = None,
    ) -> int:
        customer_id, due_on = self.customer_id(customer), dt.date.fromisoformat(due)
        told = CALL if facts is None else facts
        with self.installation.work(SYSTEM) as w:
            new = NewTask(customer_id, kind, subject, due_on, told, owner_id)
            made = make_task(w, new)
        assert made is not None
        return made

    def ref(self, prefix: str, row_id: int) -> str:
        with self.installation.reading(SYSTEM) as r:
            return r.refs.of(prefix, row_id)

    def path(self, task_id: int, act: str = "") -> str:
        return f"/desk/work/{self.ref('ta', task_id)}{act}"

    def talks(self, code: str = "HUADONG") -> str:
        return self.office.customer_path(code, "/talks")

    def comments(self, code: str = "HUADONG") -> str:
        return self.office.customer_path(code, "/comments")

    def one(self, row: Any) -> int:
        """A row of its own in the books; its id."""
        with self.installation.work(SYSTEM) as w:
            w.session.add(row)
            w.session.flush()
            return int(row.id)

    def dispute(self, minor: int = 70_00, answer_by: str = "2026-11-18") -> int:
        with self.installation.reading(SYSTEM) as r:
            entry = r.session.scalars(select(Entry).where(Entry.number == "INV-1")).one()
            someone = r.session.scalars(select(User.id)).first()
        return self.one(
            Dispute(
                customer_id=entry.customer_id,
                currency="CNY",
                entry_id=entry.id,
                reason="price",
                said="The price is another one.",
                way="phone",
                amount_minor=minor,
                state="received",
                raised_on=dt.date(2026, 11, 10),
                raised_at=self.installation.clock.now(),
                answer_by=dt.date.fromisoformat(answer_by),
                user_id=someone,
            )
        )

    def order(self) -> int:
        customer_id = self.customer_id("BERGMANN")
        return self.one(
            SalesOrder(
                customer_id=customer_id,
                code="SO-7",
                currency="EUR",
                ordered_on=dt.date(2026, 11, 18),
                amount_minor=900_00,
                status="open",
                decision="hold",
                created_at=self.installation.clock.now(),
            )
        )


def a_work_desk(installation: Installation) -> WorkDesk:
    return WorkDesk(an_office(installation))
