"""R19–R20: the early-payment discount on offer, and the one that a payment earns."""

from datetime import date

import pytest

from portal.core.discount import discount_earned, discount_on_offer
from portal.core.money import Money
from portal.core.terms import Discount, parse_terms

ISSUED = date(2026, 10, 5)
OFFER = Discount(until=date(2026, 10, 15), amount=Money(2000, "CNY"))


def test_credit_notes_lower_the_base():
    offer = discount_on_offer(
        parse_terms("2/10 net 30"), ISSUED, Money(1840000, "CNY"), Money(40000, "CNY")
    )

    assert offer == Discount(date(2026, 10, 15), Money(36000, "CNY"))


def test_terms_without_a_discount_offer_none():
    assert discount_on_offer(parse_terms("30d"), ISSUED, Money(100, "CNY"), Money(0, "CNY")) is None


@pytest.mark.parametrize(
    ("terms", "left", "offered"),
    [
        ("30d; discount 50.00 10d", "50.00", "50.00"),
        ("30d; discount 50.00 10d", "49.99", None),
        ("70% 0d, 200.00 9d, balance 30d; discount 2% 10d", "500.00", "10.00"),
    ],
)
def test_a_fixed_discount_above_what_is_left_is_none(terms, left, offered):
    invoiced, rest = Money.parse("1000.00", "CNY"), Money.parse(left, "CNY")
    offer = discount_on_offer(parse_terms(terms), ISSUED, invoiced, invoiced - rest)

    assert (offer and offer.amount.major()) == offered


@pytest.mark.parametrize(
    ("paid", "value_on", "earned"),
    [
        (98000, 15, 2000),
        (98000, 16, 0),
        (99000, 10, 1000),
        (97999, 10, 0),
        (100000, 10, 0),
        (120000, 10, 0),
    ],
)
def test_only_the_payment_that_closes_the_item_in_time_earns_it(paid, value_on, earned):
    granted = discount_earned(
        OFFER, Money(100000, "CNY"), Money(paid, "CNY"), date(2026, 10, value_on)
    )

    assert granted == Money(earned, "CNY")


def test_without_an_offer_nothing_is_earned():
    assert discount_earned(None, Money(100, "CNY"), Money(98, "CNY"), ISSUED) == Money(0, "CNY")
