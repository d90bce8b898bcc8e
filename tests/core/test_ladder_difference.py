"""R335 and R336: what would be done otherwise, and that a run does what was seen of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.ladder_difference import (
    Fate,
    Told,
    changed_accounts,
    channel_differences,
    check_seen,
)

CHANNELS = st.lists(st.sampled_from(["sms", "call", "letter", "legal"]), max_size=30)


@given(CHANNELS, CHANNELS)
def test_what_is_more_here_is_fewer_there(one: list[str], other: list[str]):
    """R335."""
    more = dict(channel_differences(one, other))

    assert more == {name: -n for name, n in channel_differences(other, one)}
    assert sum(more.values()) == len(other) - len(one)


@given(CHANNELS)
def test_the_same_does_not_differ(channels: list[str]):
    """R335."""
    assert channel_differences(channels, channels[::-1]) == []


def told(customer: int, step: str = "sms", amount: int = 100) -> Told:
    return Told(customer, "EUR", step, step, amount)


def test_an_account_with_another_step_is_told_before_one_with_another_amount():
    was, now = [told(1), told(2)], [told(1, "call"), told(2, amount=50)]

    assert [each.fate for each in changed_accounts(was, now)] == [
        Fate.OTHER_STEP,
        Fate.OTHER_AMOUNT,
    ]


def test_steps_that_go_together_are_one_change():
    was = [told(1, "letter"), told(1, "visit")]

    [change] = changed_accounts(was, was[:1])

    assert (change.fate, len(change.before), len(change.after)) == (Fate.OTHER_STEP, 2, 1)


def test_a_run_that_is_not_what_was_seen_is_looked_at_again():
    """R336."""
    with pytest.raises(RuleBroken) as refused:
        check_seen((214, 187), (213, 186))

    assert refused.value.code == "ladder_run.changed"
    assert (refused.value.facts["steps"], refused.value.facts["customers"]) == (213, 186)
