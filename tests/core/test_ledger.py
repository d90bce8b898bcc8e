"""R22–R27: what is open, unapplied and owed as of a date."""

from datetime import date

import pytest

from portal.core.errors import RuleBroken
from portal.core.ledger import Account, Allocation, DisputedPart, Entry, Kind, open_items, position
from portal.core.money import Money
from tests.core.books import EURO, Ledger, day, euro


def test_a_kind_knows_its_sign_and_space():
    told = {kind: (kind.sign, kind.space) for kind in Kind}

    assert told == {
        Kind.INVOICE: (1, 1),
        Kind.CHARGE: (1, 3),
        Kind.CREDIT_NOTE: (-1, 2),
        Kind.PAYMENT: (-1, 2),
        Kind.DISCOUNT: (-1, 3),
        Kind.REFUND: (1, 3),
        Kind.RETURNED_PAYMENT: (1, 3),
        Kind.TRANSFER: (0, 3),
        Kind.ADJUSTMENT: (0, 3),
        Kind.OPENING: (0, 3),
        Kind.WRITE_OFF: (0, 3),
    }


@pytest.mark.parametrize(
    ("kind", "minor"), [(Kind.INVOICE, -1), (Kind.PAYMENT, 1), (Kind.ADJUSTMENT, 0)]
)
def test_an_amount_fits_its_kind(kind, minor):
    with pytest.raises(ValueError, match=kind.name):
        Entry(1, "C1", kind, "X-1", day("05-01"), Money(minor, "EUR"))


def test_a_payment_counts_from_its_date_on():
    ledger = Ledger()
    ledger.invoice("I", day("05-01"), "100.00")
    ledger.pay("P", day("05-20"), "40.00", pays="I")

    assert [ledger.balance(day(on)) for on in ("04-30", "05-19", "05-20")] == [
        "0.00",
        "100.00",
        "60.00",
    ]


def test_money_for_a_later_invoice_is_unapplied_until_then():
    ledger = Ledger()
    ledger.invoice("I", day("06-01"), "100.00")
    ledger.pay("P", day("05-20"), "100.00", pays="I")

    before, after = (position(ledger.book, EURO, day(on)) for on in ("05-31", "06-01"))

    assert (before.unapplied, before.balance) == (euro("100.00"), euro("-100.00"))
    assert (after.unapplied, after.balance) == (euro("0.00"), euro("0.00"))


def test_an_ended_application_opens_the_item_again():
    ledger = Ledger()
    ledger.invoice("I", day("05-01"), "100.00")
    ledger.pay("P", day("05-20"), "100.00", pays="I")
    ledger.allocations = [ledger.allocations[0].ended(day("05-25"))]

    assert [ledger.open_by_number(day(on)) for on in ("05-24", "05-25")] == [{}, {"I": "100.00"}]


def test_an_application_ends_once_and_not_before_it_begins():
    applied = Allocation(2, 1, 1, euro("1.00"), day("05-20"))

    with pytest.raises(RuleBroken, match="ends_too_early"):
        applied.ended(day("05-19"))
    with pytest.raises(RuleBroken, match="ended_already"):
        applied.ended(day("05-21")).ended(day("05-22"))


def test_open_items_stand_in_the_order_in_which_they_fall_due():
    ledger = Ledger()
    ledger.invoice("B", day("05-01"), "10.00", due=[(day("07-01"), "4.00"), (day("06-01"), "6.00")])
    ledger.invoice("A", day("05-02"), "5.00", due=[(None, "5.00")])
    ledger.invoice("C", day("05-01"), "1.00", due=[(day("07-01"), "1.00")])

    items = open_items(ledger.book, day("05-31"))

    assert [(item.entry.number, item.part.part) for item in items] == [
        ("B", 2),
        ("B", 1),
        ("C", 1),
        ("A", 1),
    ]


@pytest.mark.parametrize(
    ("dispute", "on", "disputed"),
    [
        (DisputedPart(1, 1, day("05-10")), "05-09", "0.00"),
        (DisputedPart(1, 1, day("05-10")), "05-10", "60.00"),
        (DisputedPart(1, 1, day("05-10"), amount=euro("25.00")), "05-10", "25.00"),
        (DisputedPart(1, 1, day("05-10"), amount=euro("75.00")), "05-10", "60.00"),
        (DisputedPart(1, 1, day("05-10"), ended_on=day("05-20")), "05-19", "60.00"),
        (DisputedPart(1, 1, day("05-10"), ended_on=day("05-20")), "05-20", "0.00"),
        (DisputedPart(1, 2, day("05-10")), "05-10", "0.00"),
    ],
    ids=["before", "whole", "part", "no more than open", "running", "ended", "another part"],
)
def test_a_disputed_amount_is_never_more_than_is_open(dispute, on, disputed):
    ledger = Ledger(disputes=[dispute])
    ledger.invoice("I", day("05-01"), "100.00")
    ledger.pay("P", day("05-02"), "40.00", pays="I")

    assert position(ledger.book, EURO, day(on)).disputed == euro(disputed)


def test_a_write_off_leaves_the_house_but_not_the_claim():
    ledger = Ledger()
    ledger.invoice("I", day("05-01"), "100.00")
    ledger.credit(Kind.WRITE_OFF, "W", day("05-20"), "30.00", pays="I")

    told = position(ledger.book, EURO, day("05-31"))

    assert (told.balance, told.memo, told.house) == (euro("100.00"), euro("30.00"), euro("70.00"))


def test_a_write_off_takes_no_more_than_the_house_expects():
    ledger = Ledger()
    ledger.invoice("I", day("05-01"), "100.00")
    ledger.credit(Kind.WRITE_OFF, "W1", day("05-20"), "70.00", pays="I")
    ledger.credit(Kind.WRITE_OFF, "W2", day("05-21"), "70.00", pays="I")

    assert position(ledger.book, EURO, day("05-31")).house == euro("0.00")


def test_a_paid_write_off_waits_for_its_recovery():
    ledger = Ledger()
    ledger.invoice("I", day("05-01"), "100.00")
    ledger.credit(Kind.WRITE_OFF, "W", day("05-20"), "100.00", pays="I")
    ledger.pay("P", day("05-25"), "100.00", pays="I")

    told = position(ledger.book, EURO, day("05-31"))

    assert (told.balance, told.house) == (euro("0.00"), euro("-100.00"))


def test_a_refund_is_an_item_that_the_refunded_credit_pays():
    ledger = Ledger()
    ledger.pay("P", day("05-01"), "100.00")
    ledger.debit(Kind.REFUND, "R", day("05-10"), "100.00")
    ledger.apply("P", "R", day("05-10"))

    told = position(ledger.book, EURO, day("05-10"))

    assert (told.open, told.unapplied) == (euro("0.00"), euro("0.00"))


def test_each_customer_and_currency_is_an_account_of_its_own():
    ledger = Ledger()
    ledger.invoice("I", day("05-01"), "100.00")
    ledger.entries.append(Entry(2, "C1", Kind.PAYMENT, "P", date(2026, 5, 1), Money(-100, "CNY")))

    assert ledger.book.accounts == [Account("C1", "CNY"), EURO]
    assert ledger.balance(day("05-31")) == "100.00"
