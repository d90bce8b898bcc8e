"""R98–R103: Samples of balances: what a method draws, that it draws it again, what it projects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.sampling import Balance, Draw, Method, by_chance, draw_sample, project, start_of

KNOWN = [Balance("A", 900_00), Balance("B", 50_00), Balance("C", -700_00), Balance("D", 300_00)]
POPULATIONS = st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=40).map(
    lambda amounts: [Balance(f"C-{n:02}", minor) for n, minor in enumerate(amounts)]
)


def keys(draw: Draw, population=KNOWN) -> str:
    return "".join(pick.key for pick in draw_sample(population, draw))


@pytest.mark.parametrize(
    ("draw", "drawn"),
    [
        (Draw(Method.ABOVE, bounds_minor=(300_00,)), "AC"),  # R98
        (Draw(Method.ABOVE, bounds_minor=(299_99,)), "ACD"),
        (Draw(Method.TOP, size=3), "ACD"),  # R99
        (Draw(Method.STRATA, size=1, bounds_minor=(100_00, 500_00), seed="s"), "ABCD"),  # R101
    ],
)
def test_each_method_draws_what_it_says(draw: Draw, drawn: str):
    assert keys(draw) == drawn


def test_of_equal_balances_the_first_by_key_is_larger():
    """R99."""
    assert keys(Draw(Method.TOP, size=1), [Balance("B", 5), Balance("A", -5)]) == "A"


@given(POPULATIONS, st.text(max_size=8), st.integers(1, 40))
def test_the_same_seed_draws_the_same_whatever_the_order(population, seed, size):
    """R100."""
    draw = Draw(Method.RANDOM, size=min(size, len(population)), seed=seed)

    assert draw_sample(population, draw) == draw_sample(population[::-1], draw)
    assert len(draw_sample(population, draw)) == draw.size


@given(POPULATIONS, st.text(max_size=8))
def test_a_larger_sample_by_chance_holds_the_smaller(population, seed):
    """R100: more can be drawn without throwing away what was asked already."""
    order = by_chance(population, seed)

    assert sorted(each.key for each in order) == [each.key for each in population]


@given(POPULATIONS, st.integers(1, 10**9), st.text(max_size=8))
def test_monetary_units_are_hit_as_often_as_the_interval_fits(population, interval, seed):
    """R102."""
    draw = Draw(Method.MUS, interval_minor=interval, seed=seed)
    owed = sum(each.minor for each in population if each.minor > 0)
    hits = sum(pick.hits for pick in draw_sample(population, draw))

    assert hits == max(0, (owed - start_of(draw)) // interval + 1 if owed >= start_of(draw) else 0)


@given(POPULATIONS, st.integers(1, 10**9), st.text(max_size=8))
def test_a_balance_as_large_as_the_interval_is_always_hit(population, interval, seed):
    """R102."""
    draw = Draw(Method.MUS, interval_minor=interval, seed=seed)
    certain = {pick.key for pick in draw_sample(population, draw) if pick.is_certain}

    assert certain == {each.key for each in population if each.minor >= interval}


@given(POPULATIONS, st.integers(1, 5), st.lists(st.integers(1, 10**9), min_size=1, max_size=3))
def test_above_the_last_bound_everything_is_taken(population, size, bounds):
    """R101."""
    edges = tuple(sorted(set(bounds)))
    draw = Draw(Method.STRATA, min(size, len(population)), edges, seed="s")
    drawn = {pick.key for pick in draw_sample(population, draw)}

    assert {each.key for each in population if abs(each.minor) > edges[-1]} <= drawn


@given(POPULATIONS)
def test_whatever_is_drawn_is_drawn_once_with_its_own_balance(population):
    of_key = {each.key: each.minor for each in population}
    for draw in (
        Draw(Method.TOP, size=1),
        Draw(Method.RANDOM, size=1, seed="s"),
        Draw(Method.MUS, interval_minor=10**6, seed="s"),
    ):
        picks = draw_sample(population, draw)

        assert len({pick.key for pick in picks}) == len(picks)
        assert all(of_key[pick.key] == pick.minor for pick in picks)


def test_the_projection_of_monetary_units_is_by_share():
    """R103: B differs by a tenth, and stands for an interval of 100.00."""
    population = [Balance("A", 500_00), Balance("B", 10_00), Balance("C", 90_00)]
    draw = Draw(Method.MUS, interval_minor=100_00, seed=seed_that_hits(population, "B"))
    found = project(population, draw, draw_sample(population, draw), {"A": 7_00, "B": 1_00})

    assert found.projected_minor == 7_00 + 10_00
    assert found.known_minor == 8_00


def seed_that_hits(population, key: str) -> str:
    for number in range(1_000):
        draw = Draw(Method.MUS, interval_minor=100_00, seed=str(number))
        if key in {pick.key for pick in draw_sample(population, draw)}:
            return draw.seed
    raise AssertionError


@given(POPULATIONS, st.text(max_size=4))
def test_a_sample_of_everything_projects_what_it_found(population, seed):
    """R103."""
    draw = Draw(Method.RANDOM, size=len(population), seed=seed)
    found = {each.key: each.minor // 7 for each in population}
    projection = project(population, draw, draw_sample(population, draw), found)

    assert projection.projected_minor == projection.known_minor == sum(found.values())


def test_hand_picked_samples_project_nothing():
    """R103."""
    draw = Draw(Method.TOP, size=2)

    assert project(KNOWN, draw, draw_sample(KNOWN, draw), {"A": 1}).projected_minor is None


@pytest.mark.parametrize(
    ("draw", "code"),
    [
        (Draw(Method.TOP, size=0), "sampling.size"),
        (Draw(Method.RANDOM, size=5), "sampling.size"),
        (Draw(Method.ABOVE), "sampling.threshold"),
        (Draw(Method.STRATA, size=1, bounds_minor=(5, 5)), "sampling.threshold"),
        (Draw(Method.MUS), "sampling.interval"),
    ],
)
def test_numbers_that_draw_nothing_are_refused(draw: Draw, code: str):
    with pytest.raises(RuleBroken) as broken:
        draw_sample(KNOWN, draw)

    assert broken.value.code == code
