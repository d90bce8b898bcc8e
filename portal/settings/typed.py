"""What people type for entries of the policy, as the policy's kinds read it; and back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from portal.core.errors import RuleBroken
from portal.core.policy_canon import full_entry
from portal.core.policy_schema import REQUIRED, Rows

_WHOLE = re.compile(r"[+-]?[0-9]{1,9}", re.ASCII)
_AMOUNTS = re.compile(r"([A-Za-z]{3}) +(-?[0-9][0-9.,]*)", re.ASCII)
_ALL_AMOUNTS = re.compile(rf"(?:{_AMOUNTS.pattern}[ ;]*)+", re.ASCII)
_BETWEEN = re.compile(r"[;,\n]+")


def number_typed(text: str | None) -> Any:
    """
    A whole number where one was typed; else what was typed, to be refused by its kind.

    >>> number_typed(" ８５ "), number_typed("a few"), number_typed("")
    (85, 'a few', None)
    """
    plain = _plain(text)
    return int(plain) if _WHOLE.fullmatch(plain) else plain or None


def amounts_typed(text: str | None) -> dict[str, str]:
    r"""
    Amounts by currency, one a line, or one after the other.

    >>> amounts_typed("CNY 2,000,000.00\neur 250000 usd 5")
    {'CNY': '2000000.00', 'EUR': '250000', 'USD': '5'}
    """
    found = {}
    for line in _plain(text).splitlines():
        several = _AMOUNTS.findall(line) if _ALL_AMOUNTS.fullmatch(line.strip()) else []
        for currency, amount in several or [line.strip().partition(" ")[::2]]:
            if currency:
                found[currency.upper()] = amount.replace(",", "").strip()
    return found


def amounts_written(amounts: Mapping[str, str]) -> str:
    r"""
    Amounts as they are typed.

    >>> amounts_written({"CNY": "100.00", "EUR": "20.00"})
    'CNY 100.00\nEUR 20.00'
    """
    return "\n".join(f"{currency} {amount}" for currency, amount in sorted(amounts.items()))


def pairs_typed(text: str | None) -> list[list[str]]:
    """
    Bounds with their points, divided by commas or lines; a piece that is no pair is refused later.

    >>> pairs_typed("0: 100, 7: 80；60：0")
    [['0', '100'], ['7', '80'], ['60', '0']]
    """
    pieces = [piece for piece in _BETWEEN.split(_plain(text)) if piece.strip()]
    return [[part.strip() for part in piece.split(":")] for piece in pieces]


def pairs_written(pairs: Sequence[Sequence[Any]]) -> str:
    """
    Bounds with their points as they are typed.

    >>> pairs_written([[0, 100], ["0.5", 60]])
    '0: 100, 0.5: 60'
    """
    return ", ".join(f"{bound}: {points}" for bound, points in pairs)


def read_entry(rows: Rows, told: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, RuleBroken]]:
    """An entry of a list with all its keys, and by key what is wrong with it."""
    read: dict[str, Any] = {}
    wrong: dict[str, RuleBroken] = {}
    for key in rows.keys:
        value = told.get(key.name)
        if value is None and key.default is REQUIRED:
            wrong[key.name] = RuleBroken("policy.empty")
        elif value is not None:
            try:
                read[key.name] = key.kind(value)
            except RuleBroken as broken:
                wrong[key.name] = broken
    return (read if wrong else full_entry(rows, read)), wrong


def _plain(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "").strip()
