"""The wording of statements: the shipped texts by law, and what an admin made of them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from portal.base.policy import PolicyInForce
from portal.core.wording import Clauses, Wording

FILE = Path(__file__).with_name("wording.toml")
LAWS = ("cn", "eu", "uk", "us")
LANGUAGES = ("en", "zh-CN")
#: The clauses of a text; the last stands in for the first where that was chosen.
CLAUSES = ("demand", "acknowledgement", "interest", "checking_only")

#: law → language → clause → text
Texts = Mapping[str, Mapping[str, Mapping[str, str]]]


@cache
def shipped_texts() -> Texts:
    """The texts as they come with the product."""
    return tomllib.loads(FILE.read_text("utf-8"))


def texts_of(law: str, edited: Texts) -> dict[str, dict[str, str]]:
    """By language the clauses of a law: as an admin edited them, else as they are shipped."""
    shipped, mine = shipped_texts()[law], edited.get(law, {})
    return {
        language: {
            clause: mine.get(language, {}).get(clause) or shipped[language][clause]
            for clause in CLAUSES
        }
        for language in LANGUAGES
    }


def wording_of(
    law: str, edited: Texts, *, for_checking_only: bool, interest_reserved: bool
) -> Wording:
    """What a statement is frozen with."""
    first = "checking_only" if for_checking_only else "demand"
    return Wording(
        law,
        for_checking_only,
        {
            language: Clauses(
                texts[first],
                texts["acknowledgement"],
                texts["interest"] if interest_reserved else "",
            )
            for language, texts in texts_of(law, edited).items()
        },
    )


def wording_in_force(policy: PolicyInForce) -> Wording:
    """What statements say that are issued under a policy."""
    values = policy.values
    return wording_of(
        str(values["statement_wording_law"]),
        values["statement_clauses"],
        for_checking_only=bool(values["statement_for_checking_only"]),
        interest_reserved=bool(values["statement_interest_reserved"]),
    )
