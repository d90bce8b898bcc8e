"""Grades: what a score comes to, and what each grade grants; its terms and limit (S-032, S-037)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.money import Money


@dataclass(frozen=True, slots=True)
class Grade:
    """
    A grade and what it grants (S-009, S-032, S-036).

    >>> Grade.read({"name": "A", "min_score": 85, "limit_cap": {"CNY": "100.00"}}).cap("CNY").minor
    10000
    """

    name: str
    #: The lowest score that earns it, from 0 to 100.
    min_score: int
    #: The name of its terms, or their text; empty: those of the company.
    terms: str = ""
    #: Currency → the highest limit that it may be given, in major units.
    limit_cap: tuple[tuple[str, str], ...] = ()
    review_months: int = 12
    #: More days overdue than these hold every order; None: none do.
    hold_overdue_days: int | None = None
    #: Nothing is sold on credit.
    prepayment_only: bool = False

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Grade":
        """The grade that an entry `[[grade]]` of the policy tells (INTERFACES section 7)."""
        held = told.get("hold_overdue_days")
        return cls(
            str(told["name"]),
            int(told["min_score"]),
            str(told.get("terms", "")),
            tuple(sorted((code, str(cap)) for code, cap in told.get("limit_cap", {}).items())),
            int(told.get("review_months", 12)),
            None if held is None else int(held),
            bool(told.get("prepayment_only", False)),
        )

    def cap(self, currency: str) -> Money | None:
        """The highest limit in a currency; None where it has none."""
        caps = dict(self.limit_cap)
        return Money.parse(caps[currency], currency) if currency in caps else None


#: RULES section 2, 'weighted credit score': the shipped bands.
SHIPPED_GRADES = (
    Grade("A", 85, hold_overdue_days=60),
    Grade("B", 70, hold_overdue_days=30),
    Grade("C", 55, hold_overdue_days=15, review_months=6),
    Grade("D", 0, hold_overdue_days=0, review_months=6, prepayment_only=True),
)
