"""R120–R125: a dispute's moves, its days, and what is disputed of an open item and what is not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from portal.core import dispute
from portal.core.dispute import (
    MOVES,
    OPEN,
    Act,
    OpenPart,
    Side,
    State,
    Verdict,
    after,
    answer_by,
    as_far_as_free,
    check_decision,
    check_reopening,
    disputed_of,
    held_back,
    may,
    read_reasons,
    reopen_until,
    spread,
    undisputed_of,
)
from portal.core.errors import RuleBroken
from portal.core.workdays import MONDAY_TO_FRIDAY, Calendar

C, H = Side.CUSTOMER, Side.HOUSE
RAISED = date(2026, 11, 4)


@pytest.mark.parametrize(
    ("acts", "state"),
    [
        ([], State.RECEIVED),
        ([(Act.TAKE, H)], State.CHECKING),
        ([(Act.DECIDE, H)], State.DECIDED),
        ([(Act.TAKE, H), (Act.DECIDE, H), (Act.CLOSE, H)], State.CLOSED),
        ([(Act.DECIDE, H), (Act.REOPEN, C)], State.CHECKING),
        ([(Act.DECIDE, H), (Act.CLOSE, H), (Act.REOPEN, C), (Act.DECIDE, H)], State.DECIDED),
        ([(Act.TAKE, H), (Act.WITHDRAW, C)], State.WITHDRAWN),
        ([(Act.WITHDRAW, C), (Act.SAY_AGAIN, C)], State.RECEIVED),
    ],
)
def test_a_dispute_walks_from_act_to_act(acts, state):
    now = State.RECEIVED
    for act, side in acts:
        now = after(now, act, side)

    assert now is state


@pytest.mark.parametrize(
    ("state", "act", "side"),
    [
        (State.RECEIVED, Act.DECIDE, C),
        (State.CHECKING, Act.WITHDRAW, H),
        (State.DECIDED, Act.DECIDE, H),
        (State.DECIDED, Act.WITHDRAW, C),
        (State.WITHDRAWN, Act.REOPEN, C),
        (State.CLOSED, Act.CLOSE, H),
    ],
)
def test_a_move_that_is_not_allowed_is_refused_by_name(state, act, side):
    with pytest.raises(RuleBroken, match=r"dispute\.not_in_this_state") as refused:
        after(state, act, side)

    assert refused.value.facts == {"state": state.value, "act": act.value}


def test_every_act_has_its_move():
    assert set(MOVES) == set(Act)


@pytest.mark.parametrize("state", [State.DECIDED, State.CLOSED, State.WITHDRAWN])
def test_what_has_its_answer_is_no_longer_withdrawn_nor_decided(state):
    assert not any(may(state, act, side) for act in (Act.WITHDRAW, Act.DECIDE) for side in Side)


# ── Days ─────────────────────────────────────────────────────────────────────


def test_the_fourteenth_day_is_the_last_to_open_a_dispute_again():
    check_reopening(RAISED, RAISED + timedelta(days=14), C)

    with pytest.raises(RuleBroken, match=r"dispute\.reopened_too_late") as refused:
        check_reopening(RAISED, RAISED + timedelta(days=15), C)
    assert refused.value.facts == {"until": reopen_until(RAISED)}


def test_the_house_opens_a_dispute_again_on_any_day():
    check_reopening(RAISED, RAISED + timedelta(days=400), H)


def test_an_answer_is_due_by_workdays_of_the_company():
    closed = Calendar(holidays={date(2026, 11, 5)})

    assert answer_by(RAISED, 10, closed) == date(2026, 11, 19)
    assert answer_by(RAISED, 10, MONDAY_TO_FRIDAY) == date(2026, 11, 18)


# ── Reasons ──────────────────────────────────────────────────────────────────


def test_the_shipped_lists_hold_the_causes_of_mismatch_and_the_contract():
    causes = {"many_products", "terms_per_product", "returns", "payment_not_matched", "netting"}

    assert causes <= set(dispute.REASONS) & set(dispute.ROOT_CAUSES)
    assert {"contract_content", "contract_amount", "contract_date"} <= set(dispute.REASONS)


@pytest.mark.parametrize("names", [dispute.REASONS, dispute.ROOT_CAUSES])
def test_the_shipped_lists_are_lists_of_the_policy(names):
    assert tuple(read_reasons([{"name": name} for name in names])) == names


def test_a_reason_may_have_its_own_words_and_its_own_time():
    told = read_reasons([{"name": "packing", "titles": {"en": "Packing"}}])["packing"]
    fast = read_reasons([{"name": "packing", "answer_within_workdays": 3}])["packing"]

    assert (told.titles["en"], told.answer_within_workdays) == ("Packing", None)
    assert fast.answer_within_workdays == 3


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([{"name": "no blanks"}], "policy.reason_malformed"),
        ([{"name": 7}], "policy.reason_malformed"),
        ([{}], "policy.reason_malformed"),
        ([{"name": "price", "colour": "red"}], "policy.reason_malformed"),
        ([{"name": "price"}, {"name": "price"}], "policy.reason_twice"),
        ([{"name": "price", "answer_within_workdays": 0}], "policy.deadline_out_of_reach"),
    ],
)
def test_a_list_of_reasons_without_sense_is_refused(rows, code):
    with pytest.raises(RuleBroken, match=code):
        read_reasons(rows)


# ── What is disputed ─────────────────────────────────────────────────────────

MINOR = st.integers(min_value=0, max_value=10**9)
MARKS = st.lists(st.none() | st.integers(min_value=1, max_value=10**9), max_size=5)


@given(MINOR, MARKS)
def test_disputed_and_undisputed_are_the_open_amount_and_never_negative(open_minor, marks):
    disputed = disputed_of(open_minor, marks)
    undisputed = undisputed_of(open_minor, disputed)

    assert disputed >= 0
    assert undisputed >= 0
    assert disputed + undisputed == open_minor


def test_of_what_is_paid_more_than_paid_nothing_is_disputed():
    assert (disputed_of(-500, [None]), disputed_of(-500, [300]), undisputed_of(-500, 0)) == (
        0,
        0,
        0,
    )


PARTS = st.lists(
    st.tuples(st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)), MINOR, MARKS),
    min_size=1,
    max_size=6,
).map(
    lambda rows: [
        OpenPart(number, due_on, is_open, disputed_of(is_open, marks))
        for number, (due_on, is_open, marks) in enumerate(rows, start=1)
    ]
)


@given(PARTS, st.integers(min_value=1, max_value=10**10))
def test_a_dispute_takes_only_what_nobody_disputes_or_is_refused(parts, amount):
    free = {part.part: part.undisputed_minor for part in parts}
    if amount > sum(free.values()):
        with pytest.raises(RuleBroken, match="dispute"):
            spread(amount, parts)
    else:
        taken = spread(amount, parts)

        assert sum(taken.values()) == amount
        assert all(0 < minor <= free[number] for number, minor in taken.items())


def test_a_dispute_takes_the_part_that_is_due_first_and_undated_ones_last():
    undated = OpenPart(1, None, 3000)
    later, sooner = OpenPart(2, date(2026, 6, 1), 3000), OpenPart(3, date(2026, 5, 1), 3000)

    assert spread(7000, [undated, later, sooner]) == {3: 3000, 2: 3000, 1: 1000}


@pytest.mark.parametrize(
    ("amount", "parts", "code"),
    [
        (0, [OpenPart(1, None, 5000)], "dispute.amount_missing"),
        (5001, [OpenPart(1, None, 5000)], "dispute.amount_too_large"),
        (1, [OpenPart(1, None, 5000, 5000)], "dispute.disputed_already"),
    ],
)
def test_an_amount_that_does_not_fit_is_refused(amount, parts, code):
    with pytest.raises(RuleBroken, match=code):
        spread(amount, parts)


def test_what_finds_no_room_is_left_over():
    parts = [OpenPart(1, None, 3000, 1000), OpenPart(2, None, 0), OpenPart(3, None, 500)]

    assert as_far_as_free(9000, parts) == {1: 2000, 3: 500}


# ── Decisions ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("verdict", "accepted"),
    [(Verdict.ACCEPT, 10000), (Verdict.ACCEPT_PART, 1), (Verdict.REJECT, 0)],
)
def test_a_decision_accepts_what_its_verdict_says(verdict, accepted):
    check_decision(10000, verdict, accepted)


@pytest.mark.parametrize(
    ("verdict", "accepted"),
    [
        (Verdict.ACCEPT, 9999),
        (Verdict.ACCEPT_PART, 0),
        (Verdict.ACCEPT_PART, 10000),
        (Verdict.REJECT, 1),
    ],
)
def test_a_decision_that_contradicts_itself_is_refused(verdict, accepted):
    with pytest.raises(RuleBroken, match=r"dispute\.accepted_unfit"):
        check_decision(10000, verdict, accepted)


def test_what_is_credited_lowers_the_claim_and_collateral_does_not():
    lowering = [each.value for each in dispute.Settlement if each.lowers_the_claim]

    assert lowering == ["credit_note", "discount", "take_back_goods"]


# ── Everything together ──────────────────────────────────────────────────────


class Disputes(RuleBasedStateMachine):
    """
    Two disputes on an open item of two parts, whatever is done to them, in whatever order.

    Invariants 27 and 33: only legal moves; what is held back is what waits for its answer, or was
    accepted and not credited yet, and the undisputed rest is still due.
    """

    def __init__(self):
        super().__init__()
        self.is_open = {1: 6000, 2: 4000}
        self.states: dict[int, State] = {}
        self.marks: dict[int, dict[int, int]] = {}
        self.accepted: dict[int, int] = {}

    def disputed(self, part):
        return disputed_of(
            self.is_open[part], [m[part] for m in self.marks.values() if m.get(part)]
        )

    def parts(self):
        return [
            OpenPart(part, RAISED + timedelta(days=part), is_open, self.disputed(part))
            for part, is_open in self.is_open.items()
        ]

    @precondition(lambda self: len(self.states) < 2)
    @rule(amount=st.integers(min_value=1, max_value=12000))
    def raise_one(self, amount):
        free = sum(part.undisputed_minor for part in self.parts())
        try:
            taken = spread(amount, self.parts())
        except RuleBroken:
            assert amount > free
            return
        turn = len(self.states)
        self.states[turn], self.marks[turn], self.accepted[turn] = State.RECEIVED, taken, 0

    @precondition(lambda self: self.states)
    @rule(data=st.data(), act=st.sampled_from(Act), side=st.sampled_from(Side))
    def move(self, data, act, side):
        turn = data.draw(st.sampled_from(sorted(self.states)))
        before = self.states[turn]
        try:
            self.states[turn] = after(before, act, side)
        except RuleBroken:
            assert not may(before, act, side)
            return
        if act is Act.DECIDE:
            self.decide(turn, data.draw(st.integers(min_value=0, max_value=10000)))
        if act in (Act.WITHDRAW, Act.REOPEN, Act.SAY_AGAIN):
            self.accepted[turn] = 0
            self.marks[turn] = {}
        if act in (Act.REOPEN, Act.SAY_AGAIN):
            self.marks[turn] = as_far_as_free(3000, self.parts())

    def decide(self, turn, wanted):
        said = sum(self.marks[turn].values())
        self.accepted[turn] = min(wanted, said)
        held = held_back(State.DECIDED, said, self.accepted[turn])
        self.marks[turn] = {}
        self.marks[turn] = as_far_as_free(held, self.parts())

    @rule(part=st.sampled_from((1, 2)), minor=st.integers(min_value=0, max_value=5000))
    def pay(self, part, minor):
        self.is_open[part] = max(self.is_open[part] - minor, 0)

    @invariant()
    def the_two_balances_are_the_open_amount(self):
        for part in self.parts():
            assert part.disputed_minor + part.undisputed_minor == part.open_minor
            assert min(part.disputed_minor, part.undisputed_minor) >= 0

    @invariant()
    def only_what_waits_or_was_accepted_is_held_back(self):
        for turn, state in self.states.items():
            held = sum(self.marks[turn].values())
            if state is State.WITHDRAWN:
                assert held == 0
            elif state not in OPEN:
                assert held <= self.accepted[turn]


TestDisputes = Disputes.TestCase
