"""Terms that have a name: a text of the notation with its grace and what late payment costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class LateInterest:
    """What late payment costs: a rate a year, a rate a day, or what a law says."""

    #: Per cent a year, as `12.25`.
    annual_rate: Decimal | None = None
    #: Per cent a day, as `0.05`.
    daily_rate: Decimal | None = None
    #: eu | uk | cn
    statute: str | None = None
    day_count: int = 365


@dataclass(frozen=True, slots=True)
class NamedTerms:
    """
    Terms as the policy names them.

    >>> NamedTerms.read({"name": "standard", "text": "2/10 net 30"}).text
    '2/10 net 30'
    """

    name: str
    text: str
    #: None: it says nothing of grace.
    grace_days: int | None = None
    late_interest: LateInterest | None = None

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "NamedTerms":
        """The terms that an entry `[[terms]]` of the policy tells (INTERFACES section 7)."""
        return cls(
            str(told["name"]),
            str(told["text"]),
            None if told.get("grace_days") is None else int(told["grace_days"]),
            read_late_interest(told.get("late_interest")),
        )


def read_late_interest(told: Mapping[str, Any] | None) -> LateInterest | None:
    """
    What the policy tells about late interest; None where it tells nothing.

    >>> read_late_interest({"annual_rate": "12.25", "day_count": 365}).annual_rate
    Decimal('12.25')
    """
    if not told:
        return None
    rates = {
        name: Decimal(str(told[name])) for name in ("annual_rate", "daily_rate") if name in told
    }
    statute = str(told["statute"]) if "statute" in told else None
    return LateInterest(**rates, statute=statute, day_count=int(told.get("day_count", 365)))
