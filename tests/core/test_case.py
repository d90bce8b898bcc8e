"""R400–R408: a case's moves, days and ends, the grade it raises, its letter, its claim."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.ageing import Grade
from portal.core.case import (
    MOVES,
    Act,
    Happened,
    Kind,
    Outcome,
    Stage,
    Standing,
    acts_of,
    after,
    check_deadline,
    check_happened,
    check_outcome,
    outcomes_of,
    raised_grade,
)
from portal.core.claim import ClaimItem, Evidence, claim_sum, claimable, lacking
from portal.core.errors import RuleBroken

TODAY = dt.date(2026, 11, 20)
A, L = Kind.AGENCY, Kind.LEGAL


def walked(kind: Kind, *acts: Act) -> Stage:
    stage = Stage.PREPARING
    for act in acts:
        stage = after(kind, stage, act)
    return stage


@pytest.mark.parametrize(
    ("kind", "acts", "stage"),
    [
        (A, (Act.HAND_OVER,), Stage.HANDED_OVER),
        (A, (Act.HAND_OVER, Act.REPORT, Act.REPORT), Stage.REPORTING),
        (A, (Act.HAND_OVER, Act.COST, Act.NOTE), Stage.HANDED_OVER),
        (A, (Act.HAND_OVER, Act.REPORT, Act.TAKE_BACK), Stage.RETURNED),
        (L, (Act.DEMAND, Act.DEMAND), Stage.DEMANDED),
        (L, (Act.FILE, Act.HEAR, Act.HEAR, Act.DECIDE, Act.ENFORCE), Stage.ENFORCEMENT),
        (L, (Act.DEMAND, Act.ARBITRATE, Act.DECIDE), Stage.JUDGMENT),
        (L, (Act.FILE, Act.DECIDE, Act.HEAR), Stage.HEARING),
        (L, (Act.PRESERVE,), Stage.PREPARING),
        (L, (Act.FILE, Act.PRESERVE), Stage.FILED),
    ],
)
def test_a_case_walks_so(kind: Kind, acts: tuple[Act, ...], stage: Stage):
    assert walked(kind, *acts) is stage


@pytest.mark.parametrize(
    ("kind", "acts"),
    [
        (A, (Act.REPORT,)),
        (A, (Act.HAND_OVER, Act.HAND_OVER)),
        (A, (Act.FILE,)),
        (A, (Act.TAKE_BACK, Act.HAND_OVER)),
        (L, (Act.HAND_OVER,)),
        (L, (Act.ENFORCE,)),
        (L, (Act.FILE, Act.ARBITRATE)),
        (L, (Act.DECIDE,)),
        (L, (Act.FILE, Act.DEMAND)),
    ],
)
def test_and_not_so(kind: Kind, acts: tuple[Act, ...]):
    with pytest.raises(RuleBroken, match=r"case\.not_at_this_stage"):
        walked(kind, *acts)


@given(st.sampled_from(Kind), st.sampled_from(Stage), st.sampled_from(Act))
def test_what_may_be_done_is_what_is_not_refused(kind: Kind, stage: Stage, act: Act):
    try:
        after(kind, stage, act)
    except RuleBroken:
        assert act not in acts_of(kind, stage)
    else:
        assert act in acts_of(kind, stage)


def test_every_stage_is_reached_but_that_of_the_other_kind():
    reached = {
        kind: {Stage.PREPARING, *(to for _from, to in moves.values() if to)}
        for kind, moves in MOVES.items()
    }

    assert reached[A] & reached[L] == {Stage.PREPARING}
    assert reached[A] | reached[L] == set(Stage)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Happened(Act.HEAR, TODAY + dt.timedelta(1)), "case.in_future"),
        (Happened(Act.HEAR, TODAY - dt.timedelta(9)), "case.before_the_move"),
        (Happened(Act.HEAR, TODAY, TODAY - dt.timedelta(1)), "case.next_is_over"),
        (Happened(Act.COST, TODAY, cost_minor=-1), "case.cost_below_zero"),
    ],
)
def test_what_cannot_have_happened_is_refused(told: Happened, code: str):
    with pytest.raises(RuleBroken, match=code):
        check_happened(told, TODAY, TODAY - dt.timedelta(3))


def test_a_note_may_be_of_before_the_last_move():
    long_ago = TODAY - dt.timedelta(30)

    check_happened(Happened(Act.NOTE, long_ago, TODAY), TODAY, TODAY)
    check_happened(Happened(Act.PRESERVE, long_ago), TODAY, TODAY)


def test_paid_is_only_what_is_paid_and_decided_only_what_was_decided():
    with pytest.raises(RuleBroken, match=r"case\.not_paid"):
        check_outcome(Standing(A, Stage.REPORTING, 1), Outcome.PAID)
    with pytest.raises(RuleBroken, match=r"case\.not_decided"):
        check_outcome(Standing(L, Stage.FILED, 0), Outcome.JUDGMENT)

    assert set(outcomes_of(Standing(L, Stage.ENFORCEMENT, 0))) == set(Outcome)


def test_a_case_raises_its_grade_once_it_has_left_the_house():
    assert raised_grade(A, Stage.PREPARING) is raised_grade(L, Stage.PREPARING) is None
    assert raised_grade(A, Stage.REPORTING) is Grade.AGENCY
    assert raised_grade(A, Stage.RETURNED) is None
    assert {raised_grade(L, stage) for stage in (Stage.DEMANDED, Stage.ENFORCEMENT)} == {
        Grade.LEGAL
    }


@pytest.mark.parametrize(
    ("days", "code"), [(2, "deadline_too_soon"), (-1, "deadline_too_soon"), (61, "too_far")]
)
def test_a_letter_of_law_sets_a_real_deadline(days: int, code: str):
    with pytest.raises(RuleBroken, match=code):
        check_deadline(TODAY, TODAY + dt.timedelta(days))


@pytest.mark.parametrize("days", [3, 14, 60])
def test_from_three_to_sixty_days(days: int):
    check_deadline(TODAY, TODAY + dt.timedelta(days))


def test_an_agency_gets_no_disputed_amount():
    items = [ClaimItem(1_000, 400, 30), ClaimItem(500, 500, 10), ClaimItem(80, is_charge=True)]

    assert claim_sum(A, items).total_minor == 600 + 80 + 30
    assert claim_sum(L, items).total_minor == 1_500 + 80 + 40


@given(
    st.lists(
        st.builds(
            ClaimItem,
            st.integers(0, 10**12),
            st.integers(0, 10**12),
            st.integers(0, 10**9),
            st.booleans(),
        )
    )
)
def test_a_claim_is_the_sum_of_its_items(items: list[ClaimItem]):
    for kind in Kind:
        whole = claim_sum(kind, items)

        asked = sum(claimable(kind, item) for item in items)
        assert whole.principal_minor + whole.charges_minor == asked
        assert whole.total_minor == asked + whole.interest_minor
        assert whole.interest_minor <= sum(item.interest_minor for item in items)


def test_an_item_with_everything_lacks_nothing():
    assert lacking({"INV-1": frozenset(Evidence)}) == {}
    assert lacking({"INV-1": frozenset(), "INV-2": frozenset(Evidence)}) == {
        kind: ["INV-1"] for kind in Evidence
    }
