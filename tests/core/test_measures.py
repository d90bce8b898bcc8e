"""R96–R97: measures by the vectors of RULES.md section 2, and what holds of any books."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from portal.core import measures
from portal.core.measures import Measure, Stretch

MONTHS = st.lists(st.builds(Stretch, st.integers(28, 31), st.integers(0, 500)), max_size=8)


def test_the_vectors_of_the_rules():
    assert measures.dso(15000, 10000, 30).value == 45
    assert measures.dso(4000, 10000, 30).value == 12
    assert measures.dso(6000, 15000, 30).value == 12
    countback = measures.countback(100, [Stretch(31, 40), Stretch(28, 30), Stretch(31, 60)])
    assert countback.value == Fraction(149, 2)
    assert measures.average_days_late(100 * 10 + 300 * 0, 400).value == Fraction(5, 2)
    assert measures.collection_effectiveness(100, 80, 90, 60).value == 75
    assert measures.turnover(1200, 90, 110).value == 12
    assert measures.ratio(30, 100, measures.NOTHING_OPEN).value == Fraction(3, 10)


def test_collection_is_whole_where_nothing_is_overdue():
    assert measures.collection_effectiveness(100, 80, 60, 60).value == 100


def test_what_cannot_be_divided_says_why():
    assert measures.dso(100, 0, 30) == Measure(None, "no_sales")
    assert measures.turnover(100, 0, 0) == Measure(None, "nothing_open")
    assert measures.average_days_late(0, 0) == Measure(None, "nothing_paid")
    assert measures.collection_effectiveness(0, 0, 0, 0) == Measure(None, "nothing_to_collect")
    assert Measure(None, "no_sales").shown() is None


@given(st.integers(0, 3_000), MONTHS)
def test_counted_back_days_lie_within_the_months(is_open: int, months: list[Stretch]):
    found = measures.countback(is_open, months)

    assert found.value is not None
    assert 0 <= found.value <= sum(month.days for month in months)
    is_beyond = is_open > sum(month.sales_minor for month in months)
    assert (found.reason == "beyond_history") == is_beyond


@given(st.integers(1, 3_000), MONTHS)
def test_more_open_is_never_fewer_days(is_open: int, months: list[Stretch]):
    less, more = (measures.countback(each, months).value for each in (is_open - 1, is_open))

    assert less is not None
    assert more is not None
    assert less <= more


def test_a_figure_is_rounded_half_up():
    assert Measure(Fraction(1, 8)).shown(2) == "0.13"
    assert Measure(Fraction(2, 3)).shown(6) == "0.666667"
