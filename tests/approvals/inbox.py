"""Requests for tests: a kind of their own, whose facts a test can change, and its managers."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.approvals import kinds
from portal.approvals.asking import Proposal, ask_approval
from portal.approvals.deciding import (
    ApproveRequest,
    RefuseRequest,
    approve_request,
    ask_anew,
    refuse_request,
)
from portal.approvals.kinds import Facts as Now
from portal.approvals.kinds import Kind, know_kinds
from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.core.money import Money
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.journal import Audit, Outbox

OPEN = "CNY 100.00"
#: Somebody of our own by a short name, with their role.
PEOPLE = {
    "tom": "clerk",
    "li": "collections_lead",
    "mo": "collections_lead",
    "zhao": "credit_manager",
    "ada": "admin",
}


@dataclass
class Facts:
    """What the requests stand on, and what their feature did."""

    due: str = "2026-12-01"
    makers: tuple[int, ...] = ()
    done: list[str] = field(default_factory=list)


@dataclass
class Inbox:
    """An installation with managers, a customer, and kinds of requests to be decided."""

    installation: Installation
    facts: Facts
    ids: dict[str, int]

    def actor(self, name: str) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            return actor_of(r, self.ids[name])

    def ask(self, by: str = "tom", subject: str = "promise/17", kind: str = "extension") -> int:
        with self.installation.work(self.actor(by)) as w:
            customer_id = w.session.scalars(select(Customer.id).order_by(Customer.id)).first()
            before = {"due": self.facts.due, "open": OPEN}
            after = {"due": "2027-01-15", "open": OPEN}
            amount = Money(100_00, "CNY")
            asked = Proposal(kind, subject, customer_id, amount, before, after, self.facts.due)
            return ask_approval(w, asked)

    def approve(self, approval_id: int, by: str, comment: str = "") -> None:
        with self.installation.work(self.actor(by)) as w:
            approve_request(w, ApproveRequest(approval_id, comment))

    def refuse(self, approval_id: int, by: str, comment: str = "Too late.") -> None:
        with self.installation.work(self.actor(by)) as w:
            refuse_request(w, RefuseRequest(approval_id, comment))

    def ask_anew(self, approval_id: int, by: str) -> int:
        with self.installation.work(self.actor(by)) as w:
            return ask_anew(w, approval_id)

    def row(self, approval_id: int) -> Approval:
        with self.installation.reading(SYSTEM) as r:
            return r.session.get_one(Approval, approval_id)

    def audited(self) -> list[str]:
        with self.installation.reading(SYSTEM) as r:
            return list(r.session.scalars(select(Audit.kind).order_by(Audit.id)))

    def mailed(self, kind: str) -> list[str]:
        with self.installation.reading(SYSTEM) as r:
            rows = select(Outbox.to_address).where(Outbox.kind == kind).order_by(Outbox.id)
            return [address.partition("@")[0] for address in r.session.scalars(rows)]


def inbox_in(installation: Installation, facts: Facts) -> Inbox:
    """The people, and a customer where there is none."""
    ids = {}
    with installation.work(SYSTEM) as w:
        if w.session.scalar(select(Customer.id).limit(1)) is None:
            w.session.add(Customer(code="HUADONG", name="Huadong Trading", created_at=w.now))
        for name, role in PEOPLE.items():
            email = f"{name}@northwind.example"
            new = NewUser(email, name.title(), "a password that is long enough", (role,))
            ids[name] = create_user_with_password(w, new).user_id
    return Inbox(installation, facts, ids)


@contextmanager
def known(facts: Facts) -> Iterator[None]:
    """The kinds are known to the inbox meanwhile, over a test's facts."""
    before = dict(kinds.KINDS)
    know_kinds(_kind(name, facts) for name in ("extension", "plan"))
    yield
    kinds.KINDS.clear()
    kinds.KINDS.update(before)


def _kind(name: str, facts: Facts) -> Kind:
    def note(what: str) -> Any:
        return lambda _w, row: facts.done.append(f"{what} {row.subject}")

    return Kind(
        name,
        facts=lambda _r, _row: Now(facts.due, {"due": facts.due, "open": OPEN}, facts.makers),
        approve=note("approved"),
        refuse=note("refused"),
    )
