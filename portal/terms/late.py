"""Late interest as a form has it: one of a few kinds, and a rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.base.language import N_

LATE_KINDS = [
    ("", N_("Nothing said")),
    ("annual_365", N_("% a year, by 365 days")),
    ("annual_360", N_("% a year, by 360 days")),
    ("daily", N_("% a day")),
    ("eu", N_("By law: European Union")),
    ("uk", N_("By law: United Kingdom")),
    ("cn", N_("By law: China")),
    ("cn_court", N_("By law: practice of the courts in China")),
    ("de", N_("By law: Germany")),
    ("fr", N_("By law: France")),
]
STATUTES = ("eu", "uk", "cn", "cn_court", "de", "fr")


def late_told(kind: str, rate: str) -> dict[str, Any]:
    """
    Late interest as the policy writes it down; nothing where nothing is said.

    >>> late_told("annual_360", " 12.25 "), late_told("eu", ""), late_told("", "3")
    ({'annual_rate': '12.25', 'day_count': 360}, {'statute': 'eu', 'day_count': 365}, {})
    """
    if not kind:
        return {}
    if kind in STATUTES:
        return {"statute": kind, "day_count": 365}
    if kind == "daily":
        return {"daily_rate": rate.strip(), "day_count": 365}
    return {"annual_rate": rate.strip(), "day_count": int(kind.removeprefix("annual_"))}


def late_typed(told: Mapping[str, Any]) -> tuple[str, str]:
    """
    The kind and the rate that a form shows.

    >>> late_typed({"annual_rate": "12.25"}), late_typed({"statute": "uk"}), late_typed({})
    (('annual_365', '12.25'), ('uk', ''), ('', ''))
    """
    if "statute" in told:
        return str(told["statute"]), ""
    if "daily_rate" in told:
        return "daily", str(told["daily_rate"])
    if "annual_rate" in told:
        return f"annual_{told.get('day_count', 365)}", str(told["annual_rate"])
    return "", ""
