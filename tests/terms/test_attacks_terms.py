"""Terms under attack: numbers that would fill the memory, texts that would never be read."""

import pytest

from portal.base.policy import DEFAULTS
from portal.core.errors import RuleBroken
from portal.core.policy_text import Known, read_policy
from tests.terms.conftest import Desk

KNOWN = Known(frozenset({"CN"}), frozenset({"Asia/Shanghai"}), ("en",), ("admin",))


@pytest.mark.parametrize(
    "rate",
    ["NaN", "sNaN", "Infinity", "1e999", "1e-999999999999999999", "-0", "-1", "1_0", "١", " 1"],
)
def test_a_rate_is_plain_digits_and_nothing_else(quick: Desk, rate: str):
    with pytest.raises(RuleBroken, match=r"terms\.rate_out_of_bounds"):
        quick.draft(own=True, late_rate=rate)
    with pytest.raises(RuleBroken, match=r"terms\.rate_out_of_bounds"):
        quick.draft(late_interest={"annual_rate": rate})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"[statement]\nissue_on_workday = {'9' * 5_000}", "policy.not_toml"),
        ("[scorecard]\nlimit_factor = 1e999999999999999999", "policy.not_a_decimal"),
        ("[scorecard]\nlimit_factor = 1e-999999999999999999", "policy.not_a_decimal"),
        (f"a{'.a' * 2_000} = 1", "policy.too_deep"),
        (f"[a{'.a' * 2_000}]", "policy.too_deep"),
        (f"x = {{'a'{'.a' * 2_000} = 1}}", "policy.too_deep"),
        ('"a"' + '."\\""' * 2_000 + " = 1", "policy.too_deep"),
        ('"\\' * 100_000, "policy.not_toml"),
    ],
)
def test_a_policy_that_is_a_bomb_is_a_fault_like_any_other(text: str, code: str):
    [fault] = read_policy(text, DEFAULTS, KNOWN).faults

    assert fault.broken.code == code
