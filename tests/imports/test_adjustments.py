"""Adjustments and applications: signs, legs, what is applied to what, and from when until when."""

import pytest

from tests.imports.conftest import INVOICE_HEAD, PAYMENT_HEAD, Desk

HEAD = "adjustment_id,customer_id,currency,adjusted_on,kind,amount,invoice_id,counter_customer_id"
APPLY = "credit_id,invoice_id,amount,allocated_on,part,ended_on"


@pytest.fixture
def books(desk: Desk) -> Desk:
    desk.takes(
        "invoices.csv",
        INVOICE_HEAD,
        "INV-1,C,CNY,2026-01-05,2026-02-04,100.00",
        "INV-2,D,CNY,2026-01-05,2026-02-04,50.00",
    )
    desk.takes("payments.csv", PAYMENT_HEAD, "P-1,C,2026-02-01,70.00,CNY,")
    return desk


@pytest.mark.parametrize(
    ("word", "amount", "kind", "memo"),
    [
        ("opening", "5.00", "10", "0"),
        ("opening", "-5.00", "10", "0"),
        ("charge", "5.00", "2", "0"),
        ("interest", "5.00", "2", "0"),
        ("discount", "-5.00", "5", "0"),
        ("refund", "5.00", "6", "0"),
        ("returned_payment", "5.00", "7", "0"),
        ("write_off", "-5.00", "12", "1"),
        ("recovery", "5.00", "9", "0"),
        ("Rounding", "-5.00", "9", "0"),
    ],
)
def test_a_kind_is_posted_as_what_it_is(quick_desk: Desk, word, amount, kind, memo):
    report = quick_desk.takes("adjustments.csv", HEAD, f"A,C,CNY,2026-03-01,{word},{amount},,")

    assert report.is_clean
    assert quick_desk.ask("select kind, memo from entry") == [(kind, memo)]


@pytest.mark.parametrize("row", ["discount,5.00", "refund,-5.00", "write_off,5.00", "charge,-1.00"])
def test_a_sign_that_a_kind_cannot_have_is_refused(quick_desk: Desk, row: str):
    report = quick_desk.takes("adjustments.csv", HEAD, f"A,C,CNY,2026-03-01,{row},,")

    assert [told.column for told in report.rejects] == ["amount"]


def test_what_raises_a_debt_is_due_on_its_day(desk: Desk):
    desk.takes("adjustments.csv", HEAD, "A,C,CNY,2026-03-01,charge,5.00,,")

    assert desk.parts() == [("A", "1", "2026-03-01", "500")]


def test_a_discount_is_applied_to_the_invoice_it_names(books: Desk):
    report = books.takes("adjustments.csv", HEAD, "A,C,CNY,2026-03-01,discount,-2.00,INV-1,")

    assert report.is_clean
    assert books.applied() == [("A", "INV-1", "1", "200", "2026-03-01", None)]


def test_a_write_off_is_a_memo_that_waits_for_no_statement(books: Desk):
    books.takes("adjustments.csv", HEAD, "A,C,CNY,2026-03-01,write_off,-2.00,INV-1,")

    assert books.ask("select memo from allocation") == [("1",)]
    waiting = "select count(*) from pending q join entry e on e.id = q.entry_id where e.memo = 1"
    assert books.ask(waiting) == [("0",)]


def test_a_transfer_has_two_legs(books: Desk):
    report = books.takes("adjustments.csv", HEAD, "T,C,CNY,2026-03-01,transfer,30.00,INV-2,D")
    legs = "select c.code, e.leg, e.amount_minor from entry e join customer c on c.id ="
    legs += " e.customer_id where e.kind = 8 order by e.leg"

    assert report.is_clean
    assert books.ask(legs) == [("C", "0", "3000"), ("D", "1", "-3000")]
    assert books.applied() == [("T", "INV-2", "1", "3000", "2026-03-01", None)]


def test_adjustments_again_are_unchanged(books: Desk):
    rows = (HEAD, "A,C,CNY,2026-03-01,discount,-2.00,INV-1,", "T,C,CNY,2026-03-01,transfer,3.00,,D")
    books.takes("adjustments.csv", *rows)

    assert books.counts(books.takes("adjustments.csv", *rows)) == (0, 2, 0, 0)


def test_an_application_counts_from_the_latest_of_three_days(books: Desk):
    report = books.takes("allocations.csv", APPLY, "P-1,INV-1,40.00,2026-01-01,,")

    assert books.counts(report) == (1, 0, 0, 0)
    assert books.applied() == [("P-1", "INV-1", "1", "4000", "2026-02-01", None)]


def test_an_application_never_exceeds_what_is_left(books: Desk):
    report = books.takes(
        "allocations.csv", APPLY, "P-1,INV-1,40.00,2026-02-02,,", "P-1,INV-1,60.00,2026-02-03,,"
    )

    assert [row[3] for row in books.applied()] == ["4000", "3000"]
    assert [told.line for told in report.warnings] == [3]


def test_applications_again_are_unchanged_even_where_not_all_fitted(books: Desk):
    rows = (APPLY, "P-1,INV-1,40.00,2026-02-02,,", "P-1,INV-1,60.00,2026-02-03,,")
    books.takes("allocations.csv", *rows)

    assert books.counts(books.takes("allocations.csv", *rows)) == (0, 2, 0, 0)


def test_an_application_is_ended_from_a_day(books: Desk):
    books.takes("allocations.csv", APPLY, "P-1,INV-1,40.00,2026-02-02,,")
    report = books.takes("allocations.csv", APPLY, "P-1,INV-1,40.00,2026-02-02,,2026-03-01")

    assert books.counts(report) == (0, 0, 1, 0)
    assert books.applied()[0][5] == "2026-03-01"


def test_what_was_ended_can_be_applied_again(books: Desk):
    report = books.takes(
        "allocations.csv",
        APPLY,
        "P-1,INV-1,70.00,2026-02-02,,2026-03-01",
        "P-1,INV-1,70.00,2026-03-01,,",
    )

    assert books.counts(report) == (2, 0, 0, 0)
    assert [row[3:] for row in books.applied()] == [
        ("7000", "2026-02-02", "2026-03-01"),
        ("7000", "2026-03-01", None),
    ]


def test_on_no_day_is_more_applied_than_there_is(books: Desk):
    books.takes(
        "allocations.csv",
        APPLY,
        "P-1,INV-1,70.00,2026-02-02,,2026-03-01",
        "P-1,INV-1,70.00,2026-02-20,,",
    )

    assert [row[3] for row in books.applied()] == ["7000"]


def test_a_credit_of_a_group_is_transferred(books: Desk):
    books.takes("payments.csv", PAYMENT_HEAD, "P-2,P,2026-02-01,30.00,CNY,")
    rows = (APPLY, "P-2,INV-1,30.00,2026-02-05,,")
    report = books.takes("allocations.csv", *rows)

    assert report.is_clean
    assert [row[:2] for row in books.applied()] == [
        ("P-2", "P-2/INV-1/2026-02-05"),
        ("P-2/INV-1/2026-02-05", "INV-1"),
    ]
    assert books.counts(books.takes("allocations.csv", *rows)) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            "P-1,INV-2,1.00,2026-02-01,,",
            "P-1 is a credit of C, and INV-2 is an invoice of another.",
        ),
        ("P-9,INV-1,1.00,2026-02-01,,", "No payment or credit note P-9 is known."),
        ("P-1,INV-9,1.00,2026-02-01,,", "The invoice INV-9 is not known."),
        ("P-1,INV-1,1.00,2026-02-01,7,", "INV-1 has no part 7."),
        ("P-1,INV-1,1.00,2026-02-01,,2026-01-01", "It would end before it begins."),
        ("P-1,INV-1,0,2026-02-01,,", "This is not above zero."),
    ],
)
def test_what_cannot_be_applied_is_told(books: Desk, row: str, says: str):
    report = books.takes("allocations.csv", APPLY, row)

    assert [told.problem for told in report.rejects] == [says]
