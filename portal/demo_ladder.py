"""
The demo's ladders: the first run, looked at before it went, and the runs since then.

Mails went out, letters were printed and posted, calls were made; one step waits for a yes, some
customers were left alone, and colleagues talked about one of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.approvals.kinds import know_kinds
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.core.promise import Reason
from portal.core.talk import Channel, Outcome
from portal.demo_cases import HANDED_OVER, hand_over
from portal.demo_stage import CLERK, LEAD, OWNER, At, Stage, actor_named, customer_id, do
from portal.escalation.approving import LADDER_STEP
from portal.escalation.holds import Hold, hold
from portal.escalation.notices import daily as notices
from portal.escalation.notices.commands import (
    DeliverLetter,
    PostLetters,
    PrintLetters,
    deliver_letter,
    post_letters,
    print_letters,
)
from portal.escalation.notices.printing import print_notices
from portal.escalation.running import doors, run_ladders
from portal.escalation.runs.commands import LeaveOut, leave_out
from portal.escalation.work.comments import WriteComment, write_comment
from portal.escalation.work.talks import LogTalk, log_talk
from portal.tables.approvals import Task
from portal.tables.customers import Customer
from portal.tables.escalation import Notice, PlannedStep
from portal.tables.people import User
from portal.worker import REGISTRY

#: The days on which the ladders ran, before the demo's own.
FIRST, RUNS = 35, (28, 20, 13, 8, 1)
#: Customers are reminded before the day since then.
REMINDED = 6
#: When letters were printed and taken to the post; what came later waits to be printed.
PRINTED = (16,)
MESSAGES = ("email", "sms")
HOUSE_MAIL = ("email",)
#: Who was left out of the first run, which went to everybody else.
LEFT_OUT, WHY = "PINNACLE", "We may have booked their refund twice; looked at first."


@dataclass(frozen=True)
class LeftAlone:
    """A customer that is held back, from when until when, and why."""

    code: str
    from_days_ago: int
    #: From the demo's day on; negative is over.
    until_days: int
    reason: str


HELD = (
    LeftAlone("LINHAI", 36, -3, "律师正在审阅合同，起诉前不再催款。"),
    LeftAlone("MISTRAL", 12, 10, "Their bank changes: Marta agreed to wait for the mandate."),
)


@dataclass(frozen=True)
class Talk:
    """What came of a call."""

    code: str
    who: str
    email: str
    outcome: Outcome
    note: str
    reason: Reason = Reason.UNSAID
    next_days: int | None = None


TALKS = (
    Talk(
        *("MARENGO", "Giulia Ferri", OWNER, Outcome.WILL_ANSWER),
        "Accounts changed hands; she looks for the two invoices and calls back.",
        next_days=7,
    ),
    Talk("XINGHAI", "刘洋", CLERK, Outcome.PROMISED, "已列入下周的付款计划。"),
    Talk("DONGFANG", "孙丽", CLERK, Outcome.NO_ANSWER, ""),
    Talk("YUNTAI", "罗斌", CLERK, Outcome.PAID, "今天已付款，回单稍后发来。"),
)
#: Talks that nobody had a task for, and how many days before.
BESIDES = (
    (
        20,
        Talk(
            *("BEIFANG", "马超", CLERK, Outcome.PROMISED, "客户的货款下周到账，到账即付。"),
            reason=Reason.AWAITING_OWN_CUSTOMER,
        ),
    ),
    (11, Talk("OAKLEY", "Tom Oakley", OWNER, Outcome.REFUSES, "Says there is no money left.")),
)
#: What colleagues say to each other about a customer; the first word calls the second in.
ABOUT = "BEIFANG"
SAID = "Two promises were broken. Wang Fang, can you ask Ma Chao for the payment plan in writing?"
ANSWERED = "已电话联系马超，他周五前给书面计划；否则按程序走法务。"


def climb(at: At, on: dt.date) -> None:
    """Runs, letters, calls and holds, one after the other as their days came."""
    know_kinds((LADDER_STEP,))
    drain(at(on, 17), REGISTRY, channels=MESSAGES)
    Climb(Stage(at, on)).tell()


@dataclass(frozen=True)
class Climb:
    """The weeks of the ladders."""

    stage: Stage

    def tell(self) -> None:
        """Everything in its time."""
        days = {self._day(each): each for each in (FIRST, *RUNS)}
        acts: list[tuple[dt.date, int, Callable[[dt.date], None]]] = []
        acts += [(day, 1, self._run) for day in days if day < self.stage.on]
        acts += [(self._day(each), 2, self._post) for each in PRINTED]
        acts += [(day, 3, self._call) for day in days if day < self.stage.on]
        acts += [(self._day(each.from_days_ago), 0, self._hold) for each in HELD]
        # From then on the ladder leaves to the agency what it was handed.
        acts.append((self._day(HANDED_OVER), 4, self._hand_over))
        for ago, talk in BESIDES:
            _log(self.stage.ago(ago, 15), talk, self._day(ago))
        for day, _turn, act in sorted(acts, key=lambda each: each[:2]):
            act(day)
        self._comment()
        self._run(self.stage.on)

    def _day(self, ago: int) -> dt.date:
        with self.stage.ago(ago).reading(SYSTEM) as r:
            return r.today

    def _run(self, day: dt.date) -> None:
        """Reminders and steps of the morning; where its run waits, the lead looks at it first."""
        morning = self.stage.at(day, 6)
        if day >= self._day(REMINDED):
            notices.run(morning, day)
        ran = run_ladders(doors(morning, SYSTEM, day), "day", told=False)
        if ran.state == "held" and ran.run_id is not None:
            self._let_go(day, ran.run_id)
        if day < self.stage.on:
            drain(self.stage.at(day, 23), REGISTRY, channels=MESSAGES)

    def _let_go(self, day: dt.date, run_id: int) -> None:
        then = self.stage.at(day, 9)
        with then.reading(SYSTEM) as r:
            planned = select(PlannedStep.customer_id, PlannedStep.currency, PlannedStep.step)
            mine = planned.join(Customer, Customer.id == PlannedStep.customer_id)
            found = r.session.execute(mine.where(Customer.code == LEFT_OUT)).all()
        if found:
            keys = [(row[0], row[1], row[2]) for row in found]
            do(then, LEAD, leave_out, LeaveOut(run_id, keys, WHY))
        run_ladders(doors(then, actor_named(then, LEAD), day), "command", told=False)

    def _hand_over(self, _day: dt.date) -> None:
        hand_over(self.stage.at, self.stage.on)

    def _hold(self, day: dt.date) -> None:
        for each in HELD:
            if self._day(each.from_days_ago) == day:
                then = self.stage.at(day, 5)
                until = self.stage.on + dt.timedelta(days=each.until_days)
                held = Hold(customer_id(then, each.code), each.reason, until)
                do(then, LEAD, hold, held)

    def _post(self, day: dt.date) -> None:
        """Letters of the days before are printed and taken to the post; one was handed over."""
        then = self.stage.at(day, 14)
        ids = self._letters(then, "to_print")
        if not ids:
            return
        do(then, CLERK, print_letters, PrintLetters(ids))
        user_id = actor_named(then, CLERK).user_id
        print_notices(then, {"notice_ids": list(ids), "user_id": user_id})
        printed = self._letters(then, "printed")
        evening = self.stage.at(day, 16)
        for nth, each in enumerate(printed):
            number = f"RR {day:%m%d} {each:05d} {nth}"
            do(evening, CLERK, post_letters, PostLetters((each,), number))
        later = self.stage.at(day + dt.timedelta(days=3), 11)
        if printed and day + dt.timedelta(days=3) < self.stage.on:
            handed_over = DeliverLetter(printed[0], day + dt.timedelta(days=2))
            do(later, CLERK, deliver_letter, handed_over)

    def _letters(self, then: Installation, state: str) -> tuple[int, ...]:
        with then.reading(SYSTEM) as r:
            rows = select(Notice.id).where(Notice.state == state, Notice.on <= r.today)
            return tuple(r.session.scalars(rows.order_by(Notice.id)))

    def _call(self, day: dt.date) -> None:
        """Calls that waited for some days are made; those of the last days still wait."""
        then = self.stage.at(day, 15)
        for talk in TALKS:
            task_id = self._waiting_call(then, talk.code)
            if task_id is not None:
                _log(then, talk, day, task_id)

    def _waiting_call(self, then: Installation, code: str) -> int | None:
        with then.reading(SYSTEM) as r:
            rows = (
                select(Task.id)
                .join(Customer, Customer.id == Task.customer_id)
                .where(
                    Customer.code == code,
                    Task.kind == "ladder_call",
                    Task.done_at.is_(None),
                    Task.made_at <= r.now - dt.timedelta(days=2),
                )
            )
            return r.session.scalars(rows.order_by(Task.id)).first()

    def _comment(self) -> None:
        then = self.stage.ago(2, 11)
        subject = f"customer/{customer_id(then, ABOUT)}"
        called = self._ids(then, [CLERK])
        do(then, LEAD, write_comment, WriteComment(subject, SAID, called, "demo/said"))
        later = self.stage.ago(1, 16)
        called = self._ids(later, [LEAD])
        do(later, CLERK, write_comment, WriteComment(subject, ANSWERED, called, "demo/answered"))
        drain(self.stage.ago(1, 17), REGISTRY, channels=HOUSE_MAIL)

    def _ids(self, then: Installation, emails: Sequence[str]) -> tuple[int, ...]:
        with then.reading(SYSTEM) as r:
            return tuple(r.session.scalars(select(User.id).where(User.email.in_(emails))))


def _log(then: Installation, talk: Talk, day: dt.date, task_id: int | None = None) -> None:
    next_on = day + dt.timedelta(days=talk.next_days) if talk.next_days else None
    said = LogTalk(
        customer_id(then, talk.code),
        day,
        Channel.CALL,
        talk.outcome,
        reason=talk.reason,
        spoke_with=talk.who,
        decides=talk.outcome is Outcome.PROMISED,
        note=talk.note,
        next_on=next_on,
        task_id=task_id,
        ends_task=task_id is not None,
        key=f"demo/talk/{talk.code}/{day.isoformat()}",
    )
    do(then, talk.email, log_talk, said)
