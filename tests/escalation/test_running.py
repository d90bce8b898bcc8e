"""A day's run: its steps once, whoever starts it and however often, whatever day was missed."""

import json

from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.chain import check_chain
from portal.day import run_day
from portal.escalation import daily, planning
from portal.tables.approvals import Task
from portal.tables.escalation import DunnedPart, Dunning, LadderRun, Notice, PlannedStep
from portal.tables.journal import Audit, Outbox
from portal.worker import do_ladder_run
from tests.escalation.stage import LEAD, Stage, day, ladder, left_out, mail, steps_of, told

CALL = {"name": "call", "days_overdue": 8, "channel": "call", "responsible": "sales"}
LEGAL = {"name": "law", "days_overdue": 31, "channel": "legal", "responsible": "legal"}


def counts(stage: Stage) -> dict[str, int]:
    """How many rows there are of what a run makes."""
    tables = (Dunning, DunnedPart, Notice, Outbox, Task, LadderRun, Audit)
    with stage.installation.reading(SYSTEM) as r:
        return {
            each.__tablename__: r.session.scalar(select(func.count()).select_from(each))
            for each in tables
        }


# ── Once ─────────────────────────────────────────────────────────────────────


def test_a_run_does_what_is_due_and_writes_it_down(any_stage):
    any_stage.invoice(0)
    any_stage.invoice(0, 50_00, code="BERGMANN", currency="EUR")

    ran = any_stage.run(1)

    assert told(ran) == [
        ("BERGMANN", "sms", [("INV-2", 50_00)], 50_00),
        ("HUADONG", "sms", [("INV-1", 100_00)], 100_00),
    ]
    assert [(each.step, each.state, each.done_on) for each in any_stage.steps()] == [
        ("sms", "done", day(1))
    ] * 2
    assert any_stage.ways() == [("INV-1", "sms", "done"), ("INV-2", "sms", "done")]


def test_a_run_repeated_changes_nothing_whoever_starts_it(any_stage):
    any_stage.invoice(-20)
    any_stage.invoice(0)
    any_stage.run(1)
    before = counts(any_stage)

    for _ in range(12):
        assert steps_of(any_stage.run(1)) == []
        assert daily.run(any_stage.installation, day(1))["steps"] == 0

    assert counts(any_stage) == before


def test_the_daily_run_a_thousand_times_sends_nothing_more(stage):
    stage.ladders(ladder(mail(), CALL), reminders_hold_first_run=False)
    stage.invoice(0)
    stage.at(1)
    acts = (("escalation", daily.run),)
    run_day(stage.installation, day(1), acts)
    before = counts(stage)

    for _ in range(1_000):
        run_day(stage.installation, day(1), acts)

    assert counts(stage) == before
    assert before["dunning"] == 1


def test_a_missed_day_is_caught_up_and_no_step_is_skipped(any_stage):
    any_stage.ladders(ladder(mail("one", 1), mail("two", 5), mail("three", 9)))
    any_stage.run(0)
    any_stage.invoice(0)

    assert any_stage.runs(0, 6, 7, 10, 11) == [(6, ["one"]), (7, ["two"]), (10, ["three"])]


def test_a_step_whose_time_is_over_is_passed_over_and_written_down(stage):
    stage.invoice(0)
    stage.run(0)

    assert stage.runs(9) == [(9, ["call"])]
    assert stage.ways() == [("INV-1", "call", "done"), ("INV-1", "sms", "passed")]


def test_an_item_that_comes_overdue_enters_where_its_days_ask(stage):
    stage.ladders(ladder(mail("one", 1), mail("two", 5), mail("three", 9)))
    stage.run(0)
    stage.at(1)
    stage.invoice(-6)

    assert stage.runs(1, 2) == [(1, ["two"])]
    assert stage.ways() == [("INV-1", "one", "passed"), ("INV-1", "two", "done")]


def test_a_new_ladder_begins_where_the_days_ask(stage):
    stage.ladders(ladder(mail("old", 1)))
    stage.invoice(0)
    stage.runs(0, 1)
    stage.ladders(ladder(mail("one", 1), mail("two", 5), mail("three", 9), name="new"))

    assert stage.runs(6, 7, 9) == [(6, ["two"]), (9, ["three"])]


def test_a_run_before_the_last_one_does_nothing_and_says_so(stage):
    stage.invoice(0)
    stage.run(3)
    before = counts(stage)

    ran = stage.run(2)

    assert (ran.state, ran.later_on, ran.actions) == ("earlier", day(3), [])
    assert counts(stage) == before


def test_what_became_due_after_the_run_has_its_step_on_the_same_day(stage):
    stage.invoice(0)
    stage.run(1)
    stage.invoice(0, code="BERGMANN")

    assert told(stage.run(1)) == [("BERGMANN", "sms", [("INV-2", 100_00)], 100_00)]
    assert stage.rows(LadderRun)[0].counts == json.dumps(
        {
            "by": [
                {"amount": "200.00", "channel": "sms", "count": 2, "currency": "CNY", "step": "sms"}
            ],
            "steps": 2,
        },
        sort_keys=True,
    )


def test_a_run_handed_in_after_its_day_stays_as_it_is(stage):
    stage.invoice(0)
    payload = {"run_id": stage.run(1).run_id, "user_id": stage.ids[LEAD]}
    stage.invoice(0, code="BERGMANN")

    stage.at(3)
    do_ladder_run(stage.installation, payload)
    assert len(stage.steps()) == 1
    stage.at(1, hour=9)
    do_ladder_run(stage.installation, payload)
    assert len(stage.steps()) == 2


def test_two_invoices_are_told_in_one_message(stage):
    stage.invoice(0)
    stage.invoice(-5)

    assert told(stage.run(1)) == [
        ("HUADONG", "sms", [("INV-2", 100_00), ("INV-1", 100_00)], 200_00)
    ]
    assert [(each[1], each[2]) for each in stage.ways()] == [("sms", "along"), ("sms", "done")]
    assert steps_of(stage.run(4)) == ["call"]


def test_currencies_are_chased_apart_and_may_be_told_on_one_day(stage):
    stage.invoice(0)
    stage.invoice(0, 50_00, currency="EUR")

    assert [(each.currency, each.amount) for each in stage.run(1).actions] == [
        ("CNY", 100_00),
        ("EUR", 50_00),
    ]


def test_the_gap_between_messages_is_the_customers_whatever_the_currency(stage):
    stage.ladders(ladder(mail(), min_gap_days=3))
    stage.invoice(0)
    stage.invoice(1, currency="EUR")

    assert stage.runs(1, 2, 3, 4) == [(1, ["mail"]), (4, ["mail"])]
    assert left_out(stage.plan(4)) == []


# ── What is left alone ───────────────────────────────────────────────────────


def test_the_disputed_the_paid_and_the_covered_are_left_alone(any_stage):
    any_stage.invoice(0, disputed=True)
    paid = any_stage.invoice(0, code="BERGMANN")
    any_stage.credit(100_00, 1, code="BERGMANN", of=paid)
    any_stage.invoice(0, code="ZHIYUAN")
    any_stage.credit(130_00, 1, code="ZHIYUAN")

    ran = any_stage.run(1)

    assert ran.actions == []
    assert left_out(ran) == [("INV-1", "disputed", 100_00), ("INV-3", "set_off", 100_00)]


def test_a_part_paid_item_is_asked_for_with_its_rest(stage):
    number = stage.invoice(0)
    stage.credit(30_00, 1, of=number)
    stage.credit(5_00, 1)

    [action] = stage.run(1).actions

    assert (action.items[0].amount, action.set_off, action.amount) == (70_00, 5_00, 65_00)


def test_money_that_comes_on_the_next_day_is_no_business_of_todays_run(stage):
    number = stage.invoice(0)
    stage.credit(100_00, 2, of=number)

    assert steps_of(stage.plan(1)) == ["sms"]
    assert steps_of(stage.plan(2)) == []


def test_who_is_on_no_ladder_is_not_told_of(stage):
    stage.ladders(ladder(mail(), applies_to={"region": "East"}))
    stage.invoice(0)
    stage.invoice(0, code="BERGMANN", region="East")

    ran = stage.run(1)

    assert ([each.code for each in ran.actions], ran.excluded) == (["BERGMANN"], [])


# ── Work for people ──────────────────────────────────────────────────────────


def test_a_call_is_a_task_for_the_customers_owner(stage):
    """S-097, S-185, S-193: whoever knows the customer has a task of it."""
    stage.ladders(ladder({**CALL, "days_overdue": 1}))
    stage.invoice(-3, owner="Li Na")

    stage.run(1)

    [task] = stage.rows(Task)
    [step] = stage.steps()
    assert (task.kind, task.subject, task.due_on) == ("ladder_call", f"dunning/{step.id}", day(1))
    assert (task.owner_id, step.task_id) == (stage.ids["li@northwind.example"], task.id)
    assert json.loads(task.facts) == {
        "amount": "100.00",
        "currency": "CNY",
        "on": day(-3).isoformat(),
        "step": "call",
    }


def test_a_visit_is_the_collectors_and_nobodys_where_there_is_none(stage):
    """S-134, S-186: a person of one's own goes there."""
    visit = {"name": "visit", "days_overdue": 1, "channel": "visit", "responsible": "collector"}
    stage.ladders(ladder(visit))
    stage.invoice(0, collector="tom@northwind.example")
    stage.invoice(0, code="BERGMANN", collector="Somebody who left")

    stage.run(1)

    assert [(each.kind, each.owner_id) for each in stage.rows(Task)] == [
        ("ladder_visit", stage.ids["tom@northwind.example"]),
        ("ladder_visit", None),
    ]


# ── Held, paused, killed ─────────────────────────────────────────────────────


def test_the_first_run_of_the_timetable_waits_for_a_person(stage):
    stage.invoice(0)

    ran = stage.run(1, "day")

    [run] = stage.rows(LadderRun)
    assert (ran.state, run.state, run.why_held) == ("held", "held", "first")
    assert stage.steps() == []
    assert [(each.step, each.amount_minor, each.items) for each in stage.rows(PlannedStep)] == [
        ("sms", 100_00, 1)
    ]
    assert stage.run(1, "day").state == "held"


def test_a_first_run_with_nothing_to_do_waits_for_nobody(stage):
    stage.invoice(9)

    assert stage.run(1, "day").state == "done"


def test_who_starts_a_held_run_by_hand_approves_it(stage):
    stage.invoice(0)
    stage.run(1, "day")

    assert steps_of(stage.run(1)) == ["sms"]
    assert [each.state for each in stage.rows(PlannedStep)] == ["done"]
    assert [each.state for each in stage.rows(LadderRun)] == ["done"]


def test_a_held_run_is_overtaken_by_the_next_days(stage):
    stage.invoice(0)
    stage.run(1, "day")

    stage.run(2, "day")

    assert [(each.on, each.state) for each in stage.rows(LadderRun)] == [
        (day(1), "overtaken"),
        (day(2), "held"),
    ]


def test_after_the_first_the_timetable_runs_by_itself(stage):
    stage.invoice(0)
    stage.run(1)

    assert steps_of(stage.run(8, "day")) == ["call"]


def test_a_run_with_far_more_steps_than_usual_waits(stage):
    stage.ladders(ladder(mail()))
    stage.invoice(0, code="A")
    for number in range(1, 7):
        stage.run(number)
    for number in range(25):
        stage.invoice(6, code=f"C-{number}")

    ran = stage.run(7, "day")

    assert (ran.state, stage.rows(LadderRun)[-1].why_held) == ("held", "changed")


def test_what_a_person_left_out_of_a_held_run_is_not_done(stage):
    stage.invoice(0)
    stage.invoice(0, code="BERGMANN")
    stage.run(1, "day")
    with stage.installation.work(SYSTEM) as w:
        rows = select(PlannedStep).where(PlannedStep.customer_id == stage.customer_id())
        w.session.scalars(rows).one().state = "left_out"

    ran = stage.run(1)

    assert [each.code for each in ran.actions] == ["BERGMANN"]
    assert left_out(ran) == [("INV-1", "left_out", 100_00)]


def test_a_planned_step_whose_figures_changed_is_told_so(stage):
    one, other = stage.invoice(0), stage.invoice(0, code="BERGMANN")
    stage.run(1, "day")
    stage.credit(10_00, 1, of=one)
    stage.credit(100_00, 1, code="BERGMANN", of=other)

    stage.run(1)

    assert {each.state for each in stage.rows(PlannedStep)} == {"changed", "gone"}


def test_a_paused_run_rests_before_the_next_slice(stage, monkeypatch):
    monkeypatch.setattr(planning, "SLICE", 1)
    monkeypatch.setattr("portal.escalation.running.SLICE", 1)
    for code in ("A", "B", "C"):
        stage.invoice(0, code=code)
    stage.run(1, "day")
    with stage.installation.work(SYSTEM) as w:
        run = w.session.scalars(select(LadderRun)).one()
        run.state, run.done_through = "paused", stage.customer_id("A")

    assert stage.run(1).state == "paused"

    with stage.installation.work(SYSTEM) as w:
        w.session.scalars(select(LadderRun)).one().state = "running"
    assert [each.code for each in stage.run(1).actions] == ["B", "C"]


def test_a_run_told_briefly_counts_only(stage):
    stage.invoice(0)
    stage.run(1)

    assert daily.run(stage.installation, day(8)) == {"state": "done", "steps": 1, "call": 1}


def test_everything_a_run_does_stands_in_the_chain(any_stage):
    any_stage.ladders(ladder(mail(), LEGAL))
    any_stage.invoice(0)
    any_stage.invoice(-40, code="BERGMANN")
    any_stage.run(1)

    kinds = [each.kind for each in any_stage.rows(Audit) if each.kind.startswith("ladder")]
    assert kinds == ["ladder_run.begun", "ladder.stepped", "ladder_run.done"]
    with any_stage.installation.reading(SYSTEM) as r:
        assert check_chain(r).ok
