"""R1–R5: amounts are exact, carry their currency's decimals and never mix."""

import operator
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import RuleBroken
from portal.core.money import CURRENCIES, DOWN, LARGEST_MINOR, Money, exponent, rounded

minors = st.integers(-LARGEST_MINOR, LARGEST_MINOR)
amounts = st.builds(Money, minors, st.sampled_from(sorted(CURRENCIES)))


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1234.50", "CNY", 123450),
        ("1234.5", "CNY", 123450),
        ("-0.05", "EUR", -5),
        ("+7", "EUR", 700),
        (".5", "EUR", 50),
        (" 100 ", "JPY", 100),
        ("1.005", "KWD", 1005),
        ("00012", "USD", 1200),
        ("-0", "USD", 0),
        ("9999999999999.99", "CNY", LARGEST_MINOR),
    ],
)
def test_a_plain_decimal_is_an_amount(text, currency, minor):
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "code"),
    [
        ("", "CNY", "money.malformed"),
        (".", "CNY", "money.malformed"),
        ("5.", "CNY", "money.malformed"),
        ("1,234.50", "CNY", "money.malformed"),
        ("1e3", "CNY", "money.malformed"),
        ("12a", "CNY", "money.malformed"),
        ("１２", "CNY", "money.malformed"),
        ("NaN", "CNY", "money.malformed"),
        ("0" * 41, "CNY", "money.malformed"),
        ("1.005", "CNY", "money.too_many_decimals"),
        ("1.0", "JPY", "money.too_many_decimals"),
        ("10000000000000.00", "CNY", "money.too_large"),
        ("1", "XYZ", "money.unknown_currency"),
    ],
)
def test_anything_else_is_refused(text, currency, code):
    with pytest.raises(RuleBroken) as refused:
        Money.parse(text, currency)

    assert refused.value.code == code


def test_a_refusal_repeats_no_endless_text():
    with pytest.raises(RuleBroken) as refused:
        Money.parse("9" * 100_000, "CNY")

    assert len(str(refused.value)) < 100


@pytest.mark.parametrize(("currency", "decimals"), [("CNY", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)])
def test_a_currency_has_its_own_decimals(currency, decimals):
    assert exponent(currency) == decimals


@given(amounts)
def test_writing_and_reading_an_amount_gives_it_again(amount):
    assert Money.parse(amount.major(), amount.currency) == amount


@pytest.mark.parametrize("mix", [operator.add, operator.sub, operator.lt, operator.ge])
def test_two_currencies_never_meet(mix):
    with pytest.raises(TypeError, match="CNY meets EUR"):
        mix(Money(1, "CNY"), Money(1, "EUR"))


def test_money_does_not_meet_bare_numbers():
    with pytest.raises(TypeError, match="money meets int"):
        Money(1, "CNY") + 1


def test_equal_figures_of_two_currencies_are_not_equal():
    assert Money(1, "CNY") != Money(1, "EUR")


def test_amounts_of_one_currency_are_ordered():
    assert max(Money(1, "EUR"), Money(3, "EUR"), Money(2, "EUR")) == Money(3, "EUR")


def test_arithmetic_keeps_the_currency():
    assert abs(-(Money(5, "EUR") - Money(8, "EUR"))) == Money(3, "EUR")


@pytest.mark.parametrize(
    ("minor", "ratio", "product"),
    [
        (1, Fraction(1, 2), 1),
        (-1, Fraction(1, 2), -1),
        (23800, Decimal("0.01"), 238),
        (59500, Fraction(19, 119), 9500),
        (100, 3, 300),
    ],
)
def test_a_product_is_rounded_half_up_away_from_nothing(minor, ratio, product):
    assert Money(minor, "EUR").times(ratio) == Money(product, "EUR")


@pytest.mark.parametrize(("value", "whole"), [(Fraction(29, 10), 2), (Fraction(-29, 10), -2)])
def test_rounding_down_leaves_the_fraction_out(value, whole):
    assert rounded(value, DOWN) == whole


@given(amounts, st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any))
def test_shares_sum_to_the_whole(amount, weights):
    shares = amount.allocate(weights)

    assert Money.total(shares, amount.currency) == amount


@given(amounts, st.lists(st.integers(1, 1000), min_size=1, max_size=20))
def test_no_share_is_more_than_a_unit_from_its_ideal(amount, weights):
    shares = amount.allocate(weights)
    ideals = [Fraction(amount.minor * weight, sum(weights)) for weight in weights]

    assert all(abs(share.minor - ideal) < 1 for share, ideal in zip(shares, ideals, strict=True))


@pytest.mark.parametrize("weights", [[0, 0], [2, -1]])
def test_senseless_weights_are_a_fault_of_the_program(weights):
    with pytest.raises(ValueError, match="weights"):
        Money(100, "EUR").allocate(weights)


def test_a_broken_rule_shows_its_code_and_facts_in_the_log():
    assert str(RuleBroken("a.code")) == "a.code"
    assert str(RuleBroken("a.code", field="x", part="30d")) == "a.code (part=30d)"
