"""R205: who is of high risk."""

import pytest

from portal.core.risk import Looks, Risk, risks_of


@pytest.mark.parametrize(
    ("looks", "risks"),
    [
        (Looks(), ()),
        (Looks(is_lowest_grade=True), (Risk.LOWEST_GRADE,)),
        (Looks(is_provisional=True), ()),
        (Looks(is_provisional=True, is_overdue=True), (Risk.GUESSED_AND_OVERDUE,)),
        (Looks(is_overdue=True, signals=1), ()),
        (Looks(signals=2), (Risk.SIGNALS,)),
    ],
)
def test_what_makes_a_high_risk(looks: Looks, risks: tuple[Risk, ...]):
    """R205."""
    assert risks_of(looks, 2) == risks


def test_without_warnings_signals_are_no_risk():
    """R205."""
    assert risks_of(Looks(signals=9), 0) == ()
