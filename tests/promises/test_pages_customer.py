"""Promising on the portal, without JavaScript: three clicks, the rule in words, no dead ends."""

import pytest
from sqlalchemy import select

from portal.approvals.deciding import ApproveRequest, approve_request
from portal.base.access import SYSTEM
from portal.tables.approvals import Approval
from tests.buyer import Buyer, ref_of
from tests.desk import Office
from tests.promises.giving import pay, somebody

NEW = "/promises/new"


@pytest.fixture
def chen(office: Office) -> Buyer:
    return Buyer(office, "HUADONG")


def opened(office: Office, chen: Buyer, number: str = "INV-2"):
    return chen.visit(f"{NEW}?invoice={ref_of(office, number)}")


def days_in(page) -> set[str]:
    return {
        one.get("value")
        for one in page.root.all("input")
        if one.get("name") == "pay_on" and one.get("value") != "other"
    }


def test_the_rule_is_said_in_words_and_only_its_workdays_are_offered(office, chen):
    page = opened(office, chen)
    assert "Latest: 12 Dec 2026, the due date 25 Nov 2026 + 17 days" in page.text
    assert (min(days_in(page)), max(days_in(page))) == ("2026-11-20", "2026-12-11")
    assert "2026-12-05" not in days_in(page)


def test_three_clicks_promise_the_whole_rest(office, chen):
    page = chen.fill(opened(office, chen), "/promises", pay_on="2026-12-11")
    shown = chen.follow(page)
    assert "CNY 250.00 on Friday, 11 Dec 2026" in shown.text
    assert "pause until 11 Dec 2026" in shown.text


def test_a_part_is_promised_by_its_amount(office, chen):
    page = chen.fill(
        opened(office, chen), "/promises", **{"amount_2-1": "60", "pay_on": "2026-12-01"}
    )
    assert "CNY 60.00 on" in chen.follow(page).text


def test_no_day_is_a_sentence_and_what_was_typed_is_kept(office, chen):
    page = chen.fill(opened(office, chen), "/promises", 422, **{"amount_2-1": "60", "note": "soon"})
    assert "Choose the day on which you will pay." in page.text
    assert page.form("/promises")["amount_2-1"] == "60"


def test_the_last_day_passes_and_the_next_offers_the_request(office, chen):
    fields = {"pay_on": "other", "other_on": "2026-12-14"}
    page = chen.fill(opened(office, chen), "/promises", 422, **fields)
    assert "The rule allows a promise until 12 Dec 2026." in page.text
    assert "Ask for more time" in page.text


def test_a_later_day_becomes_a_request_and_then_a_promise(office, chen):
    page = opened(office, chen)
    sent = page.form("/promises") | {
        "pay_on": "other",
        "other_on": "2026-12-14",
        "note": "Our customer pays late.",
    }
    listed = chen.follow(chen.send("/promises/extensions", data=sent))
    assert "14 Dec 2026" in listed.text
    with office.installation.reading(SYSTEM) as r:
        asked = r.session.scalars(select(Approval.id)).one()
    with office.installation.work(somebody(office.installation, "credit_manager")) as w:
        approve_request(w, ApproveRequest(asked))
    assert "PRM-1" in chen.visit("/promises").text


def test_a_payment_while_the_page_is_open_is_a_conflict_that_keeps_what_was_typed(office, chen):
    page = opened(office, chen)
    pay(office.installation, 60, 100_00)
    again = chen.fill(page, "/promises", 409, pay_on="2026-12-11", note="as agreed")
    assert "CNY 250.00 could be promised of it, now it is CNY 150.00" in again.text
    assert again.form("/promises")["note"] == "as agreed"
    assert chen.follow(chen.fill(again, "/promises")).status == 200


def test_an_item_that_was_paid_meanwhile_is_shown_as_paid(office, chen):
    page = opened(office, chen)
    pay(office.installation, 60, 250_00)
    again = chen.fill(page, "/promises", 409, pay_on="2026-12-11")
    assert "INV-2 has changed since you opened this page" in again.text


def test_two_tabs_promise_once_and_the_second_is_told(office, chen):
    first, second = opened(office, chen), opened(office, chen)
    chen.fill(first, "/promises", pay_on="2026-12-01")
    page = chen.fill(second, "/promises", 409, pay_on="2026-12-11")
    assert "now it is CNY 0.00" in page.text
    assert "This promise replaces the earlier ones on these items" in page.text


def test_recalculating_changes_nothing_and_says_what_it_comes_to(office, chen):
    sent = opened(office, chen).form("/promises") | {"pay_on": "2026-12-11"}
    page = chen.send("/promises/preview", 200, data=sent)
    assert "CNY 250.00 on Friday, 11 Dec 2026" in page.text
    assert "No promises yet" in chen.visit("/promises").text


def test_an_item_whose_limit_has_passed_leads_to_a_request(office, chen):
    page = opened(office, chen, "INV-4")
    assert "No day is left that the rule allows." in page.text
    assert "Ask for more time" in page.text


def test_a_promise_is_taken_back(office, chen):
    shown = chen.follow(chen.fill(opened(office, chen), "/promises", pay_on="2026-12-11"))
    action = next(
        one.get("action") for one in shown.root.all("form") if "withdrawal" in one.get("action")
    )
    assert "Taken back" in chen.follow(chen.fill(shown, action)).text


def test_changing_the_day_replaces_the_promise(office, chen):
    shown = chen.follow(chen.fill(opened(office, chen), "/promises", pay_on="2026-12-11"))
    page = chen.visit(shown.links["Choose another day"])
    later = chen.follow(chen.fill(page, "/promises", pay_on="2026-12-01"))
    assert later.heading == "Promise PRM-2"


def test_the_calendar_entry_is_a_day_with_an_identity_that_stays(office, chen):
    shown = chen.follow(chen.fill(opened(office, chen), "/promises", pay_on="2026-12-11"))
    lines = chen.visit(shown.links["Add to my calendar"]).source.split("\r\n")
    assert "DTSTART;VALUE=DATE:20261211" in lines
    assert any(line.startswith("UID:pr_") for line in lines)
    assert all(len(line.encode()) <= 75 for line in lines)


@pytest.mark.parametrize("ending", ["", ".pdf", ".ics", "/withdrawal"])
def test_a_stranger_finds_nothing(office, chen, ending):
    shown = chen.follow(chen.fill(opened(office, chen), "/promises", pay_on="2026-12-11"))
    path = shown.links["Add to my calendar"].removesuffix(".ics") + ending
    stranger = Buyer(office, "BERGMANN")
    if ending == "/withdrawal":
        stranger.send(path, 404)
    else:
        stranger.visit(path, 404)


def test_a_strangers_invoice_is_not_there_to_be_promised(office):
    stranger = Buyer(office, "BERGMANN")
    stranger.visit(f"{NEW}?invoice={ref_of(office, 'INV-2')}", 404)


def test_who_only_looks_is_offered_nothing_to_do(office):
    viewer = Buyer(office, "HUADONG", role="customer_viewer")
    assert "Promise a date" not in viewer.visit("/promises").text


def test_the_house_writes_down_what_was_said_on_the_phone(office):
    clerk = office.enter("clerk")
    path = office.customer_path("HUADONG", "/promises")
    page = clerk.visit(f"{path}/new")
    sent = {"given_by": "Mr Zhao", "pay_on": "2026-12-11", "reason": "short_of_cash"}
    shown = clerk.follow(clerk.fill(page, path, **sent))
    assert "Mr Zhao" in shown.text
    assert "On the phone" in shown.text
