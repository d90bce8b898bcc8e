"""R306–R313: one step an account and day, what it is about, who is left out, what was approved."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.ladder import Ladder, Past, Step, next_reached
from portal.core.ladder_day import Due, action_again, what_is_due
from tests.core.climbing import (
    CHAIN,
    STANDARD,
    Climb,
    account,
    day,
    done,
    due,
    item,
    levels,
    reasons,
    steps,
)

LAW = Ladder("law", steps=(Step("mail", 1), Step("law", 31, channel="legal", approval=True)))


def amounts(found):
    return [[(each.entry_id, each.amount) for each in action.items] for action in found.actions]


# ── One step, about everything ───────────────────────────────────────────────


def test_one_message_tells_everything_overdue_each_with_its_own_days():
    [action] = due(STANDARD, 10, item(1, due=2), item(2, due=9), item(3, due=10)).actions

    assert [(each.number, each.days_overdue) for each in action.items] == [
        ("INV-1", 8),
        ("INV-2", 1),
    ]
    assert action.step.name == "call"


def test_where_the_ladder_of_the_oldest_item_is_at_its_end_the_next_one_leads():
    old = item(1, due=0, past=done(**{"1": 5, "2": 20, "3": 28}))

    [action] = due(levels(5, 20, 40), 30, old, item(2, due=20)).actions

    assert (action.step.name, action.lead.number) == ("1", "INV-2")
    assert [each.number for each in action.items] == ["INV-1", "INV-2"]


def test_items_due_on_the_same_day_stand_in_the_order_of_their_numbers():
    [action] = due(STANDARD, 1, item(2), item(1)).actions

    assert action.lead.number == "INV-1"


def test_one_step_a_run_however_many_have_come():
    climb = Climb(levels(10, 40, 60), {1: item(first_seen_on=day(0))})

    assert [climb.run(number) for number in (180, 300, 360)] == [["1"], ["2"], ["3"]]


def test_steps_with_the_one_before_go_in_the_same_run():
    past = done(mail=1, again=5)

    assert steps(CHAIN, 9, item(past=past)) == ["letter", "visit"]


def test_what_goes_along_is_not_done_again_by_itself():
    climb = Climb(levels(5, 10), {1: item(1), 2: item(2, due=3)})

    assert climb.days(8, 20) == [(8, ["1"]), (10, ["2"])]
    assert [past.how for past in climb.items[2].past.values()] == ["along", "along"]


def test_while_the_oldest_item_rests_between_its_steps_no_younger_one_is_written_about():
    climb = Climb(levels(1, 10), {1: item(1, first_seen_on=day(0)), 2: item(2, due=4)})

    assert climb.days(1, 12) == [(1, ["1"]), (10, ["2"])]


def test_once_the_oldest_is_paid_the_next_one_leads_from_where_it_was_told():
    climb = Climb(levels(1, 10), {1: item(1, first_seen_on=day(0)), 2: item(2, due=4)})
    climb.days(1, 3)
    climb.items[1] = replace(climb.items[1], open=0)

    assert climb.days(4, 20)[-2:] == [(5, ["1"]), (14, ["2"])]


def test_a_reminder_before_its_day_does_not_wait_for_what_is_overdue():
    early = Ladder("early", steps=(Step("soon", -3), Step("late", 9)))
    told = item(1, due=-1, past=done(soon=-4))

    assert steps(early, 0, told, item(2, due=3)) == ["soon"]


def test_a_fee_is_told_along_and_makes_no_step_of_its_own():
    fee = item(2, 5_00, due=3, leads=False)

    assert steps(STANDARD, 20, fee) == []
    assert amounts(due(STANDARD, 20, item(1), fee)) == [[(1, 100_00), (2, 5_00)]]


def test_a_step_before_the_due_date_tells_what_it_is_about():
    early = Ladder("early", steps=(Step("soon", -3), Step("overdue", 1)))

    [action] = due(early, -3, item(1), item(2, due=30)).actions

    assert [(each.number, each.days_overdue) for each in action.items] == [("INV-1", -3)]


def test_after_the_last_step_nothing_is_sent_for_ever():
    climb = Climb(levels(0), {1: item()})

    assert climb.days(0, 30) == [(0, ["1"])]


def test_a_run_of_the_same_day_does_nothing_more():
    climb = Climb(levels(1, 2), {1: item(first_seen_on=day(0))})

    assert [climb.run(9) for _ in range(24)] == [["1"]] + [[]] * 23


# ── Left out ─────────────────────────────────────────────────────────────────


def test_a_disputed_part_leaves_the_rest():
    told = item(1, disputed=40_00)

    assert amounts(due(STANDARD, 3, told)) == [[(1, 60_00)]]
    assert reasons(STANDARD, 3, told) == [("disputed", 40_00)]


def test_a_promise_and_a_dispute_together_take_no_more_than_is_open():
    told = item(1, disputed=40_00, promised=80_00)

    assert steps(STANDARD, 3, told) == []
    assert reasons(STANDARD, 3, told) == [("disputed", 40_00), ("promised", 60_00)]


def test_a_promise_on_the_account_is_for_its_oldest_items():
    found = due(STANDARD, 9, item(1, due=1), item(2, due=2), promised=130_00)

    assert amounts(found) == [[(2, 70_00)]]
    assert [(each.number, each.reason, each.amount) for each in found.excluded] == [
        ("INV-1", "promised", 100_00),
        ("INV-2", "promised", 30_00),
    ]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"stopped": "held"}, "held"),
        ({"stopped": "contract_check"}, "contract_check"),
        ({"planned": 100_00}, "planned"),
        ({"case": "legal"}, "case"),
        ({"case": "agency"}, "case"),
    ],
)
def test_what_is_left_alone_is_told_with_its_reason(facts, reason):
    assert steps(STANDARD, 3, item(**facts)) == []
    assert reasons(STANDARD, 3, item(**facts)) == [(reason, 100_00)]


def test_what_an_agency_has_may_go_to_court():
    told = item(past=done(mail=1), case="agency")

    assert steps(LAW, 31, told) == ["law"]
    assert steps(LAW, 31, replace(told, case="legal")) == []


def test_what_has_no_step_on_the_day_is_not_told():
    told = item(past=done(sms=1), disputed=40_00)

    assert reasons(STANDARD, 3, told) == []
    assert reasons(STANDARD, 3, item(due=9)) == []


def test_what_another_items_message_would_have_told_is_told_as_left_out():
    told = item(2, due=-5, past=done(sms=1), stopped="held")

    assert reasons(STANDARD, 3, item(1), told) == [("held", 100_00)]


def test_money_on_account_is_set_off_against_the_oldest_first():
    found = due(STANDARD, 9, item(1, due=1), item(2, due=2, minor=80_00), unapplied=120_00)

    [action] = found.actions
    assert [(each.number, each.amount) for each in action.items] == [("INV-2", 80_00)]
    assert (action.set_off, action.amount) == (20_00, 60_00)
    assert [(each.number, each.reason) for each in found.excluded] == [("INV-1", "set_off")]


def test_money_on_account_is_not_for_what_is_disputed_or_held():
    found = due(
        STANDARD, 9, item(1, disputed=100_00), item(2, stopped="held"), item(3), unapplied=1
    )

    assert [each.amount for each in found.actions] == [99_99]


def test_a_balance_in_the_customers_favour_is_not_reminded_of():
    assert steps(STANDARD, 9, item(), unapplied=150_00) == []
    assert reasons(STANDARD, 9, item(), unapplied=150_00) == [("set_off", 100_00)]


def test_the_minimum_is_reached_by_an_equal_amount_and_asked_after_setting_off():
    ladder = replace(STANDARD, minimum={"EUR": "50.99"})

    assert steps(ladder, 3, item(minor=50_99)) == ["sms"]
    assert reasons(ladder, 3, item(minor=50_98)) == [("below_minimum", 50_98)]
    assert reasons(ladder, 3, item(minor=100_00), unapplied=49_02) == [("below_minimum", 100_00)]


def test_a_currency_that_the_minimum_does_not_name_has_none():
    assert steps(replace(STANDARD, minimum={"CNY": "100.00"}), 3, item(minor=1)) == ["sms"]


@pytest.mark.parametrize(
    ("days", "allowed"), [(1, False), (2, True), (3, True), (0, True), (-3, False)]
)
def test_between_two_messages_lie_so_many_days(days, allowed):
    last = day(3) - timedelta(days=days)

    assert bool(steps(STANDARD, 3, item(), last_message_on=last)) is allowed


def test_a_call_is_no_message():
    assert steps(STANDARD, 9, item(), last_message_on=day(8)) == ["call"]


def test_a_message_that_goes_with_a_call_waits_for_the_gap_by_itself():
    ladder = Ladder(
        "both", steps=(Step("call", 1, channel="call"), Step("mail", 1, with_previous=True))
    )

    assert steps(ladder, 1, item(), last_message_on=day(0)) == ["call"]
    assert steps(ladder, 2, item(past=done(call=1)), last_message_on=day(0)) == ["mail"]


def test_while_a_step_waits_for_its_approval_the_account_gets_no_other():
    told = item(past=done(mail=1))
    facts = {"waiting": ("law", (1, 1))}

    assert steps(LAW, 40, told, item(2, due=39), **facts) == []
    assert reasons(LAW, 40, told, item(2, due=39), **facts) == [
        ("waiting", 100_00),
        ("waiting", 100_00),
    ]


def test_a_step_that_waits_for_nothing_any_more_lets_the_others_go_on():
    found = due(LAW, 40, item(2, due=39), waiting=("law", (1, 1)))

    assert [each.step.name for each in found.actions] == ["mail"]
    assert found.settled


def test_a_step_goes_with_one_that_waits_only_once_that_is_done():
    ladder = Ladder(
        "two",
        steps=(Step("law", 1, channel="legal", approval=True), Step("mail", 1, with_previous=True)),
    )

    assert steps(ladder, 1, item()) == ["law"]
    assert steps(ladder, 2, item(past=done(law=1))) == ["mail"]


# ── Approved ─────────────────────────────────────────────────────────────────


def approved(number, *items, **facts):
    told = account(*items, waiting=("law", (1, 1)), **facts)
    return action_again(told, LAW, day(number))


def test_what_is_approved_is_looked_at_again():
    told = item(past=done(mail=1), disputed=30_00)

    action = approved(40, told, item(2, due=35), unapplied=20_00)

    assert (action.step.name, action.amount) == ("law", 150_00)
    assert action.along == ((2, 1, "mail"), (2, 1, "law"))


@pytest.mark.parametrize("facts", [{"minor": 0}, {"stopped": "held"}, {"promised": 100_00}])
def test_what_was_settled_meanwhile_is_not_done(facts):
    assert approved(40, item(past=done(mail=1), **facts), item(2, due=35)) is None


def test_a_step_that_no_ladder_has_any_more_is_not_done():
    told = account(item(), waiting=("gone", (1, 1)))

    assert action_again(told, LAW, day(40)) is None
    assert action_again(account(item()), LAW, day(40)) is None


# ── Whatever happens ─────────────────────────────────────────────────────────

LADDERS = st.sampled_from([STANDARD, CHAIN, levels(1, 2, 3, 4), levels(0, 10, 11)])
GAPS = st.lists(st.integers(1, 9), min_size=1, max_size=25)


@given(LADDERS, GAPS, st.data())
def test_no_step_comes_twice_or_out_of_turn(ladder, gaps, data):
    climb = Climb(ladder, {1: item(1), 2: item(2, due=4)})
    number = 0
    for gap in gaps:
        number += gap
        rests = data.draw(st.sets(st.sampled_from([1, 2])), label=f"rest on {number}")
        for each in climb.items.values():
            stopped = "held" if each.entry_id in rests else ""
            climb.items[each.entry_id] = replace(each, stopped=stopped)
        before = {each.entry_id: each.past for each in climb.items.values()}
        said = climb.run(number)

        assert len(said) <= ladder.most_at_once
        follow = [ladder.index(name) for name in said]
        assert follow == list(range(follow[0], follow[0] + len(follow))) if follow else True
        assert all(ladder.steps[at].with_previous for at in follow[1:])
        assert all(climb.items[entry_id].past == before[entry_id] for entry_id in rests)
        assert climb.run(number) == []
        items = tuple(climb.items.values())
        if not any(next_reached(ladder, each, day(number + 1)) for each in items):
            found = due(ladder, number + 1, *items, unapplied=50_00)
            assert found == Due(), "what has reached no step is not looked at any further"
    for each in climb.items.values():
        marked = [ladder.index(name) for name in each.past]
        assert sorted(marked) == list(range(len(marked))), "none is skipped"
        for name, past in each.past.items():
            step = ladder.steps[ladder.index(name)]
            late = (past.on - each.due_on).days
            is_over = step.until_days is not None and late > step.until_days
            assert past.how != "passed" or is_over
            assert past.how == "passed" or not is_over


@given(
    st.integers(0, 200_00), st.integers(0, 200_00), st.integers(0, 200_00), st.integers(0, 400_00)
)
def test_what_is_asked_for_and_what_is_left_out_are_all_that_is_open(
    disputed, promised, planned, free
):
    told = item(1, 200_00, disputed=disputed, promised=promised, planned=planned)
    found = due(STANDARD, 3, told, item(2, 100_00), unapplied=free)

    asked = sum(each.amount for action in found.actions for each in action.items)
    assert asked + sum(each.amount for each in found.excluded) == 300_00
    for action in found.actions:
        assert action.amount == sum(each.amount for each in action.items) - action.set_off > 0


@given(LADDERS, st.integers(0, 60), st.permutations([1, 2, 3]))
def test_the_answer_does_not_hang_on_the_order_of_the_items(ladder, number, order):
    items = {1: item(1), 2: item(2, due=4, disputed=1_00), 3: item(3, due=4)}

    mixed = account(*(items[each] for each in order), unapplied=50_00)

    assert what_is_due(mixed, ladder, day(number)) == what_is_due(
        account(*items.values(), unapplied=50_00), ladder, day(number)
    )


def test_a_broken_promise_lets_the_ladder_go_on_where_it_stood():
    climb = Climb(CHAIN, {1: item(1)})
    climb.days(0, 3)
    climb.items[1] = replace(climb.items[1], promised=100_00)
    climb.days(4, 12)
    climb.items[1] = replace(climb.items[1], promised=0)

    assert climb.days(13, 14) == [(1, ["mail"]), (13, ["again"])]


def test_a_refused_step_is_not_asked_for_again():
    told = item(past={"mail": Past("done", day(1)), "law": Past("refused", day(35))})

    assert steps(LAW, 90, told) == []
