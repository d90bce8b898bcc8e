"""R41–R43: which documents stand on a statement, and that one opens with the closing before."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.composition import compose
from portal.core.ledger import Kind, position
from portal.core.money import Money
from portal.core.period import Month, Period, month_period
from tests.core.books import EURO, Ledger, day

MAY, JUNE = month_period(Month(2026, 5)), month_period(Month(2026, 6))


def a_ledger():
    ledger = Ledger()
    ledger.invoice("I0", day("04-20"), "80.00")
    ledger.invoice("I1", day("05-05"), "100.00", due=[(day("06-04"), "100.00")])
    ledger.pay("P1", day("05-20"), "80.00", pays="I0")
    return ledger


def test_a_first_statement_opens_with_the_ledgers_balance_of_the_day_before():
    may = compose(a_ledger().book, EURO, MAY)

    assert (may.sums.opening_minor, may.sums.closing_minor) == (8000, 10000)
    assert [(line.document, line.balance_minor) for line in may.lines] == [
        ("I1", 18000),
        ("P1", 10000),
    ]


def test_the_next_statement_opens_with_the_closing_before():
    ledger = a_ledger()
    may = compose(ledger.book, EURO, MAY)
    ledger.pay("P2", day("06-10"), "30.00")
    june = compose(ledger.book, EURO, JUNE, previous=may)

    assert june.sums.opening_minor == may.sums.closing_minor
    assert [line.document for line in june.lines] == ["P2"]


def test_a_late_posting_stands_on_the_next_statement_with_its_own_date():
    ledger = a_ledger()
    may = compose(ledger.book, EURO, MAY)
    ledger.pay("P2", day("05-31"), "30.00")
    june = compose(ledger.book, EURO, JUNE, previous=may)

    assert [(line.document, line.dated_on, line.late) for line in june.lines] == [
        ("P2", day("05-31"), True)
    ]


def test_a_posting_older_than_the_first_statement_is_late_too():
    ledger = a_ledger()
    may = compose(ledger.book, EURO, MAY)
    ledger.invoice("I9", day("03-01"), "5.00")

    assert compose(ledger.book, EURO, JUNE, previous=may).lines[0].late


def test_a_preview_covers_its_month_by_document_dates_only():
    ledger = a_ledger()
    ledger.pay("P2", day("06-10"), "30.00")
    june = compose(ledger.book, EURO, JUNE)

    assert june.sums.opening_minor == 10000
    assert [line.document for line in june.lines] == ["P2"]


def test_a_write_off_stands_on_no_statement():
    ledger = a_ledger()
    ledger.credit(Kind.WRITE_OFF, "W", day("05-25"), "100.00", pays="I1")

    assert compose(ledger.book, EURO, MAY) == compose(a_ledger().book, EURO, MAY)


def test_without_movement_and_balance_a_statement_says_nothing():
    ledger = Ledger()
    ledger.invoice("I", day("04-01"), "10.00")
    ledger.pay("P", day("04-02"), "10.00", pays="I")
    before = Period(day("04-01"), day("04-30"))

    assert [compose(ledger.book, EURO, period).says_nothing for period in (before, MAY)] == [
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("paid", "due_on"), [("10.00", "05-31"), ("60.00", "06-30"), ("100.00", "06-30")]
)
def test_a_line_is_due_when_its_first_open_part_is(paid, due_on):
    ledger = Ledger()
    ledger.invoice(
        "I", day("05-01"), "100.00", due=[(day("05-31"), "60.00"), (day("06-30"), "40.00")]
    )
    ledger.pay("P", day("05-20"), paid, pays="I")
    invoice, payment = compose(ledger.book, EURO, MAY).lines

    assert (invoice.due_on, invoice.parts) == (day(due_on), 2)
    assert (payment.due_on, payment.parts) == (None, 0)


def test_each_kind_counts_in_its_sum():
    ledger = Ledger()
    for kind, amount in (
        (Kind.INVOICE, "64.00"),
        (Kind.CHARGE, "32.00"),
        (Kind.REFUND, "16.00"),
        (Kind.RETURNED_PAYMENT, "8.00"),
        (Kind.TRANSFER, "4.00"),
        (Kind.OPENING, "2.00"),
        (Kind.CREDIT_NOTE, "-0.40"),
        (Kind.PAYMENT, "-0.20"),
        (Kind.DISCOUNT, "-0.10"),
        (Kind.ADJUSTMENT, "-0.05"),
    ):
        ledger.post(kind, kind.name, day("05-01"), amount)
    sums = compose(ledger.book, EURO, MAY).sums

    assert (sums.invoiced_minor, sums.charged_minor, sums.refunded_minor) == (6400, 3200, 2400)
    assert (sums.credited_minor, sums.received_minor, sums.discounted_minor) == (40, 20, 10)
    assert (sums.adjusted_minor, sums.closing_minor) == (595, 12525)


def test_another_customers_documents_stay_away():
    ledger = a_ledger()
    ledger.customer = "C2"
    ledger.invoice("X", day("05-05"), "1.00")

    assert compose(ledger.book, EURO, MAY) == compose(a_ledger().book, EURO, MAY)


postings = st.lists(
    st.tuples(st.integers(0, 150), st.integers(-5000, 5000).filter(bool), st.integers(1, 5)),
    max_size=12,
)


def adjust(ledger, number, dated_on, minor):
    amount = Money(abs(minor), "EUR").major()
    enter = ledger.debit if minor > 0 else ledger.credit
    enter(Kind.ADJUSTMENT, number, dated_on, amount)


def half_a_year(posted):
    """The statements of six months; each posting has a day of the year and arrives in a month."""
    ledger, statements = Ledger(), [None]
    for month in range(1, 7):
        for number, (offset, minor, arrives) in enumerate(posted):
            if arrives == month:
                adjust(ledger, f"A{number}", date(2026, 1, 1) + timedelta(days=offset), minor)
        period = month_period(Month(2026, month))
        statements.append(compose(ledger.book, EURO, period, statements[-1]))
    return ledger, statements[1:]


@given(postings)
def test_every_document_stands_on_exactly_one_statement(posted):
    ledger, statements = half_a_year(posted)
    stated = [line.document for statement in statements for line in statement.lines]

    assert sorted(stated) == sorted(entry.number for entry in ledger.entries)


@given(postings)
def test_opening_and_movements_make_the_closing(posted):
    for statement in half_a_year(posted)[1]:
        moved = sum(line.amount_minor for line in statement.lines)

        assert statement.sums.opening_minor + moved == statement.sums.closing_minor


@given(postings)
def test_each_statement_closes_with_the_ledgers_balance_and_its_ageing(posted):
    ledger, statements = half_a_year(posted)
    last = statements[-1]
    closing = Money(last.sums.closing_minor, "EUR")

    assert closing == position(ledger.book, EURO, last.period.to_on).balance
    assert closing == last.ageing.open - last.unapplied
