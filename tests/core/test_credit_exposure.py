"""What of ours a customer holds, and how a limit is used (R175–R178, R187–R189, R420)."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.credit_book import (
    Bill,
    CreditBook,
    Order,
    Security,
    figures_of,
    last_day_of_release,
    oldest_overdue,
)
from portal.core.exposure import (
    Elsewhere,
    Pair,
    Part,
    Rate,
    converted,
    expose,
    left_of_order,
    rate_between,
    usage,
)
from portal.core.ledger import DisputedPart, Kind
from portal.core.money import Money
from tests.core.books import Ledger, day, euro

MARCH = date(2026, 3, 1)
PLN = Pair("PLN", "EUR")


def rate(text, on=MARCH, pair=PLN):
    return Rate(*pair, on, Decimal(text))


def test_the_last_rate_on_or_before_the_day_holds():
    told = [rate("0.9"), rate("0.8", MARCH + timedelta(days=9)), rate("0.7", date(2027, 1, 1))]

    found = [rate_between(told, PLN, MARCH + timedelta(days=days)) for days in (-1, 0, 8, 9, 30)]
    assert found == [None, *(Fraction(text) for text in ("0.9", "0.9", "0.8", "0.8"))]


def test_a_rate_is_turned_round_only_where_its_own_direction_was_never_told():
    turned = rate("4", pair=Pair("EUR", "PLN"))

    assert rate_between([turned], PLN, MARCH) == Fraction(1, 4)
    assert rate_between([rate("0.9", MARCH), turned], PLN, MARCH) == Fraction(9, 10)


def test_no_rate_is_made_of_two_others():
    told = [rate("2", pair=Pair("PLN", "USD")), rate("3", pair=Pair("USD", "EUR"))]

    assert rate_between(told, PLN, MARCH) is None
    assert rate_between([], Pair("EUR", "EUR"), MARCH) == 1


@pytest.mark.parametrize(
    ("amount", "to", "per", "told"),
    [
        (Money(10100, "PLN"), "EUR", "0.9", "90.90"),
        (Money(1, "CNY"), "JPY", "20.5", "0"),
        (Money(3, "CNY"), "JPY", "16.7", "1"),
        (Money(1000, "KWD"), "JPY", "480.5", "481"),
        (Money(-5, "EUR"), "USD", "1.1", "-0.06"),
    ],
)
def test_an_amount_is_converted_exactly_and_rounded_once(amount, to, per, told):
    assert converted(amount, to, Fraction(per)).major() == told


@given(*[st.integers(0, 10_000)] * 3)
def test_a_chain_counts_once(ordered, invoiced, delivered):
    left = left_of_order(ordered, invoiced, delivered)

    assert left >= 0
    assert invoiced + delivered + left == max(ordered, invoiced + delivered)


@given(*[st.integers(0, 10_000)] * 3)
def test_a_chain_in_two_currencies_counts_the_larger_of_both_sides(ordered, invoiced, delivered):
    chain = Elsewhere("O-1", "PLN", left_of_order(ordered, invoiced, 0), "JPY")
    figures = {(Part.ORDERS, "PLN"): chain.left, (Part.ORDERS, chain): delivered}
    rates = [rate("0.25"), rate("0.01", pair=Pair("JPY", "EUR"))]  # a yen is four groszy
    exposure = expose(figures, "EUR", rates, MARCH)

    left = left_of_order(ordered, invoiced, 4 * delivered)
    assert exposure.total == converted(Money(left, "PLN"), "EUR", Fraction("0.25"))


def test_a_chain_whose_other_currency_has_no_rate_is_not_known():
    chain = Elsewhere("O-1", "EUR", 500, "JPY")
    exposure = expose({(Part.ORDERS, "EUR"): 500, (Part.ORDERS, chain): 3}, "EUR", [], MARCH)

    assert exposure.total is None
    assert [str(pair) for pair in exposure.missing] == ["JPY/EUR"]


PARTS = st.dictionaries(
    st.tuples(st.sampled_from(list(Part)), st.sampled_from(["EUR", "PLN", "JPY"])),
    st.integers(-10_000, 10_000),
)


@given(PARTS)
def test_the_lines_of_an_exposure_sum_to_it_and_each_counts_with_its_sign(figures):
    rates = [rate("0.2345"), rate("0.0061", pair=Pair("JPY", "EUR"))]
    exposure = expose(figures, "EUR", rates, MARCH)

    assert exposure.total == Money.total([line.counted for line in exposure.lines], "EUR")
    assert exposure.total == exposure.of(*Part)
    for line in exposure.lines:
        own = rate_between(rates, Pair(line.amount.currency, "EUR"), MARCH)
        assert line.counted.minor * line.part.sign == converted(line.amount, "EUR", own).minor


@given(PARTS)
def test_an_exposure_with_an_amount_without_a_rate_is_not_known(figures):
    exposure = expose(figures, "EUR", [rate("0.2345")], MARCH)
    is_missing = any(minor and currency == "JPY" for (_, currency), minor in figures.items())

    assert (exposure.total is None) == is_missing
    assert [str(pair) for pair in exposure.missing] == ["JPY/EUR"] * is_missing


def test_what_is_disputed_counts_what_is_written_off_does_not_and_notes_stand_apart():
    ledger = Ledger()
    invoice = ledger.invoice("I-1", day("03-01"), "100.00")
    ledger.credit(Kind.WRITE_OFF, "W-1", day("03-05"), "30.00", pays="I-1")
    ledger.disputes.append(DisputedPart(invoice.id, 1, day("03-02")))
    ledger.credit(Kind.CREDIT_NOTE, "CN-1", day("03-06"), "5.00")
    ledger.pay("P-1", day("03-07"), "20.00", pays="I-1")
    ledger.pay("P-2", day("03-08"), "7.00")

    assert figures_of(CreditBook(ledger.book), "C1", day("03-31")) == {
        (Part.OPEN, "EUR"): 5000,
        (Part.CREDIT_NOTES, "EUR"): 500,
        (Part.MONEY, "EUR"): 700,
    }


def test_a_written_off_claim_that_was_paid_covers_nothing_else():
    ledger = Ledger()
    ledger.invoice("I-1", day("03-01"), "100.00")
    ledger.invoice("I-2", day("03-01"), "40.00")
    ledger.credit(Kind.WRITE_OFF, "W-1", day("03-05"), "100.00", pays="I-1")
    ledger.pay("P-1", day("03-07"), "80.00", pays="I-1")

    assert figures_of(CreditBook(ledger.book), "C1", day("03-31")) == {(Part.OPEN, "EUR"): 4000}


@pytest.mark.parametrize(
    ("status", "decision", "until", "counts"),
    [
        ("open", "", None, True),
        ("open", "allow", None, True),
        ("open", "hold", None, False),
        ("open", "refuse", None, False),
        ("open", "released", MARCH, True),
        ("open", "released", MARCH - timedelta(days=1), False),
        ("closed", "", None, False),
        ("cancelled", "allow", None, False),
    ],
)
def test_an_order_counts_while_it_may_be_shipped(status, decision, until, counts):
    order = Order("O-1", "C1", euro("10.00"), MARCH, status, decision, until)

    assert order.counts_on(MARCH) is counts
    assert not order.counts_on(MARCH - timedelta(days=1))


def a_bill(state="held", state_on=MARCH, **columns):
    told = {"customer": "C1", "payment": "P-1", "received_on": day("02-01"), **columns}
    return Bill(amount=euro("40.00"), state=state, state_on=state_on, **told)


def paid_by_bill():
    ledger = Ledger()
    ledger.invoice("I-1", day("01-15"), "40.00")
    ledger.pay("P-1", day("02-01"), "40.00", pays="I-1")
    return ledger


@pytest.mark.parametrize(
    ("bill", "from_on", "to_on"),
    [
        (a_bill(), "02-01", None),
        (a_bill("discounted"), "02-01", None),
        (a_bill("honoured", day("03-01")), "02-01", "03-01"),
        (a_bill("dishonoured", day("03-01")), "02-01", "03-09"),
        (a_bill(payment="P-9"), None, None),
        (a_bill(customer="C2"), None, None),
    ],
)
def test_a_bill_counts_from_its_payment_until_it_is_honoured_or_taken_back(bill, from_on, to_on):
    ledger = paid_by_bill()
    ledger.debit(Kind.RETURNED_PAYMENT, "R-1", day("03-09"), "40.00")
    days = [day("02-01") + timedelta(days=turn) for turn in range(-1, 60)]
    counting = [each for each in days if bill.counts_on(each, ledger.book)]

    first, end = from_on and day(from_on), to_on and day(to_on)
    assert counting == [
        each for each in days if first and first <= each and not (end and each >= end)
    ]


def test_a_security_covers_from_its_day_through_its_last_and_not_once_it_is_ended():
    security = Security("C1", euro("9.00"), day("03-01"), day("03-20"), day("03-10"))

    days = [turn for turn in range(1, 31) if security.counts_on(date(2026, 3, turn))]
    assert days == list(range(1, 10))
    assert Security("C1", euro("9.00"), day("03-01"), day("03-20")).counts_on(day("03-20"))


def test_a_child_counts_in_its_parent_and_not_the_other_way_round():
    order = Order("O-1", "C2", euro("10.00"), MARCH)
    book = CreditBook(orders=(order,), parents={"C2": "C1", "C1": "C0"})

    held = {code: bool(figures_of(book, code, MARCH)) for code in ("C0", "C1", "C2", "C3")}
    assert held == {"C0": True, "C1": True, "C2": True, "C3": False}


def test_the_oldest_late_item_is_one_of_which_something_undisputed_is_open():
    ledger = Ledger()
    paid = ledger.invoice("I-1", day("01-01"), "10.00", due=[(day("01-10"), "10.00")])
    disputed = ledger.invoice("I-2", day("01-02"), "10.00", due=[(day("01-20"), "10.00")])
    ledger.invoice("I-3", day("01-03"), "10.00", due=[(day("01-30"), "10.00")])
    ledger.pay("P-1", day("02-01"), "10.00", pays=paid.number)
    ledger.disputes.append(DisputedPart(disputed.id, 1, day("01-21"), amount=euro("10.00")))

    assert oldest_overdue(ledger.book, "C1", day("02-05")) == day("01-30")
    assert oldest_overdue(ledger.book, "C1", day("01-20")) == day("01-10")
    assert oldest_overdue(ledger.book, "C1", day("01-10")) is None


def test_a_release_holds_for_31_days_at_most():
    assert last_day_of_release(date(2026, 1, 31)) == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("used", "state"), [("-5.00", "ok"), ("0.00", "ok"), ("9.00", "ok"), ("9.01", "watch")]
)
def test_a_limit_is_watched_above_its_share(used, state):
    assert usage(euro(used), euro("10.00"), 90) == state


def test_a_limit_of_nothing_is_over_as_soon_as_anything_is_used():
    assert [usage(euro(used), euro("0.00"), 90) for used in ("0.00", "0.01")] == ["ok", "over"]
    assert usage(euro("99.00"), None, 90) == "ok"
