"""Invoices, credit notes and payments: what becomes of a row, the first time and the next."""

import pytest

from tests.imports.conftest import INVOICE_HEAD, PAYMENT_HEAD, Desk

ONE = (INVOICE_HEAD, "INV-1,C,CNY,2026-01-05,2026-02-04,100.00")


def test_an_invoice_is_posted_with_the_item_it_opens(desk: Desk):
    report = desk.takes("invoices.csv", *ONE)

    assert desk.counts(report) == (1, 0, 0, 0)
    assert desk.parts() == [("INV-1", "1", "2026-02-04", "10000")]


def test_every_entry_waits_for_its_statement(desk: Desk):
    desk.takes("invoices.csv", *ONE)

    assert desk.ask("select count(*) from pending") == [("1",)]


def test_importing_a_file_again_changes_nothing(desk: Desk):
    desk.takes("invoices.csv", *ONE)
    report = desk.takes("invoices.csv", *ONE)

    assert desk.counts(report) == (0, 1, 0, 0)


def test_an_overlapping_file_adds_only_what_is_new(desk: Desk):
    desk.takes("invoices.csv", *ONE)
    report = desk.takes("invoices.csv", *ONE, "INV-2,C,CNY,2026-01-05,2026-02-04,7")

    assert desk.counts(report) == (1, 1, 0, 0)


def test_a_known_invoice_with_another_amount_wants_a_credit_note(desk: Desk):
    desk.takes("invoices.csv", *ONE)
    report = desk.takes("invoices.csv", INVOICE_HEAD, "INV-1,C,CNY,2026-01-05,2026-02-04,90.00")

    assert desk.counts(report) == (0, 0, 0, 1)
    assert report.rejects[0].problem == "INV-1 is already here with 100.00; send a credit note."


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("INV-1,D,CNY,2026-01-05,2026-02-04,100.00", "customer_id"),
        ("INV-1,C,EUR,2026-01-05,2026-02-04,100.00", "amount"),
        ("INV-1,C,CNY,2026-01-06,2026-02-04,100.00", "invoice_date"),
        ("INV-1,C,CNY,2026-01-05,2026-02-05,100.00", "due_date"),
    ],
)
def test_other_content_is_told_by_its_column(quick_desk: Desk, row: str, column: str):
    quick_desk.takes("invoices.csv", *ONE)
    report = quick_desk.takes("invoices.csv", INVOICE_HEAD, row)

    assert [told.column for told in report.rejects] == [column]


def test_the_same_row_twice_in_a_file_counts_once(desk: Desk):
    report = desk.takes("invoices.csv", *ONE, ONE[1])

    assert desk.counts(report) == (1, 1, 0, 0)


def test_two_rows_of_one_number_that_differ_are_a_bad_row(quick_desk: Desk):
    report = quick_desk.takes("invoices.csv", *ONE, "INV-1,C,CNY,2026-01-05,2026-02-04,1.00")

    assert [(told.line, told.column) for told in report.rejects] == [(3, "amount")]


def test_a_payment_is_applied_to_the_invoice_it_names_from_the_later_day(desk: Desk):
    desk.takes("invoices.csv", *ONE)
    desk.takes("payments.csv", PAYMENT_HEAD, "P-1,C,2026-01-02,40.00,,INV-1")

    assert desk.applied() == [("P-1", "INV-1", "1", "4000", "2026-01-05", None)]


def test_what_exceeds_the_invoice_stays_on_account(desk: Desk):
    desk.takes("invoices.csv", *ONE)
    desk.takes(
        "payments.csv",
        PAYMENT_HEAD,
        "P-2,C,2026-01-09,80.00,CNY,INV-1",
        "P-1,C,2026-01-08,70.00,CNY,INV-1",
        "P-3,C,2026-01-08,5.00,CNY,",
    )

    assert [row[:1] + row[3:4] for row in desk.applied()] == [("P-1", "7000"), ("P-2", "3000")]


def test_the_earliest_due_part_is_filled_first(desk: Desk):
    head = "invoice_id,customer_id,currency,invoice_date,payment_terms,amount"
    desk.takes("invoices.csv", head, 'INV-1,C,CNY,2026-01-05,"30% 60d, balance 15d",100.00')
    desk.takes("payments.csv", PAYMENT_HEAD, "P-1,C,2026-02-02,80.00,,INV-1")

    assert [row[2:4] for row in desk.applied()] == [("1", "1000"), ("2", "7000")]


def test_a_payment_again_is_unchanged_and_applies_nothing_more(desk: Desk):
    desk.takes("invoices.csv", *ONE)
    desk.takes("payments.csv", PAYMENT_HEAD, "P-1,C,2026-01-09,40.00,,INV-1")
    report = desk.takes("payments.csv", PAYMENT_HEAD, "P-1,C,2026-01-09,40.00,,INV-1")

    assert desk.counts(report) == (0, 1, 0, 0)
    assert len(desk.applied()) == 1


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("P-1,C,2026-01-09,40.00,EUR,INV-1", "INV-1 is in CNY."),
        ("P-1,D,2026-01-09,40.00,,INV-1", "INV-1 is an invoice of C."),
        ("P-1,C,2026-01-09,40.00,,INV-9", "The invoice INV-9 is not known."),
        ("P-1,C,2026-01-09,40.00,,", "It is not known in which currency this is."),
        ("P-1,X,2026-01-09,40.00,CNY,", "The customer X is not known."),
        ("P-1,C,2026-01-09,0.00,CNY,", "This is not above zero."),
        ("P-1,C,2026-01-09,-1.00,CNY,", "This is not above zero."),
        ("P-1,C,2026-01-09,,CNY,", "Nothing stands here."),
        ("P-1,C,2026-01-09,1.234,CNY,", "This has more decimals than CNY has (2)."),
        ("P-1,C,2026-01-09,1.0,JPY,", "This has more decimals than JPY has (0)."),
        ('P-1,C,2026-01-09,"1,234.00",CNY,', "This is not an amount."),
        ("P-1,C,09/01/2026,1.00,CNY,", "This is not a date written as YYYY-MM-DD."),
        ("P-1,C,2026-02-30,1.00,CNY,", "This is not a date written as YYYY-MM-DD."),
        (",C,2026-02-03,1.00,CNY,", "Nothing stands here."),
        ("P-1,C,2026-02-03,1.00,CNX,", "This is not a currency code."),
    ],
)
def test_a_bad_row_is_told_in_words(quick_desk: Desk, row: str, says: str):
    quick_desk.takes("invoices.csv", *ONE)
    report = quick_desk.takes("payments.csv", PAYMENT_HEAD, row)

    assert [told.problem for told in report.rejects] == [says]
    assert report.rejects[0].remedy


def test_settled_on_is_a_payment_of_the_whole(desk: Desk):
    head = f"{INVOICE_HEAD},settled_on"
    row = "INV-1,C,CNY,2026-01-05,2026-02-04,100.00,2026-02-09"
    desk.takes("invoices.csv", head, row)
    again = desk.takes("invoices.csv", head, row)

    applied = [("INV-1/settled", "INV-1", "1", "10000", "2026-02-09", None)]
    assert desk.applied() == applied
    assert desk.counts(again) == (0, 1, 0, 0)


def test_an_invoice_settled_since_gets_its_payment(desk: Desk):
    head = f"{INVOICE_HEAD},settled_on"
    desk.takes("invoices.csv", head, "INV-1,C,CNY,2026-01-05,2026-02-04,100.00,")
    report = desk.takes("invoices.csv", head, "INV-1,C,CNY,2026-01-05,2026-02-04,100.00,2026-03-01")

    assert desk.counts(report) == (0, 0, 1, 0)
    assert [row[0] for row in desk.applied()] == ["INV-1/settled"]


def test_disputed_is_a_mark_that_the_next_file_changes(desk: Desk):
    head = f"{INVOICE_HEAD},disputed"
    running = "select amount_minor from disputed_part where ended_on is null"
    seen = []
    for mark in ("yes", "33.00", "33.00", "no"):
        report = desk.takes(
            "invoices.csv", head, f"INV-1,C,CNY,2026-01-05,2026-02-04,100.00,{mark}"
        )
        seen.append((desk.counts(report), desk.ask(running)))

    assert seen == [
        ((1, 0, 0, 0), [(None,)]),
        ((0, 0, 1, 0), [("3300",)]),
        ((0, 1, 0, 0), [("3300",)]),
        ((0, 0, 1, 0), []),
    ]


def test_a_credit_note_shares_its_numbers_with_payments(desk: Desk):
    desk.takes("payments.csv", PAYMENT_HEAD, "X-1,C,2026-01-09,40.00,CNY,")
    report = desk.takes(
        "credit_notes.csv",
        "credit_note_id,customer_id,currency,credit_date,amount",
        "X-1,C,CNY,2026-01-09,40.00",
    )

    assert (
        report.rejects[0].problem == "X-1 is already here with payment 40.00; send a credit note."
    )


def test_unknown_customers_are_made_when_asked(desk: Desk):
    report = desk.takes(
        "invoices.csv", INVOICE_HEAD, "INV-1,New Ltd,CNY,2026-01-05,,1.00", creates_customers=True
    )

    assert report.is_clean
    assert desk.ask("select name from customer where code = 'New Ltd'") == [("New Ltd",)]


def test_no_customer_is_made_for_a_bad_row(quick_desk: Desk):
    quick_desk.takes(
        "invoices.csv",
        INVOICE_HEAD,
        "INV-1,New Ltd,CNY,2026-01-05,,1.001",
        creates_customers=True,
        skips_bad_rows=True,
    )

    assert quick_desk.ask("select name from customer where code = 'New Ltd'") == []
