"""Ladders on the stage: customers with invoices, days that go by, and what their runs do."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text

from portal.approvals.deciding import ApproveRequest, RefuseRequest, approve_request, refuse_request
from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM, Actor
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.base.policies import decide
from portal.core.ledger import Allocation, Book, DisputedPart, Entry, Kind, Part
from portal.core.money import Money
from portal.escalation.approving import LADDER_STEP
from portal.escalation.planning import Plan, plan_day
from portal.escalation.running import Ran, doors, run_ladders
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.escalation import Dunning, ItemStep
from portal.tables.invoices import Entry as Posted
from tests.ledgers import add_customers, count_on, store
from tests.people.cast import PASSWORD

FIRST = dt.date(2026, 11, 20)
LEAD, ADMIN = "amy@northwind.example", "pat@northwind.example"
PEOPLE = (
    NewUser(LEAD, "Amy Sun", PASSWORD, ("collections_lead",)),
    NewUser(ADMIN, "Pat Lee", PASSWORD, ("admin",)),
    NewUser("li@northwind.example", "Li Na", PASSWORD, ("sales",)),
    NewUser("tom@northwind.example", "Tom Reed", PASSWORD, ("collector",)),
)


def day(number: int) -> dt.date:
    """A day so many days after the first one."""
    return FIRST + dt.timedelta(days=number)


def mail(name: str = "mail", days: int = 1, **facts: Any) -> dict[str, Any]:
    return {"name": name, "days_overdue": days, "channel": "email", **facts}


def ladder(*steps: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"name": "standard", "min_gap_days": 0, "step": list(steps), **facts}


@dataclass
class Stage:
    """Books that grow, a clock that moves, and the runs of days."""

    installation: Installation
    ids: dict[str, int] = field(default_factory=dict)
    count: int = 0
    book: Book = field(default_factory=Book)

    # ── The books ────────────────────────────────────────────────────────────

    def at(self, number: int, hour: int = 4) -> None:
        moment = dt.datetime.combine(day(number), dt.time(hour), dt.UTC)
        object.__setattr__(self.installation, "clock", Clock(fixed_at=moment))

    def invoice(self, due: int, minor: int = 100_00, code: str = "HUADONG", **facts: Any) -> str:
        """An invoice that falls due so many days after the first day; its number."""
        self.count += 1
        currency = facts.pop("currency", "CNY")
        amount = Money(minor, currency)
        number = facts.pop("number", f"INV-{self.count}")
        is_disputed = facts.pop("disputed", False)
        row_id = self._free_id()
        entry = Entry(row_id, code, Kind.INVOICE, number, day(due - 30), amount)
        disputes = (DisputedPart(row_id, 1, day(due - 1)),) if is_disputed else ()
        self._store(Book((entry,), (Part(row_id, 1, day(due), amount),), (), disputes), facts)
        return str(number)

    def credit(
        self, minor: int, on: int, code: str = "HUADONG", *, of: str = "", currency: str = "CNY"
    ) -> None:
        """Money that comes in, for an invoice or on account."""
        row_id, amount = self._free_id(), Money(minor, currency)
        entry = Entry(row_id, code, Kind.PAYMENT, f"RCT-{row_id}", day(on), -amount)
        applied = (Allocation(row_id, self.entry(of), 1, amount, day(on)),) if of else ()
        self._store(Book((entry,), (), applied), {})

    def charge(self, number: str, code: str = "HUADONG", due: int = 300) -> None:
        """A charge that a file brought, due long from now unless told."""
        row_id, amount = self._free_id(), Money(1_00, "CNY")
        entry = Entry(row_id, code, Kind.CHARGE, number, day(0), amount)
        self._store(Book((entry,), (Part(row_id, 1, day(due), amount),)), {})

    def keep(self, entry: Entry, applied: Allocation) -> None:
        """An entry of any kind, applied."""
        self._store(Book((entry,), (), (applied,)), {})

    def _free_id(self) -> int:
        return int(self.scalar("select coalesce(max(id), 0) + 1 from entry"))

    def _store(self, new: Book, columns: dict[str, Any]) -> None:
        self.book = Book(
            (*self.book.entries, *new.entries),
            (*self.book.parts, *new.parts),
            (*self.book.allocations, *new.allocations),
            (*self.book.disputes, *new.disputes),
        )
        store(self.installation, self.book, **{"email": "ar@buyer.example", **columns})
        count_on(self.installation)

    def customer(self, code: str, **columns: Any) -> int:
        with self.installation.work(SYSTEM) as w:
            return add_customers(w, [code], **columns)[code]

    def entry(self, number: str) -> int:
        return self.scalar("select id from entry where number = :n", n=number)

    def scalar(self, statement: str, **values: Any) -> Any:
        with self.installation.reading(SYSTEM) as r:
            return r.session.execute(text(statement), values).scalar()

    # ── People ───────────────────────────────────────────────────────────────

    def with_people(self) -> "Stage":
        know_kinds((LADDER_STEP,))
        with self.installation.work(SYSTEM) as w:
            self.ids = {new.email: create_user_with_password(w, new).user_id for new in PEOPLE}
        return self

    def actor(self, email: str = LEAD) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            return actor_of(r, self.ids[email])

    def act(self, act: Any, command: Any, email: str = LEAD) -> Any:
        with self.installation.work(self.actor(email)) as w:
            return act(w, command)

    def approve(self, nth: int = 0) -> None:
        self.act(approve_request, ApproveRequest(self.requests()[nth].id))

    def refuse(self, nth: int = 0) -> None:
        self.act(refuse_request, RefuseRequest(self.requests()[nth].id, "not yet"))

    def requests(self) -> list[Approval]:
        return self.rows(Approval, Approval.state == "waiting")

    # ── Ladders ──────────────────────────────────────────────────────────────

    def ladders(self, *told: dict[str, Any], **values: Any) -> "Stage":
        """From now on these ladders hold, since long ago."""
        with self.installation.work(SYSTEM) as w:
            decide(w, {"ladders": list(told), **values}, day(-900))
        return self

    def run(self, number: int, started_by: Any = "command") -> Ran:
        """The run of a day, on that day."""
        self.at(number)
        return run_ladders(doors(self.installation, SYSTEM, day(number)), started_by)

    def runs(self, *numbers: int) -> list[tuple[int, list[str]]]:
        """The steps of some days' runs, those of days without any left out."""
        told = [(number, steps_of(self.run(number))) for number in numbers]
        return [each for each in told if each[1]]

    def plan(self, number: int) -> Plan:
        with self.installation.reading(SYSTEM) as r:
            return plan_day(r, day(number))

    def read(self, query: Any, *given: Any, on: int | None = None) -> Any:
        with self.installation.reading(SYSTEM, None if on is None else day(on)) as r:
            return query(r, *given)

    def rows(self, table: Any, *where: Any) -> list[Any]:
        with self.installation.reading(SYSTEM) as r:
            return list(r.session.scalars(select(table).where(*where).order_by(*_key(table))))

    def steps(self, *where: Any) -> list[Dunning]:
        return self.rows(Dunning, *where)

    def ways(self) -> list[tuple[str, str, str]]:
        """What became of each step for each item: number, step, how."""
        with self.installation.reading(SYSTEM) as r:
            rows = (
                select(Posted.number, ItemStep.step, ItemStep.how)
                .join(Posted, Posted.id == ItemStep.entry_id)
                .order_by(Posted.id, ItemStep.step)
            )
            return [tuple(row) for row in r.session.execute(rows)]

    def customer_id(self, code: str = "HUADONG") -> int:
        [row] = self.rows(Customer, Customer.code == code)
        return int(row.id)


def _key(table: Any) -> Sequence[Any]:
    return list(table.__table__.primary_key)


def steps_of(ran: Ran | Plan) -> list[str]:
    return [each.step.name for each in ran.actions]


def told(ran: Ran | Plan) -> list[tuple[str, str, list[tuple[str, int]], int]]:
    """Whom, what, about which items, and for how much."""
    return [
        (
            each.code,
            each.step.name,
            [(item.number, item.amount) for item in each.items],
            each.amount,
        )
        for each in ran.actions
    ]


def left_out(ran: Ran | Plan) -> list[tuple[str, str, int]]:
    return [(each.number, each.reason, each.amount) for each in ran.excluded]
