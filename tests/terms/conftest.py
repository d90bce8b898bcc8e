"""Terms being changed: an installation with people of every role, and a customer."""

import datetime as dt
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from portal.app import TERMS_KIND
from portal.approvals.deciding import ApproveRequest, RefuseRequest, approve_request, refuse_request
from portal.approvals.kinds import KINDS
from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.base.policy import policy_on
from portal.people.commands import NewUser, create_user_with_password
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.terms import CustomerTerms, TermsChange
from portal.terms.changes import ChangeView, get_change
from portal.terms.commands import DraftChange, HandIn, Wanted, draft_change, hand_in

PEOPLE = {"tom": "clerk", "zhao": "credit_manager", "ada": "admin", "li": "collections_lead"}
TODAY = dt.date(2026, 11, 20)


def on(days: int) -> dt.date:
    return TODAY + dt.timedelta(days=days)


@dataclass
class Desk:
    """Who changes terms, and what holds then."""

    installation: Installation
    ids: dict[str, int]
    customer_id: int

    def actor(self, name: str) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            return actor_of(r, self.ids[name])

    def does(self, by: str, act, command):
        with self.installation.work(self.actor(by)) as w:
            return act(w, command)

    def draft(self, by: str = "zhao", begins: int = 0, *, own: bool = False, **after) -> int:
        reach = after.pop("reach", "new")
        wanted = Wanted(on(begins), after, "They pay late.", reach)
        return self.does(by, draft_change, DraftChange(wanted, self.customer_id if own else None))

    def handed_in(self, by: str = "zhao", begins: int = 0, *, own: bool = False, **after) -> int:
        """The request that waits."""
        change_id = self.draft(by, begins, own=own, **after)
        version = self.change(change_id).row_version
        return self.does(by, hand_in, HandIn(change_id, version))

    def approve(self, approval_id: int, by: str = "ada") -> None:
        self.does(by, approve_request, ApproveRequest(approval_id))

    def refuse(self, approval_id: int, by: str = "ada") -> None:
        self.does(by, refuse_request, RefuseRequest(approval_id, "Not now."))

    def decided(self, **wanted) -> None:
        self.approve(self.handed_in(**wanted))

    def change(self, change_id: int) -> ChangeView:
        with self.installation.reading(SYSTEM) as r:
            return get_change(r, change_id)

    def changes(self) -> list[TermsChange]:
        with self.installation.reading(SYSTEM) as r:
            return list(r.session.scalars(select(TermsChange).order_by(TermsChange.id)))

    def company(self, name: str, begins: int = 0):
        with self.installation.reading(SYSTEM) as r:
            return policy_on(r.session, on(begins)).values[name]

    def own_rows(self) -> list[tuple]:
        with self.installation.reading(SYSTEM) as r:
            rows = r.session.scalars(select(CustomerTerms).order_by(CustomerTerms.id))
            return [(row.effective_on, row.terms, row.grace_days, row.source) for row in rows]


def desk_in(installation: Installation) -> Desk:
    ids = {}
    with installation.work(SYSTEM) as w:
        customer = w.session.scalars(select(Customer).where(Customer.code == "HUADONG")).first()
        if customer is None:
            customer = Customer(
                code="HUADONG", name="Huadong Trading", payment_terms="net 30", created_at=w.now
            )
            w.session.add(customer)
            w.session.flush()
        customer_id = customer.id
        for name, role in PEOPLE.items():
            email = f"{name}@northwind.example"
            new = NewUser(email, name.title(), "a password that is long enough", (role,))
            ids[name] = create_user_with_password(w, new).user_id
    assert KINDS[TERMS_KIND.name] is TERMS_KIND
    return Desk(installation, ids, customer_id)


@pytest.fixture
def desk(any_installation: Installation) -> Desk:
    return desk_in(any_installation)


@pytest.fixture
def quick(installation: Installation) -> Desk:
    """On SQLite alone."""
    return desk_in(installation)
