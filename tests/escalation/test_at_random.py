"""
Invariants 31–42 of ladders, after every step of days that go by at random, on both databases.

`ACCORD_TEST_EXAMPLES=100` tries that many.
"""

import datetime as dt
import os
from itertools import pairwise

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from portal.base.access import SYSTEM
from portal.base.chain import check_chain
from portal.base.installation import Installation
from portal.base.work import Reader
from portal.core.ladder_day import Action, Excluded, what_is_due
from portal.escalation.facts import Books, ladders_on
from portal.escalation.holds import EndHold, Hold, end_hold, hold
from portal.escalation.planning import most_steps
from portal.invoices.open_items import everyone
from portal.tables.escalation import Dunning, DunningHold, ItemStep, Notice
from tests.escalation.stage import FIRST, Stage, day, ladder, mail

EXAMPLES, STEPS = int(os.environ.get("ACCORD_TEST_EXAMPLES", "2")), 14
NAMES = ("mail", "call", "letter", "law")
LADDER = ladder(
    mail(until_days=7),
    {"name": "call", "days_overdue": 8, "channel": "call", "responsible": "sales"},
    {"name": "letter", "days_overdue": 16, "channel": "letter", "fee": {"CNY": "5.00"}},
    {"name": "law", "days_overdue": 31, "channel": "legal"},
    min_gap_days=2,
)


def in_full(r: Reader, on: dt.date) -> tuple[list[Action], list[Excluded]]:
    """The plan of a day from every account, none of them left aside beforehand."""
    found = [
        what_is_due(account, ladder, on)
        for account, ladder in Books(r, on, ladders_on(r, on)).accounts(everyone)
    ]
    found.sort(key=lambda due: [each.code for each in (*due.actions, *due.excluded)][:1])
    return (
        [action for due in found for action in due.actions],
        [excluded for due in found for excluded in due.excluded],
    )


class Days(RuleBasedStateMachine):
    """Two customers, a clock that moves, and whatever may come up between two runs."""

    installation: Installation

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage(self.installation)
        self.now = 0

    @initialize()
    def there_are_ladders_and_people(self) -> None:
        if not self.stage.scalar('select count(*) from "user"'):
            self.stage.with_people()
            self.stage.ladders(LADDER)
        last = self.stage.scalar('select max("on") from ladder_run')
        if last is not None:
            self.now = (type(FIRST).fromisoformat(str(last)) - FIRST).days
        self.stage.ids = {
            each: self.stage.scalar('select id from "user" where email = :e', e=each)
            for each in ("amy@northwind.example",)
        }
        self.stage.at(self.now)
        self.code = f"C-{self.stage.scalar('select count(*) from customer')}"
        self.stage.count = 1_000 * int(self.code[2:])
        self.numbers = [self.stage.invoice(self.now, code=self.code)]

    @rule(due=st.integers(-40, 5), disputed=st.booleans())
    def an_invoice_comes(self, due: int, *, disputed: bool) -> None:
        number = self.stage.invoice(self.now + due, code=self.code, disputed=disputed)
        self.numbers.append(number)

    @rule(days=st.sampled_from((1, 1, 2, 3, 7, 15)))
    def days_go_by_and_the_ladders_run(self, days: int) -> None:
        self.now += days
        planned = self.stage.plan(self.now)
        assert self.stage.read(in_full, day(self.now)) == (planned.actions, planned.excluded)
        assert len(planned.actions) <= self.stage.read(most_steps, day(self.now))
        ran = self.stage.run(self.now)
        assert ran.actions == planned.actions, "the preview is the run"
        assert self.stage.run(self.now).actions == [], "running it again is running it once"
        for action in ran.actions:
            assert action.amount == sum(each.amount for each in action.items) - action.set_off > 0

    @rule(minor=st.integers(1, 300_00))
    def money_comes_on_account(self, minor: int) -> None:
        self.stage.credit(minor, self.now, code=self.code)

    @rule()
    def the_clock_goes_back(self) -> None:
        assert self.stage.run(self.now - 1).actions == []
        self.stage.at(self.now)

    @rule(until=st.sampled_from((None, 0, 5)))
    def somebody_leaves_it_alone(self, until: int | None) -> None:
        last = None if until is None else day(self.now + until)
        wish = Hold(self.stage.customer_id(self.code), "we talk", last)
        self.stage.act(hold, wish)
        assert not [each for each in self.stage.plan(self.now).actions if each.code == self.code]

    @rule()
    def everything_goes_on(self) -> None:
        for each in self.stage.rows(DunningHold, DunningHold.ended_at.is_(None)):
            self.stage.act(end_hold, EndHold(each.id))

    @rule(agrees=st.booleans())
    def somebody_decides(self, *, agrees: bool) -> None:
        if self.stage.requests():
            (self.stage.approve if agrees else self.stage.refuse)()

    @invariant()
    def every_step_is_once_and_in_turn(self) -> None:
        """31, 32, 41: once for each item, in the ladder's order; the law only when approved."""
        rows = self.stage.rows(ItemStep)
        by_item: dict[tuple[int, int], list[ItemStep]] = {}
        for each in rows:
            by_item.setdefault((each.entry_id, each.part), []).append(each)
        for steps in by_item.values():
            ordered = sorted(steps, key=lambda each: NAMES.index(each.step))
            assert [each.step for each in ordered] == list(NAMES[: len(ordered)])
            assert all(one.on <= other.on for one, other in pairwise(ordered))
        for each in self.stage.rows(Dunning, Dunning.step == "law", Dunning.state == "done"):
            assert each.approval_id is not None

    @invariant()
    def one_message_a_step_and_days_between_them(self) -> None:
        """31, 37, 39: one notice a step and reader; the gap; a fee once, never on the invoice."""
        keys = [each.key for each in self.stage.rows(Notice)]
        assert len(keys) == len(set(keys))
        by_customer: dict[int, list[Dunning]] = {}
        for each in self.stage.rows(Dunning, Dunning.channel.in_(("email", "letter"))):
            by_customer.setdefault(each.customer_id, []).append(each)
        for steps in by_customer.values():
            days = sorted({each.done_on for each in steps if each.done_on})
            assert all((other - one).days >= 2 for one, other in pairwise(days))
        letters = self.stage.steps(Dunning.step == "letter", Dunning.state == "done")
        assert len({each.fee_entry_id for each in letters}) == len(letters)

    def teardown(self) -> None:
        """Every act is in the chain."""
        with self.installation.reading(SYSTEM) as r:
            assert check_chain(r).ok


def test_ladders_keep_their_promises_whatever_comes_up(any_installation):
    machine = type("DaysHere", (Days,), {"installation": any_installation})

    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
            derandomize=True,
        ),
    )
