"""
TOML as the policy is written: the same bytes for the same values, one line a key.

No writer of all that TOML can hold: texts, whole numbers, truths, and lists and tables of them.
"""

import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPED = re.compile('[\x00-\x1f"\\\\\x7f]')


def key(name: str) -> str:
    """
    A key, in quotes where it needs them.

    >>> key("zh-CN"), key("华东")
    ('zh-CN', '"华东"')
    """
    return name if _BARE.fullmatch(name) else string(name)


def dotted(names: tuple[str, ...]) -> str:
    """
    The name of a table.

    >>> dotted(("statement", "clauses", "cn"))
    'statement.clauses.cn'
    """
    return ".".join(key(name) for name in names)


def string(text: str) -> str:
    r"""
    A text in quotes.

    >>> print(string('1 "in"\n'))
    "1 \"in\"\n"
    """
    return f'"{_ESCAPED.sub(lambda found: _escape(found[0]), text)}"'


def _escape(letter: str) -> str:
    return _SHORT.get(letter) or f"\\u{ord(letter):04x}"


def inline(value: Any) -> str:
    """
    A value in one line, the keys of a table in their order.

    >>> inline({"known": True, "CNY": "100.00", "days": [7, 3]})
    '{ CNY = "100.00", days = [7, 3], known = true }'
    """
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return string(value)
        case Mapping():
            told = ", ".join(
                f"{key(name)} = {inline(each)}" for name, each in sorted(value.items())
            )
            return f"{{ {told} }}" if told else "{}"
        case list() | tuple():
            return f"[{', '.join(inline(each) for each in value)}]"
    raise TypeError(type(value))


def assignment(name: str, value: Any, hint: str = "") -> str:
    """
    A key and its value, with what is to be known about it behind.

    >>> assignment("buckets", [30, 60], "days overdue")
    'buckets = [30, 60]  # days overdue'
    """
    line = f"{key(name)} = {inline(value)}"
    return f"{line}  # {hint}" if hint else line
