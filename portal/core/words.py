"""
Amounts in words, as statements and certificates print them, in English and in Chinese (大写).

Nothing else is put into words here, and no third language is guessed at.
"""

from collections.abc import Iterator

from portal.core.money import Money, exponent

_SMALL = (  # noqa: SIM905 - a list literal takes a line a word
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"))

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_CHINESE_SCALES = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))
_FRACTIONS = "角分厘毫"
_CHINESE_NAMES = {
    "CNY": "人民币",
    "EUR": "欧元",
    "GBP": "英镑",
    "HKD": "港元",
    "JPY": "日元",
    "USD": "美元",
}


def amount_in_words(money: Money, language: str) -> str:
    """
    An amount in words of English (`en`) or Chinese (`zh`, `zh-CN`).

    Rule: R49 — an amount is written in figures and in words, in Chinese as 大写 with 整 after a
    full 元 or 角 (EVIDENCE 3).

    >>> amount_in_words(Money(123450, "CNY"), "en")
    'One thousand two hundred and thirty-four and 50/100 CNY'
    >>> amount_in_words(Money(1640902, "CNY"), "zh")
    '人民币壹万陆仟肆佰零玖元零贰分'
    """
    return _chinese(money) if language.startswith("zh") else _english(money)


def _english(money: Money) -> str:
    unit = 10 ** exponent(money.currency)
    whole, fraction = divmod(abs(money.minor), unit)
    spoken = " ".join(_number(whole))
    signed = f"minus {spoken}" if money.minor < 0 else spoken
    places = len(str(unit)) - 1
    tail = f" and {fraction:0{places}}/{unit}" if places else ""
    return f"{signed.capitalize()}{tail} {money.currency}"


def _number(value: int) -> Iterator[str]:
    for size, name in _SCALES:
        count, value = divmod(value, size)
        if count:
            yield from (*_hundreds(count), name)
            if 0 < value < 100:
                yield "and"
            if not value:
                return
    yield from _hundreds(value)


def _hundreds(value: int) -> Iterator[str]:
    hundreds, rest = divmod(value, 100)
    if hundreds:
        yield from (_SMALL[hundreds], "hundred")
        if not rest:
            return
        yield "and"
    tens, ones = divmod(rest, 10)
    if rest < len(_SMALL):
        yield _SMALL[rest]
    else:
        yield f"{_TENS[tens]}-{_SMALL[ones]}" if ones else _TENS[tens]


def _chinese(money: Money) -> str:
    decimals = exponent(money.currency)
    whole, fraction = divmod(abs(money.minor), 10**decimals)
    name = _CHINESE_NAMES.get(money.currency, money.currency)
    sign = "负" if money.minor < 0 else ""
    yuan = f"{_chinese_number(whole)}元" if whole or not fraction else ""
    digits = f"{fraction:0{decimals}}" if fraction else ""
    return f"{name}{sign}{yuan}{_chinese_fraction(digits, after_yuan=bool(yuan))}"


def _chinese_number(value: int) -> str:
    for size, name in _CHINESE_SCALES:
        if value >= size:
            count, rest = divmod(value, size)
            gap = _DIGITS[0] if 0 < rest < size // 10 else ""
            return f"{_chinese_number(count)}{name}{gap}{_chinese_number(rest) if rest else ''}"
    return _DIGITS[value]


def _chinese_fraction(digits: str, *, after_yuan: bool) -> str:
    # A full yuan or jiao ends the amount with 整; from the fen on nothing can be added behind it.
    said, gap = "", not after_yuan
    for digit, unit in zip(digits.rstrip("0"), _FRACTIONS, strict=False):
        if digit != "0":
            said += f"{_DIGITS[int(digit)]}{unit}"
            gap = False
        elif not gap:
            said += _DIGITS[0]
            gap = True
    return said if len(digits.rstrip("0")) > 1 else f"{said}整"
