"""
Instalment plans: a debt split over days, interest on it, and what its payments make of it.

Who may offer a plan, and what is said about it, is not known here; what is talked about is stored,
what became of an agreed plan is not: it follows from the money that came.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from portal.core.datesteps import Step, StepKind
from portal.core.errors import RuleBroken
from portal.core.money import Money, rounded
from portal.core.workdays import ONE_DAY, Calendar

#: Basis points of a whole, and the days that a year of interest has (act/365).
WHOLE_BP, YEAR_DAYS = 10_000, 365
#: No plan is as long; a larger number is a slip of the pen.
MOST_STEPS = {"months": 24, "weeks": 104, "days": 366}
MOST_INSTALMENTS = 120
LAST_YEAR = 2200


class Interval(StrEnum):
    """What lies between two instalments."""

    MONTHS = "months"
    WEEKS = "weeks"
    DAYS = "days"


_STEPS = {
    Interval.MONTHS: StepKind.MONTHS,
    Interval.WEEKS: StepKind.WEEKS,
    Interval.DAYS: StepKind.DAYS,
}


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When instalments fall due: a first day, and every so many months, weeks or days from it."""

    first_on: date
    every: int = 1
    interval: Interval = Interval.MONTHS

    def day(self, nth: int) -> date:
        """
        The day of the instalment that is the nth after the first, whatever the calendar says.

        Rule: R111 — every day is counted from the first one, so that 31 January, 28 February and
        31 March do not drift; a day that is not worked moves to the next workday, and no two fall
        on the same day (S-114).

        >>> [str(Rhythm(date(2025, 1, 31)).day(nth)) for nth in range(3)]
        ['2025-01-31', '2025-02-28', '2025-03-31']
        """
        step = Step(_STEPS[self.interval], self.every * nth)
        return step.applied(self.first_on, Calendar())

    def days(self, count: int, calendar: Calendar) -> list[date]:
        """
        The workdays on which so many instalments fall due.

        >>> april = Rhythm(date(2026, 4, 4), interval=Interval.DAYS)  # a Saturday
        >>> [str(day) for day in april.days(3, Calendar())]
        ['2026-04-06', '2026-04-07', '2026-04-08']
        """
        found: list[date] = []
        for nth in range(count):
            day = max([self.day(nth), *(last + ONE_DAY for last in found[-1:])])
            found.append(calendar.on_or_after(day))
        return found


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment of a schedule, of the debt itself; interest comes on top."""

    due_on: date
    amount: Money


def split(
    total: Money, number: int, rhythm: Rhythm, calendar: Calendar, down: Money | None = None
) -> tuple[Instalment, ...]:
    """
    A total in so many equal instalments; a down payment is due on the first day, before them.

    Rule: R110 — equal instalments are cut to the currency's smallest unit and the last one takes
    what is left, so that they always sum to the total (S-114).
    Raises: plan.number_out_of_reach, plan.rhythm_out_of_reach, plan.day_too_far, plan.too_small,
    plan.down_too_large.

    >>> made = split(Money(10000, "CNY"), 3, Rhythm(date(2025, 1, 31)), Calendar())
    >>> [f"{each.due_on} {each.amount.major()}" for each in made]
    ['2025-01-31 33.33', '2025-02-28 33.33', '2025-03-31 33.34']
    """
    if not 1 <= number <= MOST_INSTALMENTS:
        raise RuleBroken("plan.number_out_of_reach", field="number", most=MOST_INSTALMENTS)
    if not 1 <= rhythm.every <= MOST_STEPS[rhythm.interval]:
        most = MOST_STEPS[rhythm.interval]
        raise RuleBroken("plan.rhythm_out_of_reach", field="every", most=most)
    if rhythm.first_on.year > LAST_YEAR:
        raise RuleBroken("plan.day_too_far", field="first_on", year=LAST_YEAR)
    first = down or Money.zero(total.currency)
    rest = total - first
    if first.minor < 0 or (first.minor and rest.minor <= 0):
        raise RuleBroken("plan.down_too_large", field="down", total=total)
    if rest.minor < number:
        raise RuleBroken("plan.too_small", field="number", number=number, total=rest)
    each, left = divmod(rest.minor, number)
    minors = [each] * (number - 1) + [each + left]
    if first.minor:
        minors.insert(0, first.minor)
    days = rhythm.days(len(minors), calendar)
    pairs = zip(days, minors, strict=True)
    return tuple(Instalment(day, Money(minor, total.currency)) for day, minor in pairs)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a customer may ask for by themselves: so many instalments, so many months."""

    most: int = 12
    months: int = 12

    def last_on(self, today: date) -> date:
        """
        The last day on which an instalment may fall due.

        >>> Limits(months=6).last_on(date(2026, 8, 31))
        datetime.date(2027, 2, 28)
        """
        return Step(StepKind.MONTHS, self.months).applied(today, Calendar())


def check_schedule(
    total: Money, rows: Sequence[Instalment], today: date, calendar: Calendar
) -> None:
    """
    Refuses a schedule that does not hold together.

    Rule: R112 — instalments are above nothing, on rising workdays from today on, and sum exactly
    to the total; how much is missing or too much is said (S-114, SECURITY 4.36).
    Raises: plan.empty, plan.no_amount, plan.day_past, plan.day_too_far, plan.day_off,
    plan.days_out_of_order, plan.sum_below, plan.sum_above.

    >>> check_schedule(
    ...     Money(300, "CNY"),
    ...     [Instalment(date(2026, 4, 6), Money(300, "CNY"))],
    ...     date(2026, 4, 1),
    ...     Calendar(),
    ... )
    """
    if not rows:
        raise RuleBroken("plan.empty")
    before: date | None = None
    for nth, row in enumerate(rows, start=1):
        _check_row(nth, row, before, (today, calendar))
        before = row.due_on
    told = Money.total((row.amount for row in rows), total.currency)
    if told != total:
        code = "plan.sum_below" if told < total else "plan.sum_above"
        raise RuleBroken(code, sum=told, total=total, difference=abs(total - told))


def _check_row(nth: int, row: Instalment, before: date | None, now: tuple[date, Calendar]) -> None:
    today, calendar = now
    if row.amount.minor <= 0:
        raise RuleBroken("plan.no_amount", field=f"amount_{nth}", nth=nth)
    if row.due_on < today:
        raise RuleBroken("plan.day_past", field=f"on_{nth}", nth=nth, day=row.due_on)
    if row.due_on.year > LAST_YEAR:
        raise RuleBroken("plan.day_too_far", field=f"on_{nth}", year=LAST_YEAR)
    if not calendar.is_workday(row.due_on):
        instead = calendar.on_or_after(row.due_on)
        raise RuleBroken(
            "plan.day_off", field=f"on_{nth}", nth=nth, day=row.due_on, instead=instead
        )
    if before is not None and row.due_on <= before:
        raise RuleBroken("plan.days_out_of_order", field=f"on_{nth}", nth=nth, before=before)


def check_limits(rows: Sequence[Instalment], limits: Limits, today: date) -> None:
    """
    Refuses more instalments or months than the policy lets a customer ask for by themselves.

    Raises: plan.too_many, plan.too_long.

    >>> check_limits([Instalment(date(2026, 4, 6), Money(1, "CNY"))], Limits(), date(2026, 4, 1))
    """
    if len(rows) > limits.most:
        raise RuleBroken("plan.too_many", field="number", most=limits.most, number=len(rows))
    last_on = limits.last_on(today)
    if rows and rows[-1].due_on > last_on:
        raise RuleBroken(
            "plan.too_long",
            field="number",
            months=limits.months,
            until=last_on,
            last=rows[-1].due_on,
        )


def interest(rows: Sequence[Instalment], from_on: date, rate_bp: int) -> list[Money]:
    """
    The interest of each instalment: simple, on what is still owed, by days of a year of 365.

    Rule: R113 — what has accrued by an instalment's day is rounded once, half up, and the
    instalment bears it less what earlier ones bear; so the last unit is nobody's and together they
    are the whole interest rounded once (S-116, S-154, RULES 2).

    >>> rows = [
    ...     Instalment(date(2026, 1, 31), Money(50_000_00, "CNY")),
    ...     Instalment(date(2026, 3, 2), Money(50_000_00, "CNY")),
    ... ]
    >>> [each.major() for each in interest(rows, date(2026, 1, 1), rate_bp=600)]
    ['493.15', '246.58']
    """
    owed, day = sum(row.amount.minor for row in rows), from_on
    accrued, borne = Fraction(0), 0
    found = []
    for row in rows:
        accrued += _simple(owed, (row.due_on - day).days, rate_bp)
        share = rounded(accrued) - borne
        found.append(Money(share, row.amount.currency))
        owed, day, borne = owed - row.amount.minor, max(row.due_on, day), borne + share
    return found


def _simple(minor: int, days: int, rate_bp: int) -> Fraction:
    return Fraction(minor * max(days, 0) * rate_bp, WHOLE_BP * YEAR_DAYS)


@dataclass(frozen=True, slots=True)
class Paid:
    """Money that settled something of the debt, by its value date."""

    on: date
    amount: Money


class State(StrEnum):
    """What an agreed plan has become."""

    ACTIVE = "active"
    BROKEN = "broken"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Met:
    """An instalment and the money that came for it."""

    instalment: Instalment
    pieces: tuple[Paid, ...]
    #: Not there in full by its day and the days of grace.
    is_missed: bool

    @property
    def paid(self) -> Money:
        """What came of it."""
        return Money.total((each.amount for each in self.pieces), self.instalment.amount.currency)

    @property
    def left(self) -> Money:
        """What has not come yet."""
        return self.instalment.amount - self.paid

    @property
    def paid_on(self) -> date | None:
        """The value date that made it whole; None while something is missing."""
        return None if self.left.minor else self.pieces[-1].on


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an agreed plan stands on a day."""

    state: State
    each: tuple[Met, ...]
    #: The first day on which an instalment was missed; it stays that day.
    broken_on: date | None

    @property
    def following(self) -> Met | None:
        """The first instalment that is not there in full."""
        return next((met for met in self.each if met.left.minor), None)


def standing(
    rows: Sequence[Instalment], paid: Iterable[Paid], as_of: date, tolerance_days: int = 0
) -> Standing:
    """
    What an agreed plan has become, by the money that came until a day.

    Rule: R115 — money fills the instalments in their order, by value date; the first one that is
    not whole by its day breaks the plan, once, and what comes later mends it no more; when all are
    whole it is done (S-115, SECURITY 4.36).

    >>> rows = [
    ...     Instalment(date(2026, 4, 6), Money(100, "CNY")),
    ...     Instalment(date(2026, 5, 6), Money(100, "CNY")),
    ... ]
    >>> came = [Paid(date(2026, 4, 7), Money(100, "CNY"))]
    >>> [str(standing(rows, came, date(2026, 4, day)).state) for day in (6, 7, 30)]
    ['active', 'broken', 'broken']
    """
    known = sorted((each for each in paid if each.on <= as_of), key=lambda each: each.on)
    purse = [(each.on, each.amount.minor) for each in known]
    grace = timedelta(days=tolerance_days)
    each = []
    for row in rows:
        pieces = tuple(_filled(row, purse))
        in_time = sum(piece.amount.minor for piece in pieces if piece.on <= row.due_on + grace)
        missed = as_of > row.due_on + grace and in_time < row.amount.minor
        each.append(Met(row, pieces, missed))
    broken = [met.instalment.due_on + grace + ONE_DAY for met in each if met.is_missed]
    is_done = all(not met.left.minor for met in each)
    state = State.DONE if is_done else State.BROKEN if broken else State.ACTIVE
    return Standing(state, tuple(each), min(broken, default=None))


def _filled(row: Instalment, purse: list[tuple[date, int]]) -> Iterable[Paid]:
    """Takes from the purse, oldest money first, until the instalment is whole."""
    needed = row.amount.minor
    while needed and purse:
        on, minor = purse.pop(0)
        taken = min(needed, minor)
        if minor > taken:
            purse.insert(0, (on, minor - taken))
        needed -= taken
        yield Paid(on, Money(taken, row.amount.currency))


def penalty(met: Met, rate_bp: int, until: date) -> Money:
    """
    The penalty interest of an instalment up to a day: a memo, until the house charges it.

    Rule: R114 — each piece that comes late bears simple interest from the day after the
    instalment's day to its value date, what is still missing to the day that is asked for, by
    days of a year of 365; rounded once an instalment, half up (S-116, S-154).

    >>> row = Instalment(date(2026, 4, 6), Money(10_000_00, "CNY"))
    >>> half = Paid(date(2026, 4, 16), Money(5_000_00, "CNY"))
    >>> penalty(Met(row, (half,), is_missed=True), 1825, until=date(2026, 4, 26)).major()
    '75.00'
    """
    due_on = met.instalment.due_on
    late = [*met.pieces, Paid(until, met.left)]
    accrued = sum(
        (_simple(each.amount.minor, (min(each.on, until) - due_on).days, rate_bp) for each in late),
        Fraction(0),
    )
    return Money(rounded(accrued), met.instalment.amount.currency)


def spread(rows: Sequence[Instalment], parts: Sequence[Money]) -> list[list[tuple[int, Money]]]:
    """
    What of each part every instalment pays: (place of the part, amount), the first part first.

    The parts come to what the instalments do.

    >>> rows = [
    ...     Instalment(date(2026, 4, 6), Money(70, "CNY")),
    ...     Instalment(date(2026, 5, 6), Money(30, "CNY")),
    ... ]
    >>> [
    ...     [(place, each.major()) for place, each in shares]
    ...     for shares in spread(rows, [Money(60, "CNY"), Money(40, "CNY")])
    ... ]
    [[(0, '0.60'), (1, '0.10')], [(1, '0.30')]]
    """
    left = [part.minor for part in parts]
    place, found = 0, []
    for row in rows:
        needed, shares = row.amount.minor, []
        while needed:
            taken = min(needed, left[place])
            if taken:
                shares.append((place, Money(taken, row.amount.currency)))
            left[place] -= taken
            needed -= taken
            place += 0 if left[place] else 1
        found.append(shares)
    return found
