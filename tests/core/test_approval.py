"""Who decides what somebody else proposed: rules R130, R131 and R132."""

import datetime as dt
import itertools

import pytest

from portal.core.approval import (
    LONGEST_STAND_IN_DAYS,
    Locked,
    Manager,
    Question,
    changes,
    check_stand_in,
    deciding_roles,
    right_to_decide,
)
from portal.core.errors import RuleBroken

LI, MO = Manager(2, "collections_lead"), Manager(4, "collections_lead")
ZHAO = Manager(3, "credit_manager")
TOM = 9
DAY = dt.date(2026, 11, 20)


def test_who_has_the_role_decides_on_their_own_right():
    """R131."""
    assert right_to_decide(LI, [ZHAO], Question("extension", {TOM})) == LI


def test_who_has_not_decides_in_the_place_of_a_colleague_who_has():
    """R131."""
    assert right_to_decide(LI, [MO, ZHAO], Question("plan", {TOM})) == ZHAO
    assert right_to_decide(LI, [MO], Question("plan", {TOM})) is Locked.ROLE


def test_an_unknown_kind_is_decided_by_the_few():
    """R131."""
    assert deciding_roles("something new") == {"credit_manager", "admin"}


def test_whoever_had_a_hand_in_it_decides_nothing_by_any_right():
    """R130: over every proposer, maker and stand-in there is."""
    people = [LI, MO, ZHAO]
    for me, absent, *makers in itertools.product(people, people, people, people):
        asked = Question("extension", {one.user_id for one in makers})
        right = right_to_decide(me, [absent], asked)
        if me in makers:
            assert right is Locked.OWN
        if isinstance(right, Manager):
            assert right not in makers


def test_nobody_decides_in_the_place_of_who_proposed():
    """R130."""
    assert right_to_decide(LI, [ZHAO], Question("plan", {ZHAO.user_id})) is Locked.OWN


def test_a_stand_in_runs_from_a_day_to_a_day():
    """R132."""
    last = DAY + dt.timedelta(days=LONGEST_STAND_IN_DAYS - 1)
    check_stand_in(DAY, last, DAY)
    check_stand_in(DAY - dt.timedelta(days=3), DAY, DAY)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [(1, 0, "backwards"), (-3, -1, "over"), (0, LONGEST_STAND_IN_DAYS, "too_long")],
)
def test_other_periods_are_refused(first: int, last: int, code: str):
    """R132."""
    days = [DAY + dt.timedelta(days=n) for n in (first, last)]

    with pytest.raises(RuleBroken, match=code):
        check_stand_in(*days, DAY)


def test_changes_tell_what_is_new_gone_and_other():
    assert changes({"a": "1", "b": "2"}, {"a": "1", "c": "3"}) == [("b", "2", ""), ("c", "", "3")]
