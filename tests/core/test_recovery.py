"""R355–R357: what still comes in of a debt, what waiting costs, and when one's own books say so."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.money import Money
from portal.core.recovery import (
    LEAST_ITEMS,
    SHIPPED,
    Reached,
    cost_of_waiting,
    costs_by_day,
    curve_of,
    expected,
    months_overdue,
    share_left,
    share_left_by_logarithm,
)

TENTHS = Decimal("0.1")


@pytest.mark.parametrize(
    ("months", "straight", "curved"),
    [
        ("0.5", "96.5", "96.4"),
        ("1.5", "89.0", "88.9"),
        ("4", "67.7", "67.2"),
        ("4.5", "65.0", "64.5"),
        ("7.5", "49.5", "48.9"),
        ("10", "36.3", "35.3"),
        ("18", "19.0", "18.0"),
    ],
)
def test_between_the_points_both_ways_give_the_figures_of_the_rules(months, straight, curved):
    """S-149."""
    at = Fraction(months)
    line = share_left(SHIPPED, at) * 100

    assert (Decimal(line.numerator) / line.denominator).quantize(TENTHS) == Decimal(straight)
    assert (share_left_by_logarithm(SHIPPED, at) * 100).quantize(TENTHS) == Decimal(curved)


@pytest.mark.parametrize(
    ("month", "cost"), [(0, 7000), (1, 8000), (2, 12000), (3, 5333), (8, 5000), (11, 5667)]
)
def test_waiting_a_month_costs_what_the_rules_say_of_a_hundred_thousand(month, cost):
    assert round(100_000 * cost_of_waiting(SHIPPED, Fraction(month))) == cost


def test_nothing_is_lost_before_the_day_and_nothing_more_after_two_years():
    assert share_left(SHIPPED, Fraction(0)) == 1
    assert share_left(SHIPPED, Fraction(24)) == share_left(SHIPPED, Fraction(240))
    assert share_left_by_logarithm(SHIPPED, Fraction(36)) == Decimal("0.13")


@given(st.fractions(0, 40), st.fractions(0, 40))
def test_the_longer_it_lasts_the_less_comes(first, second):
    early, late = sorted((first, second))

    assert share_left(SHIPPED, early) >= share_left(SHIPPED, late)


def test_months_are_counted_from_the_due_day_and_never_backwards():
    assert months_overdue(date(2026, 11, 20), date(2026, 11, 1)) == 0
    assert round(months_overdue(date(2026, 1, 1), date(2026, 3, 3)), 1) == 2


def test_costs_by_day_are_those_of_the_curve():
    assert costs_by_day(SHIPPED)[0] == 70_000
    assert costs_by_day(SHIPPED)[-1] == 0


def test_what_is_expected_of_several_is_their_sum():
    owed = [(Money(100_00, "CNY"), Fraction(0)), (Money(200_00, "CNY"), Fraction(12))]

    assert expected(SHIPPED, owed, "CNY") == Money(150_00, "CNY")


def own(month_items):
    return {month: Reached(items, Fraction(1, 2)) for month, items in month_items.items()}


@pytest.mark.parametrize(
    ("items", "is_own"),
    [
        ({1: LEAST_ITEMS, 2: LEAST_ITEMS, 3: LEAST_ITEMS}, True),
        ({1: LEAST_ITEMS, 2: LEAST_ITEMS, 3: LEAST_ITEMS - 1}, False),
        ({1: LEAST_ITEMS, 2: LEAST_ITEMS}, False),
        ({}, False),
    ],
    ids=["enough", "one too few", "a month is missing", "new house"],
)
def test_the_own_curve_holds_once_there_are_enough_items(items, is_own):
    assert curve_of(own(items)).is_own is is_own


def test_an_own_curve_never_rises_where_the_shipped_point_is_higher():
    curve = curve_of(own({1: 30, 2: 30, 3: 30}))
    shares = [share for _, share in curve.points]

    assert shares == sorted(shares, reverse=True)
    assert shares[3] == Fraction(1, 2)
