"""R6–R8: counting and rolling over days that are not worked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.workdays import MONDAY_TO_FRIDAY, Calendar

#: China's National Day 2026 with a make-up Saturday.
GOLDEN_WEEK = Calendar(
    holidays={date(2026, 10, day) for day in range(1, 8)}, made_up={date(2026, 10, 10)}
)
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "is_worked"), [(1, False), (7, False), (8, True), (10, True), (11, False)]
)
def test_holidays_are_off_and_make_up_days_are_worked(day, is_worked):
    assert GOLDEN_WEEK.is_workday(date(2026, 10, day)) is is_worked


def test_a_holiday_rolls_forward_over_the_week():
    assert GOLDEN_WEEK.on_or_after(date(2026, 10, 1)) == date(2026, 10, 8)


def test_a_holiday_rolls_back_over_the_week():
    assert GOLDEN_WEEK.on_or_before(date(2026, 10, 7)) == date(2026, 9, 30)


def test_a_workday_rolls_nowhere():
    assert GOLDEN_WEEK.on_or_after(date(2026, 10, 10)) == date(2026, 10, 10)


@pytest.mark.parametrize(("count", "then"), [(0, 7), (1, 8), (3, 10), (4, 12)])
def test_workdays_are_counted_after_the_day_itself(count, then):
    assert GOLDEN_WEEK.add_workdays(date(2026, 10, 7), count) == date(2026, 10, then)


def test_workdays_are_counted_back_too():
    assert GOLDEN_WEEK.add_workdays(date(2026, 10, 8), -1) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("month", "nth", "then"),
    [(10, 1, date(2026, 10, 8)), (10, 3, date(2026, 10, 10)), (12, 99, date(2026, 12, 31))],
)
def test_the_nth_workday_stays_inside_its_month(month, nth, then):
    assert GOLDEN_WEEK.nth_workday(2026, month, nth) == then


def test_a_calendar_without_workdays_is_refused():
    with pytest.raises(ValueError, match="no workday"):
        Calendar(weekend=frozenset(range(7))).on_or_after(date(2026, 1, 1))


@given(days, st.integers(1, 60))
def test_counting_forth_and_back_returns_to_a_workday(day, count):
    start = MONDAY_TO_FRIDAY.on_or_after(day)

    assert (
        MONDAY_TO_FRIDAY.add_workdays(MONDAY_TO_FRIDAY.add_workdays(start, count), -count) == start
    )
