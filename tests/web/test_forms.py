"""What people type is read where it is certain, kept, and explained where it is not."""

import datetime as dt

import pytest

from portal.web.forms import day_typed, plain_amount
from tests.page import Visitor


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("1234.50", "1234.50"),
        ("1,234.5", "1234.5"),
        ("１，２３４．５０", "1234.50"),
        ("￥1,234", "1234"),
        ("1234.50 元", "1234.50"),
        ("CNY 12,345,678.90", "12345678.90"),
        ("1 234.50", "1234.50"),
        ("\N{MINUS SIGN}5.00", "-5.00"),
        ("12,3456.00", "123456.00"),
        ("12,5", "12,5"),
        ("1.234,50", "1.234,50"),
    ],
)
def test_an_amount_is_read_only_where_it_is_certain(typed: str, plain: str):
    assert plain_amount(typed) == plain


@pytest.mark.parametrize(
    ("typed", "currency", "plain"),
    [
        ("CNY 50", "CNY", "50"),
        ("rmb 50", "CNY", "50"),
        ("¥50", "JPY", "50"),
        ("EUR 50", "CNY", "EUR50"),
        ("€50", "CNY", "€50"),
        ("NaN", "CNY", "NaN"),
    ],
)
def test_another_currency_is_not_read_as_the_fields_own(typed: str, currency: str, plain: str):
    assert plain_amount(typed, currency) == plain


@pytest.mark.parametrize("typed", ["2026-11-05", "2026/11/5", "2026年11月5日", "2026.11.05"])
def test_a_day_is_read_as_people_write_it(typed: str):
    assert day_typed(typed) == dt.date(2026, 11, 5)


def test_a_day_that_is_none_is_refused():
    assert day_typed("2026-02-30") is None


def test_a_right_form_acts_and_goes_on(visitor: Visitor):
    page = visitor.send("/sample", data={"pay_on": "2026-11-05", "amount": "1,000", "way": "bank"})

    assert "Promised." in visitor.follow(page).text


def test_a_wrong_form_keeps_what_was_typed_and_links_to_it(visitor: Visitor):
    page = visitor.send("/sample", 422, data={"pay_on": "soon", "amount": "12,5", "way": "bank"})

    assert page.by_id("amount").get("value") == "12,5"
    assert page.by_id("amount").get("aria-invalid") == "true"
    assert page.by_id("pay_on").get("aria-describedby") == "pay_on-hint pay_on-error"
    assert page.links["Enter a real date, such as 2026-11-05."] == "#pay_on"


def test_an_empty_form_asks_for_each_field_once(visitor: Visitor):
    page = visitor.send("/sample", 422, data={"way": "bank"})

    asked = [item.text for item in page.by_id("error-summary").all("a")]
    assert asked == ["Enter the day you will pay.", "Enter an amount."]


def test_a_broken_rule_stands_on_its_field(visitor: Visitor):
    fields = {"pay_on": "2026-11-05", "amount": "1000.01", "way": "bank"}
    page = visitor.send("/sample", 422, data=fields)

    assert "1000.01 is larger" in page.by_id("amount-error").text


def test_somebody_faster_is_a_conflict(visitor: Visitor):
    fields = {"pay_on": "2026-11-05", "amount": "1.00", "way": "cash"}
    page = visitor.send("/sample", 409, data=fields)

    assert "nothing was done twice" in page.by_id("error-summary").text


def test_more_decimals_than_the_currency_has_are_refused(visitor: Visitor):
    page = visitor.send("/sample", 422, data={"pay_on": "2026-11-05", "amount": "1.005"})

    assert "has more decimals than CNY has" in page.by_id("amount-error").text
