"""R69: what has legal effect is always sent at once; quiet hours end, over midnight too."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.notices import Pace, pace_of, quiet_until

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
MOMENTS = st.builds(dt.datetime.combine, DAYS, st.times(), st.just(dt.UTC))
HOURS = st.integers(0, 23)


@pytest.mark.parametrize("chosen", [None, "at_once", "daily", "off"])
def test_no_choice_holds_back_what_has_legal_effect(chosen):
    assert pace_of(chosen, is_optional=False) is Pace.AT_ONCE


@pytest.mark.parametrize("chosen", ["at_once", "daily", "off"])
def test_what_merely_tells_follows_the_choice(chosen):
    assert pace_of(chosen, is_optional=True).value == chosen


@given(MOMENTS, HOURS, HOURS)
def test_quiet_hours_end_within_a_day_at_their_hour(moment, from_hour, until_hour):
    if from_hour == until_hour:
        return
    end = quiet_until(moment, from_hour, until_hour)

    if end is None:
        passed = (moment.hour - from_hour) % 24
        assert passed >= (until_hour - from_hour) % 24
    else:
        assert dt.timedelta(0) < end - moment <= dt.timedelta(days=1)
        assert (end.hour, end.minute) == (until_hour, 0)
