"""Ticks set values, never turn them round; what differs has a reason; a stale page is told so."""

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM, Denied, NotFound
from portal.core.confirmation import Reason
from portal.core.errors import RuleBroken
from portal.statements import answers
from portal.tables.journal import Audit, Event
from tests.people.cast import ADA, WANG
from tests.statements.stage import Stage


def events(stage: Stage, kind: str) -> int:
    with stage.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count()).where(Event.kind == kind)) or 0


def audits(stage: Stage, kind: str) -> int:
    with stage.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count()).where(Audit.kind == kind)) or 0


def test_a_line_is_agreed_to(any_stage: Stage):
    any_stage.agree(2)

    assert any_stage.ticks.of(2) == answers.Tick("agree", 1)


def test_agreeing_twice_is_agreeing_once(stage: Stage):
    stage.agree(2)
    stage.agree(2, version=0)

    assert (stage.ticks.of(2).row_version, audits(stage, "statement.line_marked")) == (1, 1)


def test_an_answer_is_taken_back(any_stage: Stage):
    any_stage.differ(1)
    any_stage.act(answers.mark_line, answers.MarkLine(any_stage.id, 1, "open", 1))

    assert (any_stage.ticks.of(1).mark, any_stage.ticks.differences) == ("open", [])


def test_the_second_of_two_different_answers_is_told(stage: Stage):
    stage.agree(1, email=WANG)
    with pytest.raises(RuleBroken) as told:
        stage.differ(1, version=0)

    assert told.value.code == "answer.stale"
    assert stage.ticks.of(1).mark == "agree"


def test_a_difference_counts_against_the_balance(any_stage: Stage):
    any_stage.differ(2, own=8_000_00)

    assert any_stage.ticks.difference_minor == 8_000_00 - 8_419_00


def test_a_difference_said_again_replaces_the_first(stage: Stage):
    stage.differ(2, own=8_000_00)
    stage.differ(2, own=8_100_00, version=1)

    assert [each.own_minor for each in stage.ticks.differences] == [8_100_00]


def test_a_wrong_amount_needs_the_right_one(stage: Stage):
    said = answers.SayDifference(stage.id, 2, 0, Reason.WRONG_AMOUNT)
    with pytest.raises(RuleBroken) as told:
        stage.act(answers.say_difference, said)

    assert told.value.code == "difference.amount_missing"


def test_agreeing_to_the_others_leaves_differences_alone(any_stage: Stage):
    any_stage.differ(3, own=1_000_00)
    count = any_stage.act(answers.agree_all_others, answers.AgreeAllOthers(any_stage.id))

    assert count == 5
    assert (any_stage.ticks.agreed, len(any_stage.ticks.differences)) == (5, 1)


@pytest.mark.parametrize("seq", [0, 7])
def test_a_line_that_is_not_there_is_not_found(stage: Stage, seq: int):
    with pytest.raises(NotFound):
        stage.agree(seq)


def test_another_customers_person_finds_nothing(stage: Stage):
    with pytest.raises(NotFound):
        stage.agree(1, email=ADA)


def test_who_has_no_business_with_answering_is_refused(stage: Stage):
    with pytest.raises((Denied, NotFound)):
        stage.agree(1, email="tom@northwind.example")


def test_an_answered_statement_takes_no_more_ticks(stage: Stage):
    stage.confirm()
    with pytest.raises(RuleBroken) as told:
        stage.agree(1)

    assert told.value.code == "statement.already_answered"


def test_the_first_look_moves_the_state_and_each_person_is_noted_once(any_stage: Stage):
    for email in (WANG, WANG, "chen@huadong.example"):
        any_stage.act(answers.note_opened, answers.OpenStatement(any_stage.id), email)

    assert (any_stage.statement.state, events(any_stage, "opened")) == ("viewed", 2)


def test_staff_looking_is_not_the_customer_opening(stage: Stage):
    stage.act(answers.note_opened, answers.OpenStatement(stage.id), "li@northwind.example")

    assert stage.statement.state == "issued"


def test_receipt_is_acknowledged_once_and_is_no_answer(stage: Stage):
    for _ in range(2):
        stage.act(answers.acknowledge_receipt, answers.AcknowledgeReceipt(stage.id))

    assert (events(stage, "acknowledged"), stage.statement.state) == (1, "issued")
