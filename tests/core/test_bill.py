"""R174: what becomes of a bill, and until when it is a risk."""

import datetime as dt

import pytest

from portal.core.bill import FOLLOWING, RUNNING, State, check_bill, check_move
from portal.core.errors import RuleBroken

TODAY, MATURES = dt.date(2026, 11, 20), dt.date(2026, 11, 10)


def test_a_bill_is_a_risk_until_it_is_honoured():
    assert all(State.HONOURED in FOLLOWING[each] for each in RUNNING)
    assert set(State) - RUNNING == {State.HONOURED, State.DISHONOURED}


@pytest.mark.parametrize("now", State)
@pytest.mark.parametrize("then", State)
def test_only_what_can_follow_follows(now: State, then: State):
    on = MATURES  # neither too early to be honoured nor too late to be passed on
    if then in FOLLOWING[now]:
        check_move(now, then, on, MATURES, TODAY)
    else:
        with pytest.raises(RuleBroken, match=r"bill\.not_in_this_state"):
            check_move(now, then, on, MATURES, TODAY)


@pytest.mark.parametrize(
    ("then", "on", "code"),
    [
        (State.HONOURED, MATURES - dt.timedelta(days=1), "before_maturity"),
        (State.DISHONOURED, MATURES - dt.timedelta(days=1), "before_maturity"),
        (State.ENDORSED, MATURES + dt.timedelta(days=1), "matured_already"),
        (State.HONOURED, TODAY + dt.timedelta(days=1), "day_in_future"),
    ],
)
def test_a_day_that_cannot_be_is_refused(then: State, on: dt.date, code: str):
    with pytest.raises(RuleBroken, match=rf"bill\.{code}"):
        check_move(State.HELD, then, on, MATURES, TODAY)


def test_a_bill_matures_after_it_came_and_came_already():
    with pytest.raises(RuleBroken, match=r"bill\.matures_before_receipt"):
        check_bill(MATURES, MATURES - dt.timedelta(days=1), TODAY)
    with pytest.raises(RuleBroken, match=r"bill\.received_in_future"):
        check_bill(TODAY + dt.timedelta(days=1), dt.date.max, TODAY)
