"""
Where the keys of a TOML text stand: the line of every table, key and entry.

The text has been read by the standard library before: what makes no sense was refused there.
"""

import re
import tomllib
from collections.abc import Mapping

#: Keys and the places of entries, from the top: `("ladder", 0, "step", 2, "days_overdue")`.
Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
#: A part of a key, and parts with dots between them; each always matches, so nothing is read twice.
_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\[^\n])*+"?|'[^'\n]*+'?)"""
_DOTTED = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+")
#: A key of more parts is none of ours.
_DEEPEST = 60
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\]}#]+")


def check_depth(text: str) -> None:
    """
    Refuses keys of so many parts that reading them would take for ever.

    Raises: RecursionError, as lists within lists do.

    >>> check_depth("a.b.c = 1")
    """
    for run in _DOTTED.finditer(text):
        if run[0].count(".") > _DEEPEST and len(re.findall(_PART, run[0])) > _DEEPEST:
            raise RecursionError


def lines_of(text: str) -> Mapping[Path, int]:
    r"""
    The line of everything that a valid TOML text names; the first line is 1.

    >>> told = lines_of("[a]\nb = 1\n[[c]]\nd = { e = 2 }\n[[c]]\n")
    >>> told["a", "b"], told["c", 1], told["c", 0, "d", "e"]
    (2, 5, 4)
    """
    scanner = _Scanner(text)
    scanner.scan()
    return scanner.lines


class _Scanner:
    """Walks a valid text from key to key."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: dict[Path, int] = {}
        self._at = 0
        self._line, self._counted = 1, 0
        #: Lists of tables, with how many entries each has so far.
        self._entries: dict[Path, int] = {}

    def scan(self) -> None:
        table: Path = ()
        while self._skip(_BLANK) < len(self.text):
            table = self._header() if self._next() == "[" else self._assignment(table)

    def _header(self) -> Path:
        """`[table]` or `[[entry of a list]]`; the path of what stands below it."""
        is_entry = self.text.startswith("[[", self._at)
        line = self._here()
        self._at += 2 if is_entry else 1
        keys = self._keys()
        self._at += 2 if is_entry else 1
        path: Path = ()
        for key in keys[:-1]:
            path = self._last((*path, key))
            self.lines.setdefault(path, line)
        path = (*path, keys[-1])
        if is_entry:
            self.lines.setdefault(path, line)
            self._entries[path] = self._entries.get(path, 0) + 1
            path = (*path, self._entries[path] - 1)
        self.lines.setdefault(path, line)
        return path

    def _last(self, path: Path) -> Path:
        """The last entry where the path is that of a list of tables."""
        count = self._entries.get(path)
        return path if count is None else (*path, count - 1)

    def _assignment(self, table: Path) -> Path:
        """`key = value`; the table does not change."""
        line = self._here()
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._skip(_SPACE)
        self._at += 1
        self._value(path)
        return table

    def _keys(self) -> list[str]:
        """A key, dotted or not."""
        keys = []
        while True:
            self._skip(_SPACE)
            found = _KEY.match(self.text, self._at)
            assert found is not None, self._at
            self._at = found.end()
            keys.append(_unquoted(found[0]))
            self._skip(_SPACE)
            if self._next() != ".":
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        self._skip(_BLANK)
        self.lines.setdefault(path, self._here())
        match self._next():
            case "[":
                self._inside("]", path)
            case "{":
                self._inside("}", path)
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_BARE)

    def _inside(self, end: str, path: Path) -> None:
        """A list or a table within brackets."""
        self._at += 1
        place = 0
        while self._skip(_BLANK) < len(self.text) and self._next() != end:
            if self._next() == ",":
                self._at += 1
            elif end == "}":
                self._assignment(path)
            else:
                self._value((*path, place))
                place += 1
        self._at += 1

    def _next(self) -> str:
        return self.text[self._at : self._at + 1]

    def _skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self._at)
        self._at = found.end() if found else self._at + 1
        return self._at

    def _here(self) -> int:
        """The line of the place that is reached."""
        self._line += self.text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line


def _unquoted(key: str) -> str:
    """
    A key as it is meant.

    >>> _unquoted('"zh-CN"'), _unquoted("plain")
    ('zh-CN', 'plain')
    """
    return str(tomllib.loads(f"key = {key}")["key"]) if key[0] in "\"'" else key
