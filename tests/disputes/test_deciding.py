"""The house decides: what it says to the customer, what stays held back, who has to agree."""

import threading

import pytest
from sqlalchemy import text

from portal.approvals.deciding import ApproveRequest, RefuseRequest, approve_request, refuse_request
from portal.base.access import Denied, NotFound
from portal.base.policies import decide
from portal.core.dispute import Settlement, State, Verdict
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.disputes.deciding import OpenAgain, open_again
from portal.disputes.living import ReopenDispute, WithdrawDispute, reopen_dispute, withdraw_dispute
from portal.disputes.owning import AssignDispute, assign_dispute
from portal.disputes.queries import get_dispute
from portal.menus import NAVIGATION
from portal.tables.approvals import Approval, Task
from portal.tables.disputes import CreditRequest, DisputeDecision, DisputedPart
from portal.tables.journal import Audit, Outbox
from tests.disputes.desk import BUYER, CLERK, LEAD, OTHER, Court

assert NAVIGATION  # the roof knows the kinds of what is approved


def cny(minor: int) -> Money:
    return Money(minor, "CNY")


def mails(court: Court) -> list[Outbox]:
    return court.rows(Outbox, Outbox.kind == "dispute_decided")


def test_what_is_rejected_is_due_again_from_that_day(any_court: Court):
    dispute = any_court.raised()
    assert any_court.held() == 100_00
    any_court.decide(dispute, Verdict.REJECT)
    [mark] = any_court.rows(DisputedPart, DisputedPart.dispute_id == dispute)

    assert any_court.held() == 0
    assert mark.ended_on == mark.from_on
    assert any_court.dispute(dispute).state == State.DECIDED
    assert any_court.rows(CreditRequest) == []


def test_of_a_part_only_what_is_accepted_stays_held_back(any_court: Court):
    dispute = any_court.raised()
    any_court.decide(dispute, Verdict.ACCEPT_PART, accepted=cny(40_00))
    [request] = any_court.rows(CreditRequest)

    assert any_court.held() == 40_00
    assert (request.amount_minor, request.state) == (40_00, "approved")


def test_what_lowers_nothing_is_due_again_although_it_is_right(court: Court):
    dispute = court.raised()
    court.decide(dispute, Verdict.ACCEPT, settlement=Settlement.CORRECTION)

    assert court.held() == 0
    assert court.rows(CreditRequest) == []


def test_within_the_limit_it_is_told_at_once_and_somebody_is_to_post(court: Court):
    dispute = court.raised()
    court.decide(dispute, Verdict.ACCEPT)
    [task] = court.rows(Task)

    assert [mail.user_id for mail in mails(court)] == [court.ids[BUYER]]
    assert (task.kind, task.subject) == ("credit_to_post", f"dispute/{dispute}/1")
    assert court.rows(Approval) == []


def limited(court: Court, limit: str = "50.00") -> None:
    """From now on a clerk grants less alone."""
    from_now_on(court, {"CNY": limit})


def from_now_on(court: Court, limits: dict[str, str]) -> None:
    with court.installation.work() as w:
        decide(w, {"dispute_credit_without_approval": limits})


@pytest.mark.parametrize("limits", [{"CNY": "99.99"}, {"EUR": "1000000.00"}])
def test_above_the_limit_nobody_is_told_before_a_second_person_agrees(
    any_court: Court, limits: dict[str, str]
):
    from_now_on(any_court, limits)
    dispute = any_court.raised()
    any_court.decide(dispute, Verdict.ACCEPT)
    view = any_court.read(get_dispute, _ref(any_court, dispute), email=BUYER)
    assert (view.row.state, view.decisions, mails(any_court)) == (State.CHECKING, (), [])
    [approval] = any_court.rows(Approval)
    any_court.act(LEAD, approve_request, ApproveRequest(approval.id))
    view = any_court.read(get_dispute, _ref(any_court, dispute), email=BUYER)

    assert view.row.state == State.DECIDED
    assert [each.verdict for each in view.decisions] == ["accept"]
    assert len(mails(any_court)) == len(any_court.rows(Task)) == 1
    assert any_court.held() == 100_00


def _ref(court: Court, dispute_id: int) -> str:
    return str(court.read(lambda r: r.refs.of("di", dispute_id)))


def test_a_refusal_gives_it_back_to_the_clerk(court: Court):
    limited(court)
    dispute = court.raised()
    court.decide(dispute, Verdict.ACCEPT)
    [approval] = court.rows(Approval)
    court.act(LEAD, refuse_request, RefuseRequest(approval.id, "Too much"))
    assert court.rows(CreditRequest)[0].state == "refused"
    court.decide(dispute, Verdict.REJECT)

    assert court.dispute(dispute).state == State.DECIDED
    assert [mail.user_id for mail in mails(court)] == [court.ids[BUYER]]


def test_who_decided_does_not_approve(court: Court):
    limited(court)
    dispute = court.raised()
    court.decide(dispute, Verdict.ACCEPT, email=LEAD)
    [approval] = court.rows(Approval)

    with pytest.raises(RuleBroken, match="own"):
        court.act(LEAD, approve_request, ApproveRequest(approval.id))


def test_what_is_decided_otherwise_meanwhile_asks_nobody_any_more(court: Court):
    limited(court)
    dispute = court.raised()
    court.decide(dispute, Verdict.ACCEPT)
    court.decide(dispute, Verdict.REJECT)
    [approval] = court.rows(Approval)

    assert (approval.state, court.rows(CreditRequest)[0].state) == ("withdrawn", "void")


def test_what_its_customer_withdraws_asks_nobody_any_more(court: Court):
    limited(court)
    dispute = court.raised()
    court.decide(dispute, Verdict.ACCEPT)
    court.act(BUYER, withdraw_dispute, WithdrawDispute(dispute))

    assert court.rows(Approval)[0].state == "withdrawn"
    assert court.held() == 0


def test_the_second_clerk_is_told_who_was_first(any_court: Court):
    dispute = any_court.raised()
    seen = any_court.dispute(dispute).row_version
    any_court.decide(dispute, Verdict.REJECT)

    with pytest.raises(RuleBroken, match="already_answered") as told:
        any_court.decide(dispute, Verdict.ACCEPT, email=OTHER, version=seen)
    assert told.value.facts == {"who": "Tom Reed"}
    assert len(any_court.rows(DisputeDecision)) == 1


def test_an_older_page_is_told_so(court: Court):
    dispute = court.raised()
    seen = court.dispute(dispute).row_version
    court.act(OTHER, assign_dispute, AssignDispute(dispute, court.ids[OTHER]))

    with pytest.raises(RuleBroken, match="stale"):
        court.decide(dispute, Verdict.REJECT, version=seen)


def test_after_reopening_the_new_decision_counts_and_the_older_stays(court: Court):
    dispute = court.raised()
    court.decide(dispute, Verdict.REJECT, answer="The price is right.")
    court.act(BUYER, reopen_dispute, ReopenDispute(dispute, "Look at page 2 of the offer."))
    assert court.held() == 100_00
    court.decide(dispute, Verdict.ACCEPT, answer="You are right.")
    view = court.read(get_dispute, _ref(court, dispute), email=BUYER)

    assert [each.answer for each in view.decisions] == ["You are right.", "The price is right."]


def test_the_house_may_think_again_and_what_it_asked_for_is_void(court: Court):
    dispute = court.raised()
    court.decide(dispute, Verdict.ACCEPT)
    version = court.dispute(dispute).row_version
    court.act(OTHER, open_again, OpenAgain(dispute, version))

    assert (court.dispute(dispute).state, court.held()) == (State.CHECKING, 100_00)
    assert court.rows(CreditRequest)[0].state == "void"
    assert court.rows(Task)[0].done_at is not None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"answer": " "}, "answer_missing"),
        ({"root_cause": "bad luck"}, "root_cause_unknown"),
        ({"accepted": Money(1, "CNY")}, "accepted_unfit"),
        ({"settlement": None}, "settlement_missing"),
    ],
)
def test_what_is_no_decision_is_refused_and_changes_nothing(court: Court, changes, code: str):
    dispute = court.raised()

    with pytest.raises(RuleBroken, match=code):
        court.decide(dispute, Verdict.ACCEPT, **changes)
    assert (court.rows(DisputeDecision), court.held()) == ([], 100_00)


def test_only_who_decides_may(court: Court):
    dispute = court.raised()

    with pytest.raises((Denied, NotFound)):
        court.decide(dispute, Verdict.REJECT, email=BUYER)
    with pytest.raises(RuleBroken, match="owner_cannot"):
        court.act(CLERK, assign_dispute, AssignDispute(dispute, court.ids[BUYER]))


def test_a_decision_is_audited_and_never_changed(any_court: Court):
    dispute = any_court.raised()
    any_court.decide(dispute, Verdict.REJECT)

    assert "dispute.decided" in [row.kind for row in any_court.rows(Audit)]
    with any_court.installation.work() as w, pytest.raises(Exception, match="append_only"):
        w.session.execute(text("update dispute_decision set answer = 'x'"))


def test_two_clerks_at_once_make_one_decision(any_court: Court):
    dispute = any_court.raised()
    seen, told = any_court.dispute(dispute).row_version, []

    def decide(email: str) -> None:
        try:
            any_court.decide(dispute, Verdict.REJECT, email=email, version=seen)
        except RuleBroken as broken:
            told.append(broken.code)

    both = [threading.Thread(target=decide, args=(by,)) for by in (CLERK, OTHER)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert told == ["dispute.already_answered"]
    assert len(any_court.rows(DisputeDecision)) == 1
