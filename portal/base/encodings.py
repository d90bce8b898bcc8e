"""How the text of a file is encoded: what its first bytes mark, and what its letters look like."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable

MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}

_FOREIGN = re.compile(r"[^\x00-\x7f]+")


def seems_chinese(lines: Iterable[str]) -> bool:
    """
    Whether what GB18030 makes of a file looks like Chinese.

    Most text of the West can be read so too: each accented letter swallows the one behind it and
    becomes a rare character that stands alone.
    """
    lonely = told = 0
    for line in lines:
        runs = _FOREIGN.findall(line)
        told += len(runs)
        lonely += sum(len(run) == 1 and not _is_common(run) for run in runs)
    return lonely * 2 <= told


def _is_common(letter: str) -> bool:
    r"""
    Whether a character is one of GB2312, as nearly all in use are.

    >>> _is_common("是"), _is_common(b"\xfcl".decode("gb18030"))
    (True, False)
    """
    return bool(letter.encode("gb2312", "ignore"))
