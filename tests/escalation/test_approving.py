"""Steps that leave the house wait for a second person, and are looked at again then."""

import json

from portal.approvals.deciding import ApproveRequest, approve_request
from portal.escalation import holds
from portal.escalation.approving import LADDER_STEP
from portal.tables.approvals import Approval, Task
from portal.tables.escalation import DunnedPart, Dunning
from tests.escalation.stage import ADMIN, day, ladder, left_out, mail, steps_of

LAW = {"name": "law", "days_overdue": 31, "channel": "legal", "responsible": "legal"}
LATER = mail("later", 40)


def waiting(stage):
    """An item at the step that waits, told by mail before."""
    stage.ladders(ladder(mail(), LAW, LATER))
    stage.run(0)
    number = stage.invoice(0)
    stage.runs(1, 31)
    return number


def states(stage):
    return [(each.step, each.state) for each in stage.steps()]


def test_a_step_that_needs_an_approval_is_listed_once_and_not_done(any_stage):
    waiting(any_stage)

    assert states(any_stage) == [("mail", "done"), ("law", "waiting")]
    assert any_stage.ways() == [("INV-1", "mail", "done")]
    ran = any_stage.run(32)
    assert (ran.actions, left_out(ran)) == ([], [("INV-1", "waiting", 100_00)])
    assert len(any_stage.requests()) == 1


def test_the_request_tells_what_is_asked_for(stage):
    waiting(stage)

    [request] = stage.requests()

    assert (request.kind, request.amount_minor, request.currency) == (
        LADDER_STEP.name,
        100_00,
        "CNY",
    )
    assert json.loads(request.after) == {
        "step": "law",
        "amount": "CNY 100.00",
        "items": "INV-1",
        "due": day(0).isoformat(),
    }


def test_approved_it_is_done_on_the_day_of_the_approval(any_stage):
    waiting(any_stage)
    any_stage.at(33)

    any_stage.approve()

    [_, step] = any_stage.steps()
    assert (step.state, step.found_on, step.done_on) == ("done", day(31), day(33))
    assert any_stage.ways() == [("INV-1", "law", "done"), ("INV-1", "mail", "done")]
    [task] = any_stage.rows(Task)
    assert (task.kind, task.subject, task.due_on) == ("ladder_case", f"dunning/{step.id}", day(33))
    assert step.task_id == task.id


def test_what_is_due_since_is_told_along(stage):
    waiting(stage)
    stage.at(33)
    stage.invoice(10)

    stage.approve()

    assert [each.entry_id for each in stage.rows(DunnedPart, DunnedPart.dunning_id == 2)] == [1, 2]
    assert ("INV-2", "mail", "along") in stage.ways()


def test_what_was_paid_meanwhile_is_cancelled_and_not_done(any_stage):
    number = waiting(any_stage)
    any_stage.at(33)
    any_stage.credit(100_00, 33, of=number)

    any_stage.approve()

    assert states(any_stage)[-1] == ("law", "cancelled")
    assert any_stage.rows(Task) == []
    assert len(any_stage.ways()) == 1


def test_a_run_finds_what_is_settled_and_nobody_has_to_decide_it(stage):
    number = waiting(stage)
    stage.credit(100_00, 32, of=number)
    stage.invoice(0)

    assert steps_of(stage.run(32)) == ["law"]
    assert states(stage)[1:] == [("law", "cancelled"), ("law", "waiting")]
    assert [each.state for each in stage.rows(Approval)] == ["withdrawn", "waiting"]


def test_nobody_has_to_decide_about_an_account_that_owes_nothing_any_more(any_stage):
    number = waiting(any_stage)
    any_stage.credit(100_00, 32, of=number)

    any_stage.run(32)

    assert states(any_stage)[-1] == ("law", "cancelled")
    assert any_stage.requests() == []


def test_approved_about_less_than_the_smallest_amount_it_is_cancelled(any_stage):
    any_stage.ladders(ladder(mail(approval=True), minimum={"CNY": "50.00"}))
    number = any_stage.invoice(0)
    any_stage.run(1)
    any_stage.credit(50_01, 2, of=number)
    any_stage.at(2)

    any_stage.approve()

    assert states(any_stage) == [("mail", "cancelled")]
    assert left_out(any_stage.run(2)) == [("INV-1", "below_minimum", 49_99)]


def test_the_same_item_that_is_open_again_waits_again(any_stage):
    waiting(any_stage)
    any_stage.act(*hold(any_stage))
    any_stage.run(32)
    assert states(any_stage)[-1] == ("law", "cancelled")
    any_stage.at(33)
    any_stage.act(*release())

    any_stage.run(33)

    assert states(any_stage) == [("mail", "done"), ("law", "waiting")]
    assert [each.state for each in any_stage.rows(Approval)] == ["withdrawn", "waiting"]
    any_stage.approve()
    assert states(any_stage)[-1] == ("law", "done")


def hold(stage):
    return holds.hold, holds.Hold(stage.customer_id(), reason="we talk")


def release():
    return holds.end_hold, holds.EndHold(1)


def test_refused_it_is_not_done_and_the_ladder_goes_on(any_stage):
    waiting(any_stage)
    any_stage.at(33)

    any_stage.refuse()

    assert states(any_stage)[-1] == ("law", "refused")
    assert any_stage.ways() == [("INV-1", "law", "refused"), ("INV-1", "mail", "done")]
    assert any_stage.runs(34, 39, 40, 41) == [(40, ["later"])]


def test_the_items_that_would_be_asked_next_are_refused_with_it(stage):
    stage.ladders(ladder(LAW))
    stage.invoice(-40)
    stage.invoice(-35)
    stage.invoice(0)
    stage.run(1)

    stage.refuse()

    assert stage.ways() == [("INV-1", "law", "refused"), ("INV-2", "law", "refused")]
    assert stage.runs(2, 30, 31) == [(31, ["law"])]


def test_whoever_decides_reads_of_it_in_the_inbox_and_not_in_a_mail_for_each(stage):
    waiting(stage)

    assert stage.scalar("select count(*) from outbox where kind = 'approval_asked'") == 0


def test_another_manager_may_decide_it(stage):
    waiting(stage)
    stage.act(approve_request, ApproveRequest(stage.requests()[0].id), ADMIN)

    assert stage.rows(Dunning)[-1].state == "done"
