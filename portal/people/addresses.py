"""What an e-mail address looks like, and how it is kept and compared."""

from __future__ import annotations

import re

LONGEST_ADDRESS = 254
_PART = r"[^@\s,;<>\"()\[\]\\]+"
ADDRESS = re.compile(rf"{_PART}@{_PART}\.[^@\s.,;<>\"()\[\]\\]+")


def folded(email: str) -> str:
    """
    An address as it is kept and compared.

    >>> folded(" Chen@Huadong.Example ")
    'chen@huadong.example'
    """
    return email.strip().casefold()


def is_address(email: str) -> bool:
    """
    Whether a folded address can be one; that it is one, only a mail can tell.

    >>> is_address("chen@huadong.example"), is_address("chen@huadong"), is_address("a@b.c, d@e.f")
    (True, False, False)
    """
    return (
        len(email) <= LONGEST_ADDRESS
        and email.isprintable()
        and ADDRESS.fullmatch(email) is not None
    )
