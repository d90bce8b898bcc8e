"""Amounts and days as ledgers write them, in whatever script, order and punctuation."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

#: Money that no ledger of a customer holds; beyond it somebody wrote a number in the wrong column.
LARGEST = Decimal(10) ** 15
#: No amount and no day is written in more letters; the patterns below try many ways to read one.
LONGEST = 60
_FIRST_OF_LAST_CENTURY = 70
_SERIALS = range(20_000, 80_000)
_SERIAL_BEGINS = dt.date(1899, 12, 30)
#: What may stand around a figure and says nothing of how much it is.
_AROUND = re.compile(r"[¥￥$€£元圆円]|\b(?:rmb|cny|usd|eur|hkd|gbp|jpy|chf)\b", re.IGNORECASE)
_SIDE = re.compile(
    r"^(借|贷|dr|cr|d|c|s|h)?\.?\s*(.*?)\s*(借|贷|dr|cr|d|c|s|h)?\.?$", re.IGNORECASE
)
_CREDITS = {"贷", "cr", "c", "h"}
_GROUPED = {
    ".": re.compile(r"(?:\d{1,4}(?:[,' ]\d{2,4})+|\d*)(?:\.\d*)?"),
    ",": re.compile(r"(?:\d{1,4}(?:[.' ]\d{2,4})+|\d*)(?:,\d*)?"),
}
_TELLS = {
    ".": re.compile(r"\d*\.\d{1,2}|\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:[' ]\d{3})*\.\d{1,2}"),
    ",": re.compile(r"\d*,\d{1,2}|\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d{1,3}(?:[' ]\d{3})*,\d{1,2}"),
}
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_THIN = re.compile("[\u00a0\u2000-\u200a\u202f\u2019\u02bc]")
_PIECES = re.compile(r"(\d{1,4})\s*[-/.年\s]\s*(\d{1,2})\s*[-/.月\s]\s*(\d{1,4})\s*日?(?:\D.*)?")
_YEAR_FIRST = re.compile(r"\d{4}\D|\d{2}-\d{1,2}-\d{2}(?!\d)|\d+$")
_NAMED = re.compile(r"(\d{1,2})[-\s.]*([a-z]{3})[a-z]*[-\s.,]*(\d{4}|\d{2})(?:\D.*)?")
_NAMED_FIRST = re.compile(r"([a-z]{3})[a-z]*[-\s.]*(\d{1,2}),?\s+(\d{4})(?:\D.*)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def plain(cell: str) -> str:
    """
    A cell in half width, with one kind of dash, blank and apostrophe.

    >>> plain("１，２３４．５０ −")
    '1,234.50 -'
    """
    if cell.isascii():
        return cell.strip()
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", cell))
    return _THIN.sub(lambda found: "'" if found[0] in "\u2019\u02bc" else " ", text).strip()


def _short(cell: str) -> str:
    """A cell that can be a figure, plain; ValueError for a longer one."""
    text = plain(" ".join(cell.split()))
    if len(text) > LONGEST:
        raise ValueError(cell)
    return text


def amount_of(cell: str, decimal: str) -> Decimal | None:
    """
    The amount that a cell writes, None for an empty one; a credit mark turns its sign.

    Raises ValueError for what is no amount.

    >>> amount_of("(1,234.50)", "."), amount_of("1.234,5 CR", ","), amount_of("—", ".")
    (Decimal('-1234.50'), Decimal('-1234.5'), None)
    """
    text = _AROUND.sub("", _short(cell)).strip()
    if text in {"", "-", "--", "/"}:
        return None
    side = _SIDE.fullmatch(text)
    marks = [mark.lower() for mark in (side[1], side[3]) if mark] if side else []
    digits = side[2] if side else text
    minus = any(mark in _CREDITS for mark in marks)
    if digits.startswith("(") and digits.endswith(")"):
        digits, minus = digits[1:-1].strip(), not minus
    if digits.endswith("-") or digits.startswith("-"):
        digits, minus = digits.strip("- "), not minus
    digits = digits.removeprefix("+").strip()
    if not _GROUPED[decimal].fullmatch(digits) or not any(map(str.isdigit, digits)):
        raise ValueError(cell)
    kept = "".join(sign for sign in digits if sign.isdigit() or sign == decimal)
    amount = Decimal(kept.replace(",", "."))
    if amount >= LARGEST:
        raise ValueError(cell)
    return -amount if minus else amount


def decimal_of(cells: Iterable[str]) -> str:
    """
    The mark of decimals that most cells speak for; a point where none does.

    >>> decimal_of(["1.234,50", "12"]), decimal_of(["1,234", "7.5"]), decimal_of(["1 234,5"])
    (',', '.', ',')
    """
    votes = {".": 0, ",": 0}
    for cell in cells:
        text = _AROUND.sub("", plain(cell)).strip("()+- ")
        told = [mark for mark, pattern in _TELLS.items() if pattern.fullmatch(text)]
        if len(told) == 1:
            votes[told[0]] += 1
    return "," if votes[","] > votes["."] else "."


@lru_cache(maxsize=4096)
def day_of(cell: str, order: str) -> dt.date | None:
    """
    The day that a cell writes in an order of year, month and day, None for an empty one.

    A year of four digits tells its own place. Raises ValueError for what is no day.

    >>> day_of("5.11.26", "dmy"), day_of("2026年11月5日", "mdy"), day_of("46331", "ymd")
    (datetime.date(2026, 11, 5), datetime.date(2026, 11, 5), datetime.date(2026, 11, 5))
    """
    text = _short(cell).lower()
    if not text:
        return None
    if text.isdigit() or text.removesuffix(".0").isdigit():
        return _day_of_digits(text.removesuffix(".0"), order)
    found = _PIECES.fullmatch(text)
    if found is not None:
        return _day_of_pieces(found[1], found[2], found[3], order)
    named = _NAMED.fullmatch(text)
    if named is not None and named[2] in _MONTHS:
        return dt.date(_year(named[3]), _MONTHS.index(named[2]) + 1, int(named[1]))
    first = _NAMED_FIRST.fullmatch(text)
    if first is not None and first[1] in _MONTHS:
        return dt.date(int(first[3]), _MONTHS.index(first[1]) + 1, int(first[2]))
    raise ValueError(cell)


def _day_of_digits(digits: str, order: str) -> dt.date:
    if len(digits) == 5 and int(digits) in _SERIALS:  # as Excel counts days
        return _SERIAL_BEGINS + dt.timedelta(days=int(digits))
    if len(digits) == 8:
        if digits[:2] in {"19", "20"}:
            return dt.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        return _day_of_pieces(digits[:2], digits[2:4], digits[4:], order)
    if len(digits) == 6:
        return _day_of_pieces(digits[:2], digits[2:4], digits[4:], order)
    raise ValueError(digits)


def _day_of_pieces(one: str, two: str, three: str, order: str) -> dt.date:
    if len(one) == 4:
        return dt.date(int(one), int(two), int(three))
    if len(three) == 4 and order == "ymd":
        # The year stands behind: of the two orders that are left, the one that can be.
        order = "mdy" if int(two) > 12 else "dmy"
    pieces = dict(zip(order, (one, two, three), strict=True))
    return dt.date(_year(pieces["y"]), int(pieces["m"]), int(pieces["d"]))


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    if len(digits) != 2:
        raise ValueError(digits)
    return int(digits) + (1900 if int(digits) >= _FIRST_OF_LAST_CENTURY else 2000)


def date_order_of(cells: Iterable[str]) -> str:
    """
    The order in which most cells can be read, and read as one run of days.

    >>> date_order_of(["13/10/2026"]), date_order_of(["10/13/2026"]), date_order_of(["26-10-13"])
    ('dmy', 'mdy', 'ymd')
    >>> date_order_of(["1/10/2026", "4/10/2026", "9/10/2026"])
    'dmy'
    """
    read = [cell for cell in cells if cell]
    return max(("ymd", "dmy", "mdy"), key=lambda order: _fitness(read, order))


def _fitness(cells: list[str], order: str) -> tuple[int, int, int]:
    """How many cells can be read, how close together their days are, how many look like it."""
    days = []
    for cell in cells:
        try:
            day = day_of(cell, order)
        except ValueError:
            continue
        if day is not None:
            days.append(day)
    spread = (max(days) - min(days)).days if days else 0
    apt = sum((_YEAR_FIRST.match(plain(cell)) is not None) == (order == "ymd") for cell in cells)
    return len(days), -spread, apt
