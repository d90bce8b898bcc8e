"""R49: amounts in words, in English and as 大写."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.money import LARGEST_MINOR, Money
from portal.core.words import amount_in_words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("1680.32", "CNY", "人民币壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "CNY", "人民币壹拾万柒仟元伍角叁分"),
        ("16409.02", "CNY", "人民币壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "CNY", "人民币叁佰贰拾伍元零肆分"),
        ("1409.50", "CNY", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "CNY", "人民币陆仟零柒元壹角肆分"),
        ("1535782.00", "CNY", "人民币壹佰伍拾叁万伍仟柒佰捌拾贰元整"),
        ("10010.00", "CNY", "人民币壹万零壹拾元整"),
        ("1000500.00", "CNY", "人民币壹佰万零伍佰元整"),
        ("1000000000.01", "CNY", "人民币壹拾亿元零壹分"),
        ("1000000000000.00", "CNY", "人民币壹万亿元整"),
        ("0.00", "CNY", "人民币零元整"),
        ("0.50", "CNY", "人民币伍角整"),
        ("0.05", "CNY", "人民币伍分"),
        ("-100.00", "CNY", "人民币负壹佰元整"),
        ("200.00", "USD", "美元贰佰元整"),
        ("10", "JPY", "日元壹拾元整"),
        ("1.005", "KWD", "KWD壹元零伍厘"),
    ],
)
def test_a_chinese_amount_is_written_in_capitals(amount, currency, words):
    assert amount_in_words(Money.parse(amount, currency), "zh-CN") == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("0.00", "CNY", "Zero and 00/100 CNY"),
        ("0.05", "EUR", "Zero and 05/100 EUR"),
        ("13.00", "EUR", "Thirteen and 00/100 EUR"),
        ("40.10", "EUR", "Forty and 10/100 EUR"),
        ("100.00", "EUR", "One hundred and 00/100 EUR"),
        ("1001.00", "EUR", "One thousand and one and 00/100 EUR"),
        ("1234.50", "EUR", "One thousand two hundred and thirty-four and 50/100 EUR"),
        ("1000500.00", "EUR", "One million five hundred and 00/100 EUR"),
        ("-2000000000000.00", "EUR", "Minus two trillion and 00/100 EUR"),
        ("12", "JPY", "Twelve JPY"),
        ("1.005", "KWD", "One and 005/1000 KWD"),
    ],
)
def test_an_english_amount_is_written_as_on_a_cheque(amount, currency, words):
    assert amount_in_words(Money.parse(amount, currency), "en") == words


@given(st.integers(0, LARGEST_MINOR), st.sampled_from(["en", "zh"]))
def test_different_amounts_are_different_words(minor, language):
    words = [amount_in_words(Money(each, "CNY"), language) for each in (minor, minor + 1)]

    assert words[0] != words[1]


@given(st.integers(0, LARGEST_MINOR))
def test_capitals_hold_no_second_zero_in_a_row(minor):
    assert "零零" not in amount_in_words(Money(minor, "CNY"), "zh")
