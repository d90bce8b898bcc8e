"""Figures, days and moments as people read them, in the language of the moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from portal.base.language import current_language, current_locale
from portal.core.money import Money, exponent

MINUS = "\N{MINUS SIGN}"


def amount(minor: int, currency: str) -> str:
    """
    An amount without its currency, with the currency's own decimals and a true minus.

    >>> amount(-123450, "CNY")
    '−1,234.50'
    >>> amount(1234, "JPY")
    '1,234'
    """
    places = exponent(currency)
    group, point = _marks(current_language())
    whole_units, rest = divmod(abs(minor), 10**places)
    text = f"{whole_units:,}".replace(",", group)
    if places:
        text += f"{point}{rest:0{places}}"
    return f"{MINUS}{text}" if minor < 0 else text


@cache
def _marks(_language: str) -> tuple[str, str]:
    """What marks the thousands and the decimals; asked once, as lists print hundreds of amounts."""
    return get_group_symbol(current_locale()), get_decimal_symbol(current_locale())


def money(value: Money) -> str:
    """An amount with its ISO code before it: `CNY 1,234.50`."""
    return f"{value.currency}\N{NO-BREAK SPACE}{amount(value.minor, value.currency)}"


def together(sentences: Iterable[str]) -> str:
    """
    Whole sentences one after the other: a blank between them, in Chinese none.

    >>> together(["One.", "Two."])
    'One. Two.'
    """
    return ("" if current_language() == "zh-CN" else " ").join(sentences)


def day(value: dt.date | None) -> str:
    """A date: `5 Nov 2026`, `2026年11月5日`; a dash where it is not known."""
    return "—" if value is None else _day(value, current_language())


@lru_cache(maxsize=4_096)
def _day(value: dt.date, language: str) -> str:
    pattern = "y年M月d日" if language == "zh-CN" else "d MMM y"
    return format_date(value, pattern, locale=current_locale())


def long_day(value: dt.date) -> str:
    """
    A day with its weekday: `Friday, 11 Dec 2026`, `2026年12月11日星期五`.

    >>> long_day(dt.date(2026, 12, 11))
    'Friday, 11 Dec 2026'
    """
    pattern = "y年M月d日EEEE" if current_language() == "zh-CN" else "EEEE, d MMM y"
    return format_date(value, pattern, locale=current_locale())


def short_day(value: dt.date | None) -> str:
    """A date inside a table whose year is said elsewhere: `5 Nov`, `11月5日`."""
    if value is None:
        return "—"
    pattern = "M月d日" if current_language() == "zh-CN" else "d MMM"
    return format_date(value, pattern, locale=current_locale())


def month(value: dt.date) -> str:
    """A month: `October 2026`, `2026年10月`."""
    pattern = "y年M月" if current_language() == "zh-CN" else "LLLL y"
    return format_date(value, pattern, locale=current_locale())


def period(from_on: dt.date, to_on: dt.date) -> str:
    """A period: the month's name where it is a whole month, else both days."""
    is_month = from_on.day == 1 and (to_on + dt.timedelta(days=1)).day == 1
    if is_month and (from_on.year, from_on.month) == (to_on.year, to_on.month):
        return month(to_on)
    return f"{day(from_on)} – {day(to_on)}"


def moment(value: dt.datetime, zone: str) -> str:
    """A moment in a time zone, to the minute, with its offset's name."""
    pattern = "y年M月d日 HH:mm" if current_language() == "zh-CN" else "d MMM y, HH:mm"
    return format_datetime(value, pattern, tzinfo=ZoneInfo(zone), locale=current_locale())


def short_moment(value: dt.datetime, zone: str) -> str:
    """A moment inside a table whose year is said elsewhere: `5 Nov, 09:30`, `11月5日 09:30`."""
    pattern = "M月d日 HH:mm" if current_language() == "zh-CN" else "d MMM, HH:mm"
    return format_datetime(value, pattern, tzinfo=ZoneInfo(zone), locale=current_locale())


def clock(value: dt.datetime, zone: str) -> str:
    """
    A time of the day in a time zone, where the day is plain: `15:02`.

    >>> clock(dt.datetime(2026, 11, 2, 7, 2, tzinfo=dt.UTC), "Asia/Shanghai")
    '15:02'
    """
    return f"{value.astimezone(ZoneInfo(zone)):%H:%M}"


def number(value: Decimal | str) -> str:
    """
    A quantity or price with the decimals it was given with, its thousands marked.

    >>> number("2352.00"), number("0.125")
    ('2,352.00', '0.125')
    """
    text = str(value)
    places = len(text.partition(".")[2])
    pattern = "#,##0" + ("." + "0" * places if places else "")
    return format_decimal(Decimal(text), format=pattern, locale=current_locale())


def whole(number: int) -> str:
    """A count with its thousands marked."""
    return format_decimal(number, format="#,##0", locale=current_locale())


def masked(email: str) -> str:
    """
    An address that its owner recognises and nobody else learns.

    >>> masked("chen.wei@huadong.example")
    'c…i@huadong.example'
    """
    local, _, domain = email.partition("@")
    return f"{local[:1]}…{local[-1:]}@{domain}" if len(local) > 2 else f"…@{domain}"
