"""Cases on the stage: who proposes, who approves, and what they do about Huadong's old invoices."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, RefuseRequest, approve_request, refuse_request
from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.core.case import Act, Happened, Kind
from portal.escalation.cases.approving import CASE
from portal.escalation.cases.keeping import NoteEvent, note_event
from portal.escalation.cases.opening import Partner, ProposeCase, propose_case
from portal.escalation.cases.queries import get_case_by_id
from portal.escalation.cases.rows import CaseView
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.cases import CollectionCase
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from tests.desk import books
from tests.ledgers import count_on, store
from tests.people.cast import PASSWORD

LAWYER, LEAD = "grace@northwind.example", "amy@northwind.example"
COLLECTOR, SALES = "tom@northwind.example", "li@northwind.example"
PEOPLE = (
    NewUser(LAWYER, "Grace Hu", PASSWORD, ("legal",)),
    NewUser(LEAD, "Amy Sun", PASSWORD, ("collections_lead",)),
    NewUser(COLLECTOR, "Tom Reed", PASSWORD, ("collector",)),
    NewUser(SALES, "Li Na", PASSWORD, ("sales",)),
)
FIRM = Partner("Hengtong Law", "zhou@hengtong.example", "HT-77")
TODAY = dt.date(2026, 11, 20)


@dataclass
class Chambers:
    """Books, people, and what they do about cases."""

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

    def rows(self, table: Any, *where: Any) -> list[Any]:
        with self.installation.reading(SYSTEM) as r:
            return list(r.session.scalars(select(table).where(*where)))

    def entry_id(self, number: str) -> int:
        return int(self.rows(Entry, Entry.number == number)[0].id)

    @property
    def customer_id(self) -> int:
        return int(self.rows(Customer, Customer.code == "HUADONG")[0].id)

    def proposal(self, *numbers: str, kind: Kind = Kind.LEGAL, **changes: Any) -> ProposeCase:
        told: dict[str, Any] = {
            "parts": [(self.entry_id(number), 1) for number in numbers or ("INV-1", "INV-4")],
            "reason": "Three reminders and a visit did not help.",
            "partner": FIRM,
        }
        return ProposeCase(self.customer_id, kind, "CNY", **told | changes)

    def propose(self, *numbers: str, email: str = LAWYER, **changes: Any) -> int:
        return int(self.act(email, propose_case, self.proposal(*numbers, **changes)))

    def decide(self, case_id: int, *, is_refused: bool = False, email: str = LEAD) -> None:
        approval_id = self.case(case_id).approval_id
        if is_refused:
            self.act(email, refuse_request, RefuseRequest(approval_id, "Not yet."))
        else:
            self.act(email, approve_request, ApproveRequest(approval_id))

    def opened(self, *numbers: str, **changes: Any) -> int:
        case_id = self.propose(*numbers, **changes)
        self.decide(case_id)
        return case_id

    def case(self, case_id: int) -> CollectionCase:
        found: CollectionCase = self.rows(CollectionCase, CollectionCase.id == case_id)[0]
        return found

    def view(self, case_id: int, email: str = "") -> CaseView:
        found: CaseView = self.read(get_case_by_id, case_id, email=email)
        return found

    def happens(self, case_id: int, act: Act, on: dt.date = TODAY, **changes: Any) -> int:
        told = Happened(act, on, changes.pop("next_on", None), changes.pop("cost_minor", None))
        key = changes.pop("key", f"{act}/{on}/{len(self.view(case_id).events)}")
        return int(self.act(LAWYER, note_event, NoteEvent(case_id, told, key, **changes)))


def chambers_of(installation: Installation) -> Chambers:
    know_kinds((CASE,))
    store(installation, books(), owner="Li Na")
    count_on(installation)
    with installation.work() as w:
        ids = {each.email: create_user_with_password(w, each).user_id for each in PEOPLE}
    return Chambers(installation, ids)
