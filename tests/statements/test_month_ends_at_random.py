"""
Invariants 21–30 of statements, after every step of month-ends that happen at random.

Each example has customers of its own in the same books, so that the whole of the books is checked
again and again. `ACCORD_TEST_EXAMPLES=100` tries that many.
"""

import datetime as dt
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from portal.base.access import SYSTEM, Denied, NotFound
from portal.base.chain import check_chain
from portal.base.evidence import sha256_of_text
from portal.base.installation import Installation
from portal.core.confirmation import Reason, Result, fitting_result
from portal.core.errors import RuleBroken
from portal.core.period import Month
from portal.core.statement import read_statement, sha256_of
from portal.core.statement_status import MOVES, UNANSWERED
from portal.statements import answers
from portal.statements.checks import check_statements
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.daily import remind
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.statements.signing import passing
from portal.tables.journal import Audit, Outbox
from portal.tables.people import Membership
from portal.tables.statements import Answer, Confirmation, Difference, Statement
from tests.stories import answering, handing_on, people, posting
from tests.stories.teller import World

FIRST = Month(2026, 1)
EXAMPLES, STEPS = int(os.environ.get("ACCORD_TEST_EXAMPLES", "10")), 25
REFUSED = (RuleBroken, Denied, NotFound)
SIGNATORIES = ("Chen Wei", "Li Na")
NUMBERS = count(1)
AMOUNTS = st.integers(1, 500_000)


class MonthEnds(RuleBasedStateMachine):
    """Two customers, four people, and whatever may come up between two statements."""

    installation: Installation

    def __init__(self) -> None:
        super().__init__()
        self.n = next(NUMBERS)
        self.world = World(self.installation)
        self.now = dt.datetime(2026, 1, 5, 4, 0, tzinfo=dt.UTC)
        self.world.at(self.now)
        self.month = FIRST
        self.names = [f"Huadong {self.n}", f"Ningbo {self.n}"]
        self.seen: dict[int, tuple[str, str, str]] = {}
        self.frozen: dict[int, tuple[str, str]] = {}
        self.last: Callable[[], object] | None = None
        self._people()

    def _people(self) -> None:
        for name in self.names:
            people.customer_is_there(self.world, name, "")
        for name, role in (("Chen Wei", "signs for"), ("Li Na", "signs for")):
            self._person(name, role)
        self._person("Wang Fang", "keeps the books of")

    def _person(self, name: str, role: str) -> None:
        own = f"{name}{self.n}"
        people.person_is_there(self.world, own, role, ", ".join(self.names), "")

    # ── What may happen ──────────────────────────────────────────────────────

    @initialize()
    def both_have_a_statement(self) -> None:
        for who in (0, 1):
            self.an_invoice_is_posted(who, 1_000_00 + who, 1)
            self.a_payment_is_posted(who, 400_00, 0)
        self.the_month_ends()
        self.somebody_signs(0, "Chen Wei", agrees=True)

    @rule(who=st.integers(0, 1), minor=AMOUNTS, back=st.sampled_from((0, 1, 20, 45)))
    def an_invoice_is_posted(self, who: int, minor: int, back: int) -> None:
        self._post(posting.invoice, who, "INV", minor, back, due="2027-01-31")

    @rule(who=st.integers(0, 1), minor=AMOUNTS, back=st.sampled_from((0, 1, 45)))
    def a_payment_is_posted(self, who: int, minor: int, back: int) -> None:
        self._post(posting.payment, who, "PAY", minor, back, about="")

    def _post(self, post: Callable[..., None], who: int, word: str, minor: int, back: int, **more):
        day = max(self.now.date() - dt.timedelta(days=back), dt.date(2026, 1, 1))
        number = f"{word}-{self.n}-{next(NUMBERS)}"
        amount = f"{minor // 100}.{minor % 100:02}"
        post(self.world, self.names[who], number, amount, dated=day.isoformat(), **more)

    @rule()
    def the_month_ends(self) -> None:
        self._later(dt.timedelta(days=33))
        self.month = Month.of(self.now.date().replace(day=1) - dt.timedelta(days=1))
        codes = tuple(self.world.code_of(name) for name in self.names)
        issue = IssueStatements(self.month, codes)
        issue_statements(lambda: self.installation.work(SYSTEM), issue)
        assert issue_statements(lambda: self.installation.work(SYSTEM), issue).issued == 0

    @rule(minutes=st.integers(1, 40))
    def time_goes_by(self, minutes: int) -> None:
        self._later(dt.timedelta(minutes=minutes))

    @rule(who=st.integers(0, 1), seq=st.integers(1, 4), differs=st.booleans())
    def a_line_is_answered(self, who: int, seq: int, *, differs: bool) -> None:
        statement = self._newest(who)
        if statement is None or seq > statement.line_count:
            return
        version = answering.ticks_of(self.world, statement).of(seq).row_version
        if differs:
            self._try(
                "Wang Fang",
                answers.say_difference,
                answers.SayDifference(statement.id, seq, version, Reason.NOT_RECEIVED),
            )
        else:
            mark = answers.MarkLine(statement.id, seq, "agree", version)
            self._try("Wang Fang", answers.mark_line, mark)

    @rule(who=st.integers(0, 1), person=st.sampled_from(SIGNATORIES), agrees=st.booleans())
    def somebody_signs(self, who: int, person: str, *, agrees: bool) -> None:
        statement = self._newest(who)
        if statement is None:
            return
        fitting = fitting_result(answering.ticks_of(self.world, statement).differences)
        result = fitting if agrees else Result.REFUSED
        own, may = f"{person}{self.n}", self._may_sign(who, person)
        command = answering.wish(self.world, own, statement, result, remark="As discussed.")
        try:
            answering.signed(self.world, own, command)
        except REFUSED:
            return
        assert may, "who may not signs nothing"
        was_said = answering.confirming.check_confirmable
        assert answering.act(self.world, own, was_said, command), "said twice it is said once"

    @rule(who=st.integers(0, 1), person=st.sampled_from(SIGNATORIES))
    def somebody_withdraws(self, who: int, person: str) -> None:
        statement = self._newest(who)
        with suppress(*REFUSED, AssertionError, IndexError):
            handing_on.withdraws(
                self.world,
                f"{person}{self.n}",
                self.names[who],
                str(Month.of(statement.period_to)) if statement else "",
            )

    @rule(who=st.integers(0, 1), person=st.sampled_from(SIGNATORIES))
    def the_accountant_passes_it_on(self, who: int, person: str) -> None:
        statement = self._newest(who)
        if statement is not None:
            to_id = self.world.people[f"{person}{self.n}"]
            command = passing.PassStatement(statement.id, to_id, "as discussed")
            self._try("Wang Fang", passing.pass_statement, command)

    @rule(who=st.integers(0, 1), person=st.sampled_from(SIGNATORIES))
    def somebody_sends_it_back(self, who: int, person: str) -> None:
        statement = self._newest(who)
        if statement is not None:
            command = passing.ReturnStatement(statement.id, "not yet")
            self._try(person, passing.return_statement, command)

    @rule()
    def the_silent_are_reminded(self) -> None:
        """30: who has answered is not reminded, and nobody twice of a step."""
        found = remind(self.installation, None)
        for reminder in found.reminders:
            assert self._state_of(reminder.statement.id) in UNANSWERED
        assert remind(self.installation, None).reminders == []

    @rule(who=st.integers(0, 1), result=st.sampled_from(list(Result)))
    def somebody_signs_what_is_no_more(self, who: int, result: Result) -> None:
        statement = self._newest(who)
        if statement is None:
            return
        own = f"Chen Wei{self.n}"
        command = answering.wish(self.world, own, statement, result, remark="As discussed.")
        with pytest.raises(REFUSED):
            answering.signed(self.world, own, replace(command, sha256="0" * 64))

    @rule(who=st.integers(0, 1))
    def the_newest_is_issued_again(self, who: int) -> None:
        statement = self._newest(who)
        if statement is not None:
            with self.installation.work(SYSTEM) as w:
                reissue_statement(w, ReissueStatement(statement.id, "something came in late"))

    @rule(who=st.integers(0, 1), person=st.sampled_from(SIGNATORIES), back=st.booleans())
    def a_right_is_taken_or_given_back(self, who: int, person: str, *, back: bool) -> None:
        with self.installation.work(SYSTEM) as w:
            key = (self.world.people[f"{person}{self.n}"], self.world.customers[self.names[who]])
            row = w.session.get_one(Membership, (*key, "customer_signatory"))
            row.suspended_at = None if back else w.now

    # ── Means ────────────────────────────────────────────────────────────────

    def _later(self, span: dt.timedelta) -> None:
        self.now += span
        self.world.at(self.now)

    def _newest(self, who: int) -> Statement | None:
        with self.installation.reading(SYSTEM) as r:
            return r.session.scalars(
                select(Statement)
                .where(
                    Statement.customer_id == self.world.customers[self.names[who]],
                    Statement.in_force == 1,
                )
                .order_by(Statement.period_to.desc())
                .limit(1)
            ).first()

    def _state_of(self, statement_id: int) -> str:
        with self.installation.reading(SYSTEM) as r:
            return r.session.get_one(Statement, statement_id).state

    def _may_sign(self, who: int, person: str) -> bool:
        with self.installation.reading(SYSTEM) as r:
            key = (self.world.people[f"{person}{self.n}"], self.world.customers[self.names[who]])
            row = r.session.get_one(Membership, (*key, "customer_signatory"))
            return row.suspended_at is None

    def _try(self, person: str, act: Callable[..., object], command: object) -> None:
        with suppress(*REFUSED):
            answering.act(self.world, f"{person}{self.n}", act, command)

    # ── What must hold ───────────────────────────────────────────────────────

    @invariant()
    def statements_follow_one_another(self) -> None:
        """21, 22, 23: openings, sums, lines, one in force an account and period."""
        with self.installation.reading(SYSTEM) as r:
            assert [check for check in check_statements(r) if not check.ok] == []
            doubles = r.session.execute(
                select(Statement.customer_id)
                .where(Statement.in_force == 1)
                .group_by(Statement.customer_id, Statement.currency, Statement.period_to)
                .having(func.count() > 1)
            ).all()
        assert doubles == []

    @invariant()
    def what_is_dated_before_the_period_is_marked_late(self) -> None:
        """22."""
        for statement in self._own_statements():
            for line in read_statement(statement.payload).lines:
                assert line.late == (line.dated_on < statement.period_from)

    @invariant()
    def frozen_bytes_stay(self) -> None:
        """24: whatever is posted, renamed or issued later."""
        for statement in self._own_statements():
            kept = self.frozen.setdefault(statement.id, (statement.payload, statement.sha256))
            assert kept == (statement.payload, statement.sha256)
            assert sha256_of(statement.payload.encode()) == statement.sha256

    @invariant()
    def an_answer_binds_what_was_signed(self) -> None:
        """25, 26: one standing answer a statement, audited once, with a receipt for its signer."""
        with self.installation.reading(SYSTEM) as r:
            rows = r.session.execute(
                select(Confirmation, Statement).join(
                    Statement, Statement.id == Confirmation.statement_id
                )
            ).all()
            audited = r.session.scalar(
                select(func.count()).where(
                    Audit.kind.in_([f"statement.{result.value}" for result in Result])
                )
            )
            keys = set(r.session.scalars(select(Outbox.key).where(Outbox.kind == "confirmation")))
        standing = [each.statement_id for each, _ in rows if each.withdrawn_at is None]
        assert len(standing) == len(set(standing))
        assert audited == len(rows)
        for each, statement in rows:
            evidence = json.loads(each.evidence)
            assert each.evidence_sha256 == sha256_of_text(each.evidence)
            assert each.statement_sha256 == statement.sha256 == evidence["statement"]["sha256"]
            assert evidence["statement"]["version"] == statement.version
            assert f"confirmation/{each.id}/{each.user_id}" in keys

    @invariant()
    def states_move_as_they_may(self) -> None:
        """27: no line both agreed and disputed; every step of a state is one that is allowed."""
        allowed = {(a.value, to.value) for before, to in MOVES.values() for a in before}
        for statement in self._own_statements():
            was = self.seen.get(statement.id, (statement.state,))[0]
            assert was == statement.state or _leads(allowed, was, statement.state)
            self.seen[statement.id] = (statement.state, "", "")
        with self.installation.reading(SYSTEM) as r:
            both = r.session.execute(
                select(Answer.seq)
                .join(
                    Difference,
                    (Difference.statement_id == Answer.statement_id)
                    & (Difference.seq == Answer.seq),
                )
                .where(Answer.mark == "agree")
            ).all()
        assert both == []

    def teardown(self) -> None:
        """Every act is in the chain."""
        with self.installation.reading(SYSTEM) as r:
            assert check_chain(r).ok

    def _own_statements(self) -> list[Statement]:
        ids = [self.world.customers[name] for name in self.names]
        with self.installation.reading(SYSTEM) as r:
            return list(r.session.scalars(select(Statement).where(Statement.customer_id.in_(ids))))


def _leads(allowed: set[tuple[str, str]], was: str, now: str) -> bool:
    """Whether some steps lead from one state to the other; one rule may take several."""
    reached, new = {was}, {was}
    while new:
        new = {to for before, to in allowed if before in new} - reached
        reached |= new
    return now in reached


def test_month_ends_hold_whatever_happens(any_installation: Installation):
    class Here(MonthEnds):
        installation = any_installation

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate,),  # the books are not put back, so nothing can be tried again
            suppress_health_check=list(HealthCheck),
        ),
    )
    with any_installation.reading(SYSTEM) as r:
        answered = r.session.scalar(select(func.count()).select_from(Confirmation))
        assert answered, "nothing was ever answered"
