"""R196–R199: when a review is due, what makes it due early, and what it may not stand on."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.review import (
    EXEMPT,
    Due,
    Known,
    Rhythm,
    Urgency,
    Why,
    check_figures,
    is_late_pattern,
    next_review,
    outcome_of,
    plus_months,
)

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
MARCH, MAY = date(2026, 3, 31), date(2026, 5, 2)
RHYTHM = Rhythm()


@pytest.mark.parametrize(
    ("customer_type", "grade_months", "months", "why"),
    [
        ("", 12, 12, Why.REGULAR),
        ("end user", 6, 6, Why.REGULAR),
        ("dealer", 12, 6, Why.DEALER),
        (" Dealer ", 12, 6, Why.DEALER),
        ("dealer", 6, 6, Why.REGULAR),
        ("dealer", 3, 3, Why.REGULAR),
    ],
)
def test_dealers_are_looked_at_half_yearly(customer_type, grade_months, months, why):
    """R196."""
    assert Rhythm(grade_months).months_of(customer_type) == (months, why)


def test_a_new_customer_is_reviewed_before_its_first_deal():
    """R197."""
    assert next_review(Known(MARCH), RHYTHM) == Due(MARCH, Why.NEW)
    assert next_review(Known(MARCH, dealt_on=MAY), RHYTHM) == Due(MARCH, Why.NEW)


def test_who_came_with_a_history_is_reviewed_within_the_rhythm():
    """R197."""
    known = Known(MARCH, dealt_on=date(2024, 1, 1))

    assert next_review(known, RHYTHM) == Due(date(2027, 3, 31), Why.REGULAR)


def test_what_a_review_decided_comes_before_the_rhythm():
    """R197."""
    known = Known(MARCH, reviewed_on=MARCH, next_due_on=MAY)

    assert next_review(known, RHYTHM) == Due(MAY, Why.REGULAR)


@pytest.mark.parametrize(
    ("signs", "why"),
    [({"warned_on": MAY}, Why.SIGNALS), ({"late_on": MAY}, Why.LATE_PATTERN)],
)
def test_trouble_makes_a_review_due_at_once(signs: dict, why: Why):
    """R197."""
    assert next_review(Known(MARCH, reviewed_on=MARCH, **signs), RHYTHM) == Due(MAY, why)


def test_trouble_that_a_review_has_seen_is_no_news():
    """R197."""
    earlier = MAY - timedelta(days=1)
    known = Known(MARCH, reviewed_on=MAY, warned_on=earlier, late_on=MARCH)

    assert next_review(known, RHYTHM).why is Why.REGULAR


@pytest.mark.parametrize("standing", sorted(EXEMPT))
def test_who_is_exempt_is_never_due(standing: str):
    """R197."""
    due = next_review(Known(MARCH, warned_on=MAY, standings=["frozen", standing]), RHYTHM)

    assert (due.on, due.standing(MAY)) == (None, Urgency.EXEMPT)


@given(DAYS, st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last(day: date, months: int):
    """R197."""
    later = plus_months(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("days", "standing"),
    [(-1, "overdue"), (0, "due"), (1, "near"), (30, "near"), (31, "later")],
)
def test_how_near_a_review_is(days: int, standing: str):
    """R197."""
    assert Due(MAY + timedelta(days=days)).standing(MAY) == standing


def test_fifteen_days_later_is_a_pattern():
    """R198."""
    assert [is_late_pattern(Decimal(days)) for days in ("14.9999", "15")] == [False, True]


def test_stale_figures_are_named_and_refused():
    """R199."""
    check_figures([])
    with pytest.raises(RuleBroken) as refusal:
        check_figures(["debt_ratio"])

    assert refusal.value.code == "review.stale_figures"
    assert refusal.value.facts == {"factors": "debt_ratio"}


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [("B", "A", "raised"), ("B", "C", "lowered"), ("B", "B", "kept"), ("", "D", "kept")],
)
def test_an_outcome_follows_from_both_grades(before: str, after: str, outcome: str):
    assert outcome_of(before, after, ["A", "B", "C", "D"]) == outcome
