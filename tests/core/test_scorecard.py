"""R190–R192: points from bands and lines, the score of what is known, and how much that is."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.scorecard import (
    FACTORS,
    SCORECARD,
    SHIPPED,
    Factor,
    as_figure,
    read_card,
    score_of,
)

FIGURES = st.decimals(-1_000, 1_000, allow_nan=False, allow_infinity=False, places=4)
KNOWN = st.dictionaries(st.sampled_from([factor.name for factor in SCORECARD]), FIGURES)


def told(name: str = "days_late", weight: object = 10, **kinds: object) -> dict:
    return {"name": name, "weight": weight, **(kinds or {"bands": [[0, 100], [60, 0]]})}


@pytest.mark.parametrize("factor", SCORECARD, ids=lambda factor: factor.name)
@given(value=FIGURES, more=st.decimals(0, 500, places=4))
def test_a_better_figure_never_earns_less(factor: Factor, value: Decimal, more: Decimal):
    """R190."""
    better = value + more if factor.more_is_better else value - more

    assert factor.points(better) >= factor.points(value)


@pytest.mark.parametrize("factor", SCORECARD, ids=lambda factor: factor.name)
@given(value=FIGURES)
def test_points_lie_between_nothing_and_a_hundred(factor: Factor, value: Decimal):
    """R190."""
    assert 0 <= factor.points(value) <= 100


@pytest.mark.parametrize("factor", SCORECARD, ids=lambda factor: factor.name)
def test_a_bound_itself_still_earns_its_points(factor: Factor):
    """R190."""
    assert [factor.points(bound) for bound, _ in factor.steps] == [p for _, p in factor.steps]


def test_a_line_gives_what_lies_between_in_proportion():
    """R190."""
    factor = Factor.read(told("net_margin", linear=[[0, 0], [3, 100]]))

    assert factor.points(Decimal(1)) == Decimal("33.33")


@given(KNOWN)
def test_what_is_not_known_is_left_out_and_not_zero(known: dict[str, Decimal]):
    """R191."""
    found = score_of(SCORECARD, known)

    same = score_of([factor for factor in SCORECARD if factor.name in known], known)
    assert found.hundredths == same.hundredths


@given(KNOWN)
def test_a_score_is_the_weighted_mean_of_its_points(known: dict[str, Decimal]):
    """R191."""
    found = score_of(SCORECARD, known)

    lines = [line for line in found.lines if line.points is not None]
    weight = sum(line.weight for line in lines)
    if found.points is None:
        assert not weight
    else:
        mean = Fraction(sum(line.weight * line.points for line in lines)) / Fraction(weight)
        assert abs(Fraction(found.points) - mean) <= Fraction(1, 200)


@given(KNOWN)
def test_coverage_is_the_known_weight_of_all(known: dict[str, Decimal]):
    """R192."""
    weights = {factor.name: factor.weight for factor in SCORECARD}

    assert score_of(SCORECARD, known).coverage_bp == sum(weights[name] for name in known) * 100


@pytest.mark.parametrize(("floor", "is_guess"), [(50, False), (51, True), (0, False)])
def test_below_the_floor_a_grade_is_a_guess(floor: int, is_guess: bool):
    """R192."""
    known = {"days_late": Decimal(0), "late_trend": Decimal(0)}

    assert score_of(SCORECARD, known).is_provisional(floor) is is_guess


def test_who_is_unknown_altogether_has_no_score():
    """R191."""
    found = score_of(SCORECARD, {})

    assert (found.hundredths, found.coverage_bp, found.is_provisional(1)) == (None, 0, True)


def test_the_shipped_card_sums_to_a_hundred_and_tells_itself():
    """R191: RULES section 2 gives the weights of its groups."""
    weights = {factor.name: int(factor.weight) for factor in SCORECARD}

    assert sum(weights.values()) == 100
    assert weights["days_late"] == 35
    assert weights["late_trend"] == 15
    assert weights["dealing_months"] + weights["invoices_a_month"] == 10
    assert read_card(list(SHIPPED)) == SCORECARD


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ([told("lateness")], "scorecard.factor_unknown"),
        ([told(weight=-1)], "scorecard.weight_wrong"),
        ([told(weight="much")], "scorecard.weight_wrong"),
        ([told(weight=True)], "scorecard.weight_wrong"),
        ([told(weight="NaN")], "scorecard.weight_wrong"),
        ([{"name": "days_late", "weight": 1}], "scorecard.bands_missing"),
        ([told(bands=[[0, 1], [1, 0]], linear=[[0, 1], [1, 0]])], "scorecard.bands_missing"),
        ([told(bands=[[0, 100]])], "scorecard.bands_wrong"),
        ([told(bands=[[0, 100], [0, 0]])], "scorecard.bands_wrong"),
        ([told(bands=[[0, 100], [1, 101]])], "scorecard.bands_wrong"),
        ([told(bands=[[0, 100], [1, 0], [2, 50]])], "scorecard.bands_wrong"),
        ([told(bands=[[0, 100], [1]])], "scorecard.bands_wrong"),
        ([told(bands="all")], "scorecard.bands_wrong"),
        ([told(), told()], "scorecard.factor_twice"),
        ([told(weight=0)], "scorecard.weightless"),
    ],
)
def test_a_card_that_makes_no_sense_says_where(card: list, code: str):
    with pytest.raises(RuleBroken) as refusal:
        read_card(card)

    assert refusal.value.code == code


def test_a_card_tells_its_numbers_exactly():
    [factor] = read_card([told(weight=0.1, bands=[[0.3, 100], [0.7, 0]])])

    assert (factor.weight, factor.bands[0][0]) == (Decimal("0.1"), Decimal("0.3"))


@given(st.fractions(-(10**6), 10**6))
def test_a_figure_is_its_value_to_four_decimals(value: Fraction):
    assert abs(Fraction(as_figure(value)) - value) <= Fraction(1, 20_000)


def test_every_factor_of_the_card_is_known():
    assert {factor.name for factor in SCORECARD} <= set(FACTORS)
