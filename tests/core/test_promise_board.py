"""R116, R117 and R119: groups of days, rates over what is over, and when somebody looks again."""

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from portal.core.promise_board import Group, Judged, end_of_week, group_of, kept_rate, look_again_on
from portal.core.promise_kept import Leniency, State
from portal.core.workdays import MONDAY_TO_FRIDAY

DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
AMOUNTS = st.integers(1, 10**12)
JUDGEMENTS = st.builds(Judged, st.sampled_from(State), AMOUNTS, AMOUNTS)


@given(DAYS, st.integers(-30, 30))
def test_a_later_day_never_presses_more(today: date, days: int):
    """R116."""
    order = list(Group)
    day = today + timedelta(days=days)

    later = order.index(group_of(day + timedelta(days=1), today))

    assert order.index(group_of(day, today)) <= later


@given(DAYS)
def test_a_week_ends_on_the_sunday_of_its_days(today: date):
    """R116."""
    sunday = end_of_week(today)

    assert sunday.weekday() == 6
    assert 0 <= (sunday - today).days <= 6


@given(st.lists(JUDGEMENTS))
def test_a_rate_lies_between_nothing_and_all(promises: list[Judged]):
    """R117."""
    rate = kept_rate(promises)

    for measure in (rate.by_number, rate.by_amount):
        assert (measure.value is None) == (rate.judged == 0)
        assert measure.value is None or 0 <= measure.value <= 1


@given(st.lists(JUDGEMENTS))
def test_what_is_not_over_changes_no_rate(promises: list[Judged]):
    """R117."""
    waiting = [Judged(state, 500, 0) for state in (State.OPEN, State.BEING_CHECKED, State.ENDED)]

    assert kept_rate([*promises, *waiting]) == kept_rate(promises)


def test_one_kept_late_is_not_kept():
    """R117."""
    rate = kept_rate([Judged(State.KEPT, 60, 60), Judged(State.LATE_KEPT, 40, 10)])

    assert rate.by_number.value == Fraction(1, 2)
    assert rate.by_amount.value == Fraction(70, 100)


@given(DAYS, st.integers(0, 10), st.sampled_from([None, MONDAY_TO_FRIDAY]))
def test_what_runs_is_what_money_is_in_time_for(today: date, tolerance: int, calendar):
    """R108."""
    leniency = Leniency(tolerance, calendar)

    first = leniency.first_running(today)

    assert leniency.last_day(first) >= today > leniency.last_day(first - timedelta(days=1))


@given(DAYS, st.integers(0, 10))
def test_somebody_looks_on_a_workday_after_money_was_in_time(day: date, tolerance: int):
    """R119."""
    leniency = Leniency(tolerance, MONDAY_TO_FRIDAY)

    looked = look_again_on(day, leniency, MONDAY_TO_FRIDAY)

    assert looked > leniency.last_day(day)
    assert MONDAY_TO_FRIDAY.is_workday(looked)
