"""What paying on time earns (R208, S-016)."""

import pytest

from portal.core.money import Money
from portal.core.payment_record import Lateness
from portal.core.reward import has_earned, rewarded


@pytest.mark.parametrize(
    ("rows", "earned"),
    [
        ([], False),
        ([Lateness(recent_items=2, before_items=1)], True),
        ([Lateness(recent_items=1, before_items=1)], False),
        ([Lateness(recent_items=3)], False),
        ([Lateness(before_items=3)], False),
        ([Lateness(recent_items=2, before_items=2, before_weighted=1)], False),
        ([Lateness(recent_items=1), Lateness(before_items=2)], True),
        ([Lateness(recent_items=9, before_items=9), Lateness(recent_weighted=1)], False),
    ],
)
def test_who_pays_each_part_by_its_day_for_more_than_a_year_has_earned_it(rows, earned):
    assert has_earned(rows) is earned


def test_the_reward_is_never_below_the_limit_nor_above_the_cap():
    limit = Money(1_000_00, "CNY")

    assert rewarded(limit, None, 25) == Money(1_250_00, "CNY")
    assert rewarded(limit, Money(1_100_00, "CNY"), 25) == Money(1_100_00, "CNY")
    assert rewarded(limit, Money(1_000_00, "CNY"), 25) is None
    assert rewarded(Money(0, "CNY"), None, 25) is None
    assert rewarded(limit, None, 0) is None
