"""R60–R65: limits to the cent, two people, the same answers, delegations, a quarter of an hour."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.authority import (
    Asked,
    First,
    Right,
    Signer,
    Way,
    check_delegation,
    check_withdrawal,
    covers,
    delegation_runs,
    still_counts,
    way_to_sign,
    withdraw_until,
)
from portal.core.errors import RuleBroken

CHEN, LI, WANG = 1, 2, 3
LIMIT = 500_000_00
NOV = dt.date(2026, 11, 3)
SIGNED_AT = dt.datetime(2026, 11, 2, 14, 47, tzinfo=dt.UTC)


def own(signer: int, limit: int | None = None) -> Signer:
    return Signer(signer, (Right(signer, limit),))


def refused(signer: Signer, asked: Asked) -> str:
    with pytest.raises(RuleBroken) as told:
        way_to_sign(signer, asked)
    return told.value.code


@pytest.mark.parametrize(
    ("closing", "is_covered"),
    [(LIMIT, True), (LIMIT + 1, False), (-LIMIT, True), (-LIMIT - 1, False), (0, True)],
)
def test_a_limit_covers_up_to_the_cent(closing: int, is_covered: bool):
    """R60"""
    assert covers(Right(CHEN, LIMIT), closing, limits_in_use=True) is is_covered


def test_no_limit_in_this_currency_covers_nothing():
    """R60: not even a balance of nothing, which two then sign."""
    assert not covers(Right(CHEN), 0, limits_in_use=True)


@given(st.integers(), st.integers(min_value=0) | st.none())
def test_without_any_limit_everybody_signs_alone(closing: int, limit: int | None):
    """R60"""
    assert covers(Right(CHEN, limit), closing, limits_in_use=False)


def test_above_the_limit_the_first_waits_and_the_second_completes():
    """R61"""
    asked = Asked(LIMIT + 1, limits_in_use=True)
    second = Asked(LIMIT + 1, limits_in_use=True, first=First(CHEN, CHEN))

    assert way_to_sign(own(CHEN, LIMIT), asked) == (Way.FIRST, Right(CHEN, LIMIT))
    assert way_to_sign(own(LI), second) == (Way.SECOND, Right(LI))


def test_nobody_signs_twice():
    """R61"""
    asked = Asked(LIMIT + 1, limits_in_use=True, first=First(CHEN, CHEN))

    assert refused(own(CHEN, LIMIT), asked) == "confirmation.same_signer"


def test_two_people_on_one_right_are_one_signature():
    """R61: who was handed Chen's signing does not complete what Chen signed, nor the reverse."""
    delegate = Signer(WANG, (Right(CHEN, LIMIT),))
    by_chen = Asked(LIMIT + 1, limits_in_use=True, first=First(CHEN, CHEN))
    for_chen = Asked(LIMIT + 1, limits_in_use=True, first=First(WANG, CHEN))

    assert refused(delegate, by_chen) == "confirmation.same_signer"
    assert refused(own(CHEN, LIMIT), for_chen) == "confirmation.same_signer"


def test_a_delegate_of_somebody_else_completes():
    """R61"""
    delegate = Signer(WANG, (Right(CHEN, LIMIT), Right(LI)))
    asked = Asked(LIMIT + 1, limits_in_use=True, first=First(CHEN, CHEN))

    assert way_to_sign(delegate, asked) == (Way.SECOND, Right(LI))


def test_ones_own_right_is_used_where_it_is_enough():
    """R61"""
    signer = Signer(WANG, (Right(CHEN, 10 * LIMIT), Right(WANG, LIMIT)))

    assert way_to_sign(signer, Asked(LIMIT, limits_in_use=True)) == (Way.ALONE, Right(WANG, LIMIT))
    above = way_to_sign(signer, Asked(LIMIT + 1, limits_in_use=True))
    assert above == (Way.ALONE, Right(CHEN, 10 * LIMIT))


def test_refusing_takes_one():
    """R61"""
    asked = Asked(LIMIT + 1, limits_in_use=True, is_refusal=True, first=First(CHEN, CHEN))

    assert way_to_sign(own(CHEN), asked) == (Way.ALONE, Right(CHEN))


def test_who_is_covered_by_now_signs_alone_after_their_own_first():
    """R61: the limit was raised in between."""
    asked = Asked(LIMIT, limits_in_use=True, first=First(CHEN, CHEN))

    assert way_to_sign(own(CHEN, LIMIT), asked)[0] is Way.ALONE


def test_a_first_signature_counts_for_what_it_was_given_to():
    """R62"""
    said = ("confirmed", "a1")

    assert still_counts(said, ("confirmed", "a1"))
    assert not still_counts(said, ("confirmed", "b2"))
    assert not still_counts(said, ("confirmed_with_differences", "a1"))


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (NOV - dt.timedelta(1), "delegation.backwards"),
        (NOV + dt.timedelta(92), "delegation.too_long"),
    ],
)
def test_a_period_that_cannot_be(until: dt.date, code: str):
    """R63"""
    with pytest.raises(RuleBroken) as told:
        check_delegation(NOV, until, NOV)

    assert told.value.code == code


def test_ninety_two_days_are_allowed_and_the_past_is_not():
    """R63"""
    check_delegation(NOV, NOV + dt.timedelta(91), NOV)
    with pytest.raises(RuleBroken, match=r"delegation\.over"):
        check_delegation(NOV, NOV + dt.timedelta(5), NOV + dt.timedelta(6))


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (17, True), (18, False)])
def test_a_delegation_counts_on_its_first_and_on_its_last_day(days: int, counts: bool):
    """R64"""
    on = NOV + dt.timedelta(days)

    assert delegation_runs(NOV, dt.date(2026, 11, 20), on) is counts


def test_a_quarter_of_an_hour_and_not_a_moment_more():
    """R65"""
    check_withdrawal(SIGNED_AT, SIGNED_AT + dt.timedelta(minutes=14, seconds=59))
    check_withdrawal(SIGNED_AT, withdraw_until(SIGNED_AT))
    with pytest.raises(RuleBroken, match=r"confirmation\.withdrawn_too_late"):
        check_withdrawal(SIGNED_AT, SIGNED_AT + dt.timedelta(minutes=15, microseconds=1))
