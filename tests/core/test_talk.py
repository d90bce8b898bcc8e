"""R360, R361: what counts as a contact, and what can be noted of a talk."""

from datetime import date, timedelta

import pytest

from portal.core.errors import RuleBroken
from portal.core.talk import SUCCESSES, UNREACHED, Outcome, check_talk, is_reached, is_success

TODAY = date(2026, 11, 20)


def test_no_outcome_is_a_success_of_nobody():
    """S-119."""
    assert not UNREACHED & SUCCESSES
    assert {each for each in Outcome if is_success(each)} == SUCCESSES
    assert all(is_reached(each) for each in SUCCESSES)


@pytest.mark.parametrize(
    ("on", "next_on", "code"),
    [
        (TODAY + timedelta(days=1), None, "talk.future"),
        (TODAY, TODAY - timedelta(days=1), "talk.next_past"),
        (TODAY, TODAY + timedelta(days=93), "talk.next_too_far"),
    ],
)
def test_a_talk_is_had_before_it_is_noted_and_goes_on_after(on, next_on, code):
    with pytest.raises(RuleBroken, match=code):
        check_talk(on, next_on, TODAY)


def test_a_talk_of_last_week_can_go_on_today():
    check_talk(TODAY - timedelta(days=7), TODAY, TODAY)
