"""A house that trades on terms: invoices imported, changes drafted, approved and lived with."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from portal.approvals.deciding import ApproveRequest, approve_request
from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM, Actor
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.base.policies import decide
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.credit import CreditLimit, CustomerGrade
from portal.tables.customers import Customer
from portal.tables.terms import TermsChange
from portal.terms.approving import TERMS_KIND
from portal.terms.commands import DraftChange, HandIn, Wanted, draft_change, hand_in
from portal.terms.impact import Simulation, simulate
from portal.terms.replacing import Change
from tests.imports.conftest import Desk

TODAY = dt.date(2026, 11, 20)
STANDARD = {"name": "standard", "text": "net 30"}
HEAD = (
    "invoice_id,customer_id,currency,invoice_date,amount,payment_terms,due_date,contract_id,"
    "accepted_on"
)
#: Huadong is paid by the company's terms, Bergmann by named ones, Zhiyuan by its own.
CUSTOMERS = ("HUADONG,Huadong Trading,", "BERGMANN,Bergmann,standard", "ZHIYUAN,Zhiyuan,net 15")
#: Who makes changes, and who decides about them.
STAFF = {"zhao": "credit_manager", "ada": "admin"}


def on(text_: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text_}")


@dataclass
class House:
    """An installation with customers, terms and two people who decide about them."""

    desk: Desk
    ids: dict[str, int]

    @property
    def installation(self) -> Installation:
        return self.desk.installation

    def actor(self, name: str) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            return actor_of(r, self.ids[name])

    def customer_id(self, code: str) -> int:
        with self.installation.reading(SYSTEM) as r:
            return r.session.scalars(select(Customer.id).where(Customer.code == code)).one()

    def decide(self, from_on: str = "01-01", **values: Any) -> None:
        with self.installation.work(SYSTEM) as w:
            decide(w, values, on(from_on))

    def bills(self, *rows: str) -> None:
        """Invoices as `number,customer,MM-DD,amount` and what else the file may say."""
        lines = []
        for row in rows:
            number, customer, dated, amount, *more = row.split(",")
            rest = ",".join([*more, *[""] * (4 - len(more))])
            lines.append(f"{number},{customer},CNY,2026-{dated},{amount},{rest}")
        report = self.desk.takes("invoices.csv", HEAD, *lines)
        assert report.is_clean, report.rejects

    def is_paid(self, number: str, amount: str, paid_on: str) -> None:
        head = "payment_id,customer_id,currency,payment_date,amount,invoice_id"
        customer = self.desk.ask(
            "select c.code from entry e join customer c on c.id = e.customer_id"
            f" where e.number = '{number}'"
        )[0][0]
        row = f"R-{number},{customer},CNY,2026-{paid_on},{amount},{number}"
        assert self.desk.takes("payments.csv", head, row).is_clean

    def due(self) -> dict[str, str | None]:
        """The due day of every part, by its number or `number/part`."""
        rows = self.desk.ask(
            "select e.number, p.part, p.due_on, (select count(*) from part s"
            " where s.customer_id = p.customer_id and s.entry_id = p.entry_id) from part p"
            " join entry e on e.id = p.entry_id order by e.number, p.part"
        )
        return {
            (number if parts == "1" else f"{number}/{part}"): due and due.removeprefix("2026-")
            for number, part, due, parts in rows
        }

    def limit(self, code: str, major: int, from_on: str = "01-01") -> None:
        customer_id = self.customer_id(code)
        with self.installation.work(SYSTEM) as w:
            w.session.add(
                CreditLimit(
                    customer_id=customer_id,
                    effective_on=on(from_on),
                    currency="CNY",
                    amount_minor=major * 100,
                    source="decision",
                    reason="",
                    author="Ada",
                    at=w.now,
                )
            )

    def grade(self, code: str, grade: str, from_on: str = "01-01") -> None:
        customer_id = self.customer_id(code)
        with self.installation.work(SYSTEM) as w:
            w.session.add(
                CustomerGrade(
                    customer_id=customer_id,
                    effective_on=on(from_on),
                    grade=grade,
                    is_override=False,
                    reason="",
                    author="Ada",
                    at=w.now,
                )
            )

    def draft(
        self, after: dict[str, Any], code: str = "", begins: dt.date = TODAY, reach: str = "open"
    ) -> int:
        customer_id = self.customer_id(code) if code else None
        wanted = Wanted(begins, after, "agreed", reach)
        with self.installation.work(self.actor("zhao")) as w:
            return draft_change(w, DraftChange(wanted, customer_id))

    def approve(self, change_id: int) -> None:
        with self.installation.work(self.actor("zhao")) as w:
            version = w.session.get_one(TermsChange, change_id).row_version
            approval_id = hand_in(w, HandIn(change_id, version))
        with self.installation.work(self.actor("ada")) as w:
            approve_request(w, ApproveRequest(approval_id))

    def change(self, after: dict[str, Any], code: str = "", **more: Any) -> int:
        """A change, drafted by one and approved by the other."""
        change_id = self.draft(after, code, **more)
        self.approve(change_id)
        return change_id

    def row(self, change_id: int) -> TermsChange:
        with self.installation.reading(SYSTEM) as r:
            return r.session.get_one(TermsChange, change_id)

    def moved(self, change_id: int) -> dict[str, Any] | None:
        """What a change says of what it has moved."""
        told = self.row(change_id).impact
        found: dict[str, Any] | None = json.loads(told or "{}").get("moved")
        return found

    def simulate(self, after: dict[str, Any], code: str = "", **more: Any) -> Simulation:
        """What a change would do, as somebody who may see everything is told it."""
        change_id = self.draft(after, code, **more)
        with self.installation.reading(self.actor("zhao")) as r:
            return simulate(r, Change.of(r.session.get_one(TermsChange, change_id)))

    def pass_days(self, days: int) -> None:
        later = self.installation.clock.now() + dt.timedelta(days=days)
        object.__setattr__(self.installation, "clock", Clock(fixed_at=later))

    def count(self, table: str) -> int:
        with self.installation.reading(SYSTEM) as r:
            return r.session.scalar(text(f"select count(*) from {table}")) or 0


def a_house(installation: Installation, folder: Path) -> House:
    """The house at the beginning of its year: the company's terms are `standard`, net 30."""
    know_kinds((TERMS_KIND,))
    ids = {}
    with installation.work(SYSTEM) as w:
        decide(w, {"terms": [STANDARD], "default_terms": "standard"}, on("01-01"))
        for name, role in STAFF.items():
            new = NewUser(f"{name}@northwind.example", name.title(), "a long password!", (role,))
            ids[name] = create_user_with_password(w, new).user_id
    house = House(Desk(installation, folder / "files"), ids)
    report = house.desk.takes("customers.csv", "customer_id,name,payment_terms", *CUSTOMERS)
    assert report.is_clean, report.rejects
    return house
