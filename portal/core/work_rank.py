"""
In which order people work on what waits: by the money that waiting loses, and by how long it waits.

What waits and who sees it is the matter of the acts; amounts come in one currency.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from portal.core.errors import RuleBroken
from portal.core.recovery import Curve

#: What has no amount weighs as if so much was lost by it each month, in whole units of currency.
LEAST_LOSS = 100
#: A week over its day makes a thing twice as pressing; a week before it half as much.
WEEK = 7
#: Nothing rests longer in a queue.
LONGEST_SNOOZE_DAYS = 92


@dataclass(frozen=True, slots=True)
class Stake:
    """What is at stake in something that waits, and until when it was to be done."""

    #: In minor units of the currency that all are counted in; 0: no money of its own.
    minor: int
    #: How long that money is overdue, 0 where it is not.
    days_overdue: int
    #: Days past the day by which it was to be done; negative: so many are left.
    days_late: int


def weight(curve: Curve, stake: Stake, unit: int = 100) -> int:
    """
    How much something presses: what is heavier comes first.

    Rule: R358 — work is ordered by the money that one more month of waiting loses on the recovery
    curve, at the least 100 units for what has no amount, what is no claim counted as if it fell due
    today; times one and a seventh part for each day past the day by which it was to be done, and
    the less the farther that day lies ahead (S-149, UX S1).

    `unit` is how many minor units one unit of the currency has.

    >>> from portal.core.recovery import SHIPPED
    >>> small, large = Stake(100_000_00, 0, 0), Stake(100_000_00, 61, 0)
    >>> weight(SHIPPED, large) > weight(SHIPPED, small)
    True
    >>> weight(SHIPPED, Stake(0, 0, 7)) == 2 * weight(SHIPPED, Stake(0, 0, 0))
    True
    """
    loss = max(loss_by_waiting(curve, stake.minor, stake.days_overdue), LEAST_LOSS * unit)
    if stake.days_late >= 0:
        return loss * (WEEK + stake.days_late) * 100 // WEEK
    return loss * WEEK * 100 // (WEEK - stake.days_late)


def loss_by_waiting(curve: Curve, minor: int, days_overdue: int) -> int:
    """
    What one more month of waiting loses of an amount, in minor units, rounded down.

    >>> from portal.core.recovery import SHIPPED
    >>> loss_by_waiting(SHIPPED, 100_000_00, 0)
    700000
    """
    costs = curve.costs
    return minor * costs[min(max(days_overdue, 0), len(costs) - 1)] // 1_000_000


def per_mille_of_waiting(curve: Curve, days_overdue: int) -> int:
    """
    The share that one more month loses, in thousandths, for the reason that people read.

    >>> from portal.core.recovery import SHIPPED
    >>> per_mille_of_waiting(SHIPPED, 0), per_mille_of_waiting(SHIPPED, 92)
    (70, 53)
    """
    costs = curve.costs
    return round(Fraction(costs[min(max(days_overdue, 0), len(costs) - 1)], 1000))


def check_snooze(until: date, reason: str, today: date) -> None:
    """
    Refuse that something rests for no time, for too long, or long without a reason.

    Rule: R359 — what waits may rest until a later day within three months; until a day after the
    next Monday only with a reason (UX S1).
    Raises: task.snooze_past, task.snooze_too_long, task.snooze_reason.

    >>> check_snooze(date(2026, 11, 23), "", today=date(2026, 11, 20))
    """
    if until <= today:
        raise RuleBroken("task.snooze_past", field="until")
    if (until - today).days > LONGEST_SNOOZE_DAYS:
        longest = today + timedelta(days=LONGEST_SNOOZE_DAYS)
        raise RuleBroken("task.snooze_too_long", field="until", latest=longest)
    if until > next_monday(today) and not reason.strip():
        raise RuleBroken("task.snooze_reason", field="reason")


def next_monday(today: date) -> date:
    """
    The Monday after a day, its own week's being over.

    >>> next_monday(date(2026, 11, 20)), next_monday(date(2026, 11, 23))
    (datetime.date(2026, 11, 23), datetime.date(2026, 11, 30))
    """
    return today + timedelta(days=7 - today.weekday())
