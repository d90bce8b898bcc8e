"""Credit notes that were asked for: posted by a person, or come with the ledger's files."""

import datetime as dt
from pathlib import Path

import pytest

from portal.approvals.deciding import ApproveRequest, approve_request, ask_anew
from portal.base.access import Denied, NotFound
from portal.base.policies import decide
from portal.core.dispute import State, Verdict
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.disputes.credit_requests import PostCreditNote, post_credit_note
from portal.disputes.living import ReopenDispute, reopen_dispute
from portal.imports.run import import_files
from portal.menus import NAVIGATION
from portal.tables.approvals import Approval, Task
from portal.tables.disputes import CreditRequest
from portal.tables.invoices import Entry
from tests.disputes.desk import BUYER, CLERK, LEAD, OTHER, Court

assert NAVIGATION  # the roof knows the kinds of what is approved
TODAY = dt.date(2026, 11, 20)
HEAD = "credit_note_id,customer_id,currency,credit_date,amount,invoice_id\n"


def accepted(court: Court, minor: int = 100_00, **given: object) -> int:
    dispute = court.raised(amount=minor)
    court.decide(dispute, Verdict.ACCEPT, **given)
    return dispute


def posted(court: Court, number: str = "CN-7", on: dt.date = TODAY, email: str = CLERK) -> int:
    [request] = court.rows(CreditRequest, CreditRequest.state.in_(["approved", "posted"]))
    return int(court.act(email, post_credit_note, PostCreditNote(request.id, number, on)))


def imported(court: Court, tmp_path: Path, *rows: str) -> None:
    path = tmp_path / "credit_notes.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n")
    report = import_files(court.installation, [path])
    assert not report.rejects, report.rejects


def test_a_posted_note_lowers_what_is_open_and_ends_what_was_held_back(any_court: Court):
    dispute = accepted(any_court)
    credit_id = posted(any_court)
    [request] = any_court.rows(CreditRequest)

    assert (any_court.open(), any_court.held()) == (150_00, 0)
    assert (request.state, request.credit_id) == ("posted", credit_id)
    assert any_court.dispute(dispute).state == State.CLOSED
    assert any_court.rows(Task)[0].outcome == "CN-7"


def test_the_books_tie_with_it(any_court: Court):
    accepted(any_court)
    credit_id = posted(any_court)
    [entry] = any_court.rows(Entry, Entry.id == credit_id)

    assert (entry.number, entry.amount_minor, entry.about_id) == (
        "CN-7",
        -100_00,
        any_court.entry("INV-2").id,
    )


def test_posted_twice_it_is_one(any_court: Court):
    accepted(any_court)
    posted(any_court)

    with pytest.raises(RuleBroken, match="already_done") as told:
        posted(any_court, "CN-8")
    assert told.value.facts == {"number": "CN-7"}
    assert any_court.rows(Entry, Entry.number == "CN-8") == []


@pytest.mark.parametrize(
    ("number", "on", "code"),
    [
        ("  ", TODAY, "number_missing"),
        ("CN\n7", TODAY, "number_missing"),
        ("RCT-9", TODAY, "number_taken"),
        ("CN-7", TODAY + dt.timedelta(days=1), "day_in_future"),
        ("CN-7", dt.date(2026, 10, 4), "before_invoice"),
    ],
)
def test_what_is_no_credit_note_is_not_posted(court: Court, number: str, on: dt.date, code: str):
    accepted(court)

    with pytest.raises(RuleBroken, match=code):
        posted(court, number, on)
    assert court.held() == 100_00


def test_only_bookkeepers_post(court: Court):
    accepted(court)

    with pytest.raises((Denied, NotFound)):
        posted(court, email=BUYER)


def test_a_note_of_the_ledger_settles_the_request_of_its_invoice_and_amount(
    any_court: Court, tmp_path: Path
):
    dispute = accepted(any_court)
    later(any_court)
    imported(
        any_court,
        tmp_path,
        "CN-1,HUADONG,CNY,2026-11-20,99.99,INV-2",
        "CN-2,HUADONG,CNY,2026-11-20,100.00,INV-2",
    )
    [request] = any_court.rows(CreditRequest)

    assert (request.state, request.credit_id) == ("posted", any_court.entry("CN-2").id)
    assert (any_court.dispute(dispute).state, any_court.held()) == (State.CLOSED, 0)


def later(court: Court, minutes: int = 5) -> None:
    moment = court.installation.clock.now() + dt.timedelta(minutes=minutes)
    object.__setattr__(court.installation, "clock", type(court.installation.clock)(fixed_at=moment))


def test_a_note_from_before_the_decision_settles_nothing(court: Court, tmp_path: Path):
    imported(court, tmp_path, "CN-1,HUADONG,CNY,2026-11-19,100.00,INV-2")
    later(court)
    accepted(court)
    imported(court, tmp_path, "CN-3,HUADONG,CNY,2026-11-20,1.00,INV-4")

    assert [row.state for row in court.rows(CreditRequest)] == ["approved"]


def test_what_came_while_it_waited_settles_it_once_it_is_agreed_to(court: Court, tmp_path: Path):
    with court.installation.work() as w:
        decide(w, {"dispute_credit_without_approval": {}})
    dispute = accepted(court)
    later(court)
    imported(court, tmp_path, "CN-2,HUADONG,CNY,2026-11-20,100.00,INV-2")
    [asked] = court.rows(Approval)
    with pytest.raises(RuleBroken, match="changed"):
        court.act(LEAD, approve_request, ApproveRequest(asked.id))
    anew = court.act(LEAD, ask_anew, asked.id)
    court.act(LEAD, approve_request, ApproveRequest(anew))

    assert court.rows(CreditRequest)[0].state == "posted"
    assert (court.dispute(dispute).state, court.held()) == (State.CLOSED, 0)


def test_opened_again_only_what_is_not_credited_yet_is_asked_for(court: Court):
    dispute = court.raised()
    part = {"accepted": Money(40_00, "CNY")}
    court.decide(dispute, Verdict.ACCEPT_PART, **part)
    posted(court)
    court.act(BUYER, reopen_dispute, ReopenDispute(dispute, "All of it is wrong."))
    assert court.held() == 60_00
    court.decide(dispute, Verdict.ACCEPT, email=OTHER)

    assert [row.amount_minor for row in court.rows(CreditRequest)] == [40_00, 60_00]


def test_what_finds_no_room_on_the_invoice_stays_on_account(court: Court, tmp_path: Path):
    accepted(court, 250_00)
    path = tmp_path / "payments.csv"
    path.write_text(
        "payment_id,customer_id,payment_date,amount,currency,invoice_id\n"
        "RCT-77,HUADONG,2026-11-20,200.00,CNY,INV-2\n"
    )
    assert not import_files(court.installation, [path]).rejects
    posted(court)

    assert court.open() == 0
    assert court.held() == 0
