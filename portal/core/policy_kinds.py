"""
What a value of the policy's text can be: each kind reads what TOML told, or says what to write.

A kind gives the value as the policy keeps it: exact, in one form only, without floats.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias

from portal.core.errors import RuleBroken
from portal.core.money import CURRENCIES, Money

#: Reads what was told; `RuleBroken` says what to write instead.
Kind: TypeAlias = Callable[[Any], Any]

LONGEST_NAME, LONGEST_LINE, LONGEST_WORDS = 60, 200, 2000
LONGEST_LIST = 200
#: Said instead of a number where nothing is held.
NEVER = "never"
#: The laws that say what late payment costs, and the reference rates that they build on.
LATE_LAWS = ("eu", "uk", "cn", "cn_court", "de", "fr")
#: The laws that cap what was agreed.
NO_CAP, LATE_CAPS = "none", ("cn",)
REFERENCES = ("boe", "bundesbank", "ecb", "lpr")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,9})?", re.ASCII)
_RATIO = re.compile(r"([0-9]{1,3})(?:/([0-9]{1,3}))?", re.ASCII)
_HOUR = re.compile(r"\d\d:\d\d", re.ASCII)
_SHOWN = 40


def shown(value: Any) -> str:
    """
    What was written, cut short, as a sentence repeats it.

    >>> shown("x" * 50)
    'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'
    """
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def truth(told: Any) -> bool:
    """True or false."""
    if not isinstance(told, bool):
        raise RuleBroken("policy.not_a_truth", value=shown(told))
    return told


def whole(least: int, most: int) -> Kind:
    """
    A whole number within bounds, both included.

    >>> whole(1, 60)(10)
    10
    """

    def read(told: Any) -> int:
        if isinstance(told, bool) or not isinstance(told, int) or not least <= told <= most:
            raise RuleBroken("policy.not_whole", value=shown(told), least=least, most=most)
        return told

    return read


def whole_or_never(least: int, most: int) -> Kind:
    """
    A whole number, or `never`, which the policy keeps as none.

    >>> whole_or_never(0, 60)("never")
    """

    def read(told: Any) -> int | None:
        if told == NEVER:
            return None
        try:
            number: int = whole(least, most)(told)
        except RuleBroken as broken:
            value = shown(told)
            raise RuleBroken(
                "policy.not_whole_or_never", value=value, least=least, most=most
            ) from broken
        return number

    return read


def words(longest: int = LONGEST_LINE, *, required: bool = False, lines: bool = False) -> Kind:
    r"""
    A text; in one line unless told otherwise, and never with characters that nobody sees.

    >>> words()("华东 Trading")
    '华东 Trading'
    """

    def read(told: Any) -> str:
        if not isinstance(told, str) or len(told) > longest:
            raise RuleBroken("policy.not_words", value=shown(told), longest=longest)
        if required and not told.strip():
            raise RuleBroken("policy.empty")
        if any(is_unseen(letter) and not (lines and letter in "\n\t") for letter in told):
            raise RuleBroken("policy.unseen_characters")
        return told

    return read


def is_unseen(letter: str) -> bool:
    r"""
    Whether a character is a control character or half of one: no database keeps it, no page shows.

    >>> is_unseen("\x00"), is_unseen("\u202e"), is_unseen("é")
    (True, True, False)
    """
    return (
        unicodedata.category(letter) in {"Cc", "Cs"}
        or letter in "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    )


def name(told: Any) -> str:
    """A name by which other parts of the policy call something: without blanks at its ends."""
    read: str = words(LONGEST_NAME, required=True)(told)
    if read != read.strip():
        raise RuleBroken("policy.blanks_around", value=shown(read))
    return read


def one_of(*known: str) -> Kind:
    """
    One of a few words.

    >>> one_of("polite", "firm", "final")("firm")
    'firm'
    """

    def read(told: Any) -> str:
        if not isinstance(told, str) or told not in known:
            raise RuleBroken("policy.not_one_of", value=shown(told), known=", ".join(known))
        return told

    return read


def ratio(told: Any) -> str:
    """
    A part of the whole, as it is written.

    >>> ratio("1/3")
    '1/3'
    """
    parts = _RATIO.fullmatch(told.strip()) if isinstance(told, str) else None
    if parts is None or parts[2] in {"0", "00", "000"} or not 0 <= Fraction(parts[0]) <= 1:
        raise RuleBroken("policy.not_a_fraction", value=shown(told))
    return parts[0]


def decimal(least: str, most: str) -> Kind:
    """
    A decimal number within bounds, as a text: what TOML calls a float would not be exact.

    >>> decimal("0", "100")("12.25"), decimal("0", "100")(3)
    ('12.25', '3')
    """

    def read(told: Any) -> str:
        is_number = isinstance(told, int | Decimal | str) and not isinstance(told, bool)
        text = _written(told)
        plain = bool(is_number and _DECIMAL.fullmatch(text))
        if not plain or not Decimal(least) <= Decimal(text) <= Decimal(most):
            raise RuleBroken("policy.not_a_decimal", value=shown(told), least=least, most=most)
        return text.lstrip("+")

    return read


def _written(told: Any) -> str:
    """A number as it is written without an exponent, unless that would be a page of noughts."""
    if isinstance(told, Decimal) and told.is_finite() and abs(told.adjusted()) < _SHOWN:
        return f"{told:f}"
    return str(told).strip()


def number(least: str, most: str) -> Kind:
    """
    A number within bounds: a whole one as it is, any other as a text.

    >>> number("0", "100")(35), number("0", "100")("0.5")
    (35, '0.5')
    """

    def read(told: Any) -> int | str:
        text: str = decimal(least, most)(told)
        return int(text) if "." not in text else text

    return read


def listed(told: Any, longest: int = LONGEST_LIST) -> Sequence[Any]:
    """A list that is not too long."""
    if not isinstance(told, list) or len(told) > longest:
        raise RuleBroken("policy.not_a_list", value=shown(told), longest=longest)
    return told


def wholes(least: int, most: int, *, falls: bool = False, longest: int = 10) -> Kind:
    """
    Whole numbers that rise, or fall.

    >>> wholes(1, 60)([3, 5, 8]), wholes(0, 60, falls=True)([7, 3, 0])
    ([3, 5, 8], [7, 3, 0])
    """

    def read(told: Any) -> list[int]:
        numbers = [whole(least, most)(each) for each in listed(told, longest)]
        if numbers != sorted(set(numbers), reverse=falls):
            code = "policy.not_falling" if falls else "policy.not_rising"
            raise RuleBroken(code, value=shown(numbers))
        return numbers

    return read


def days(told: Any) -> list[str]:
    """
    Days, each once, in order.

    >>> days(["2026-12-24", "2026-01-02"])
    ['2026-01-02', '2026-12-24']
    """
    return sorted({_day(each) for each in listed(told, 2000)})


def _day(told: Any) -> str:
    if type(told) is date:
        return told.isoformat()
    try:
        return date.fromisoformat(told if len(told) == len("2026-12-24") else "").isoformat()
    except (TypeError, ValueError) as wrong:
        raise RuleBroken("policy.not_a_day", value=shown(told)) from wrong


def hours(told: Any) -> list[str]:
    """
    From when to when, as a clock shows it; the end may be on the next day.

    >>> hours(["20:00", "08:00"])
    ['20:00', '08:00']
    """
    pair = listed(told)
    try:
        read = [_hour(each) for each in pair]
    except (TypeError, ValueError) as wrong:
        raise RuleBroken("policy.not_hours", value=shown(told)) from wrong
    if len(read) != 2 or read[0] == read[1]:
        raise RuleBroken("policy.not_hours", value=shown(told))
    return read


def _hour(told: Any) -> str:
    if not _HOUR.fullmatch(told):
        raise ValueError(told)
    return time.fromisoformat(told).isoformat("minutes")


def table(told: Any) -> Mapping[str, Any]:
    """Keys and their values."""
    if not isinstance(told, Mapping):
        raise RuleBroken("policy.not_a_table", value=shown(told))
    return told


def amounts(told: Any) -> dict[str, str]:
    """
    Amounts by currency, none below zero, with the decimals of their currency.

    >>> amounts({"CNY": "2000000", "JPY": "100"})
    {'CNY': '2000000.00', 'JPY': '100'}
    """
    return {code: _amount(code, each) for code, each in sorted(table(told).items())}


def _amount(currency: str, told: Any) -> str:
    if currency not in CURRENCIES:
        raise RuleBroken("money.unknown_currency", currency=shown(currency))
    if isinstance(told, bool) or not isinstance(told, int | Decimal | str):
        raise RuleBroken("money.malformed", value=shown(told))
    text = _written(told)
    amount = Money.parse(text, currency)
    if amount.minor < 0:
        raise RuleBroken("policy.amount_below_zero", value=shown(text))
    return amount.major()


def names(told: Any) -> list[str]:
    """
    Names, each once, as they stand.

    >>> names(["dealer", "dealer"])
    ['dealer']
    """
    return list(dict.fromkeys(name(each) for each in listed(told)))


def texts_by(depth: int) -> Kind:
    """
    Texts by language below as many keys as the depth says.

    >>> texts_by(1)({"en": "Packing", "zh-CN": "包装"})
    {'en': 'Packing', 'zh-CN': '包装'}
    """

    def read(told: Any) -> dict[str, Any]:
        below = texts_by(depth - 1) if depth > 1 else words(LONGEST_WORDS, lines=True)
        found = {name(each): below(text) for each, text in sorted(table(told).items())}
        return {each: text for each, text in found.items() if text}

    return read


def late_interest(told: Any) -> dict[str, Any]:
    """
    What late payment costs: one rate, or what a law says; nothing where nothing is told.

    >>> late_interest({"annual_rate": "12.25"})
    {'annual_rate': '12.25', 'day_count': 365}
    """
    rows = table(told)
    known = ("annual_rate", "daily_rate", "statute", "day_count")
    for each in rows:
        one_of(*known)(each)
    rates = [each for each in known[:3] if each in rows]
    if not rows:
        return {}
    if len(rates) != 1:
        raise RuleBroken("policy.one_rate")
    kind = one_of(*LATE_LAWS) if rates == ["statute"] else decimal("0", "100")
    count = rows.get("day_count", 365)
    if isinstance(count, bool) or count not in (360, 365):
        raise RuleBroken("policy.day_count")
    return {rates[0]: kind(rows[rates[0]]), "day_count": count}


def rates_by_day(told: Any) -> dict[str, str]:
    """
    Rates in per cent a year by the days from which they count, the earliest first.

    >>> rates_by_day({"2026-07-01": "2.15", "2026-01-01": "-0.88"})
    {'2026-01-01': '-0.88', '2026-07-01': '2.15'}
    """
    rate = decimal("-10", "100")
    return {_day(day): rate(each) for day, each in sorted(table(told).items())}


def bands(told: Any) -> list[list[Any]]:
    """
    Bounds that rise, with points that only fall or only rise.

    Rule: R225 — the bounds of a factor rise and its points go one way, from 0 to 100 (INTERFACES 7,
    RULES 2 'weighted credit score').

    >>> bands([[0, 100], [7, 80], [60, 0]])
    [[0, 100], [7, 80], [60, 0]]
    """
    pairs = listed(told, 50)
    if len(pairs) < 2 or not all(isinstance(each, list) and len(each) == 2 for each in pairs):
        raise RuleBroken("policy.bands_malformed", value=shown(told))
    bound, worth = number("-999999999", "999999999"), number("0", "100")
    read = [[bound(each), worth(points)] for each, points in pairs]
    bounds, points = [Decimal(each) for each, _ in read], [Decimal(each) for _, each in read]
    if any(low >= high for low, high in pairwise(bounds)):
        raise RuleBroken("policy.bands_not_rising")
    if points not in (sorted(points), sorted(points, reverse=True)):
        raise RuleBroken("policy.bands_both_ways")
    return read
