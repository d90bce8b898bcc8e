"""R300–R305, R314: which ladder, where an item is, which step has come, what it tells and costs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.ladder import (
    How,
    Ladder,
    Past,
    Step,
    ladder_for,
    ladders_of,
    marks_through,
    next_reached,
    place_of,
)
from tests.core.climbing import CHAIN, STANDARD, day, done, item, levels


def about(**facts):
    return {
        "customer_id": "C-1",
        "customer_type": "",
        "grade": "",
        "region": "",
        "owner": "",
        **facts,
    }


def index(ladder, told, number):
    place = next_reached(ladder, told, day(number))
    return None if place is None else place.index


# ── Which ladder ─────────────────────────────────────────────────────────────


def test_the_first_ladder_that_applies_is_the_customers():
    """S-142, S-144: another kind of customer, another ladder."""
    one, other = Ladder("C-1's own", {"customer_id": "C-1"}), Ladder("all", {"customer_type": "*"})

    assert ladder_for((one, other), about()) is one
    assert ladder_for((one, other), about(customer_id="C-2")) is other


def test_a_ladder_that_names_two_things_is_for_whom_both_hold():
    ladder = Ladder("dealers of the east", {"customer_type": "dealer", "region": "East"})

    assert ladder.is_for(about(customer_type="dealer", region="East"))
    assert not ladder.is_for(about(customer_type="dealer", region="West"))


def test_who_is_on_no_ladder_is_not_chased():
    assert ladder_for((Ladder("dealers", {"customer_type": "dealer"}),), about()) is None


@pytest.mark.parametrize("channel", ["agency", "legal"])
def test_what_leaves_the_house_needs_an_approval_whatever_the_ladder_says(channel):
    step = {"name": "out", "days_overdue": 31, "channel": channel, "approval": False}

    assert ladders_of([{"name": "a", "step": [step]}])[0].steps[0].approval


def test_a_ladder_is_read_as_the_policy_tells_it():
    step = {
        "name": "sms",
        "days_overdue": 1,
        "until_days": 7,
        "channel": "sms",
        "fee": {"EUR": "5"},
    }
    told = {"name": "a", "minimum": {"EUR": "20.00"}, "min_gap_days": 3, "step": [step]}

    assert ladders_of([told]) == (
        Ladder(
            "a",
            minimum={"EUR": "20.00"},
            min_gap_days=3,
            steps=(Step("sms", 1, until_days=7, channel="sms", fee={"EUR": "5"}),),
        ),
    )


def test_the_days_that_steps_ask_for_are_counted_from_step_to_step():
    assert CHAIN.asks == (1, 5, 9, 9, 16)
    assert levels(5, 20, 40).asks == (5, 20, 40)


@pytest.mark.parametrize(("fee", "costs"), [("5.00", "5.00"), ("0.00", None), (None, None)])
def test_a_step_costs_what_the_ladder_names_in_the_currency(fee, costs):
    step = Step("letter", 16, fee={"EUR": fee} if fee else {"USD": "5.00"})

    charged = step.fee_in("EUR")

    assert (charged and charged.major()) == costs


# ── Where an item is ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("number", "step"), [(0, None), (1, 0), (7, 0), (8, 1), (15, 1), (16, 2), (30, 2), (31, 3)]
)
def test_the_shipped_ladder_has_its_four_stages_on_their_days(number, step):
    """S-098, S-127: from the first overdue day."""
    assert index(STANDARD, item(), number) == step


def test_each_shipped_stage_has_its_way_its_force_and_whoever_takes_it():
    """S-130, S-133, S-185 to S-187: by text, by salesperson, by collector, by law."""
    assert [(step.channel, step.strength, step.responsible) for step in STANDARD.steps] == [
        ("sms", "polite", "system"),
        ("call", "polite", "sales"),
        ("letter", "firm", "collector"),
        ("legal", "final", "legal"),
    ]


def test_a_step_past_its_time_is_passed_over_and_the_next_one_is_due():
    told = item(past=done(sms=1))

    assert place_of(STANDARD, told, day(16)).index == 2
    assert place_of(STANDARD, told, day(16)).passed == (1,)


def test_a_step_whose_time_is_not_over_waits_however_late_the_run():
    assert [index(CHAIN, item(), number) for number in (1, 8, 40)] == [0, 0, 0]


def test_an_item_first_seen_when_overdue_enters_where_its_days_ask():
    late = item(first_seen_on=day(10))

    assert place_of(CHAIN, late, day(10)) == place_of(CHAIN, late, day(30))
    assert place_of(CHAIN, late, day(10)).index == 2
    assert place_of(CHAIN, late, day(10)).passed == (0, 1)


def test_an_item_that_no_run_has_seen_enters_by_the_day_itself():
    assert place_of(CHAIN, item(first_seen_on=None), day(20)).index == 4


def test_an_item_first_seen_before_its_first_step_begins_with_it():
    assert place_of(levels(5, 20), item(first_seen_on=day(3)), day(30)).index == 0


def test_nobody_enters_at_a_step_that_only_goes_along():
    assert place_of(CHAIN, item(first_seen_on=day(9)), day(9)).index == 2


def test_after_the_last_step_there_is_none():
    assert place_of(levels(0), item(past={"1": Past("done", day(0))}), day(90)) is None


def test_what_was_done_on_another_ladder_does_not_count_on_this_one():
    told = item(past=done(elsewhere=1), first_seen_on=None)

    assert place_of(STANDARD, told, day(20)).index == 2


def test_an_item_without_a_due_date_is_on_no_step():
    told = replace(item(), due_on=None)

    assert place_of(STANDARD, told, day(90)) is None
    assert marks_through(STANDARD, told, 3, day(90)) == []


# ── Which step has come ──────────────────────────────────────────────────────


def test_a_step_after_another_counts_from_the_day_that_was_done():
    told = item(past=done(mail=3))

    assert [index(CHAIN, told, number) for number in (6, 7)] == [None, 1]


def test_after_a_step_that_was_passed_over_the_days_from_the_due_date_count():
    told = item(past={"mail": Past("passed", day(30))})

    assert [index(CHAIN, told, number) for number in (4, 5)] == [None, 1]


def test_after_a_refused_step_the_next_one_counts_from_the_refusal():
    told = item(past={"mail": Past("refused", day(6))})

    assert [index(CHAIN, told, number) for number in (9, 10)] == [None, 1]


def test_a_step_with_the_one_before_has_come_when_that_is_done():
    told = item(past=done(mail=1, again=5, letter=9))

    assert index(CHAIN, told, 9) == 3


def test_a_step_may_have_its_day_before_the_due_date():
    early = Ladder("early", steps=(Step("soon", -3), Step("today", 0)))

    assert [index(early, item(first_seen_on=day(-9)), number) for number in (-4, -3)] == [None, 0]


def test_a_step_that_asks_for_both_waits_for_both():
    both = Ladder("both", steps=(Step("mail", 1), Step("call", 10, after_previous_days=2)))

    assert [index(both, item(past=done(mail=1)), number) for number in (9, 10)] == [None, 1]
    assert [index(both, item(past=done(mail=9)), number) for number in (10, 11)] == [None, 1]


# ── Told along ───────────────────────────────────────────────────────────────


def test_whatever_goes_along_has_had_the_step_and_those_before_it():
    assert marks_through(levels(1, 5, 9), item(), 1, day(2)) == [(0, How.ALONG), (1, How.ALONG)]


def test_what_is_told_along_ends_at_the_step_that_is_done():
    assert marks_through(levels(1, 5, 9), item(), 0, day(90)) == [(0, How.ALONG)]


def test_steps_whose_time_is_over_are_passed_over_on_the_way():
    assert marks_through(STANDARD, item(), 2, day(9)) == [
        (0, How.PASSED),
        (1, How.ALONG),
        (2, How.ALONG),
    ]


def test_an_item_that_is_further_than_the_step_has_nothing_to_be_told():
    assert marks_through(levels(1, 5), item(past={"2": Past("done", day(5))}), 0, day(9)) == []


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_place_of_an_item_never_goes_back(seen, one, other):
    first, second = sorted((one, other))
    told = item(first_seen_on=day(min(seen, first)))
    for ladder in (STANDARD, CHAIN):
        before, after = (place_of(ladder, told, day(number)) for number in (first, second))

        assert before is not None
        assert after is not None
        assert before.index <= after.index
