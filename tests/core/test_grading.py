"""R193–R195: the grade a score earns, the limit it suggests, and what is too old to count."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.grade import SHIPPED_GRADES, Grade
from portal.core.grading import grade_for, is_stale, suggested_limit
from portal.core.money import Money

NAMES = [grade.name for grade in SHIPPED_GRADES]
SCORES = st.decimals(0, 100, places=2)
HELD = st.sampled_from(["", *NAMES])
B = Grade("B", 70, limit_cap=(("CNY", "1000.00"),))


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


@given(SCORES, SCORES, HELD)
def test_a_higher_score_never_gives_a_worse_grade(one: Decimal, other: Decimal, held: str):
    """R193."""
    low, high = (grade_for(score, SHIPPED_GRADES, held) for score in sorted((one, other)))

    assert NAMES.index(high) <= NAMES.index(low)


@given(SCORES, HELD)
def test_a_grade_that_was_given_is_kept_on_the_same_score(score: Decimal, held: str):
    """R193: hysteresis comes to rest at once."""
    given_now = grade_for(score, SHIPPED_GRADES, held)

    assert grade_for(score, SHIPPED_GRADES, given_now) == given_now


@given(SCORES)
def test_without_hysteresis_the_grade_in_force_says_nothing(score: Decimal):
    """R193."""
    fresh = grade_for(score, SHIPPED_GRADES)

    assert {grade_for(score, SHIPPED_GRADES, held, 0) for held in NAMES} == {fresh}


@pytest.mark.parametrize(
    ("score", "held", "grade"),
    [
        ("84.99", "", "B"),
        ("85", "", "A"),
        ("87.99", "B", "B"),
        ("88", "B", "A"),
        ("82", "A", "A"),
        ("81.99", "A", "B"),
        ("87", "D", "B"),
        ("68", "A", "B"),
        ("66.99", "A", "C"),
        ("0", "A", "D"),
        ("90", "Z", "A"),
    ],
)
def test_a_bound_gives_way_three_points_beyond_it(score: str, held: str, grade: str):
    """R193."""
    assert grade_for(Decimal(score), SHIPPED_GRADES, held) == grade


def test_without_a_score_there_is_no_grade():
    """R193."""
    assert grade_for(None, SHIPPED_GRADES, "B") == ""


@given(st.integers(0, 10**10), st.integers(0, 400), st.fractions(0, 5))
def test_a_suggestion_never_exceeds_the_cap(minor: int, days: int, factor: Fraction):
    """R194."""
    limit = suggested_limit(B, Money(minor, "CNY"), days, factor)

    assert limit == min(Money(minor, "CNY").times(factor * Fraction(days, 30)), cny("1000.00"))


def test_a_currency_without_cap_has_the_sales_alone():
    """R194."""
    sales = Money.parse("5000.00", "EUR")

    assert suggested_limit(B, sales, 60, Fraction(1, 2)) == sales


@pytest.mark.parametrize(("sales", "days"), [(None, 30), (cny("1.00"), None)])
def test_what_is_not_known_suggests_nothing(sales: Money | None, days: int | None):
    """R194."""
    assert suggested_limit(B, sales, days, Fraction(1)) is None


def test_who_pays_in_advance_is_suggested_nothing_on_credit():
    """R194."""
    grade = Grade("D", 0, prepayment_only=True)

    assert suggested_limit(grade, cny("900.00"), 30, Fraction(1)) == cny("0.00")


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 2_000))
def test_a_balance_sheet_goes_stale_once_and_for_all(as_of: date, days: int):
    """R195."""
    on = as_of + timedelta(days=days)

    assert is_stale("debt_ratio", as_of, on) <= is_stale("debt_ratio", as_of, on + timedelta(1))
    assert is_stale("debt_ratio", as_of, on) == (days > 540 and is_stale("cash_flow", as_of, on))
    assert not is_stale("reputation", as_of, on)


@pytest.mark.parametrize(
    ("score", "held", "grade"),
    [("85", "", "A"), ("84.99", "", ""), ("0", "", ""), ("82", "A", "A"), ("81.99", "A", "")],
)
def test_a_score_below_every_grade_earns_none(score: str, held: str, grade: str):
    """R193: a list of grades need not begin at nothing."""
    assert grade_for(Decimal(score), [Grade("A", 85)], held) == grade
