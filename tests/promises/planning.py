"""Plans for tests: Huadong owes 290.00 undisputed; who asks, counters, approves and signs."""

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, RefuseRequest, approve_request, refuse_request
from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM, Actor
from portal.base.clock import Clock
from portal.base.installation import Installation
from portal.core.instalment import Instalment
from portal.core.money import Money
from portal.people.commands import (
    AnswerChallenge,
    NewUser,
    answer_challenge,
    create_user_with_password,
)
from portal.people.recognising import actor_of
from portal.promises.plans import answering, daily, offering, signing
from portal.promises.plans.approving import PLAN_KIND
from portal.promises.plans.items import Chosen
from portal.promises.plans.queries import get_plan_by_id
from portal.promises.plans.rows import PlanView
from portal.tables.approvals import Approval, Task
from portal.tables.customers import Customer
from portal.tables.journal import Outbox
from portal.tables.people import User
from portal.tables.promises import Promise
from tests.desk import books, day
from tests.ledgers import store
from tests.people.cast import PASSWORD

CHEN, TOM, ZHAO = "chen", "tom", "zhao"
ROLES = {
    "chen": ("customer_signatory", "HUADONG"),
    "wang": ("customer_accountant", "HUADONG"),
    "ada": ("customer_signatory", "BERGMANN"),
    "tom": ("clerk", ""),
    "zhao": ("credit_manager", ""),
}
know_kinds([PLAN_KIND])


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def rows(*told: tuple[str, int]) -> tuple[Instalment, ...]:
    return tuple(Instalment(dt.date.fromisoformat(on), cny(minor)) for on, minor in told)


ASKED = rows(("2026-12-01", 100_00), ("2027-01-04", 100_00), ("2027-02-01", 90_00))
COUNTER = rows(("2026-12-01", 190_00), ("2027-01-04", 100_00))
ITEMS = (Chosen(4, 1, cny(40_00)), Chosen(2, 1, cny(250_00)))


@dataclass
class Talk:
    """A plan that is talked about, step by step."""

    installation: Installation
    ids: dict[str, int] = field(default_factory=dict)
    plan_id: int = 0

    def actor(self, who: str) -> Actor:
        with self.installation.reading(SYSTEM) as r:
            return actor_of(r, self.ids[who])

    def act(self, who: str, act: Any, command: Any) -> Any:
        with self.installation.work(self.actor(who)) as w:
            return act(w, command)

    def view(self, who: str = TOM) -> PlanView:
        with self.installation.reading(self.actor(who)) as r:
            return get_plan_by_id(r, self.plan_id)

    @property
    def state(self) -> str:
        return self.view().row.state

    def offered(self, given: tuple[Instalment, ...] = ASKED, **changes: Any) -> offering.Offered:
        return replace(offering.Offered(ITEMS, given), **changes)

    def ask(self, who: str = CHEN, **changes: Any) -> int:
        """A new plan, in the name of somebody."""
        with self.installation.reading(SYSTEM) as r:
            rows = select(Customer.id).where(Customer.code == "HUADONG")
            customer_id = r.session.scalars(rows).one()
        command = offering.OfferPlan(customer_id, "CNY", self.offered(**changes))
        self.plan_id = self.act(who, offering.offer_plan, command)
        return self.plan_id

    def again(self, who: str = TOM, given: tuple[Instalment, ...] = COUNTER, **changes: Any):
        """Another offer."""
        version = changes.pop("row_version", self.view(who).row.row_version)
        command = offering.OfferAgain(self.plan_id, version, self.offered(given, **changes))
        self.act(who, offering.offer_again, command)

    def accept(self, who: str = TOM) -> bool:
        command = answering.AcceptPlan(self.plan_id, self.view().sha256)
        return bool(self.act(who, answering.accept_plan, command))

    def approve(self, who: str = ZHAO) -> None:
        self.act(who, approve_request, ApproveRequest(self._waiting()))

    def disapprove(self, who: str = ZHAO) -> None:
        self.act(who, refuse_request, RefuseRequest(self._waiting(), "too long"))

    def _waiting(self) -> int:
        with self.installation.reading(SYSTEM) as r:
            return r.session.scalars(select(Approval.id).where(Approval.state == "waiting")).one()

    def grant(self, who: str = CHEN) -> str:
        """A code asked for, read in the mail and typed."""
        self.act(who, signing.request_plan_code, signing.RequestPlanCode(self.plan_id))
        mail = self.mails("code")[-1]
        typed = AnswerChallenge(
            self.ids[who], signing.PURPOSE, self.view().sha256, str(mail["code"])
        )
        return str(self.act(who, answer_challenge, typed).grant)

    def wish(self, **changes: Any) -> signing.SignPlan:
        plain = signing.SignPlan(self.plan_id, self.view().sha256, "Chen Wei", agrees=True)
        return replace(plain, **changes)

    def sign(self, who: str = CHEN, **changes: Any) -> None:
        self.act(who, signing.sign_plan, self.wish(grant=self.grant(who), **changes))

    def sign_for_house(self, who: str = TOM) -> None:
        command = signing.SignForHouse(self.plan_id, self.view().sha256)
        self.act(who, signing.sign_for_house, command)

    def agree(self) -> "Talk":
        """The whole way of a plan that nobody objects to."""
        self.ask()
        self.accept()
        self.approve()
        self.sign()
        self.sign_for_house()
        return self

    def mails(self, kind: str, what: str = "") -> list[dict[str, Any]]:
        """The payloads of the mails of a kind, the oldest first."""
        query = select(Outbox.payload).where(Outbox.kind == kind).order_by(Outbox.id)
        with self.installation.reading(SYSTEM) as r:
            found = [json.loads(payload) for payload in r.session.scalars(query)]
        return [each for each in found if what in ("", each.get("what"))]

    def promises(self) -> list[Promise]:
        with self.installation.reading(SYSTEM) as r:
            found = r.session.scalars(
                select(Promise).where(Promise.plan_id == self.plan_id).order_by(Promise.promised_on)
            ).all()
            r.session.expunge_all()
        return list(found)

    def tasks(self) -> list[Task]:
        with self.installation.reading(SYSTEM) as r:
            found = r.session.scalars(select(Task).where(Task.kind == daily.KIND)).all()
            r.session.expunge_all()
        return list(found)

    def run(self, on: str) -> dict[str, Any]:
        return daily.run(self.installation, dt.date.fromisoformat(on))

    def go_to(self, on: str) -> None:
        """Moves everybody's clock to the noon of a day."""
        noon = dt.datetime.fromisoformat(f"{on}T04:00:00+00:00")
        object.__setattr__(self.installation, "clock", Clock(fixed_at=noon))


def a_talk(installation: Installation) -> Talk:
    """The books of the desk, and everybody who has a say."""
    store(installation, books(), owner="Li Na")
    talk = Talk(installation)
    with installation.work(SYSTEM) as w:
        for name, (role, code) in ROLES.items():
            new = NewUser(
                f"{name}@example.com", name.title(), PASSWORD, (role,), (code,) if code else ()
            )
            talk.ids[name] = create_user_with_password(w, new).user_id
        assert w.session.get(User, talk.ids["tom"])
    return talk


__all__ = [
    "ASKED",
    "CHEN",
    "COUNTER",
    "ITEMS",
    "TOM",
    "ZHAO",
    "Talk",
    "a_talk",
    "cny",
    "day",
    "rows",
]
