"""A document sealed as high as its authority lets it, which says on its own page how high."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from portal.base.config import Config
from portal.base.documents.check import SealedDocument, read_seal
from portal.base.documents.fetching import Unanswered
from portal.base.documents.seal import Seal, seal_pdf
from portal.base.documents.timestamps import Authority, Token, prolong, stamp

#: A worker waits so long for an authority to answer, from the answer of the customer on.
PATIENCE = dt.timedelta(hours=4)
SECONDS = 10
#: While a person waits for the page.
SECONDS_IN_SIGHT = 4


@dataclass(frozen=True)
class Standing:
    """What the page says of its seal: its level, the timestamp of the evidence, or why none."""

    level: str = "B-B"
    token: Token | None = None
    #: An authority was asked, and gave nothing.
    is_missed: bool = False


@dataclass(frozen=True)
class Sealed:
    """The PDF, and what was read back from it."""

    pdf: bytes
    found: SealedDocument


def authority_of(config: Config, seconds: int = SECONDS) -> Authority | None:
    """The timestamp authority of the settings; None where none is set."""
    return Authority(config.tsa_url, seconds) if config.tsa_url else None


@dataclass(frozen=True)
class Sealing:
    """What seals a document: our key, what for, and when."""

    seal: Seal
    reason: str
    at: dt.datetime


def sealed_plainly(printed: Callable[[Standing], bytes], by: Sealing, *, is_missed: bool) -> Sealed:
    """The document by our key alone."""
    pdf = seal_pdf(printed(Standing(is_missed=is_missed)), by.seal, by.reason, by.at)
    return Sealed(pdf, read_seal(pdf))


def sealed_in_time(
    printed: Callable[[Standing], bytes], evidence: str, by: Sealing, authority: Authority
) -> Sealed:
    """
    The document with the authority's timestamps; `Unanswered` where it gave none.

    The page cannot hold the serial number of a timestamp upon itself, so the evidence is stamped
    first, and that token is what the page names. What level is reached shows at the end: where it
    is not the one that was printed, the page is printed again with it.
    """
    token = stamp(authority, evidence.encode())
    level = "B-LTA"
    for _ in range(2):
        page = printed(Standing(level, token))
        pdf = prolong(seal_pdf(page, by.seal, by.reason, by.at, authority), authority)
        found = read_seal(pdf)
        if found.is_unchanged and found.level == level:
            return Sealed(pdf, found)
        level = found.level
    raise Unanswered("its timestamps do not hold")
