"""R204 and R205: who carries most of what is owed, and who is of high risk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.classes import Looks, Risk, classes_of, risks_of

OWED = st.dictionaries(st.integers(1, 500), st.integers(0, 10**9), max_size=40)


@given(OWED)
def test_the_first_class_carries_eighty_per_cent_and_no_smaller_one_does(owed: dict[int, int]):
    """R204."""
    found = classes_of(owed)

    first = sorted(owed[key] for key, name in found.items() if name == "A")
    whole = sum(owed.values())
    assert sum(first) * 100 >= 80 * whole
    assert not first or (sum(first) - first[0]) * 100 < 80 * whole


@given(OWED)
def test_who_owes_more_is_never_of_a_later_class(owed: dict[int, int]):
    """R204."""
    found = classes_of(owed)

    names = [found[key] for key in sorted(found, key=lambda key: (-owed[key], key))]
    assert names == sorted(names)
    assert set(found) == {key for key, minor in owed.items() if minor}


@pytest.mark.parametrize(
    ("looks", "risks"),
    [
        (Looks(), ()),
        (Looks(is_lowest_grade=True), (Risk.LOWEST_GRADE,)),
        (Looks(is_provisional=True), ()),
        (Looks(is_provisional=True, overdue_minor=1), (Risk.GUESSED_AND_OVERDUE,)),
        (Looks(overdue_minor=1, signals=1), ()),
        (Looks(signals=2), (Risk.SIGNALS,)),
    ],
)
def test_what_makes_a_high_risk(looks: Looks, risks: tuple[Risk, ...]):
    """R205."""
    assert risks_of(looks, 2) == risks


def test_without_warnings_signals_are_no_risk():
    """R205."""
    assert risks_of(Looks(signals=9), 0) == ()
