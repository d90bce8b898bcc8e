"""R358, R359: what is worked on first, and how long something may rest."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.recovery import SHIPPED
from portal.core.work_rank import (
    LONGEST_SNOOZE_DAYS,
    Stake,
    check_snooze,
    loss_by_waiting,
    next_monday,
    per_mille_of_waiting,
    weight,
)

FRIDAY = date(2026, 11, 20)
amounts = st.integers(0, 10**12)


def test_of_two_alike_the_one_in_its_third_month_comes_first():
    third, first = Stake(88_400_00, 62, 3), Stake(88_400_00, 5, 3)

    assert weight(SHIPPED, third) > weight(SHIPPED, first)


@given(amounts, st.integers(-60, 400), st.integers(-60, 400))
def test_the_later_it_is_the_more_it_presses(minor, one, other):
    early, late = sorted((one, other))

    assert weight(SHIPPED, Stake(minor, 30, early)) <= weight(SHIPPED, Stake(minor, 30, late))


@given(amounts, amounts, st.integers(0, 2000))
def test_the_larger_amount_never_comes_later(one, other, days):
    small, large = sorted((one, other))

    assert weight(SHIPPED, Stake(small, days, 1)) <= weight(SHIPPED, Stake(large, days, 1))


def test_what_has_no_amount_rises_with_its_days():
    assert weight(SHIPPED, Stake(0, 0, 30)) > weight(SHIPPED, Stake(3_000_00, 0, 0))


def test_the_loss_is_the_curves_share_of_the_amount():
    assert loss_by_waiting(SHIPPED, 100_000_00, 0) == 7_000_00
    assert loss_by_waiting(SHIPPED, 100_000_00, 10_000) == 0
    assert per_mille_of_waiting(SHIPPED, 0) == 70


@pytest.mark.parametrize(
    ("until", "reason", "code"),
    [
        (FRIDAY, "", "task.snooze_past"),
        (FRIDAY + timedelta(days=LONGEST_SNOOZE_DAYS + 1), "so", "task.snooze_too_long"),
        (FRIDAY + timedelta(days=4), "  ", "task.snooze_reason"),
    ],
)
def test_nothing_rests_for_no_time_for_too_long_or_long_without_a_reason(until, reason, code):
    with pytest.raises(RuleBroken, match=code):
        check_snooze(until, reason, FRIDAY)


@pytest.mark.parametrize(
    ("until", "reason"),
    [
        (FRIDAY + timedelta(days=1), ""),
        (date(2026, 11, 23), ""),
        (FRIDAY + timedelta(days=LONGEST_SNOOZE_DAYS), "The buyer is on leave"),
    ],
)
def test_tomorrow_and_monday_need_no_reason(until, reason):
    check_snooze(until, reason, FRIDAY)


def test_monday_is_the_next_one():
    assert next_monday(date(2026, 11, 23)) == date(2026, 11, 30)
