"""The laws of limitation as they come with the product, and which of them holds for the company."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.base.language import current_language
from portal.base.work import Reader
from portal.core.limitation import Act, Law, Start

FILE = Path(__file__).with_name("laws.toml")
#: The company's country → its law; any other has none here.
OF_COUNTRY = {"CN": "cn", "DE": "de", "GB": "uk", "UK": "uk", "US": "us"}
NO_LAW = "other"


@dataclass(frozen=True)
class NamedLaw:
    """A law, and by language what is said of it: its name, where its length and resets stand."""

    law: Law
    words: Mapping[str, Mapping[str, str]]

    @property
    def said(self) -> Mapping[str, str]:
        """Its `name`, `length` and `resets` in the language of the moment."""
        return self.words[current_language()]


@cache
def laws() -> dict[str, NamedLaw]:
    """Every law that is known here, by its code."""
    told: dict[str, dict[str, Any]] = tomllib.loads(FILE.read_text("utf-8"))
    return {code: NamedLaw(_read(each), each["words"]) for code, each in told.items()}


def _read(told: dict[str, Any]) -> Law:
    return Law(
        told.get("years"),
        Start(told.get("starts", Start.DUE)),
        frozenset(Act(name) for name in told["resets"]),
        frozenset(Act(name) for name in told.get("written", ())),
    )


def law_of(r: Reader) -> NamedLaw:
    """The law of the company's country; where none is told, that of its statements' wording."""
    country = r.company.country
    if country:
        return laws()[OF_COUNTRY.get(country, NO_LAW)]
    wording = str(r.policy.values["statement_wording_law"])
    return laws().get(wording) or laws()[NO_LAW]
