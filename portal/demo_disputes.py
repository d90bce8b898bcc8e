"""
The demo's disputes: one of each state, with talk, a file and an answer, made by their own acts.

What differed on signed statements has become disputes by itself; here are those that customers
raised from an invoice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM, Actor
from portal.base.attaching import looked_at
from portal.base.installation import Installation
from portal.base.kept_files import Files
from portal.core.dispute import Settlement, Verdict
from portal.core.money import Money
from portal.core.workdays import MONDAY_TO_FRIDAY
from portal.disputes.daily import run
from portal.disputes.deciding import Decided, DecideDispute, decide_dispute
from portal.disputes.living import WithdrawDispute, withdraw_dispute
from portal.disputes.raising import RaiseDispute, raise_dispute
from portal.disputes.subjects import About
from portal.disputes.talking import SayInDispute, say_in_dispute
from portal.invoices.position import list_open_items
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.disputes import Dispute
from portal.tables.people import User

#: Gives the installation with its clock at an hour of a day.
At = Callable[[dt.date, int], Installation]

CLERK = "wang.fang@lindqvist-motion.example"
RECEIVED_LIST = "Pos,Ordered,Received,Remark\n1,40,40,\n2,25,22,3 missing on the pallet\n"


@dataclass(frozen=True)
class Scene:
    """One dispute: who raises it how many workdays ago, why, of which part of the open amount."""

    customer: str
    email: str
    workdays_ago: int
    reason: str
    said: str
    #: What is disputed of the invoice, in hundredths.
    percent: int
    with_file: bool = False


RECEIVED = Scene("MARENGO", "g.ferri@marengo.example", 1, "price", "Offer 2207 says 4 % less.", 20)
CHECKING = Scene(
    *("HUADONG", "chen.wei@huadong.example", 6, "quantity"),
    *("第2项少收3件，收货清单见附件。", 12, True),
)
REJECTED = Scene(
    *("BERGMANN", "jonas.weber@bergmann.example", 9, "terms"),
    *("Agreed were 45 days, the invoice says 30.", 100),
)
IN_PART = Scene("XINGHAI", "liu.yang@xinghai.example", 8, "quality", "两台电机有划痕。", 30)
CLOSED = Scene(
    "KISHIMOTO", "k.kishimoto@kishimoto.example", 32, "duplicate", "Invoiced twice?", 100
)
WITHDRAWN = Scene(
    *("MISTRAL", "paul.martin@mistral.example", 12, "not_delivered"),
    *("The goods have not arrived.", 100),
)


def dispute_some(at: At, on: dt.date) -> None:
    """Each of the scenes, on its own day; what a demo's short books do not have is left out."""
    stage = Stage(at, on)
    stage.raised(RECEIVED)
    stage.talked()
    stage.decided(REJECTED, Verdict.REJECT, "Contract C-2024 says 30 days; see its page 2.", 4)
    stage.decided(IN_PART, Verdict.ACCEPT_PART, "一台由我们承担，贷项通知单随后寄出。", 5)
    stage.decided(CLOSED, Verdict.REJECT, "Two deliveries, two invoices: see both slips.", 28)
    stage.withdrawn()
    run(at(on, 6), on)


@dataclass(frozen=True)
class Stage:
    """The scenes' days and acts."""

    at: At
    on: dt.date

    def before(self, workdays: int, hour: int = 10) -> Installation:
        """So many workdays ago."""
        return self.at(MONDAY_TO_FRIDAY.add_workdays(self.on, -workdays), hour)

    def raised(self, scene: Scene) -> int | None:
        """The dispute of a scene; None where its customer has no invoice for it."""
        then = self.before(scene.workdays_ago)
        item = _undisputed(then, scene.customer)
        if item is None:
            return None
        entry_id, is_open = item
        files = looked_at([("receiving-list.csv", RECEIVED_LIST.encode())])
        command = RaiseDispute(
            About(entry_id),
            scene.reason,
            Money(max(is_open.minor * scene.percent // 100, 1), is_open.currency),
            scene.said,
            Files(then.storage, files) if scene.with_file else None,
        )
        return int(_do(then, scene.email, raise_dispute, command))

    def talked(self) -> None:
        """Huadong's is being checked; both sides have written."""
        dispute_id = self.raised(CHECKING)
        if dispute_id is None:
            return
        asked = SayInDispute(dispute_id, "谢谢。请问送货单上有司机签字吗？")
        _do(self.before(4, 11), CLERK, say_in_dispute, asked)
        said = SayInDispute(dispute_id, "有，司机在第2项旁注明了短少。")
        _do(self.before(3, 15), CHECKING.email, say_in_dispute, said)

    def decided(self, scene: Scene, verdict: Verdict, answer: str, workdays_ago: int) -> None:
        """The clerk has answered: with a reason, and with half of it where a part is right."""
        dispute_id = self.raised(scene)
        if dispute_id is None:
            return
        then = self.before(workdays_ago, 14)
        with then.reading(SYSTEM) as r:
            dispute = r.session.get_one(Dispute, dispute_id)
        is_part = verdict is Verdict.ACCEPT_PART
        half = Money(dispute.amount_minor // 2 if is_part else 0, dispute.currency)
        settlement = Settlement.CREDIT_NOTE if is_part else None
        cause = "quality" if is_part else "customer_error"
        decided = Decided(verdict, half, settlement, cause, answer)
        command = DecideDispute(dispute_id, dispute.row_version, decided)
        _do(then, CLERK, decide_dispute, command)

    def withdrawn(self) -> None:
        """Mistral's goods came after all."""
        dispute_id = self.raised(WITHDRAWN)
        if dispute_id is not None:
            then = self.before(10, 16)
            _do(then, WITHDRAWN.email, withdraw_dispute, WithdrawDispute(dispute_id))


def _undisputed(installation: Installation, code: str) -> tuple[int, Money] | None:
    """The customer's open invoice that is due last, of which nothing is disputed."""
    with installation.reading(SYSTEM) as r:
        customer_id = r.session.scalar(select(Customer.id).where(Customer.code == code))
        items = list_open_items(r, customer_id) if customer_id is not None else []
        free = [item for item in items if item.kind == "invoice" and not item.disputed.minor]
    return (free[-1].entry_id, free[-1].open) if free else None


def _actor(installation: Installation, email: str) -> Actor:
    with installation.reading(SYSTEM) as r:
        user_id = r.session.scalars(select(User.id).where(User.email == email)).one()
        return actor_of(r, user_id)


def _do(installation: Installation, email: str, act: Any, command: Any) -> Any:
    with installation.work(_actor(installation, email)) as w:
        return act(w, command)
