"""What was received from a customer, what it was applied to, what is left of it."""

import csv
import io

from portal.core.ledger import Allocation, Book, Entry, Kind
from portal.core.money import Money
from tests.buyer import Buyer
from tests.desk import Office, day, foot_of, invoice, rows_of
from tests.ledgers import store

LIST = "/payments"


def test_a_payment_says_what_it_was_applied_to(chen: Buyer):
    assert [row[:2] + row[3:] for row in rows_of(chen.visit(LIST), "payments")] == [
        ["Payment RCT-10", "2 Oct 2026", "INV-1", "", "30.00"]
    ]


def test_what_is_left_stands_in_its_own_column_and_sum(office: Office):
    page = Buyer(office, "ZHIYUAN").visit(LIST)

    assert rows_of(page, "payments")[0][3:] == ["nothing yet", "500.00", "500.00"]
    assert foot_of(page, "payments")[0][1:] == ["500.00", "500.00"]


def test_an_application_that_begins_tomorrow_does_not_count_today(chen: Buyer, office: Office):
    later, part = invoice(50, "HUADONG", "10-01", "10-31", 70_00)
    paid = Entry(51, "HUADONG", Kind.PAYMENT, "RCT-51", day("11-19"), Money(-70_00, "CNY"))
    applied = Allocation(51, 50, 1, Money(70_00, "CNY"), day("11-21"))
    store(office.installation, Book((later, paid), (part,), (applied,)))

    assert rows_of(chen.visit(LIST), "payments")[0][3:] == ["nothing yet", "70.00", "70.00"]


def test_the_list_is_narrowed_and_sorted(treasury: Buyer, office: Office):
    note = Entry(60, "BERGMANN", Kind.CREDIT_NOTE, "CN-60", day("11-01"), Money(-5_00, "EUR"))
    store(office.installation, Book((note,)))
    wanted = {
        "": ["Credit note CN-60", "Payment RCT-10"],
        "sort=date": ["Payment RCT-10", "Credit note CN-60"],
        "state=payment": ["Payment RCT-10"],
        "state=credit_note": ["Credit note CN-60"],
        "state=unapplied": ["Credit note CN-60"],
        "q=rct": ["Payment RCT-10"],
        "from=2026-10-15": ["Credit note CN-60"],
        "to=2026-10-15": ["Payment RCT-10"],
    }
    found = {
        query: [row[0] for row in rows_of(treasury.visit(f"{LIST}?{query}"), "payments")]
        for query in wanted
    }

    assert found == wanted


def test_sums_stand_by_currency(treasury: Buyer, office: Office):
    note = Entry(60, "BERGMANN", Kind.CREDIT_NOTE, "CN-60", day("11-01"), Money(-5_00, "EUR"))
    store(office.installation, Book((note,)))

    assert [foot[1:] for foot in foot_of(treasury.visit(LIST), "payments")] == [
        ["CNY", "0.00", "30.00"],
        ["EUR", "5.00", "5.00"],
    ]


def test_a_write_off_inside_the_house_is_no_credit_of_the_customers(chen: Buyer, office: Office):
    item, part = invoice(62, "HUADONG", "10-01", "10-31", 40_00)
    memo = Entry(61, "HUADONG", Kind.WRITE_OFF, "WO-61", day("11-01"), Money(-40_00, "CNY"))
    written_off = Allocation(61, 62, 1, Money(40_00, "CNY"), day("11-01"))
    store(office.installation, Book((item, memo), (part,), (written_off,)))

    assert "WO-61" not in chen.visit(LIST).text
    assert "You owe CNY 400.00" in chen.visit("/").text


def test_none_yet_and_none_for_a_filter_are_told_apart(office: Office):
    buyer = Buyer(office, "BERGMANN")

    assert "No payments yet" in buyer.visit(LIST).text
    assert "No payment matches" in buyer.visit(f"{LIST}?q=x").text


def test_the_file_holds_what_the_filter_keeps(chen: Buyer):
    body = chen.client.get(f"{LIST}.csv").get_data().decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(body)))[1]

    assert row[:4] == ["2026-10-02", "Payment", "RCT-10", "Huadong Trading"]
    assert row[7:] == ["CNY", "30.00", "0.00", "INV-1 30.00"]
