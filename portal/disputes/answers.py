"""The texts that a decision begins with: shipped by verdict, reason and language, then changed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.base import formats
from portal.base.language import LANGUAGES, speaking
from portal.base.policy import PolicyInForce
from portal.core.dispute import Verdict
from portal.core.money import Money

FILE = Path(__file__).with_name("answers.toml")
#: Serves the reasons that have no text of their own.
ANY = "any"
#: Serves what is in question without an amount.
NONE = "none"

#: verdict → reason → language → text
Texts = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the braces of a text stand for."""

    number: str
    document: str
    disputed: Money
    #: None: not known yet, its braces stay.
    accepted: Money | None = None


@cache
def shipped_answers() -> Texts:
    """The texts as they come with the product."""
    return tomllib.loads(FILE.read_text("utf-8"))


def text_for(policy: PolicyInForce, verdict: Verdict, reason: str, language: str) -> str:
    """The text that a decision begins with; an admin's own comes before the shipped one."""
    spoken = language if language in LANGUAGES else LANGUAGES[0]
    edited: Texts = policy.values["dispute_answers"]
    wanted = [(texts, name) for name in (reason, ANY) for texts in (edited, shipped_answers())]
    found = (texts.get(verdict, {}).get(name, {}).get(spoken) for texts, name in wanted)
    return next(text for text in found if text)


def filled(text: str, facts: Facts, language: str) -> str:
    """A text with its facts, in its reader's language; other braces stay as they were typed."""
    with speaking(language):
        told: dict[str, Any] = {
            "number": facts.number,
            "document": facts.document,
            "disputed": formats.money(facts.disputed),
        }
        if facts.accepted is not None:
            told["accepted"] = formats.money(facts.accepted)
    for name, value in told.items():
        text = text.replace(f"{{{name}}}", value)
    return text
