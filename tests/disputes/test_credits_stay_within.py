"""Credit notes cut into slices or asked for twice, and what is said again too soon to be new."""

import datetime as dt

import pytest

from portal.base.attaching import AttachedFile
from portal.base.kept_files import Files
from portal.base.policies import decide
from portal.core.dispute import State, Verdict
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.disputes.credit_requests import PostCreditNote, post_credit_note
from portal.disputes.deciding import OpenAgain, open_again
from portal.disputes.living import WithdrawDispute, withdraw_dispute
from portal.disputes.talking import SayInDispute, say_in_dispute
from portal.menus import NAVIGATION
from portal.tables.disputes import Attachment, CreditRequest, DisputeMessage
from tests.disputes.desk import BUYER, CLERK, Court

assert NAVIGATION  # the roof knows the kinds of what is approved
TODAY = dt.date(2026, 11, 20)


def posted(court: Court, number: str) -> None:
    request = court.rows(CreditRequest, CreditRequest.state == "approved")[-1]
    court.act(CLERK, post_credit_note, PostCreditNote(request.id, number, TODAY))


def opened_again(court: Court, dispute_id: int) -> None:
    version = court.dispute(dispute_id).row_version
    court.act(CLERK, open_again, OpenAgain(dispute_id, version))


def test_a_credit_in_slices_needs_a_second_person_as_the_whole_does(court: Court):
    with court.installation.work() as w:
        decide(w, {"dispute_credit_without_approval": {"CNY": "60.00"}})
    dispute = court.raised(amount=100_00)
    court.decide(dispute, Verdict.ACCEPT_PART, accepted=Money(60_00, "CNY"))
    posted(court, "CN-1")
    opened_again(court, dispute)
    court.decide(dispute, Verdict.ACCEPT)

    assert [row.state for row in court.rows(CreditRequest)] == ["posted", "waiting"]


def test_no_more_is_credited_than_was_billed(any_court: Court):
    court = any_court
    court.decide(court.raised(amount=250_00), Verdict.ACCEPT)
    posted(court, "CN-1")
    again = court.raised(amount=1_00, reason="quality")  # paid by the note: all of it can be said

    with pytest.raises(RuleBroken, match=r"dispute\.credit_above_invoice"):
        court.decide(again, Verdict.ACCEPT)


def test_what_is_still_to_be_posted_counts_too(court: Court):
    first, second = court.raised(amount=200_00), court.raised(amount=50_00, reason="quality")
    court.decide(first, Verdict.ACCEPT)
    court.decide(second, Verdict.ACCEPT)

    assert [row.amount_minor for row in court.rows(CreditRequest)] == [200_00, 50_00]


def test_what_was_withdrawn_a_moment_ago_is_said_anew(court: Court):
    first = court.raised()
    court.act(BUYER, withdraw_dispute, WithdrawDispute(first))
    second = court.raised()

    assert (second == first, court.dispute(second).state) == (False, State.RECEIVED)
    assert court.held() == 100_00


def test_the_same_words_with_another_file_are_another_message(court: Court):
    dispute = court.raised()
    for text in (b"first", b"second", b"second"):
        files = Files(court.installation.storage, (AttachedFile("a.txt", "text/plain", text),))
        court.act(BUYER, say_in_dispute, SayInDispute(dispute, "See the file", files))

    assert len(court.rows(DisputeMessage)) == len(court.rows(Attachment)) == 2
