"""R330–R334: what is odd about ladders, step by step."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.ladder import Ladder, Step, ladders_of
from portal.core.ladder_check import Problem, Texts, check_ladders
from portal.core.policy_canon import in_full
from portal.core.policy_schema import LADDERS

SMS = Step("sms", 1, until_days=7, channel="sms")
CALL = Step("call", 8, until_days=15, channel="call", responsible="sales")
LETTER = Step("letter", 16, channel="letter", strength="firm")


def found(*steps: Step, gap: int = 2, texts: Texts | None = None) -> list[tuple]:
    told = check_ladders([Ladder("a", min_gap_days=gap, steps=steps)], texts)
    return [(each.step, each.problem.value, *each.facts.values()) for each in told]


def shipped() -> tuple[Ladder, ...]:
    return ladders_of(in_full(LADDERS, []))


def test_what_is_shipped_has_nothing_odd():
    assert check_ladders(shipped()) == []


def test_days_between_two_steps_are_a_gap():
    """R330."""
    assert found(SMS, replace(CALL, days_overdue=10), LETTER) == [(1, "gap", 8, 9)]


def test_days_on_which_two_steps_hold_are_an_overlap():
    """R330."""
    assert found(SMS, replace(CALL, days_overdue=6), LETTER) == [(1, "overlap", 6, 7, "sms")]


def test_a_step_without_a_last_day_leaves_no_gap():
    """R330."""
    assert found(replace(SMS, until_days=None), LETTER) == []


def test_steps_of_one_run_are_no_overlap():
    """R330."""
    visit = Step("visit", 1, channel="visit", responsible="sales", with_previous=True)

    assert found(SMS, visit) == []


def test_after_the_last_day_of_the_last_step_nothing_is_done():
    """R330."""
    assert found(SMS, CALL) == [(1, "no_end", 15)]


def test_a_message_whose_days_are_over_before_the_gap_is_never_sent():
    """R331."""
    second = Step("mail", 2, until_days=3)

    assert (1, "unreachable", 6, 3) in found(SMS, second, LETTER, gap=5)


def test_two_steps_of_one_day_come_one_after_the_other():
    """R331."""
    call = replace(CALL, days_overdue=1)

    assert (1, "delayed", 1, 2) in found(replace(SMS, until_days=None), call, LETTER)


def test_days_after_the_step_before_count_from_when_it_comes():
    """R331."""
    again = Step("again", after_previous_days=1)

    assert found(SMS, again) == [(1, "overlap", 2, 7, "sms"), (1, "delayed", 2, 3)]


@pytest.mark.parametrize("channel", ["agency", "legal"])
def test_while_a_case_stands_only_the_case_goes_on(channel: str):
    """R331."""
    case = Step("case", 30, channel=channel, responsible="legal", strength="firm")
    court = Step("court", 200, channel="legal", responsible="legal", strength="final")
    late = Step("call", 220, channel="call", responsible="sales", strength="final")

    assert found(case, court, late) == [(2, "after_case")]


def test_words_get_no_softer():
    """R332; S-131, S-140: force grows with the days."""
    assert found(replace(SMS, strength="firm"), CALL, LETTER) == [(1, "softer", "firm")]


def test_before_something_is_overdue_nobody_demands_it():
    """R332."""
    assert found(Step("soon", -3, strength="firm"), LETTER) == [(0, "early", -3)]


def test_a_message_lacks_its_text_in_a_language():
    """R333."""
    texts = Texts({("polite", "sms", "en")}, ("en", "zh-CN"))

    assert found(replace(SMS, until_days=None), texts=texts) == [(0, "no_text", "zh-CN")]


def test_what_people_do_needs_somebody():
    """R333."""
    assert found(replace(CALL, responsible="system", until_days=None)) == [(0, "nobody")]


def test_a_ladder_behind_one_for_everybody_is_never_chosen():
    """R334."""
    everybody = Ladder("all", {"customer_type": "*"}, steps=(LETTER,))
    dealers = Ladder("dealers", {"customer_type": "dealer"}, steps=(LETTER,))
    [told] = check_ladders([everybody, dealers])

    assert (told.problem, told.ladder, told.facts) == (Problem.NEVER_CHOSEN, 1, {"before": "all"})
    assert check_ladders([dealers, everybody]) == []


def test_where_no_ladder_is_for_everybody_somebody_has_none():
    """R334."""
    [told] = check_ladders([Ladder("dealers", {"customer_type": "dealer"}, steps=(LETTER,))])

    assert (told.problem, told.ladder) == (Problem.NOT_EVERYBODY, None)


DAYS = st.integers(0, 60)


@given(st.lists(st.tuples(DAYS, st.integers(0, 20)), min_size=1, max_size=6))
def test_on_every_day_as_many_steps_hold_as_the_findings_say(told: list[tuple[int, int]]):
    """R330: what is no gap has a step, what is no overlap has one only."""
    begins = sorted({day for day, _ in told})
    steps = [
        Step(f"{day}", day, until_days=day + more, channel="call", responsible="sales")
        for day, more in zip(begins, [more for _, more in told], strict=False)
    ]
    gaps = [one[2:] for one in found(*steps) if one[1] == "gap"]
    for day in range(begins[0], steps[-1].until_days):
        held = [step for step in steps if step.days_overdue <= day <= step.until_days]
        begun = [step for step in steps if step.days_overdue <= day]
        is_last_over = day > begun[-1].until_days
        assert any(first <= day <= last for first, last in gaps) == is_last_over
        assert held or is_last_over
