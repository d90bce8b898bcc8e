"""The laws of late payment as they come with the product, and the reference rates in force."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from portal.base.laws import NamedLaw, named_laws
from portal.core.interest_law import Cap, Law, Reference, merged, read_cap, read_law

FILE = Path(__file__).with_name("laws.toml")

References = Mapping[str, tuple[Reference, ...]]


@cache
def _told() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text("utf-8"))


@cache
def laws() -> dict[str, NamedLaw[Law]]:
    """Every law that is known here, by its code."""
    return named_laws(_told()["laws"], read_law)


@cache
def caps() -> dict[str, NamedLaw[Cap]]:
    """Every law that caps what was agreed, by its code."""
    return named_laws(_told()["caps"], read_cap)


def references(values: Mapping[str, Any] | None = None) -> References:
    """The reference rates by their names: the shipped ones, and what a policy's values add."""
    newer = {str(each["name"]): each["rates"] for each in (values or {}).get("reference_rates", ())}
    return {
        name: merged(_read(rates), _read(newer.get(name, {})))
        for name, rates in _told()["references"].items()
    }


def _read(rates: Mapping[str, str]) -> list[Reference]:
    return [
        Reference(dt.date.fromisoformat(day), Decimal(percent)) for day, percent in rates.items()
    ]
