"""
Overdue warnings: who is warned of, by how late, how much, or what share of its limit is overdue.

They are worked out from the books on a day and stored nowhere; the thresholds are the policy's.
What is disputed is no fault of the customer's. Danger signals that people note are another matter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any

from portal.core.money import Money


class Indicator(StrEnum):
    """By what somebody is warned of, in the order in which it is told."""

    DAYS = "days"
    AMOUNT = "amount"
    SHARE = "share"


@dataclass(frozen=True)
class Thresholds:
    """From when on it warns; None and what is not named never do."""

    days: int | None = None
    #: By currency.
    amounts: Mapping[str, Money] = field(default_factory=dict)
    #: Per cent of the credit limit that are overdue.
    share_percent: int | None = None

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> "Thresholds":
        """
        The thresholds of a policy's values.

        >>> told = {"warning_days_overdue": 30, "warning_share_of_limit_percent": None}
        >>> Thresholds.read({**told, "warning_overdue_amount": {"CNY": "500.00"}}).amounts["CNY"]
        Money(minor=50000, currency='CNY')
        """
        return cls(
            values["warning_days_overdue"],
            {
                currency: Money.parse(amount, currency)
                for currency, amount in values["warning_overdue_amount"].items()
            },
            values["warning_share_of_limit_percent"],
        )

    @property
    def warns(self) -> bool:
        """Whether there is any."""
        return self.days is not None or bool(self.amounts) or self.share_percent is not None


@dataclass(frozen=True, slots=True)
class Late:
    """What is overdue and undisputed of a customer in one currency, in minor units by due day."""

    currency: str
    #: The earliest day first.
    by_day: Sequence[tuple[date, int]]

    @property
    def amount(self) -> Money:
        """All of it."""
        return Money(sum(minor for _, minor in self.by_day), self.currency)


@dataclass(frozen=True, slots=True)
class LimitHeld:
    """A customer's limit, and by currency what one minor unit is worth in minor units of it."""

    amount: Money
    worth: Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Crossed:
    """A threshold that a customer has reached, since when, and by what."""

    indicator: Indicator
    since: date
    #: What is overdue: in the currency that reached it, or counted in that of the limit.
    amount: Money
    #: How long the oldest of it is overdue.
    days: int
    #: The threshold: days, an amount, or per cent of the limit.
    bound: int | Money


def crossed(
    late: Sequence[Late], thresholds: Thresholds, as_of: date, limit: LimitHeld | None = None
) -> tuple[Crossed, ...]:
    """
    The thresholds that a customer has reached on a day.

    Rule: R430 — the oldest undisputed overdue item warns from so many days overdue on, what is
    undisputed and overdue in a currency from so much on, and from so many per cent of the limit on,
    counted in its currency at the rates of the day; without a limit or a rate the share says
    nothing (S-099).

    >>> late = [Late("CNY", [(date(2026, 10, 1), 300_00), (date(2026, 11, 1), 400_00)])]
    >>> told = Thresholds(days=30, amounts={"CNY": Money(600_00, "CNY")})
    >>> [(each.indicator.value, each.since) for each in crossed(late, told, date(2026, 11, 20))]
    [('days', datetime.date(2026, 10, 31)), ('amount', datetime.date(2026, 11, 2))]
    """
    found = [each for each in late if each.by_day]
    if not found:
        return ()
    return (
        *_by_days(found, thresholds.days, as_of),
        *_by_amount(found, thresholds.amounts, as_of),
        *_by_share(found, thresholds.share_percent, as_of, limit),
    )


def _by_days(late: Sequence[Late], days: int | None, as_of: date) -> Iterable[Crossed]:
    oldest = min(late, key=_first_day)
    overdue = (as_of - _first_day(oldest)).days
    if days is not None and overdue >= days:
        since = _first_day(oldest) + timedelta(days=days)
        yield Crossed(Indicator.DAYS, since, oldest.amount, overdue, days)


def _by_amount(
    late: Sequence[Late], amounts: Mapping[str, Money], as_of: date
) -> Iterable[Crossed]:
    for each in late:
        bound = amounts.get(each.currency)
        if bound is not None and each.amount >= bound:
            since = _reached_on(each.by_day, bound.minor)
            overdue = (as_of - _first_day(each)).days
            yield Crossed(Indicator.AMOUNT, since, each.amount, overdue, bound)


def _by_share(
    late: Sequence[Late], percent: int | None, as_of: date, limit: LimitHeld | None
) -> Iterable[Crossed]:
    if percent is None or limit is None or any(e.currency not in limit.worth for e in late):
        return
    worth = [
        (due_on, minor * limit.worth[each.currency])
        for each in late
        for due_on, minor in each.by_day
    ]
    total = sum((value for _, value in worth), start=Fraction(0))
    bound = Fraction(limit.amount.minor * percent, 100)
    if total >= bound:
        overdue = (as_of - min(map(_first_day, late))).days
        counted = Money(1, limit.amount.currency).times(total)
        since = _reached_on(sorted(worth), bound)
        yield Crossed(Indicator.SHARE, since, counted, overdue, percent)


def _first_day(late: Late) -> date:
    return late.by_day[0][0]


def _reached_on(by_day: Sequence[tuple[date, int | Fraction]], bound: int | Fraction) -> date:
    """The first day on which so much of it was overdue."""
    total: int | Fraction = 0
    for due_on, value in by_day:
        total += value
        if total >= bound:
            return due_on + timedelta(days=1)
    raise ValueError(bound)


def asks_to_look(reasons: Sequence[Crossed], looked_on: date | None) -> date | None:
    """
    The day of the newest threshold that nobody has looked at yet; None where somebody has.

    Rule: R431 — a warning asks somebody to look once when a threshold is reached, and again only
    for one that was reached after somebody last looked (S-099).

    >>> reached = Crossed(Indicator.DAYS, date(2026, 10, 31), Money(1, "CNY"), 40, 30)
    >>> asks_to_look([reached], None), asks_to_look([reached], date(2026, 11, 2))
    (datetime.date(2026, 10, 31), None)
    """
    newest = max((each.since for each in reasons), default=None)
    if newest is None or (looked_on is not None and newest <= looked_on):
        return None
    return newest
