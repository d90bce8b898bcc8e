"""R240–R245, R250: how long a limit holds, who decides, what speaks against it, how it stands."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.limit import (
    AskedLimit,
    Doubt,
    LimitFacts,
    Use,
    check_limit,
    doubts,
    is_large,
    last_day,
    use_of,
    used_percent,
    vital_few,
)
from portal.core.money import Money

TODAY = date(2026, 11, 20)


def cny(minor):
    return Money(minor, "CNY")


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.booleans())
def test_a_limit_holds_half_a_year_or_a_whole_one(day, is_dealer):
    days = (last_day(day, is_dealer=is_dealer) - day).days + 1

    assert 181 <= days <= 184 if is_dealer else 365 <= days <= 366


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        (AskedLimit(cny(-1), TODAY, None), "limit.negative", "amount"),
        (
            AskedLimit(cny(1), TODAY - timedelta(days=1), None),
            "limit.in_the_past",
            "effective_on",
        ),
        (AskedLimit(cny(1), TODAY + timedelta(days=400), None), "limit.too_far", "effective_on"),
        (
            AskedLimit(cny(1), TODAY, TODAY - timedelta(days=1)),
            "limit.ends_before_it_begins",
            "valid_until",
        ),
        (
            AskedLimit(cny(1), TODAY, TODAY + timedelta(days=4000)),
            "limit.too_long",
            "valid_until",
        ),
        (AskedLimit(cny(5), TODAY, None, cny(6)), "limit.insured_beyond", "insured"),
        (AskedLimit(cny(5), TODAY, None, cny(-1)), "limit.negative", "insured"),
        (AskedLimit(None, TODAY, None, cny(6)), "limit.insures_nothing", "insured"),
        (AskedLimit(cny(0), TODAY, None, cny(0)), "limit.insures_nothing", "insured"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(asked, code, field):
    with pytest.raises(RuleBroken) as told:
        check_limit(asked, TODAY)

    assert (told.value.code, told.value.field) == (code, field)


@pytest.mark.parametrize("insured", [None, cny(0), cny(5)])
def test_a_limit_that_holds_for_one_day_is_one(insured):
    check_limit(AskedLimit(cny(5), TODAY, TODAY, insured), TODAY)


@pytest.mark.parametrize(
    ("amount", "large"),
    [(cny(100_00), False), (cny(100_01), True), (Money(1, "EUR"), True), (None, True)],
)
def test_the_admin_decides_over_large_ones_and_over_none(amount, large):
    assert is_large(amount, {"CNY": "100.00"}) is large


def test_to_prepay_is_never_large():
    assert not is_large(Money(0, "EUR"), {})


REVIEWED = TODAY + timedelta(days=200)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (LimitFacts(cny(10), reviewed_until=REVIEWED), []),
        (LimitFacts(cny(51), reviewed_until=REVIEWED), [Doubt.BELOW_EXPOSURE]),
        (LimitFacts(cny(50), reviewed_until=REVIEWED), []),
        (LimitFacts(None, reviewed_until=REVIEWED), [Doubt.EXPOSURE_UNKNOWN]),
        (LimitFacts(cny(1), cap=cny(49), reviewed_until=REVIEWED), [Doubt.ABOVE_CAP]),
        (LimitFacts(cny(1), cap=cny(50), reviewed_until=REVIEWED), []),
        (LimitFacts(cny(1), reviewed_until=TODAY), []),
        (LimitFacts(cny(1), reviewed_until=TODAY - timedelta(days=1)), [Doubt.NO_REVIEW]),
        (LimitFacts(cny(1)), [Doubt.NO_REVIEW]),
        (LimitFacts(cny(1), reviewed_until=REVIEWED, is_barred=True), [Doubt.FROZEN]),
        (
            LimitFacts(cny(1), reviewed_until=REVIEWED, next_on=TODAY + timedelta(days=1)),
            [Doubt.OVERTAKEN],
        ),
        (LimitFacts(cny(1), reviewed_until=REVIEWED, next_on=TODAY), []),
        (
            LimitFacts(cny(1), reviewed_until=REVIEWED, present_until=TODAY - timedelta(days=2)),
            [Doubt.GAP],
        ),
        (LimitFacts(cny(1), reviewed_until=REVIEWED, present_until=TODAY - timedelta(days=1)), []),
    ],
)
def test_what_speaks_against_a_limit_is_said(known, said):
    assert doubts(AskedLimit(cny(50), TODAY, None), known) == said


def test_no_limit_at_all_is_above_every_cap():
    known = LimitFacts(None, cap=cny(1), reviewed_until=REVIEWED)

    assert doubts(AskedLimit(None, TODAY, None), known) == [Doubt.ABOVE_CAP]


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_a_share_is_never_told_before_it_is_reached(used, limit):
    """R244."""
    told = used_percent(cny(used), cny(limit))

    assert told is not None
    assert told * limit <= used * 100 < (told + 1) * limit


@pytest.mark.parametrize(
    ("used", "limit", "until", "use"),
    [
        (101, 100, None, Use.OVER),
        (101, 100, TODAY - timedelta(days=1), Use.OVER),
        (1, 0, None, Use.OVER),
        (0, 0, None, Use.PREPAYMENT),
        (100, 100, TODAY - timedelta(days=1), Use.EXPIRED),
        (100, 100, TODAY, Use.NEAR),
        (91, 100, None, Use.NEAR),
        (90, 100, None, Use.WITHIN),
        (-5, 100, None, Use.WITHIN),
    ],
)
def test_how_a_limit_stands(used, limit, until, use):
    assert use_of(cny(used), AskedLimit(cny(limit), TODAY, until), TODAY, 90) is use


def test_who_is_not_limited_is_never_over():
    assert use_of(cny(10**14), AskedLimit(None, TODAY, None), TODAY, 90) is Use.UNLIMITED


@given(st.dictionaries(st.integers(1, 50), st.integers(-100, 10**9), max_size=30))
def test_the_vital_few_hold_four_fifths_and_one_fewer_would_not(amounts):
    few = vital_few(amounts)
    held = [max(amount, 0) for amount in amounts.values()]
    theirs = [amounts[key] for key in few]

    assert sum(theirs) * 100 >= sum(held) * 80
    assert not few or sum(theirs[:-1]) * 100 < sum(held) * 80
    assert theirs == sorted(theirs, reverse=True)
