"""R202 and R203: days late by amount, of several currencies by items, and how they have changed."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.money import Money
from portal.core.payment_record import (
    Lateness,
    Trade,
    counted_months,
    days_late,
    dealing_months,
    invoices_a_month,
    late_trend,
    limit_use,
    monthly_sales,
    paid_on_time,
    share,
    usual_term,
)
from portal.core.scorecard import as_figure

LATE = st.builds(
    lambda items, minor, days: Lateness(items, 0, minor, minor * days),
    st.integers(1, 500),
    st.integers(1, 10**10),
    st.integers(0, 400),
)
TODAY = date(2026, 11, 20)


@given(st.lists(LATE, max_size=4))
def test_an_average_lies_between_the_best_and_the_worst(rows: list[Lateness]):
    """R202."""
    found = days_late(rows)

    averages = [as_figure(row.weighted, row.minor) for row in rows]
    assert (found is None) == (not rows)
    assert found is None or min(averages) <= found <= max(averages)


@given(LATE)
def test_one_currency_is_its_weighted_average(row: Lateness):
    """R202."""
    assert days_late([row]) == as_figure(Fraction(row.weighted, row.minor))


@given(LATE, LATE)
def test_the_size_of_a_currencys_unit_says_nothing(one: Lateness, other: Lateness):
    """R202: yen and yuan never meet."""
    scaled = Lateness(other.items, 0, other.minor * 100, other.weighted * 100)

    assert days_late([one, other]) == days_late([one, scaled])


def test_a_trend_needs_both_spans():
    """R203."""
    recent = Lateness(recent_items=1, recent_minor=1, recent_weighted=9)
    both = Lateness(
        recent_items=1,
        recent_minor=1,
        recent_weighted=9,
        before_items=1,
        before_minor=2,
        before_weighted=24,
    )

    assert late_trend([recent]) is None
    assert late_trend([both]) == Decimal(-3)


def test_shares_and_terms_of_nothing_are_not_known():
    assert (paid_on_time([]), usual_term([]), share(0, 0)) == (None, None, None)


@pytest.mark.parametrize(
    ("first", "months", "counted"),
    [("2026-11-20", 0, 1), ("2026-10-21", 0, 1), ("2026-10-20", 1, 2), ("2020-01-01", 82, 12)],
)
def test_a_young_customers_year_is_shorter(first: str, months: int, counted: int):
    day = date.fromisoformat(first)

    assert (dealing_months(day, TODAY), counted_months(day, TODAY)) == (months, counted)


def test_sales_and_invoices_are_spread_over_the_months_of_dealing():
    trade = Trade("CNY", date(2026, 9, 20), 6, 900_00)

    assert invoices_a_month([trade], TODAY) == Decimal(2)
    assert monthly_sales(trade, TODAY) == Money(300_00, "CNY")


def test_more_credit_notes_than_sales_are_no_sales():
    assert monthly_sales(Trade("CNY", TODAY, 1, -5), TODAY) == Money(0, "CNY")


def test_who_never_bought_has_no_figures():
    assert monthly_sales(None, TODAY) is None
    assert monthly_sales(Trade("CNY"), TODAY) is None
    assert invoices_a_month([], TODAY) is None


@pytest.mark.parametrize(
    ("rows", "limit", "use"),
    [
        ([Trade("CNY", balance_minor=50)], Money(200, "CNY"), Decimal(25)),
        ([Trade("CNY", balance_minor=-50)], Money(200, "CNY"), Decimal(0)),
        ([], Money(200, "CNY"), Decimal(0)),
        ([Trade("EUR", balance_minor=50)], Money(200, "CNY"), None),
        ([Trade("EUR", balance_minor=-50)], Money(200, "CNY"), Decimal(0)),
        ([Trade("CNY", balance_minor=50)], Money(0, "CNY"), None),
        ([Trade("CNY", balance_minor=50)], None, None),
    ],
)
def test_the_use_of_a_limit(rows: list[Trade], limit: Money | None, use: Decimal | None):
    assert limit_use(rows, limit) == use
