"""Disputes on the stage: Huadong disputes an invoice, and somebody of ours decides."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.core.dispute import Settlement, Verdict
from portal.core.money import Money
from portal.disputes.deciding import Decided, DecideDispute, decide_dispute
from portal.disputes.raising import RaiseDispute, raise_dispute
from portal.disputes.subjects import About
from portal.invoices.position import list_open_items
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.disputes import Dispute
from portal.tables.invoices import Entry
from tests.desk import books
from tests.ledgers import count_on, store
from tests.people.cast import PASSWORD

BUYER = "wang@huadong.example"
CLERK, OTHER, LEAD = "tom@northwind.example", "eva@northwind.example", "amy@northwind.example"
PEOPLE = (
    NewUser(BUYER, "Wang Fang", PASSWORD, ("customer_accountant",), ("HUADONG",)),
    NewUser(CLERK, "Tom Reed", PASSWORD, ("clerk",)),
    NewUser(OTHER, "Eva Lind", PASSWORD, ("clerk",)),
    NewUser(LEAD, "Amy Sun", PASSWORD, ("collections_lead",)),
)


@dataclass
class Court:
    """Books, people, and what they do about disputes."""

    installation: Installation
    ids: dict[str, int]

    def actor(self, email: str) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            return actor_of(r, self.ids[email])

    def act(self, email: str, act: Any, command: Any) -> Any:
        with self.installation.work(self.actor(email)) as w:
            return act(w, command)

    def read(self, query: Any, *given: Any, email: str = "") -> Any:
        with self.installation.reading(self.actor(email) if email else SYSTEM) as r:
            return query(r, *given)

    def entry(self, number: str) -> Entry:
        return self.rows(Entry, Entry.number == number)[0]

    def rows(self, table: Any, *where: Any) -> list[Any]:
        with self.installation.reading(SYSTEM) as r:
            return list(r.session.scalars(select(table).where(*where).order_by(table.id)))

    def dispute(self, dispute_id: int) -> Dispute:
        return self.rows(Dispute, Dispute.id == dispute_id)[0]

    def raised(self, number: str = "INV-2", amount: int = 100_00, reason: str = "price") -> int:
        about = About(entry_id=self.entry(number).id)
        wish = RaiseDispute(about, reason, Money(amount, "CNY"), "Price of the offer")
        return int(self.act(BUYER, raise_dispute, wish))

    def decide(self, dispute_id: int, verdict: Verdict, email: str = CLERK, **changes: Any) -> int:
        dispute = self.dispute(dispute_id)
        minor = 0 if verdict is Verdict.REJECT else dispute.amount_minor
        told: dict[str, Any] = {
            "accepted": Money(minor, dispute.currency),
            "settlement": None if verdict is Verdict.REJECT else Settlement.CREDIT_NOTE,
            "root_cause": "price_master",
            "answer": "We have looked at it.",
        }
        version = changes.pop("version", dispute.row_version)
        decided = Decided(verdict, **{**told, **changes})
        return int(self.act(email, decide_dispute, DecideDispute(dispute_id, version, decided)))

    def held(self, number: str = "INV-2") -> int:
        """What of an invoice is disputed today."""
        with self.installation.reading(SYSTEM) as r:
            customer_id = r.session.scalar(select(Customer.id).where(Customer.code == "HUADONG"))
            items = list_open_items(r, customer_id)
        return sum(item.disputed.minor for item in items if item.number == number)

    def open(self, number: str = "INV-2") -> int:
        with self.installation.reading(SYSTEM) as r:
            customer_id = r.session.scalar(select(Customer.id).where(Customer.code == "HUADONG"))
            items = list_open_items(r, customer_id)
        return sum(item.open.minor for item in items if item.number == number)


def a_court(installation: Installation) -> Court:
    store(installation, books(), owner="Li Na")
    count_on(installation)
    with installation.work() as w:
        ids = {each.email: create_user_with_password(w, each).user_id for each in PEOPLE}
    return Court(installation, ids)
