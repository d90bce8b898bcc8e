"""R340, R341: nothing leaves at night by the customer's clock, nor on a day off."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.quiet_time import ZONES, next_loud, zone_of

NIGHT = (time(20), time(8))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(  # noqa: DTZ001
    lambda at: at.replace(tzinfo=UTC)
)
HOURS = st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda pair: pair[0] != pair[1])


def weekday(day):
    return day.weekday() < 5


def test_a_country_with_one_clock_tells_it_and_another_takes_the_companys():
    """R340"""
    assert zone_of("cn", "Europe/Berlin") == "Asia/Shanghai"
    assert zone_of("US", "Asia/Shanghai") == zone_of("", "Asia/Shanghai") == "Asia/Shanghai"
    assert all(ZoneInfo(name) for name in ZONES.values())


@given(MOMENTS, HOURS, st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Pacific/Auckland"]))
def test_the_next_moment_is_loud_on_a_workday_and_not_long_after(moment, hours, zone):
    """R341"""
    start, end = time(hours[0]), time(hours[1])

    at = next_loud(moment, ZoneInfo(zone), (start, end), weekday)

    local = at.astimezone(ZoneInfo(zone))
    assert moment <= at <= moment + timedelta(days=4)
    assert weekday(local.date())
    clock = local.time()
    is_quiet = clock >= start or clock < end if start > end else start <= clock < end
    assert not is_quiet


@pytest.mark.parametrize("day", [29, 25])
def test_the_hour_that_summer_time_takes_away_does_no_harm(day):
    month = 3 if day == 29 else 10
    night = datetime(2026, month, day, 0, 30, tzinfo=UTC)  # Berlin moves its clocks

    at = next_loud(night, ZoneInfo("Europe/Berlin"), NIGHT, lambda _day: True)

    assert at.astimezone(ZoneInfo("Europe/Berlin")).time() == time(8)
