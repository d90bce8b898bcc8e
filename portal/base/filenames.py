"""File names that people give: kept in their words, without what could lead elsewhere."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST_NAME = 100
#: Names that open a device where Windows keeps a file.
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def plain_name(file_name: str) -> str:
    r"""
    The last part of a file's name, as every system can keep it; its ending stays.

    >>> plain_name("C:\\temp\\..\\客户.csv"), plain_name("../../etc/passwd"), plain_name("nul.pdf")
    ('客户.csv', 'passwd', '_nul.pdf')
    >>> plain_name("invoice\u202efdp.exe"), plain_name(" . "), len(plain_name("x" * 300 + ".pdf"))
    ('invoicefdp.exe', 'upload', 100)
    >>> plain_name(".pdf"), plain_name(".a.pdf")
    ('upload.pdf', 'a.pdf')
    """
    name = PurePosixPath(unicodedata.normalize("NFC", file_name).replace("\\", "/")).name
    shown = "".join(letter for letter in name if letter.isprintable())
    kept = re.sub(r'[<>:"|?*]', "_", shown).strip(" ").rstrip(". ")
    if kept.startswith("."):
        hidden = kept.lstrip(". ")
        kept = hidden if "." in hidden or not hidden else f"upload.{hidden}"
    if DEVICES.match(kept):
        kept = f"_{kept}"
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > LONGEST_NAME and dot and len(ending) < LONGEST_NAME // 2:
        return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return kept[:LONGEST_NAME] or "upload"
