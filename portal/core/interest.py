"""
Late interest: simple, by day, from the day after the due date until the money comes.

Which rate holds for an item, what a law says, and what was charged of it is not decided here. What
is found is a memo beside the balance; only a charge that was approved is owed as an item.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from math import lcm
from typing import TypeAlias

from portal.core.errors import RuleBroken
from portal.core.instalment import Paid
from portal.core.money import Money, rounded
from portal.core.workdays import Calendar

ONE_DAY = timedelta(days=1)
#: The basis of a rate that is a day's and not a year's.
DAILY = 1
BASES = (365, 360, DAILY)
EARLIEST = date.min
#: Some minor units of a claim, and the ordinal of the last day on which they were still owed.
Piece: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rate:
    """
    Per cent a year by days of 365 or 360, or per cent a day where the basis is 1.

    Rule: R380 — a day costs the rate divided by its basis, 365 days a year unless 360 was agreed,
    leap year or not; a rate a day costs itself (RULES 2, SECURITY 4.43).

    >>> Rate(Decimal("12.25")).per_day, Rate(Decimal("0.05"), DAILY).per_day
    (Fraction(49, 146000), Fraction(1, 2000))
    """

    percent: Decimal
    basis: int = 365

    @property
    def per_day(self) -> Fraction:
        """What a unit costs a day."""
        return Fraction(self.percent) / (100 * self.basis)


@dataclass(frozen=True, slots=True)
class RateFrom:
    """A rate and the first day on which it holds."""

    from_on: date
    rate: Rate


#: Rates in the order of their days; the first also holds before its day.
Rates = Sequence[RateFrom]


def always(rate: Rate) -> tuple[RateFrom, ...]:
    """
    A rate that never changes.

    >>> always(Rate(Decimal(8)))[0].rate.percent
    Decimal('8')
    """
    return (RateFrom(EARLIEST, rate),)


@dataclass(frozen=True, slots=True)
class Claim:
    """An item that is late: what was owed of it when it fell due, and the money that came since."""

    #: Without what a credit note about the item itself takes off: that was never owed.
    amount: Money
    due_on: date
    paid: tuple[Paid, ...] = ()
    grace_days: int = 0
    #: Of what is open: nobody has answered yet whether it is owed.
    disputed: int = 0

    def __post_init__(self) -> None:
        """Refuse money that is more than the claim."""
        if sum(each.amount.minor for each in self.paid) > self.amount.minor:
            raise RuleBroken("interest.paid_too_much", field="paid")

    @property
    def grace_until(self) -> date:
        """
        The last day on which money bears nothing.

        >>> Claim(Money(1, "CNY"), date(9999, 12, 30), grace_days=5).grace_until
        datetime.date(9999, 12, 31)
        """
        return date.fromordinal(
            min(self.due_on.toordinal() + self.grace_days, date.max.toordinal())
        )

    def pieces(self, until: date) -> list[Piece]:
        """What of it bears interest up to a day."""
        came = [(each.amount.minor, each.on.toordinal()) for each in self.paid]
        grace_until = self.grace_until.toordinal()
        return pieces(self.amount.minor, came, self.disputed, grace_until, until.toordinal())


@dataclass(frozen=True, slots=True)
class Segment:
    """Days in a row on which neither the rate nor what is owed changes, both ends included."""

    from_on: date
    to_on: date
    principal: Money
    rate: Rate

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.to_on - self.from_on).days + 1

    def cost(self, *, round_daily: bool = False) -> Fraction:
        """What it costs in minor units, exactly, or each day rounded where that was agreed."""
        a_day = self.principal.minor * self.rate.per_day
        return self.days * (Fraction(rounded(a_day)) if round_daily else a_day)


@dataclass(frozen=True, slots=True)
class Accrual:
    """Late interest of an item up to a day, and how it was worked out."""

    segments: tuple[Segment, ...]
    total: Money
    #: What each segment brings of the total; the last unit is the one's that completes it.
    shares: tuple[Money, ...]

    @property
    def days(self) -> int:
        """On how many days something was late."""
        return sum(each.days for each in self.segments)


def at_most(interest: int, owed: int, percent: int) -> int:
    """
    Late interest in minor units, no more of it than so many per cent of what was owed.

    Rule: R436 — where the policy says so, the late interest of an item is in all no more than so
    many per cent of what was owed when it fell due, rounded half up; what a law adds once comes on
    top (S-153).

    >>> at_most(300_00, owed=1_000_00, percent=20), at_most(150_00, owed=1_000_00, percent=20)
    (20000, 15000)
    """
    return min(interest, rounded(Fraction(owed * percent, 100)))


def counted_due(due_on: date, calendar: Calendar | None) -> date:
    """
    The day until which paying is in time for interest; without a calendar the due date itself.

    Rule: R381 — what falls due on a day off is late for interest only after the next workday, where
    the calendar's country has it so; for ageing it stays due on its day (RULES 1 'day off').

    >>> from portal.core.workdays import MONDAY_TO_FRIDAY
    >>> counted_due(date(2026, 10, 31), MONDAY_TO_FRIDAY), counted_due(date(2026, 10, 31), None)
    (datetime.date(2026, 11, 2), datetime.date(2026, 10, 31))
    """
    return due_on if calendar is None else calendar.on_or_after(due_on)


def pieces(
    owed: int, came: Sequence[Piece], disputed: int, grace_until: int, until: int
) -> list[Piece]:
    """
    What of a claim bears interest up to a day, by the day on which it was paid; days are ordinals.

    Rule: R382 — interest runs from the day after the due date to the value date of the payment, it
    included, so that a part payment lowers the principal from the next day (RULES 2).
    Rule: R383 — what is paid within the days of grace bears nothing; what is paid after them, or
    not at all, bears from the day after the due date (RULES 2).
    Rule: R384 — what is disputed accrues silently: it is left out while nobody has answered, and
    in again from the day after the due date once the objection is rejected (RULES 2, SECURITY
    4.33).

    >>> pieces(100_00, [(50_00, 110)], disputed=10_00, grace_until=107, until=120)
    [(5000, 110), (4000, 120)]
    """
    if until <= grace_until:
        return []
    late, left = [], owed
    for minor, on in came:
        if on <= until:
            left -= minor
            if on > grace_until:
                late.append((minor, on))
    free = left - min(disputed, left)
    if free:
        late.append((free, until))
    return late


def worked_out(claim: Claim, rates: Rates, until: date, *, round_daily: bool = False) -> Accrual:
    """
    The late interest of a claim as if what is open were paid on a day, period by period.

    Rule: R385 — late interest is simple, on what is still owed at the rate of each day; the exact
    sum is rounded once, half up, in the smallest unit, unless each day's is (S-153, RULES 2).

    >>> came = Paid(date(2026, 4, 20), Money(40_000_00, "CNY"))
    >>> claim = Claim(Money(100_000_00, "CNY"), date(2026, 3, 31), (came,))
    >>> found = worked_out(claim, always(Rate(Decimal("12.25"))), date(2026, 5, 15))
    >>> [(each.principal.major(), each.days) for each in found.segments], found.total.major()
    ([('100000.00', 20), ('60000.00', 25)], '1174.66')
    """
    found = tuple(_segments(claim, rates, claim.pieces(until)))
    sums = list(accumulate(each.cost(round_daily=round_daily) for each in found))
    whole = [0, *(max(rounded(exact), 0) for exact in sums)]
    currency = claim.amount.currency
    shares = tuple(Money(after - before, currency) for before, after in pairwise(whole))
    return Accrual(found, Money(whole[-1], currency), shares)


def _segments(claim: Claim, rates: Rates, late: Sequence[Piece]) -> Iterable[Segment]:
    """The days from the due date on, cut where money came and where the rate changed."""
    if not late:
        return
    ends = {date.fromordinal(on) for _, on in late}
    changes = {each.from_on - ONE_DAY for each in rates if claim.due_on < each.from_on <= max(ends)}
    day = claim.due_on
    for end in sorted(changes - {claim.due_on} | ends):
        minor = sum(minor for minor, on in late if on >= end.toordinal())
        rate = rate_on(rates, day + ONE_DAY)
        yield Segment(day + ONE_DAY, end, Money(minor, claim.amount.currency), rate)
        day = end


def rate_on(rates: Rates, on: date) -> Rate:
    """
    The rate of a day.

    Rule: R386 — where rates follow each other, each day bears the rate that holds on it; the first
    one also holds before its own day (INTERFACES 1).

    >>> eight, nine = Rate(Decimal(8)), Rate(Decimal(9))
    >>> told = (*always(eight), RateFrom(date(2026, 7, 1), nine))
    >>> rate_on(told, date(2026, 6, 30)).percent, rate_on(told, date(2026, 7, 1)).percent
    (Decimal('8'), Decimal('9'))
    """
    place = bisect_right([each.from_on for each in rates], on)
    return rates[max(place - 1, 0)].rate


class Scale:
    """
    Rates summed up by day in whole numbers, so that an item of a large book costs a subtraction.

    >>> scale = Scale(always(Rate(Decimal("12.25"))))
    >>> due = date(2026, 3, 31).toordinal()
    >>> scale.total([(40_000_00, due + 20), (60_000_00, due + 45)], due)
    117466
    """

    def __init__(self, rates: Rates) -> None:
        """Bring the rates to one denominator and sum them up to each change."""
        per_day = [each.rate.per_day for each in rates]
        self._denominator = lcm(*(each.denominator for each in per_day))
        self._steps = [int(each * self._denominator) for each in per_day]
        self._from = [each.from_on.toordinal() for each in rates]
        sums = [0]
        for place in range(1, len(rates)):
            days = self._from[place] - self._from[place - 1]
            sums.append(sums[-1] + days * self._steps[place - 1])
        self._sums = sums

    def total(self, late: Iterable[Piece], due: int) -> int:
        """The interest of pieces from the day after an ordinal on."""
        if len(self._steps) == 1:
            exact = self._steps[0] * sum([minor * (day - due) for minor, day in late])
        else:
            before = self._until(due)
            exact = sum([minor * (self._until(day) - before) for minor, day in late])
        return max((2 * exact + self._denominator) // (2 * self._denominator), 0)

    def _until(self, day: int) -> int:
        """The sum of the steps of all days up to a day, it included."""
        place = max(bisect_right(self._from, day) - 1, 0)
        return self._sums[place] + (day - self._from[place] + 1) * self._steps[place]


# ── What is asked for ────────────────────────────────────────────────────────


def still_to_ask(total: int, charged: int, waived: int) -> int:
    """
    What a charge up to a day would ask for, of what accrued up to the same day.

    Rule: R387 — a charge asks for the rounded total up to its day less what was charged and
    waived before, never for less than nothing; so charges add up to the total, and what was
    waived stays waived (RULES 2, SECURITY 4.43, SECURITY 4.44).

    >>> still_to_ask(1_174_66, charged=671_23, waived=0)
    50343
    """
    return max(total - charged - waived, 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """What accrued on an item up to a day, and what of it is not to be asked for again."""

    total: Money
    charged: Money
    waived: Money

    @property
    def open(self) -> Money:
        """What a charge up to the same day would ask for."""
        minor = still_to_ask(self.total.minor, self.charged.minor, self.waived.minor)
        return Money(minor, self.total.currency)


def shared_out(total: int, room: Sequence[int]) -> list[int]:
    """
    What of a sum that was charged without saying for which item each of them takes, in order.

    More than all of them have room for stays with the first: it is charged, and not asked again.

    >>> shared_out(50, [30, 40]), shared_out(90, [30, 40])
    ([30, 20], [50, 40])
    """
    shares = []
    for each in room:
        shares.append(min(each, total))
        total -= shares[-1]
    if shares:
        shares[0] += total
    return shares
