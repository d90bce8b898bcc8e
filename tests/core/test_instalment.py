"""R110–R115: instalments sum to the debt, keep their days, bear interest, and are paid in order."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.instalment import (
    Instalment,
    Interval,
    Limits,
    Paid,
    Rhythm,
    State,
    check_limits,
    check_schedule,
    interest,
    penalty,
    split,
    spread,
    standing,
)
from portal.core.money import Money, rounded
from portal.core.workdays import MONDAY_TO_FRIDAY, Calendar

TODAY = date(2026, 11, 20)
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
RHYTHMS = st.builds(Rhythm, DAYS, st.integers(1, 24), st.sampled_from(Interval))
NUMBERS = st.integers(1, 60)
TOTALS = st.integers(60, 10**12)


def cny(minor):
    return Money(minor, "CNY")


def rows_of(*told):
    return [Instalment(date.fromisoformat(day), cny(minor)) for day, minor in told]


TWO = rows_of(("2026-12-01", 60_00), ("2027-01-04", 40_00))


@settings(max_examples=300)
@given(TOTALS, NUMBERS, RHYTHMS, st.integers(0, 50))
def test_instalments_sum_to_the_total_whatever_is_asked(total, number, rhythm, down_percent):
    down = cny(min(total * down_percent // 100, total - number))

    rows = split(cny(total), number, rhythm, MONDAY_TO_FRIDAY, down)

    assert sum(row.amount.minor for row in rows) == total
    assert all(row.amount.minor > 0 for row in rows)


@given(TOTALS, NUMBERS, RHYTHMS)
def test_all_but_the_last_instalment_are_equal_and_the_last_is_no_smaller(total, number, rhythm):
    *equal, last = [row.amount for row in split(cny(total), number, rhythm, MONDAY_TO_FRIDAY)]

    assert len(set(equal)) <= 1
    assert all(each <= last for each in equal)


@given(NUMBERS, RHYTHMS)
def test_days_rise_and_are_worked(number, rhythm):
    days = rhythm.days(number, MONDAY_TO_FRIDAY)

    assert days == sorted(set(days))
    assert all(MONDAY_TO_FRIDAY.is_workday(day) for day in days)


@given(DAYS, st.integers(0, 48))
def test_months_are_counted_from_the_first_day(first_on, nth):
    day = Rhythm(first_on).day(nth)
    last_of_month = (day + timedelta(days=1)).day == 1

    assert day.day == first_on.day or (last_of_month and day.day < first_on.day)


def test_a_day_off_moves_on_without_moving_what_follows():
    saturday = Rhythm(date(2026, 10, 31))
    days = saturday.days(3, Calendar(holidays={date(2026, 12, 31)}))

    assert [str(day) for day in days] == ["2026-11-02", "2026-11-30", "2027-01-01"]


@pytest.mark.parametrize(
    ("number", "every", "down", "code"),
    [
        (0, 1, 0, "plan.number_out_of_reach"),
        (121, 1, 0, "plan.number_out_of_reach"),
        (3, 0, 0, "plan.rhythm_out_of_reach"),
        (3, 25, 0, "plan.rhythm_out_of_reach"),
        (3, 1, 10_00, "plan.down_too_large"),
        (3, 1, -1, "plan.down_too_large"),
        (3, 1, 9_98, "plan.too_small"),
    ],
)
def test_what_cannot_be_split_is_refused(number, every, down, code):
    with pytest.raises(RuleBroken) as refused:
        split(cny(10_00), number, Rhythm(TODAY, every), MONDAY_TO_FRIDAY, cny(down))

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "plan.empty"),
        (rows_of(("2026-12-01", 100_00), ("2027-01-04", 0)), "plan.no_amount"),
        (rows_of(("2026-11-19", 100_00)), "plan.day_past"),
        (rows_of(("2026-11-22", 100_00)), "plan.day_off"),
        (rows_of(("9999-12-31", 100_00)), "plan.day_too_far"),
        (rows_of(("2026-12-01", 60_00), ("2026-12-01", 40_00)), "plan.days_out_of_order"),
        (rows_of(("2026-12-01", 99_99)), "plan.sum_below"),
        (rows_of(("2026-12-01", 100_01)), "plan.sum_above"),
    ],
)
def test_a_schedule_that_does_not_hold_together_is_refused(rows, code):
    with pytest.raises(RuleBroken) as refused:
        check_schedule(cny(100_00), rows, TODAY, MONDAY_TO_FRIDAY)

    assert refused.value.code == code


def test_what_is_missing_is_said():
    with pytest.raises(RuleBroken) as refused:
        check_schedule(cny(120_00), TWO, TODAY, MONDAY_TO_FRIDAY)

    assert refused.value.facts["difference"] == cny(20_00)


def test_a_day_off_names_the_next_workday():
    with pytest.raises(RuleBroken) as refused:
        check_schedule(cny(1), rows_of(("2026-11-22", 1)), TODAY, MONDAY_TO_FRIDAY)

    assert refused.value.facts["instead"] == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("limits", "code"),
    [(Limits(most=1), "plan.too_many"), (Limits(months=1), "plan.too_long"), (Limits(), None)],
)
def test_more_than_the_policy_allows_is_not_a_customers_to_ask(limits, code):
    if code is None:
        check_limits(TWO, limits, TODAY)
        return
    with pytest.raises(RuleBroken) as refused:
        check_limits(TWO, limits, TODAY)

    assert refused.value.code == code


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=12), st.integers(0, 3650))
def test_interest_comes_to_the_whole_rounded_once(minors, rate_bp):
    days = Rhythm(date(2026, 1, 31)).days(len(minors), MONDAY_TO_FRIDAY)
    rows = [Instalment(day, cny(minor)) for day, minor in zip(days, minors, strict=True)]
    begin = date(2026, 1, 1)
    exact = sum(
        Fraction(minor * (day - begin).days * rate_bp, 10_000 * 365)
        for day, minor in zip(days, minors, strict=True)
    )

    assert sum(each.minor for each in interest(rows, begin, rate_bp)) == rounded(exact)


def test_a_plan_without_interest_bears_none():
    assert interest(TWO, TODAY, 0) == [cny(0), cny(0)]


def test_penalty_interest_runs_from_the_day_after_the_instalment():
    on_the_day = standing(TWO, [Paid(date(2026, 12, 1), cny(60_00))], date(2026, 12, 31))
    later = standing(TWO, [Paid(date(2026, 12, 11), cny(60_00))], date(2026, 12, 31))

    assert penalty(on_the_day.each[0], 3650, date(2026, 12, 31)) == cny(0)
    assert penalty(later.each[0], 3650, date(2026, 12, 31)) == cny(60)


def test_money_fills_the_instalments_in_order():
    found = standing(TWO, [Paid(date(2026, 11, 25), cny(75_00))], date(2026, 11, 30))

    assert [met.paid for met in found.each] == [cny(60_00), cny(15_00)]
    assert found.following is not None
    assert found.following.left == cny(25_00)


def test_money_in_time_that_is_applied_late_keeps_the_plan():
    unknown, known = [], [Paid(date(2026, 12, 1), cny(60_00))]

    assert standing(TWO, unknown, date(2026, 12, 3)).state is State.BROKEN
    assert standing(TWO, known, date(2026, 12, 3)).state is State.ACTIVE


def test_days_of_grace_count():
    paid = [Paid(date(2026, 12, 4), cny(60_00))]

    assert standing(TWO, paid, date(2026, 12, 10), tolerance_days=3).state is State.ACTIVE
    assert standing(TWO, paid, date(2026, 12, 10), tolerance_days=2).state is State.BROKEN


def test_a_broken_plan_stays_broken_until_everything_is_paid():
    late = Paid(date(2026, 12, 2), cny(60_00))
    rest = Paid(date(2027, 1, 4), cny(40_00))

    assert standing(TWO, [late], date(2026, 12, 20)).state is State.BROKEN
    assert standing(TWO, [late, rest], date(2027, 1, 4)).state is State.DONE


PAYMENTS = st.lists(
    st.builds(Paid, st.dates(TODAY, date(2027, 3, 1)), st.integers(1, 60_00).map(cny)), max_size=5
)


@given(PAYMENTS)
def test_a_plan_changes_its_state_at_most_twice_and_breaks_once(payments):
    days = [TODAY + timedelta(days=ahead) for ahead in range(120)]
    found = [standing(TWO, payments, day) for day in days]
    states = [each.state for each in found]

    changes = [now for before, now in pairwise(states) if now is not before]
    assert changes in ([], [State.DONE], [State.BROKEN], [State.BROKEN, State.DONE])
    assert len({each.broken_on for each in found if each.broken_on}) <= 1


@given(PAYMENTS)
def test_what_was_paid_and_what_is_left_are_the_plan(payments):
    found = standing(TWO, payments, date(2027, 3, 1))
    came = min(sum(each.amount.minor for each in payments), 100_00)

    assert sum(met.paid.minor for met in found.each) == came
    assert sum((met.paid + met.left).minor for met in found.each) == 100_00


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=8), st.integers(1, 6))
def test_every_part_is_paid_by_the_instalments_in_full(minors, number):
    total, parts = cny(sum(minors) + 6), [cny(minor) for minor in [*minors, 6]]
    rows = split(total, number, Rhythm(TODAY), MONDAY_TO_FRIDAY)

    shares = spread(rows, parts)

    paid = [
        sum(amount.minor for row in shares for at, amount in row if at == place)
        for place in range(len(parts))
    ]
    assert paid == [part.minor for part in parts]
    assert [sum(amount.minor for _at, amount in row) for row in shares] == [
        row.amount.minor for row in rows
    ]


def test_a_first_day_beyond_all_calendars_is_refused():
    with pytest.raises(RuleBroken) as refused:
        split(cny(10_00), 3, Rhythm(date(9999, 12, 1)), MONDAY_TO_FRIDAY)

    assert refused.value.code == "plan.day_too_far"
