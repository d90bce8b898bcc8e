"""Figures and days as people read them."""

import datetime as dt

import pytest

from portal.base import formats
from portal.base.language import speaking


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (153578200, "CNY", "1,535,782.00"),
        (-5, "EUR", "−0.05"),
        (1234, "JPY", "1,234"),
        (1500, "KWD", "1.500"),
        (0, "USD", "0.00"),
        (10**15 - 1, "CNY", "9,999,999,999,999.99"),
    ],
)
def test_an_amount_has_its_currency_s_decimals(minor, currency, text):
    assert formats.amount(minor, currency) == text


@pytest.mark.parametrize(("language", "text"), [("en", "5 Nov 2026"), ("zh-CN", "2026年11月5日")])
def test_a_day_is_written_in_the_reader_s_language(language, text):
    with speaking(language):
        assert formats.day(dt.date(2026, 11, 5)) == text


def test_a_whole_month_has_a_name_and_another_period_its_days():
    with speaking("en"):
        assert formats.period(dt.date(2026, 10, 1), dt.date(2026, 10, 31)) == "October 2026"
        assert (
            formats.period(dt.date(2026, 10, 5), dt.date(2026, 10, 31))
            == "5 Oct 2026 – 31 Oct 2026"
        )


def test_a_moment_is_told_in_the_company_s_zone():
    noon = dt.datetime(2026, 11, 5, 16, 30, tzinfo=dt.UTC)

    assert formats.moment(noon, "Asia/Shanghai") == "6 Nov 2026, 00:30"
