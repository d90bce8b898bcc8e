"""Differences are answered by the house, and signed off in a round that keeps what was agreed."""

from typing import Any

import pytest
from sqlalchemy import select, text

from portal.base.access import SYSTEM, Denied, NotFound
from portal.core.confirmation import Result
from portal.core.errors import RuleBroken
from portal.core.settling import Cause, Decision
from portal.statements import answers
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.queries import get_statement_by_id
from portal.statements.settling.settled import (
    UnsettledFilter,
    claims_of,
    list_unsettled,
    our_answers,
)
from portal.statements.settling.settling import (
    AskSignOff,
    SettleDifference,
    ask_sign_off,
    settle_difference,
)
from portal.statements.versions.letters import answered_values
from portal.tables.journal import Audit, Event, Outbox
from portal.tables.resolutions import Reissue, Resolution
from portal.tables.statements import Answer
from tests.people.cast import CHEN
from tests.statements.stage import Stage

CLERK = "li@northwind.example"


def settled(stage: Stage, key: str = "line-2", **changes: Any) -> int:
    given = {
        "statement_id": stage.id,
        "key": key,
        "decision": Decision.ACCEPT,
        "cause": Cause.RETURNS,
        "answer": "You are right; RCT-2026-04103 takes it off.",
        **changes,
    }
    return int(stage.act(settle_difference, SettleDifference(**given), CLERK))


def signed_with_a_difference(stage: Stage) -> Stage:
    stage.agree(1)
    stage.differ(2)
    stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES)
    return stage


def claims(stage: Stage) -> list[Any]:
    with stage.installation.reading(SYSTEM) as r:
        return claims_of(r, get_statement_by_id(r, stage.id))


def rows(stage: Stage, table: Any) -> list[Any]:
    with stage.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(table)))


def unsettled(stage: Stage, **asked: Any) -> Any:
    with stage.installation.reading(SYSTEM) as r:
        return list_unsettled(r, UnsettledFilter(**asked))


def test_an_answer_settles_a_difference_once_it_is_signed_for(any_stage: Stage):
    any_stage.differ(2)
    with pytest.raises(RuleBroken, match="not_answered_yet"):
        settled(any_stage)
    any_stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES)
    assert [row.key for row in unsettled(any_stage).rows] == ["line-2"]
    settled(any_stage, document="RCT-2026-04103")
    [claim] = claims(any_stage)

    assert claim.is_settled
    assert (claim.answer.document, claim.answer.cause) == ("RCT-2026-04103", "returns")
    assert unsettled(any_stage).rows == []


def test_it_stands_in_the_audit_in_the_life_and_in_one_mail_a_person(any_stage: Stage):
    any_stage.differ(2)
    any_stage.differ(4)
    any_stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES)
    settled(any_stage)
    settled(any_stage, "line-4", decision=Decision.REJECT, cause=Cause.THEIR_ERROR)
    kinds = [row.kind for row in rows(any_stage, Audit)]
    told = [row.kind for row in rows(any_stage, Event)]
    mails = [row for row in rows(any_stage, Outbox) if row.kind == "differences_answered"]

    assert kinds.count("statement.difference_settled") == 2
    assert told.count("difference_answered") == 2
    assert len(mails) == len({mail.user_id for mail in mails}) > 0
    with any_stage.installation.reading(SYSTEM) as r:
        payload = {"statement_id": any_stage.id, "user_id": any_stage.cast.ids[CHEN]}
        said = answered_values(r, payload)["answers"]
    assert [each["decision"] for each in said] == ["Accepted", "Not accepted"]


def test_the_list_sums_what_waits_by_currency_and_by_reason(any_stage: Stage):
    any_stage.differ(2, own=100_00)
    any_stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES)
    found = unsettled(any_stage)

    assert [(count, total.major()) for count, total in found.sums] == [(1, "-8319.00")]
    assert unsettled(any_stage, reason="duplicate").rows == []
    assert [row.document for row in unsettled(any_stage, text="huadong").rows] == [
        row.document for row in found.rows
    ]


def test_a_refused_statement_is_one_claim_with_its_remark(any_stage: Stage):
    any_stage.confirm(Result.REFUSED, remark="This is not our account.")
    [waiting] = unsettled(any_stage).refused
    assert waiting.note == "This is not our account."
    settled(any_stage, "whole", decision=Decision.EXPLAIN, cause=Cause.OTHER)
    [claim] = claims(any_stage)

    assert (claim.key, claim.is_settled) == ("whole", True)
    assert unsettled(any_stage).refused == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"answer": "  "}, "answer_missing"),
        ({"document": "CN-NONE"}, "document_unknown"),
    ],
)
def test_what_is_no_answer_is_refused(stage: Stage, changes: dict[str, str], code: str):
    signed_with_a_difference(stage)

    with pytest.raises(RuleBroken, match=code):
        settled(stage, **changes)
    assert rows(stage, Resolution) == []


def test_only_who_settles_may_and_only_what_differs(stage: Stage):
    signed_with_a_difference(stage)
    with pytest.raises((Denied, NotFound)):
        stage.act(
            settle_difference,
            SettleDifference(stage.id, "line-2", Decision.ACCEPT, Cause.OTHER, "x"),
        )
    with pytest.raises(NotFound):
        settled(stage, "line-1")


def test_a_sign_off_waits_for_the_last_answer(any_stage: Stage):
    any_stage.differ(2)
    any_stage.differ(4)
    any_stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES)
    settled(any_stage)

    with pytest.raises(RuleBroken, match="open_left") as told:
        any_stage.act(ask_sign_off, AskSignOff(any_stage.id), CLERK)
    assert told.value.facts["count"] == 1


def test_a_sign_off_keeps_what_was_agreed_and_opens_what_differed(any_stage: Stage):
    signed_with_a_difference(any_stage)
    settled(any_stage)
    new_id = any_stage.act(ask_sign_off, AskSignOff(any_stage.id, "Please sign."), CLERK)
    new = Stage(any_stage.cast, new_id)
    with any_stage.installation.reading(SYSTEM) as r:
        [told] = our_answers(r, new_id)
        reissue = r.session.get_one(Reissue, new_id)

    assert (new.ticks.of(1).mark, new.ticks.of(2).mark) == ("agree", "open")
    assert (told.seq, told.decision) == (2, "accept")
    assert (reissue.cause, reissue.reason, reissue.carried) == ("sign_off", "Please sign.", 1)
    assert claims(new) == []
    assert new.statement.state == "issued"
    assert any_stage.statement.state == "replaced"


def test_said_again_on_the_new_version_it_waits_again(any_stage: Stage):
    signed_with_a_difference(any_stage)
    settled(any_stage)
    new = Stage(any_stage.cast, any_stage.act(ask_sign_off, AskSignOff(any_stage.id), CLERK))
    new.cast.at(minutes=5)
    new.differ(2)
    [claim] = claims(new)

    assert claim.answer is not None
    assert not claim.is_settled


def test_a_correction_keeps_agreeing_and_differing_answers_and_ours(any_stage: Stage):
    signed_with_a_difference(any_stage)
    settled(any_stage)
    new_id = any_stage.cast.do(reissue_statement, ReissueStatement(any_stage.id, "posted late"))
    new = Stage(any_stage.cast, new_id)
    [claim] = claims(new)

    assert [new.ticks.of(seq).mark for seq in (1, 2, 3)] == ["agree", "differ", "open"]
    assert (claim.own.major(), claim.note, claim.is_settled) == ("100.00", "see our books", True)
    with any_stage.installation.reading(SYSTEM) as r:
        row = r.session.get_one(Answer, (new.statement.customer_id, new_id, 1))
        reissue = r.session.get_one(Reissue, new_id)
    assert (row.user_id, row.row_version) == (any_stage.cast.ids[CHEN], 1)
    assert (reissue.carried, reissue.changed, reissue.replaces_id) == (2, 0, any_stage.id)


def test_the_carried_answers_may_be_changed_and_the_new_version_signed(any_stage: Stage):
    signed_with_a_difference(any_stage)
    settled(any_stage)
    new = Stage(any_stage.cast, any_stage.act(ask_sign_off, AskSignOff(any_stage.id), CLERK))
    new.agree(2)
    new.act(answers.agree_all_others, answers.AgreeAllOthers(new.id))
    new.confirm(key="another key")

    assert new.statement.state == "confirmed"
    assert unsettled(new).rows == []


def test_decisions_and_reissues_are_never_changed_by_the_database(any_stage: Stage):
    signed_with_a_difference(any_stage)
    settled(any_stage)
    any_stage.act(ask_sign_off, AskSignOff(any_stage.id), CLERK)

    for change in ("update resolution set answer = 'x'", "delete from reissue"):
        with any_stage.installation.work() as w, pytest.raises(Exception, match="append_only"):
            w.session.execute(text(change))
