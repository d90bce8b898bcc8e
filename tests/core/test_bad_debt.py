"""R410–R412: what may be written off, by how many people, and what comes back of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.bad_debt import (
    Applied,
    Chosen,
    check_chosen,
    needs_second_approval,
    recovered,
    what_is_left,
)
from portal.core.errors import RuleBroken
from portal.core.money import Money

MINOR = st.integers(0, 10_000)


def yuan(minor: int) -> Money:
    return Money(minor, "CNY")


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ([], "write_off.nothing"),
        ([Chosen("I", yuan(0), yuan(5))], "write_off.nothing"),
        ([Chosen("I", yuan(6), yuan(5))], "write_off.above_open"),
    ],
)
def test_what_cannot_be_written_off_is_refused(chosen: list[Chosen], code: str):
    with pytest.raises(RuleBroken) as broken:
        check_chosen(chosen)

    assert broken.value.code == code


def test_a_write_off_of_several_items_is_their_sum():
    chosen = [Chosen("I", yuan(5), yuan(5)), Chosen("K", yuan(7), yuan(9))]

    assert check_chosen(chosen) == yuan(12)


def test_two_approve_unless_the_policy_names_a_higher_amount():
    up_to = {"CNY": "10.00"}

    assert not needs_second_approval(yuan(10_00), up_to)
    assert needs_second_approval(yuan(10_01), up_to)
    assert needs_second_approval(Money(1, "EUR"), up_to)
    assert needs_second_approval(yuan(1), {})


@given(MINOR, MINOR, MINOR)
def test_no_more_is_recovered_than_was_written_off(amount: int, paid: int, written_off: int):
    back = recovered(amount, paid, written_off)

    assert 0 <= back <= written_off
    assert back == 0 or paid + written_off - back >= amount


@given(st.lists(st.integers(1, 500), max_size=5), MINOR)
def test_what_came_in_is_taken_from_the_latest_and_nothing_goes_below_zero(
    amounts: list[int], came_in: int
):
    standing = [Applied(key, amount) for key, amount in enumerate(amounts)]
    changed = what_is_left(standing, came_in)

    left = dict(changed)
    taken = sum(each.amount - left.get(each.key, each.amount) for each in standing)
    assert taken == min(came_in, sum(amounts))
    assert all(0 <= minor < standing[key].amount for key, minor in changed)
    assert [key for key, _ in changed] == sorted(left, reverse=True)
