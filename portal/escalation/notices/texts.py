"""The texts of notices: as they are shipped, and as an admin wrote them; and the law they cite."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from portal.base.policy import PolicyInForce
from portal.base.work import Reader
from portal.core.notice_text import NoticeText, Wanted, choose

FILE = Path(__file__).with_name("texts.toml")
#: Members of the Union and of the Economic Area, where its directive holds.
_UNION = "AT BE BG CY CZ DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
OF_THE_UNION = frozenset(_UNION.split(" "))
OTHERS = {"CN": "cn", "DE": "de", "GB": "uk", "US": "us"}


@cache
def _shipped() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


@cache
def shipped_texts() -> tuple[NoticeText, ...]:
    """The texts as they come with the product."""
    return tuple(
        NoticeText.read({**told, "body": told["body"].strip()}) for told in _shipped()["notice"]
    )


def own_texts(policy: PolicyInForce) -> tuple[NoticeText, ...]:
    """The texts that an admin wrote."""
    return tuple(NoticeText.read(told) for told in policy.values["notices"])


def text_for(policy: PolicyInForce, wanted: Wanted) -> NoticeText:
    """The text that a notice is written from under a policy."""
    return choose(wanted, own_texts(policy), shipped_texts())


def has_text(policy: PolicyInForce, wanted: Wanted) -> bool:
    """Whether there is a text for exactly this channel and language, be it shipped or written."""
    found = text_for(policy, wanted)
    channel = wanted.channel.removeprefix("registered_")
    return (found.channel, found.language) == (channel, wanted.language)


def law_of(r: Reader, language: str) -> str:
    """The law on late payment where the company is, as a letter cites it."""
    country = r.company.country.upper()
    law = OTHERS.get(country) or ("eu" if country in OF_THE_UNION else "")
    told = _shipped()["law"][law or str(r.policy.values["statement_wording_law"])]
    return str(told.get(language) or told["en"])
