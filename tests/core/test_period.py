"""R9–R10: months, cycles, and the days that a statement covers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.period import (
    Cycle,
    Month,
    Period,
    last_closed_month,
    month_period,
    statement_period,
)

months = st.builds(Month, st.integers(2000, 2100), st.integers(1, 12))


@pytest.mark.parametrize(
    "text", ["2026", "2026-13", "2026-1", "26-01", "2026-01-01", "0000-01", "9999-12"]
)
def test_what_is_no_month_is_refused(text):
    with pytest.raises(RuleBroken) as refused:
        Month.parse(text)

    assert refused.value.code == "period.malformed_month"


@given(months)
def test_writing_and_reading_a_month_gives_it_again(month):
    assert Month.parse(str(month)) == month


@given(months, st.integers(-50, 50))
def test_adding_and_taking_months_away_is_nothing(month, count):
    assert month.plus(count).plus(-count) == month


@given(months)
def test_months_follow_one_another_without_a_gap(month):
    assert (month.plus(1).first_on - month.last_on).days == 1


@pytest.mark.parametrize(
    ("cycle", "ends"),
    [
        (Cycle.MONTHLY, list(range(1, 13))),
        (Cycle.QUARTERLY, [3, 6, 9, 12]),
        (Cycle.HALF_YEARLY, [6, 12]),
    ],
)
def test_a_cycle_ends_in_its_months(cycle, ends):
    assert [month for month in range(1, 13) if cycle.ends_in(Month(2026, month))] == ends


@pytest.mark.parametrize(
    ("cycle", "from_on"),
    [
        (Cycle.MONTHLY, date(2026, 6, 1)),
        (Cycle.QUARTERLY, date(2026, 4, 1)),
        (Cycle.HALF_YEARLY, date(2026, 1, 1)),
    ],
)
def test_a_first_statement_begins_with_its_cycle(cycle, from_on):
    period = statement_period(cycle, Month(2026, 6), last_to_on=None)

    assert period == Period(from_on, date(2026, 6, 30))


def test_a_later_statement_begins_the_day_after_the_last_one():
    period = statement_period(Cycle.QUARTERLY, Month(2026, 6), last_to_on=date(2025, 12, 31))

    assert period == Period(date(2026, 1, 1), date(2026, 6, 30))


@pytest.mark.parametrize("last_to_on", [date(2026, 6, 30), date(2026, 7, 31)])
def test_a_month_that_is_stated_already_is_refused(last_to_on):
    with pytest.raises(RuleBroken) as refused:
        statement_period(Cycle.MONTHLY, Month(2026, 6), last_to_on)

    assert refused.value.facts == {"month": "2026-06", "until": last_to_on}


def test_both_ends_of_a_period_belong_to_it():
    june = month_period(Month(2026, 6))

    assert [date(2026, *day) in june for day in ((5, 31), (6, 1), (6, 30), (7, 1))] == [
        False,
        True,
        True,
        False,
    ]


def test_a_period_does_not_end_before_it_begins():
    with pytest.raises(ValueError, match="period"):
        Period(date(2026, 6, 2), date(2026, 6, 1))


def test_the_last_closed_month_of_january_is_december():
    assert last_closed_month(date(2026, 1, 1)) == Month(2025, 12)
