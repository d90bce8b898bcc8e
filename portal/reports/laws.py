"""The laws of limitation as they come with the product, and which of them holds for the company."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from portal.base.laws import NamedLaw, named_laws
from portal.base.work import Reader
from portal.core.limitation import Act, Effect, Law, Start

FILE = Path(__file__).with_name("laws.toml")
#: The company's country → its law; any other has none here.
OF_COUNTRY = {"CN": "cn", "DE": "de", "GB": "uk", "UK": "uk", "US": "us"}
NO_LAW = "other"


@cache
def laws() -> dict[str, NamedLaw[Law]]:
    """Every law that is known here, by its code."""
    return named_laws(tomllib.loads(FILE.read_text("utf-8")), _read)


def _read(told: dict[str, Any]) -> Law:
    return Law(
        told.get("years"),
        Start(told.get("starts", Start.DUE)),
        frozenset(Act(name) for name in told["resets"]),
        frozenset(Act(name) for name in told.get("written", ())),
        Effect(told["proceedings"]) if "proceedings" in told else None,
        told.get("months_after", 0),
        told.get("judgment_years"),
    )


def law_of(r: Reader) -> NamedLaw[Law]:
    """The law of the company's country; where none is told, that of its statements' wording."""
    country = r.company.country
    if country:
        return laws()[OF_COUNTRY.get(country, NO_LAW)]
    wording = str(r.policy.values["statement_wording_law"])
    return laws().get(wording) or laws()[NO_LAW]
