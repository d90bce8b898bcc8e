"""A house that ships: a group with a limit, its people, and orders that are asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select, update

from portal.approvals.deciding import ApproveRequest, RefuseRequest, approve_request, refuse_request
from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM, Actor
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.core.money import Money
from portal.credit import daily
from portal.credit.exposure import exposure_of
from portal.credit.orders import AskToShip, ask_again, ask_to_ship
from portal.credit.releases import RELEASE, RequestRelease, request_release
from portal.credit.standing import EndStanding, SetStanding, end_standing, set_standing
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.approvals import Approval
from portal.tables.credit import CreditLimit
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.orders import HoldRelease, OrderDecision, SalesOrder
from tests.ledgers import add_customers

know_kinds([RELEASE])
PEOPLE = {"sally": "sales", "tom": "clerk", "zhao": "credit_manager", "ada": "admin"}


def cny(amount: str) -> Money:
    return Money.parse(amount, "CNY")


@dataclass
class Depot:
    """The installation, its customers and its people by their short names."""

    installation: Installation
    customers: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            return actor_of(r, self.people[name])

    def limit(self, code: str, amount: str | None, valid_until: dt.date | None = None) -> None:
        with self.installation.work(SYSTEM) as w:
            w.session.add(
                CreditLimit(
                    customer_id=self.customers[code],
                    effective_on=w.today,
                    valid_until=valid_until,
                    currency="CNY",
                    amount_minor=None if amount is None else cny(amount).minor,
                    insured_minor=0,
                    source="decision",
                    reason="",
                    author="",
                    at=w.now,
                )
            )

    def ask(self, code: str, amount: str, customer: str = "A", by: str = "tom"):
        with self.installation.work(self.actor(by)) as w:
            return ask_to_ship(w, AskToShip(code, self.customers[customer], cny(amount)))

    def again(self, code: str, by: str = "tom"):
        with self.installation.work(self.actor(by)) as w:
            return ask_again(w, self.order(code).id)

    def told(self, code: str, amount: str, customer: str = "A", **columns) -> None:
        """An order that came by file: nobody asked."""
        with self.installation.work(SYSTEM) as w:
            row = {
                "customer_id": self.customers[customer],
                "code": code,
                "currency": "CNY",
                "ordered_on": w.today,
                "amount_minor": cny(amount).minor,
                "status": "open",
                "created_at": w.now,
            }
            w.session.add(SalesOrder(**{**row, **columns}))

    def pay(self, amount: str, customer: str = "A") -> None:
        with self.installation.work(SYSTEM) as w:
            turn = len(w.session.scalars(select(Entry.id)).all())
            w.session.add(
                Entry(
                    customer_id=self.customers[customer],
                    currency="CNY",
                    kind=4,
                    space=2,
                    dated_on=w.today,
                    amount_minor=-cny(amount).minor,
                    number=f"P-{turn}",
                    posted_at=w.now,
                )
            )

    def order(self, code: str) -> SalesOrder:
        with self.installation.reading(SYSTEM) as r:
            return r.session.scalars(select(SalesOrder).where(SalesOrder.code == code)).one()

    def decision(self, code: str) -> str | None:
        return self.order(code).decision

    def history(self, code: str) -> list[str]:
        with self.installation.reading(SYSTEM) as r:
            rows = (
                select(OrderDecision.decision)
                .join(SalesOrder, SalesOrder.id == OrderDecision.order_id)
                .where(SalesOrder.code == code)
                .order_by(OrderDecision.id)
            )
            return list(r.session.scalars(rows))

    def exposure(self, customer: str = "A") -> Money | None:
        with self.installation.reading(SYSTEM) as r:
            return exposure_of(r, self.customers[customer], r.today).total

    def request(self, code: str, by: str = "tom", days: int = 7, reason: str = "Their bank wired"):
        with self.installation.work(self.actor(by)) as w:
            until = w.today + dt.timedelta(days=days)
            return request_release(w, RequestRelease(self.order(code).id, until, reason))

    def approve(self, by: str = "zhao") -> None:
        with self.installation.work(self.actor(by)) as w:
            approve_request(w, ApproveRequest(self.waiting()))

    def refuse(self, by: str = "zhao") -> None:
        with self.installation.work(self.actor(by)) as w:
            refuse_request(w, RefuseRequest(self.waiting(), "No."))

    def waiting(self) -> int:
        with self.installation.reading(SYSTEM) as r:
            rows = select(Approval.id).where(Approval.state == "waiting")
            return r.session.scalars(rows).one()

    def release(self) -> HoldRelease:
        with self.installation.reading(SYSTEM) as r:
            return r.session.scalars(select(HoldRelease).order_by(HoldRelease.id.desc())).first()

    def bar(self, kind: str, customer: str = "A", by: str = "zhao", **columns) -> int:
        with self.installation.work(self.actor(by)) as w:
            return set_standing(
                w, SetStanding(self.customers[customer], kind, "Cheques bounced", **columns)
            )

    def lift(self, standing_id: int, by: str = "zhao") -> bool:
        with self.installation.work(self.actor(by)) as w:
            return end_standing(w, EndStanding(standing_id, "All paid"))

    def day(self):
        with self.installation.reading(SYSTEM) as r:
            today = r.today
        return daily.run(self.installation, today)

    def pass_days(self, days: int) -> None:
        later = self.installation.clock.now() + dt.timedelta(days=days)
        object.__setattr__(self.installation, "clock", Clock(fixed_at=later))


def a_depot(installation: Installation) -> Depot:
    """Customer A with the limit 1,000.00 over its children B and C; D is on its own."""
    depot = Depot(installation)
    with installation.work(SYSTEM) as w:
        depot.customers = add_customers(w, "ABCD", currency="CNY")
        for child in "BC":
            w.session.execute(
                update(Customer)
                .where(Customer.id == depot.customers[child])
                .values(parent_id=depot.customers["A"])
            )
        w.session.execute(
            update(Customer)
            .where(Customer.id == depot.customers["A"])
            .values(credit_limit_minor=100_000, credit_limit_currency="CNY")
        )
        for name, role in PEOPLE.items():
            email = f"{name}@northwind.example"
            new = NewUser(email, name.title(), "a password that is long enough", (role,))
            depot.people[name] = create_user_with_password(w, new).user_id
    return depot
