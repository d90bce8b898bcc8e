"""A difference on a statement and its dispute have one answer, wherever it is given."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from portal.approvals.deciding import RefuseRequest, refuse_request
from portal.base.access import SYSTEM
from portal.base.policies import decide as decide_policy
from portal.core.confirmation import Result
from portal.core.dispute import Settlement, State, Verdict
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.settling import Cause, Decision
from portal.disputes.credit_requests import PostCreditNote, post_credit_note
from portal.disputes.deciding import Decided, DecideDispute, decide_dispute
from portal.disputes.living import ReopenDispute, WithdrawDispute, reopen_dispute, withdraw_dispute
from portal.people.commands import NewUser, create_user_with_password
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.statements.queries import get_statement_by_id
from portal.statements.settling.settled import UnsettledFilter, claims_of, list_unsettled
from portal.statements.settling.settling import (
    AskSignOff,
    SettleDifference,
    ask_sign_off,
    settle_difference,
)
from portal.tables.approvals import Approval
from portal.tables.disputes import CreditRequest, Dispute, DisputeDecision, DisputedPart
from portal.tables.journal import Outbox
from portal.tables.resolutions import Resolution
from portal.tables.statements import Statement
from tests.desk import DeskBrowser
from tests.kept import app_over
from tests.people.cast import LI, PASSWORD, cast_into
from tests.statements.stage import Stage, staged


@pytest.fixture
def stage(installation) -> Stage:
    return differing(staged(cast_into(installation)))


@pytest.fixture
def any_stage(any_installation) -> Stage:
    return differing(staged(cast_into(any_installation)))


def differing(stage: Stage) -> Stage:
    """Line 2 of 8,419.00 stands with 8,000.00 in the customer's books, and that is signed."""
    stage.agree(1)
    stage.differ(2, own=8_000_00)
    stage.confirm(Result.CONFIRMED_WITH_DIFFERENCES)
    return stage


def rows(stage: Stage, table: Any) -> list[Any]:
    with stage.installation.reading(SYSTEM) as r:
        return list(r.session.query(table).order_by(table.id))


def claims(stage: Stage) -> list[Any]:
    with stage.installation.reading(SYSTEM) as r:
        return claims_of(r, get_statement_by_id(r, stage.id))


def settle(stage: Stage, decision: Decision = Decision.ACCEPT, document: str = "") -> None:
    command = SettleDifference(stage.id, "line-2", decision, Cause.RETURNS, "So it is.", document)
    stage.act(settle_difference, command, LI)


def decide(stage: Stage, verdict: Verdict = Verdict.ACCEPT) -> None:
    [dispute] = rows(stage, Dispute)
    is_right = verdict is Verdict.ACCEPT
    decided = Decided(
        verdict,
        Money(dispute.amount_minor if is_right else 0, "CNY"),
        Settlement.CREDIT_NOTE if is_right else None,
        "invoicing",
        "We have looked.",
    )
    stage.act(decide_dispute, DecideDispute(dispute.id, dispute.row_version, decided), LI)


def waiting(stage: Stage) -> int:
    with stage.installation.reading(SYSTEM) as r:
        return list_unsettled(r, UnsettledFilter()).count


def test_a_decision_at_the_desk_answers_the_difference_on_the_statement(any_stage: Stage):
    assert waiting(any_stage) == 1
    decide(any_stage)
    [claim] = claims(any_stage)

    assert (claim.is_settled, claim.answer.text) == (True, "We have looked.")
    assert (claim.answer.decision, claim.answer.cause) == ("accept", "our_error")
    assert waiting(any_stage) == 0


def test_an_answer_on_the_statement_decides_the_dispute(any_stage: Stage):
    settle(any_stage)
    [dispute] = rows(any_stage, Dispute)
    [decision] = rows(any_stage, DisputeDecision)

    assert dispute.state == State.DECIDED
    assert (decision.verdict, decision.accepted_minor) == ("accept", 419_00)
    assert (decision.root_cause, decision.answer) == ("returns", "So it is.")
    assert [row.amount_minor for row in rows(any_stage, CreditRequest)] == [419_00]
    assert len(rows(any_stage, Resolution)) == 1


@pytest.mark.parametrize("decision", [Decision.EXPLAIN, Decision.REJECT])
def test_what_is_explained_or_rejected_is_due_again(stage: Stage, decision: Decision):
    settle(stage, decision)
    [row] = rows(stage, DisputeDecision)

    assert (row.verdict, claims(stage)[0].answer.decision) == ("reject", decision.value)
    assert all(mark.ended_on for mark in rows(stage, DisputedPart))


def test_a_document_that_is_named_settles_it_without_another_credit_note(stage: Stage):
    settle(stage, document="RCT-2026-04103")

    assert rows(stage, CreditRequest) == []
    assert all(mark.ended_on for mark in rows(stage, DisputedPart))


def test_answered_otherwise_the_newer_decision_counts_on_both_sides(stage: Stage):
    settle(stage)
    stage.cast.at(minutes=5)
    settle(stage, Decision.REJECT)

    assert [row.verdict for row in rows(stage, DisputeDecision)] == ["accept", "reject"]
    assert claims(stage)[0].answer.decision == "reject"
    assert [row.state for row in rows(stage, CreditRequest)] == ["void"]


def test_the_customer_is_mailed_once_wherever_it_is_decided(stage: Stage):
    decide(stage)
    kinds = [row.kind for row in rows(stage, Outbox)]

    assert (kinds.count("dispute_decided"), kinds.count("differences_answered")) == (1, 0)


def test_with_the_last_decision_the_sign_off_round_can_be_asked_for(any_stage: Stage):
    with pytest.raises(RuleBroken, match="open_left"):
        any_stage.act(ask_sign_off, AskSignOff(any_stage.id), LI)
    decide(any_stage)
    new = Stage(any_stage.cast, any_stage.act(ask_sign_off, AskSignOff(any_stage.id), LI))

    assert new.statement.version == 2
    assert new.ticks.of(1).mark == "agree"


def test_what_the_customer_withdraws_needs_no_answer(any_stage: Stage):
    [dispute] = rows(any_stage, Dispute)
    any_stage.act(withdraw_dispute, WithdrawDispute(dispute.id))
    [claim] = claims(any_stage)

    assert (claim.is_dropped, claim.is_settled, waiting(any_stage)) == (True, True, 0)


def corrected(stage: Stage) -> Stage:
    new_id = stage.cast.do(reissue_statement, ReissueStatement(stage.id, "posted late"))
    return Stage(stage.cast, new_id)


def test_the_dispute_follows_its_difference_to_the_corrected_version(any_stage: Stage):
    new = corrected(any_stage)
    [dispute] = rows(any_stage, Dispute)
    assert (dispute.statement_id, dispute.origin) == (new.id, "line-2")
    decide(any_stage)

    assert claims(new)[0].is_settled


def test_signed_again_what_has_its_answer_is_not_raised_anew(stage: Stage):
    decide(stage)
    new = corrected(stage)
    new.confirm(Result.CONFIRMED_WITH_DIFFERENCES, key="another key")
    [dispute] = rows(stage, Dispute)

    assert dispute.state == State.DECIDED
    assert claims(new)[0].is_settled


def test_signed_again_what_has_none_is_one_dispute_still(stage: Stage):
    new = corrected(stage)
    new.confirm(Result.CONFIRMED_WITH_DIFFERENCES, key="another key")
    [dispute] = rows(stage, Dispute)

    assert (dispute.state, dispute.statement_id) == (State.RECEIVED, new.id)


def test_the_claim_knows_its_dispute(stage: Stage):
    [claim] = claims(stage)

    assert claim.dispute is not None
    assert claim.dispute.number == "DSP-1"
    assert dataclasses.replace(claim, dispute=None).is_dropped is False


def test_the_desk_offers_the_sign_off_round_with_one_button(stage: Stage):
    clerk = DeskBrowser(app_over(stage.installation), stage.installation, "clerk")
    [dispute] = rows(stage, Dispute)
    with stage.installation.reading(SYSTEM) as r:
        path = f"/desk/disputes/{r.refs.of('di', dispute.id)}"
    assert "Send version 2 for sign-off" not in clerk.visit(path).text
    decide(stage)
    page = clerk.visit(path)
    shown = clerk.follow(clerk.fill(page, f"/desk/statements/{stage.ref}/sign-off"))

    assert "has our answer" in page.text
    assert "A round for sign-off." in shown.text


def test_after_the_credit_note_the_corrected_version_is_offered(stage: Stage):
    clerk = DeskBrowser(app_over(stage.installation), stage.installation, "clerk")
    decide(stage)
    [request] = rows(stage, CreditRequest)
    october = dt.date(2026, 10, 30)
    stage.act(post_credit_note, PostCreditNote(request.id, "CN-7", october), LI)
    with stage.installation.reading(SYSTEM) as r:
        path = f"/desk/disputes/{r.refs.of('di', request.dispute_id)}"
    page = clerk.visit(path)
    clerk.fill(page, f"/desk/statements/{stage.ref}/reissue")

    assert "Issue version 2 with 1 document more" in page.text
    assert [row.version for row in rows(stage, Statement)] == [1, 2]


def test_opened_again_the_difference_waits_again(any_stage: Stage):
    decide(any_stage)
    [dispute] = rows(any_stage, Dispute)
    any_stage.cast.at(minutes=5)
    any_stage.act(reopen_dispute, ReopenDispute(dispute.id, "Look at the slip again."))
    assert (claims(any_stage)[0].is_settled, waiting(any_stage)) == (False, 1)
    with pytest.raises(RuleBroken, match="open_left"):
        any_stage.act(ask_sign_off, AskSignOff(any_stage.id), LI)
    decide(any_stage, Verdict.REJECT)

    assert (claims(any_stage)[0].is_settled, waiting(any_stage)) == (True, 0)


def test_an_answer_on_the_statement_whose_credit_note_is_refused_waits_again(stage: Stage):
    with stage.installation.work() as w:
        decide_policy(w, {"dispute_credit_without_approval": {}})
    settle(stage)
    assert claims(stage)[0].is_settled
    [approval] = rows(stage, Approval)
    stage.act(refuse_request, RefuseRequest(approval.id, "Not so much."), lead(stage))
    [dispute] = rows(stage, Dispute)

    assert (dispute.state, claims(stage)[0].is_settled) == (State.CHECKING, False)
    assert [row.state for row in rows(stage, CreditRequest)] == ["refused"]


def lead(stage: Stage) -> str:
    """Somebody of the house who decides what others propose."""
    new = NewUser("amy@northwind.example", "Amy Sun", PASSWORD, ("collections_lead",))
    with stage.installation.work(SYSTEM) as w:
        stage.cast.ids[new.email] = create_user_with_password(w, new).user_id
    return new.email
