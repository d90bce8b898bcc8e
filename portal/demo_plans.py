"""The demo's instalment plans: a draft, asked for, countered, approved, agreed and broken."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, approve_request
from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM, Actor
from portal.base.evidence import Surroundings
from portal.base.installation import Installation
from portal.base.work import Reader, Work
from portal.core.instalment import Rhythm, split
from portal.core.money import Money
from portal.core.promise import Reason
from portal.demo_people import surroundings_of
from portal.people.commands import AnswerChallenge, answer_challenge
from portal.people.recognising import actor_of
from portal.promises.plans import answering, daily, offering, signing
from portal.promises.plans.approving import PLAN_KIND
from portal.promises.plans.items import Chosen, free_of, list_plannable
from portal.promises.plans.offering import Offered
from portal.promises.plans.queries import get_plan_by_id
from portal.tables.approvals import Approval
from portal.tables.customers import Customer
from portal.tables.journal import Outbox
from portal.tables.payments import Allocation
from portal.tables.people import User

#: Gives the installation with its clock at an hour of a day.
At = Callable[[dt.date, int], Installation]

CLERK, MANAGER = "wang.fang@lindqvist-motion.example", "zhou.min@lindqvist-motion.example"
#: How far a plan has come; each step is a day after the one before it.
STEPS = ("offered", "countered", "accepted", "approved", "signed", "agreed")


@dataclass(frozen=True)
class Story:
    """Whose plan, since when, in how many parts from when, and how far it came."""

    code: str
    signer: str
    days_ago: int
    steps: Sequence[str]
    number: int = 3
    first_after: int = 14
    #: Offered by the house, with interest; else asked for by the customer.
    by_house: bool = False
    said: dict[str, Any] = field(default_factory=dict)


STORIES = (
    Story("OAKLEY", "tom@oakley.example", 32, STEPS, first_after=18),
    Story(
        "HELVETIA",
        "urs.keller@helvetia.example",
        8,
        ("offered", "accepted", "approved", "signed", "agreed"),
        number=4,
        first_after=30,
        said={"reason": Reason.AWAITING_OWN_CUSTOMER, "note": "Our own customer pays in parts."},
    ),
    Story("XINGHAI", "liu.yang@xinghai.example", 2, ("offered", "accepted", "approved"), number=6),
    Story("GULFLINE", "omar@gulfline.example", 3, ("offered", "accepted")),
    Story("MARENGO", "g.ferri@marengo.example", 4, ("offered", "countered")),
    Story("ZHIYUAN", "he.jing@zhiyuan.example", 1, ("offered",), number=2, first_after=20),
    Story("KISHIMOTO", "k.kishimoto@kishimoto.example", 2, ("draft",), first_after=30),
    Story(
        "LINHAI",
        "",
        6,
        ("offered",),
        number=10,
        by_house=True,
        said={"interest_bp": 435, "penalty_bp": 1825, "note": "按月还款，逾期加收罚息。"},
    ),
)


def plan_all(at: At, on: dt.date) -> None:
    """Each plan as far as it came; then the day's look at all of them."""
    know_kinds([PLAN_KIND])
    for story in STORIES:
        Telling(at, on, story).tell()
    daily.run(at(on, 6), on)


class Telling:
    """One story as it is told, a day after the other."""

    def __init__(self, at: At, on: dt.date, story: Story) -> None:
        """Begin on the story's first day."""
        self._at, self._on, self._story, self._plan_id = at, on, story, 0
        self._day = on - dt.timedelta(days=story.days_ago)

    def tell(self) -> None:
        """Every step on a day of its own."""
        for step in self._story.steps:
            getattr(self, f"_{step}")()
            self._day += dt.timedelta(days=1)

    def _do(self, email: str, act: Callable[[Work, Any], Any], command: Any) -> Any:
        then = self._at(self._day, 11)
        with then.reading(SYSTEM) as r:
            user_id = r.session.scalars(select(User.id).where(User.email == email)).one()
            actor: Actor = actor_of(r, user_id)
        with then.work(actor) as w:
            return act(w, command)

    def _what(self, number: int, *, is_draft: bool = False) -> tuple[int, str, Offered]:
        """The customer, the currency and an offer over what is overdue, else over all."""
        story = self._story
        with self._at(self._day, 11).reading(SYSTEM) as r:
            row = r.session.scalars(select(Customer).where(Customer.code == story.code)).one()
            currency = row.currency or r.company.currency
            paid = self._paid_later(r, row.id)
            plannable = list_plannable(r, row.id, currency)
            items = [item for item in plannable if (item.entry_id, item.part) not in paid]
            late = [item for item in items if (item.days_late or 0) > 0] or items
            total = Money.total((free_of(item) for item in late), currency)
            first_on = self._day + dt.timedelta(days=story.first_after)
            rows = split(total, number, Rhythm(first_on), r.calendar())
            chosen = tuple(Chosen(item.entry_id, item.part, free_of(item)) for item in late)
            return row.id, currency, Offered(chosen, rows, is_draft=is_draft, **story.said)

    def _paid_later(self, r: Reader, customer_id: int) -> set[tuple[int, int]]:
        """What the books know to be paid while it is talked about: nobody plans for that."""
        coming = select(Allocation.entry_id, Allocation.part).where(
            Allocation.customer_id == customer_id,
            Allocation.effective_on.between(self._day, self._on),
        )
        return {(row.entry_id, row.part) for row in r.session.execute(coming)}

    def _offered(self, *, is_draft: bool = False) -> None:
        customer_id, currency, offered = self._what(self._story.number, is_draft=is_draft)
        command = offering.OfferPlan(customer_id, currency, offered)
        email = CLERK if self._story.by_house else self._story.signer
        self._plan_id = self._do(email, offering.offer_plan, command)

    def _draft(self) -> None:
        self._offered(is_draft=True)

    def _countered(self) -> None:
        _customer, _currency, offered = self._what(self._story.number - 1)
        command = offering.OfferAgain(self._plan_id, self._version(), offered)
        self._do(CLERK, offering.offer_again, command)

    def _accepted(self) -> None:
        command = answering.AcceptPlan(self._plan_id, self._sha256())
        self._do(CLERK, answering.accept_plan, command)

    def _approved(self) -> None:
        subject = f"plan/{self._plan_id}"
        with self._at(self._day, 11).reading(SYSTEM) as r:
            waiting = select(Approval.id).where(
                Approval.subject == subject, Approval.state == "waiting"
            )
            approval_id = r.session.scalars(waiting).one()
        self._do(MANAGER, approve_request, ApproveRequest(approval_id, "In order."))

    def _signed(self) -> None:
        signer, sha256 = self._story.signer, self._sha256()
        then = self._at(self._day, 11)
        self._do(signer, signing.request_plan_code, signing.RequestPlanCode(self._plan_id))
        with then.reading(SYSTEM) as r:
            user = r.session.scalars(select(User).where(User.email == signer)).one()
            mails = select(Outbox.payload).where(Outbox.kind == "code", Outbox.user_id == user.id)
            newest = r.session.scalars(mails.order_by(Outbox.id.desc()).limit(1)).one()
            typed = AnswerChallenge(user.id, signing.PURPOSE, sha256, json.loads(newest)["code"])
            name = user.name
            around = surroundings_of(user)
        answer = self._do(signer, answer_challenge, typed)
        wish = signing.SignPlan(
            self._plan_id,
            sha256,
            name,
            agrees=True,
            grant=answer.grant or "",
            surroundings=around,
        )
        self._do(signer, signing.sign_plan, wish)

    def _agreed(self) -> None:
        around = Surroundings("198.51.100.4", "Mozilla/5.0", signed_in_by="password+totp")
        command = signing.SignForHouse(self._plan_id, self._sha256(), around)
        self._do(CLERK, signing.sign_for_house, command)

    def _sha256(self) -> str:
        with self._at(self._day, 11).reading(SYSTEM) as r:
            return get_plan_by_id(r, self._plan_id).sha256

    def _version(self) -> int:
        with self._at(self._day, 11).reading(SYSTEM) as r:
            return get_plan_by_id(r, self._plan_id).row.row_version
