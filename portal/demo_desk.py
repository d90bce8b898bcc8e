"""The demo's dispute desk at work: a note, a credit note that waits, one that is posted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.dispute import Settlement, State, Verdict
from portal.core.money import Money
from portal.demo_disputes import CHECKING, CLERK, At, Scene, Stage
from portal.disputes.credit_requests import PostCreditNote, post_credit_note
from portal.disputes.deciding import Decided, DecideDispute, decide_dispute
from portal.disputes.notes import WriteNote, write_note
from portal.disputes.owning import AssignDispute, assign_dispute
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.disputes import CreditRequest, Dispute
from portal.tables.people import User

#: Above what a clerk grants alone.
LARGE = Scene(
    "BEIFANG", "ma.chao@beifang.example", 3, "contract_amount", "合同单价与发票不符。", 60
)
SMALL = Scene(
    *("PINNACLE", "dana.reyes@pinnacle.example", 7, "price"),
    *("The discount of 1 % is missing.", 1),
)
NOTE = "司机来电:第2项确实少装三件,送货单已要求仓库补签。"


def work_the_desk(at: At, on: dt.date) -> None:
    """What the clerk did on the days before; what a demo's short books do not have is left out."""
    Desk(Stage(at, on)).work()


@dataclass(frozen=True)
class Desk:
    """The clerk's days."""

    stage: Stage

    def work(self) -> None:
        """A note on what is checked, an acceptance that waits, one that is credited."""
        self._note()
        self._accept(LARGE, "贵方所述属实,我方将开具贷项通知单。", 1)
        self._accept(SMALL, "You are right: the discount was agreed and is missing.", 5)
        self._post()

    def _note(self) -> None:
        then = self.stage.before(3, 16)
        found = _newest(then, CHECKING.customer, State.CHECKING)
        if found is None:
            return
        clerk = _id_of(then, CLERK)
        _do(then, assign_dispute, AssignDispute(found.id, clerk))
        _do(then, write_note, WriteNote(found.id, NOTE))

    def _accept(self, scene: Scene, answer: str, workdays_ago: int) -> None:
        dispute_id = self.stage.raised(scene)
        if dispute_id is None:
            return
        then = self.stage.before(workdays_ago, 15)
        with then.reading(SYSTEM) as r:
            dispute = r.session.get_one(Dispute, dispute_id)
        whole = Money(dispute.amount_minor, dispute.currency)
        decided = Decided(
            Verdict.ACCEPT, whole, Settlement.CREDIT_NOTE, "contract_not_followed", answer
        )
        _do(then, decide_dispute, DecideDispute(dispute_id, dispute.row_version, decided))

    def _post(self) -> None:
        """The small one's credit note, two days after it was granted."""
        then = self.stage.before(3, 9)
        found = _newest(then, SMALL.customer, State.DECIDED)
        if found is None:
            return
        with then.reading(SYSTEM) as r:
            wanted = select(CreditRequest.id).where(
                CreditRequest.dispute_id == found.id, CreditRequest.state == "approved"
            )
            request_id, day = r.session.scalar(wanted), r.today
        if request_id is not None:
            _do(then, post_credit_note, PostCreditNote(request_id, f"CN-D{found.id:04}", day))


def _newest(installation: Installation, code: str, state: State) -> Dispute | None:
    """A customer's newest dispute in a state."""
    with installation.reading(SYSTEM) as r:
        rows = (
            select(Dispute)
            .join(Customer, Customer.id == Dispute.customer_id)
            .where(Customer.code == code, Dispute.state == state.value)
            .order_by(Dispute.id.desc())
        )
        return r.session.scalars(rows).first()


def _id_of(installation: Installation, email: str) -> int:
    with installation.reading(SYSTEM) as r:
        return r.session.scalars(select(User.id).where(User.email == email)).one()


def _do(installation: Installation, act: Any, command: Any) -> None:
    """Done by the clerk."""
    with installation.reading(SYSTEM) as r:
        actor = actor_of(r, _id_of(installation, CLERK))
    with installation.work(actor) as w:
        act(w, command)
