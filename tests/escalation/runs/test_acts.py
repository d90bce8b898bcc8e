"""Approving, leaving out, pausing and going on with a run of the ladders, on both databases."""

import pytest

from portal.core.errors import RuleBroken
from portal.escalation.planning import plan_day
from portal.escalation.runs.commands import (
    HELD,
    ActOnRun,
    LeaveOut,
    PrepareRun,
    ask_for_run,
    leave_out,
    pause_run,
    resume_run,
    take_in,
    try_again,
)
from tests.escalation.runs.conftest import BERGMANN, HUADONG, House


def refused(house: House, act, command) -> str:
    with pytest.raises(RuleBroken) as broken:
        house.does(act, command)
    return broken.value.code


def test_the_first_run_waits_for_somebody(house: House):
    house.daily()

    assert (house.run().state, house.run().why_held) == ("held", "first")
    assert [row[:2] for row in house.planned()] == [("call", "planned"), ("legal", "planned")]
    assert house.done() == []


def test_what_is_approved_is_done_by_a_worker_once(house: House):
    house.daily()
    house.approve()
    house.works()
    house.works()

    assert house.run().state == "done"
    assert sorted(house.done()) == [("call", "done"), ("legal", "waiting")]
    assert [row[1] for row in house.planned()] == ["done", "done"]


def test_a_run_that_would_do_something_else_is_looked_at_again(house: House):
    house.daily()

    with pytest.raises(RuleBroken) as broken:
        house.approve(steps=9, customers=9)

    assert broken.value.code == "ladder_run.changed"
    assert house.run().state == "held"


def test_what_is_left_out_is_not_done_and_says_why(house: House):
    house.daily()
    key = (house.id_of(HUADONG), "CNY", "legal")
    assert house.does(leave_out, LeaveOut(house.run().id, [key], "They pay on Monday")) == 1
    house.approve(1, 1)
    house.works()

    assert house.done() == [("call", "done")]
    assert ("legal", "left_out", "They pay on Monday") in house.planned()


def test_what_was_left_out_comes_in_again(house: House):
    house.daily()
    key = (house.id_of(BERGMANN), "EUR", "call")
    house.does(leave_out, LeaveOut(house.run().id, [key], "Marta talks to them"))
    house.does(take_in, LeaveOut(house.run().id, [key]))

    assert [row[1:] for row in house.planned()] == [("planned", ""), ("planned", "")]


def test_leaving_out_needs_rows_and_a_reason(quick: House):
    quick.daily()
    run_id = quick.run().id

    assert refused(quick, leave_out, LeaveOut(run_id, [], "Why")) == "ladder_run.nothing_chosen"
    key = (quick.id_of(BERGMANN), "EUR", "call")
    assert (
        refused(quick, leave_out, LeaveOut(run_id, [key], "\u200b")) == "ladder_run.reason_missing"
    )


def test_a_run_that_went_is_not_changed_any_more(quick: House):
    quick.daily()
    quick.approve()
    key = (quick.id_of(BERGMANN), "EUR", "call")

    assert refused(quick, leave_out, LeaveOut(quick.run().id, [key], "Late")) == (
        "ladder_run.not_in_this_state"
    )


def test_only_who_may_runs_ladders(quick: House, office):
    quick.daily()
    clerk = office.enter("clerk")

    assert clerk.send(f"/desk/dunning-runs/{ref_of(quick)}/pause", 403).status == 403


def ref_of(house: House) -> str:
    with house.installation.reading(house.lead) as r:
        return r.refs.of("lr", house.run().id)


def test_a_run_can_be_asked_for(house: House):
    plan_of_today = _plan(house)
    run_id = house.does(ask_for_run, PrepareRun(plan_of_today))
    again = house.does(ask_for_run, PrepareRun(plan_of_today))
    house.daily()

    assert run_id == again == house.run().id
    assert (house.run().state, house.run().why_held) == ("held", "asked")


def _plan(house: House):
    with house.installation.reading(house.lead) as r:
        return plan_day(r, r.today)


def test_a_paused_run_does_nothing_until_it_goes_on(house: House):
    house.daily()
    house.approve()
    house.does(pause_run, ActOnRun(house.run().id))
    house.works()
    assert (house.run().state, house.done()) == ("paused", [])

    house.does(resume_run, ActOnRun(house.run().id))
    house.works()

    assert (house.run().state, len(house.done())) == ("done", 2)


def test_messages_of_a_run_that_rests_do_not_leave(house: House):
    house.mailing()
    house.daily()
    house.approve()
    house.works()
    house.does(pause_run, ActOnRun(house.run().id))
    house.mails()
    assert [row[1:] for row in house.outbox()] == [("pending", HELD)] * 2
    assert house.sent() == []

    house.does(resume_run, ActOnRun(house.run().id))
    house.mails()

    assert [row[1] for row in house.outbox()] == ["sent"] * 2
    assert [row[1] for row in house.notices()] == ["sent"] * 2


def test_a_run_whose_messages_have_left_has_nothing_to_rest(house: House):
    house.mailing()
    house.daily()
    house.approve()
    house.works()
    house.mails()

    assert refused(house, pause_run, ActOnRun(house.run().id)) == "ladder_run.already_done"


def test_what_was_not_delivered_is_tried_again(house: House):
    house.mailing()
    house.daily()
    house.approve()
    house.works()
    house.fail()

    assert house.does(try_again, ActOnRun(house.run().id)) == 2
    house.mails()

    assert [row[1] for row in house.notices()] == ["sent"] * 2


def test_every_act_is_audited(quick: House):
    quick.daily()
    key = (quick.id_of(BERGMANN), "EUR", "call")
    quick.does(leave_out, LeaveOut(quick.run().id, [key], "Marta talks to them"))
    quick.approve(1, 1)
    quick.does(pause_run, ActOnRun(quick.run().id))
    quick.does(resume_run, ActOnRun(quick.run().id))

    assert quick.audited() == [
        *("ladder_run.held", "ladder_run.left_out", "ladder_run.approved"),
        *("ladder_run.paused", "ladder_run.resumed"),
    ]
