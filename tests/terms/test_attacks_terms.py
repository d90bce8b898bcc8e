"""Terms under attack: texts that would never be read to their end, colleagues who are too quick."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest

from portal.base.policy import DEFAULTS
from portal.core.errors import RuleBroken
from portal.core.policy_text import Known, read_policy
from portal.terms.commands import ChangeDraft, HandIn, Wanted, change_draft, hand_in
from tests.terms.conftest import TODAY, Desk

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


def test_who_wrote_what_waits_does_not_approve_it(desk: Desk):
    change_id = desk.draft("zhao", default_terms="net 45")
    wanted = Wanted(TODAY, {"default_terms": "net 365"}, "As I like it.")
    desk.does("ada", change_draft, ChangeDraft(change_id, 1, wanted))
    approval_id = desk.does("zhao", hand_in, HandIn(change_id, 2))

    with pytest.raises(RuleBroken, match=r"approval\.own"):
        desk.approve(approval_id, by="ada")
    assert desk.company("default_terms") == ""


def at_once(acts: list[Callable[[], object]]) -> list[str]:
    """What came of each: the code of the rule that refused it, or `done`."""
    start = Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        start.wait()
        try:
            act()
        except RuleBroken as broken:
            return broken.code
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(one, acts))


def test_of_eight_who_hand_in_the_same_at_once_one_waits(desk: Desk):
    drafts = [desk.draft("zhao", default_terms=f"net {days}") for days in range(31, 39)]
    said = at_once([partial(desk.does, "zhao", hand_in, HandIn(each, 1)) for each in drafts])

    assert said == ["done", *["terms.overlaps"] * 7]


def test_two_changes_of_one_customer_approved_at_once_both_hold(desk: Desk):
    waiting = [desk.handed_in(own=True, terms="net 45"), desk.handed_in(own=True, grace_days=3)]
    said = at_once([partial(desk.approve, each) for each in waiting])

    assert said == ["done", "done"]
    assert desk.own_rows()[-1][1:3] == ("net 45", 3)


def test_two_changes_of_the_company_approved_at_once_both_hold(desk: Desk):
    waiting = [desk.handed_in(default_terms="net 45"), desk.handed_in(grace_days=3)]
    said = at_once([partial(desk.approve, each) for each in waiting])

    assert said == ["done", "done"]
    assert (desk.company("default_terms"), desk.company("grace_days")) == ("net 45", 3)
