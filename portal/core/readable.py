"""What of a typed text can be read at all: a reason of invisible letters is none."""

import unicodedata

#: Letters by their category that show nothing: Braille's blank, and the fillers of Hangul.
_BLANK = frozenset("\u2800\u115f\u1160\u3164\uffa0")
#: Control and format characters, unassigned ones, and every kind of blank.
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})


def readable(text: str) -> str:
    """
    The text without what cannot be seen around it; empty where nothing of it can be read.

    >>> readable("  fine. "), readable("\u200b \u3164\u2060"), readable("\u200f—")
    ('fine.', '', '—')
    """
    first, last = 0, len(text)
    while first < last and _is_unseen(text[first]):
        first += 1
    while last > first and _is_unseen(text[last - 1]):
        last -= 1
    return text[first:last]


def _is_unseen(letter: str) -> bool:
    return letter in _BLANK or unicodedata.category(letter) in _UNSEEN
