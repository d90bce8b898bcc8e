"""R160–R164: new due dates, moves, cash by week, promise limits, and who crosses a limit."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.impact import (
    Habit,
    Item,
    cash_by_week,
    crosses,
    dates_by,
    is_above_cap,
    is_newly_watched,
    limits_that_move,
    moves_of,
    projected,
    sums,
)
from portal.core.money import Money
from portal.core.terms import parse_terms, schedule

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
AMOUNTS = st.builds(Money, st.integers(0, 10**12), st.sampled_from(["CNY", "EUR"]))
ITEMS = st.builds(
    Item,
    AMOUNTS,
    st.none() | DAYS,
    st.none() | DAYS,
    st.none() | st.integers(0, 120),
    st.none() | st.integers(0, 120),
    st.integers(1, 50),
)
TEXTS = ["net 30", "eom net 45", "1m day 25", "30% 15d, balance 45d", "prepaid", "2/10 net 30 bd"]
DAY = date(2026, 11, 20)


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


@given(st.sampled_from(TEXTS), DAYS)
def test_the_dates_are_those_that_the_terms_give_a_new_invoice(text: str, baseline: date):
    """R160."""
    terms = parse_terms(text)
    fresh = schedule(terms, baseline, cny(100_000)).parts

    assert dates_by(terms, baseline, len(fresh)) == tuple(
        (part.due_on, part.term_days) for part in fresh
    )


@pytest.mark.parametrize(("parts", "found"), [(1, 1), (2, 2), (5, 5)])
def test_terms_of_one_part_date_every_part(parts: int, found: int):
    """R160."""
    dates = dates_by(parse_terms("net 60"), DAY, parts)

    assert dates == ((DAY + timedelta(days=60), 60),) * found


@pytest.mark.parametrize(("baseline", "parts"), [(DAY, 1), (DAY, 3), (None, 2)])
def test_what_cannot_be_dated_by_the_terms_stays(baseline: date | None, parts: int):
    """R160."""
    assert dates_by(parse_terms("30% 15d, balance 45d"), baseline, parts) is None


def test_terms_that_lead_beyond_the_calendar_are_refused():
    """R160."""
    with pytest.raises(RuleBroken, match=r"terms\.beyond_calendar"):
        dates_by(parse_terms("120m"), date(9990, 1, 1), 1)


@given(st.lists(ITEMS))
def test_what_moves_and_what_stays_is_everything(items: list[Item]):
    """R161."""
    stays = [item for item in items if not item.does_move]

    together = sums([*moves_of(items).amounts, *(item.amount for item in stays)])
    assert together == sums(item.amount for item in items)


@given(st.lists(ITEMS))
def test_the_average_lies_between_the_least_and_the_most(items: list[Item]):
    """R161."""
    moves = moves_of(items)

    assert moves.least_days <= moves.average_days <= moves.most_days


def test_an_item_that_gets_its_first_due_date_moves_by_no_days():
    """R161."""
    moves = moves_of([Item(cny(100), None, DAY)])

    assert (moves.count, moves.most_days, moves.earliest_on) == (1, 0, DAY)


@given(st.lists(ITEMS), DAYS, st.integers(1, 30))
def test_both_sides_of_the_weeks_sum_to_all_items(items: list[Item], today: date, weeks: int):
    """R162."""
    told = cash_by_week(items, "CNY", today, weeks)
    total = sum(item.amount.minor for item in items if item.amount.currency == "CNY")

    assert sum(week.before.minor for week in told) == total
    assert sum(week.after.minor for week in told) == total
    assert sum(week.difference.minor for week in told) == 0


@given(DAYS, DAYS)
def test_an_item_stands_in_the_week_of_its_day(due_on: date, today: date):
    """R162."""
    [week] = [
        week
        for week in cash_by_week([Item(cny(1), due_on, due_on)], "CNY", today)
        if week.before.minor
    ]

    assert week.from_on is not None
    assert week.to_on is not None
    assert week.from_on <= due_on <= week.to_on


@given(DAYS)
def test_weeks_run_from_monday_to_sunday_and_the_first_is_todays(today: date):
    """R162."""
    weeks = cash_by_week([], "CNY", today)[1:-2]

    assert {(week.from_on.weekday(), week.to_on.weekday()) for week in weeks} == {(0, 6)}
    assert weeks[0].from_on <= today <= weeks[0].to_on
    assert len(weeks) == 13


def test_what_has_no_day_stands_apart():
    """R162."""
    undated = cash_by_week([Item(cny(7), None, DAY)], "CNY", DAY)[-1]

    assert (undated.from_on, undated.before.minor, undated.after.minor) == (None, 7, 0)


@pytest.mark.parametrize(
    ("term", "then", "fraction", "count"),
    [
        (30, 30, Fraction(1, 3), 0),
        (30, 60, Fraction(1, 3), 4),
        (30, 30, Fraction(1, 2), 4),
        (0, 0, Fraction(1, 2), 0),
        (0, 30, Fraction(1, 3), 4),
    ],
)
def test_the_latest_day_of_a_promise_follows_term_and_fraction(
    term: int, then: int, fraction: Fraction, count: int
):
    """R163."""
    baseline = date(2026, 1, 1)
    item = Item(cny(1), baseline + timedelta(term), baseline + timedelta(then), term, then, count=4)

    assert limits_that_move([item], Fraction(1, 3), fraction) == count


def habit(term: int, then: int, invoiced: int = 9_100) -> Habit:
    return Habit(Fraction(term), Fraction(then), cny(invoiced))


@pytest.mark.parametrize(
    ("term", "then", "comes_to"),
    [(30, 45, 13_500), (30, 30, 9_000), (30, 0, 0), (45, 30, 6_000), (0, 30, 12_000)],
)
def test_what_is_owed_follows_the_term(term: int, then: int, comes_to: int):
    """R164."""
    assert projected(cny(9_000), habit(term, then)).minor == comes_to


def test_without_recent_invoices_nothing_is_projected():
    """R164."""
    assert projected(cny(9_000), None) == cny(9_000)


@given(st.integers(0, 10**9), st.integers(1, 120), st.integers(0, 120))
def test_a_longer_term_never_lets_a_customer_owe_less(owed: int, term: int, then: int):
    """R164."""
    then_owed = projected(cny(owed), habit(term, then)).minor

    assert then_owed >= owed if then >= term else then_owed <= owed


@pytest.mark.parametrize("limit", [9_000, 13_499])
def test_who_is_within_the_limit_and_comes_above_it_crosses_it(limit: int):
    """R164."""
    assert crosses(cny(limit), cny(9_000), cny(13_500))


@pytest.mark.parametrize("limit", [8_999, 13_500])
def test_who_is_above_it_already_or_stays_within_does_not(limit: int):
    """R164."""
    assert not crosses(cny(limit), cny(9_000), cny(13_500))


@given(st.integers(0, 2_000), st.integers(1, 100))
def test_who_is_watched_already_is_not_newly_watched(owed: int, percent: int):
    assert not is_newly_watched(cny(1_000), cny(owed), percent, percent)


@pytest.mark.parametrize(
    ("limit", "before", "after", "is_above"),
    [
        (500, None, 400, True),
        (500, 500, 400, True),
        (500, 450, 400, False),
        (400, 500, 400, False),
        (500, 400, None, False),
    ],
)
def test_a_limit_comes_above_the_cap_of_its_grade(
    limit: int, before: int | None, after: int | None, *, is_above: bool
):
    caps = [None if cap is None else cny(cap) for cap in (before, after)]

    assert is_above_cap(cny(limit), *caps) is is_above


def test_who_is_above_the_cap_already_does_not_come_above_it():
    assert not is_above_cap(cny(500), cny(400), cny(300))
