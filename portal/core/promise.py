"""
Promises to pay: until when an item may be promised, how much of it, and which days are offered.

Whether a promise was kept is the matter of `promise_kept`; nothing here knows who promises.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.workdays import Calendar

ONE_DAY = timedelta(days=1)
#: Of the original term, when nothing else is decided.
ONE_THIRD = Fraction(1, 3)
#: A broken promise that stays unpaid is held against a new one for so long.
COOL_DOWN = timedelta(days=90)
#: A promise without a limit, which a second person has approved, still ends some day.
FARTHEST = timedelta(days=366)


class Reason(StrEnum):
    """Why a customer pays on another day: being short, unwilling, in dispute or lost told apart."""

    UNSAID = "unsaid"
    PAYMENT_RUN = "payment_run"
    AWAITING_APPROVAL = "awaiting_approval"
    DOCUMENTS_MISSING = "documents_missing"
    OVERSIGHT = "oversight"
    AWAITING_OWN_CUSTOMER = "awaiting_own_customer"
    SHORT_OF_CASH = "short_of_cash"
    DISPUTE = "dispute"
    UNWILLING = "unwilling"
    LOST_CONTACT = "lost_contact"
    OTHER = "other"


#: What only the house says of a customer.
HOUSE_REASONS = frozenset({Reason.UNWILLING, Reason.LOST_CONTACT})


class Basis(StrEnum):
    """What a promise limit rests on, or why there is none."""

    FRACTION_OF_TERM = "fraction_of_term"
    CASH_TERMS = "cash_terms"
    NO_DUE_DATE = "no_due_date"


@dataclass(frozen=True, slots=True)
class Limit:
    """The last day that an item may be promised for; None where it may not be promised at all."""

    latest_on: date | None
    basis: Basis
    due_on: date | None = None
    term_days: int = 0

    @property
    def days(self) -> int:
        """How many days after the due date it lies."""
        return (self.latest_on - self.due_on).days if self.latest_on and self.due_on else 0


def promise_limit(due_on: date | None, term_days: int, fraction: Fraction = ONE_THIRD) -> Limit:
    """
    The limit of one due part.

    Rule: R21 — no later than one third of the original term, whole days, after the original due
    date; an item without a term (cash, prepaid) or without a due date is not promised (S-110,
    S-111).

    >>> str(promise_limit(date(2026, 3, 31), 60).latest_on)
    '2026-04-20'
    >>> [promise_limit(date(2026, 3, 31), days).days for days in (30, 60, 45, 31)]
    [10, 20, 15, 10]
    >>> promise_limit(date(2026, 3, 31), 0).basis.value
    'cash_terms'
    """
    if due_on is None:
        return Limit(None, Basis.NO_DUE_DATE)
    if term_days <= 0:
        return Limit(None, Basis.CASH_TERMS, due_on)
    after = timedelta(days=term_days * fraction.numerator // fraction.denominator)
    latest_on = due_on + min(after, date.max - due_on)
    return Limit(latest_on, Basis.FRACTION_OF_TERM, due_on, term_days)


def earliest_limit(limits: Iterable[Limit]) -> Limit:
    """
    The limit of several items that are promised together.

    Rule: R104 — several items in one promise have the earliest of their limits, and none where one
    of them may not be promised (S-110).

    >>> march = promise_limit(date(2026, 3, 31), 60)
    >>> str(earliest_limit([march, promise_limit(date(2026, 4, 5), 30)]).latest_on)
    '2026-04-15'
    >>> earliest_limit([march, promise_limit(None, 30)]).basis.value
    'no_due_date'
    """
    return min(limits, key=lambda limit: limit.latest_on or date.min)


def workdays_between(first: date, last: date, calendar: Calendar) -> Iterator[date]:
    """
    The workdays from one day to another, both included.

    >>> from portal.core.workdays import MONDAY_TO_FRIDAY
    >>> [
    ...     day.day
    ...     for day in workdays_between(date(2026, 11, 6), date(2026, 11, 10), MONDAY_TO_FRIDAY)
    ... ]
    [6, 9, 10]
    """
    day = first
    while day <= last:
        if calendar.is_workday(day):
            yield day
        day += ONE_DAY


def last_offered(limit: Limit, today: date, calendar: Calendar) -> date | None:
    """
    The last day that can be chosen now; None where none is left.

    Rule: R105 — what is offered are the workdays from today on, the last of them the workday on or
    before the limit; days off move no limit (S-110, RULES 1 'promise cap').

    >>> from portal.core.workdays import MONDAY_TO_FRIDAY
    >>> limit = promise_limit(date(2026, 10, 22), 30)
    >>> limit.latest_on.strftime("%a %d"), last_offered(limit, date(2026, 10, 20), MONDAY_TO_FRIDAY)
    ('Sun 01', datetime.date(2026, 10, 30))
    >>> last_offered(limit, date(2026, 11, 1), MONDAY_TO_FRIDAY) is None
    True
    """
    if limit.latest_on is None:
        return None
    last = calendar.on_or_before(limit.latest_on)
    return last if last >= today else None


class Unfit(StrEnum):
    """Why a day cannot be promised."""

    PAST = "past"
    TOO_LATE = "too_late"
    DAY_OFF = "day_off"


def unfit(day: date, today: date, latest_on: date | None, calendar: Calendar) -> Unfit | None:
    """
    Why a day cannot be promised; None where it can. Without `latest_on` no limit binds.

    >>> from portal.core.workdays import MONDAY_TO_FRIDAY
    >>> today, latest = date(2026, 11, 4), date(2026, 11, 10)
    >>> [str(unfit(date(2026, 11, d), today, latest, MONDAY_TO_FRIDAY)) for d in (3, 4, 7, 10, 11)]
    ['past', 'None', 'day_off', 'None', 'too_late']
    """
    if day < today:
        return Unfit.PAST
    if latest_on is not None and day > latest_on:
        return Unfit.TOO_LATE
    return None if calendar.is_workday(day) else Unfit.DAY_OFF


def check_day(day: date, today: date, limit: Limit, calendar: Calendar) -> None:
    """
    Refuse a day that the rule does not allow.

    Raises: promise.not_possible, promise.day_over, promise.too_late, promise.day_off.

    >>> from portal.core.workdays import MONDAY_TO_FRIDAY
    >>> limit = promise_limit(date(2026, 10, 27), 30)
    >>> check_day(date(2026, 11, 6), date(2026, 11, 4), limit, MONDAY_TO_FRIDAY)
    """
    if limit.latest_on is None:
        raise RuleBroken("promise.not_possible", field="pay_on", basis=limit.basis.value)
    check_later_day(day, today, calendar)
    if day > limit.latest_on:
        raise RuleBroken("promise.too_late", field="pay_on", latest=limit.latest_on)


def check_later_day(day: date, today: date, calendar: Calendar) -> None:
    """
    Refuse a day on which nobody can pay, whatever the limit says.

    Raises: promise.day_over, promise.day_off, promise.too_far.

    >>> from portal.core.workdays import MONDAY_TO_FRIDAY
    >>> check_later_day(date(2026, 11, 6), date(2026, 11, 4), MONDAY_TO_FRIDAY)
    """
    if day < today:
        raise RuleBroken("promise.day_over", field="pay_on", today=today)
    if day > today + FARTHEST:
        raise RuleBroken("promise.too_far", field="pay_on", farthest=today + FARTHEST)
    if not calendar.is_workday(day):
        before, after = calendar.on_or_before(day), calendar.on_or_after(day)
        raise RuleBroken("promise.day_off", field="pay_on", before=before, after=after)


def check_amount(asked: Money, is_open: Money, promised: Money, number: str) -> None:
    """
    Refuse an amount that an item has no room for.

    Rule: R106 — what is promised of a due part, all its running promises together, is never more
    than is open of it (S-113, SECURITY 4.35).
    Raises: promise.item_paid, promise.no_amount, promise.exceeds_open, promise.promised_already.

    >>> check_amount(Money(6000, "CNY"), Money(10000, "CNY"), Money(4000, "CNY"), "INV-1")
    """
    if is_open.minor <= 0:
        raise RuleBroken("promise.item_paid", field="items", number=number)
    if asked.minor <= 0:
        raise RuleBroken("promise.no_amount", field="items", number=number)
    if asked > is_open:
        raise RuleBroken("promise.exceeds_open", field="items", number=number, open=is_open)
    if asked > is_open - promised:
        raise RuleBroken(
            "promise.promised_already",
            field="items",
            number=number,
            promised=promised,
            left=is_open - promised,
        )


def check_cool_down(broken_on: Iterable[date], today: date, most: int) -> None:
    """
    Refuse a promise of a customer who has missed too many, which then needs an approval.

    `broken_on` are the days of the customer's broken promises; one paid late is no longer broken.
    Rule: R107 — whose last 90 days hold `max_broken` promises that were missed and are still
    unpaid promises no more by themselves (S-113, SECURITY 4.35).
    Raises: promise.cooling_down.

    >>> check_cool_down([date(2026, 10, 30)], date(2026, 11, 4), 2)
    """
    count = sum(1 for day in broken_on if day >= today - COOL_DOWN)
    if count >= most > 0:
        raise RuleBroken("promise.cooling_down", field="", count=count)


def check_reason(reason: Reason, note: str, *, is_house: bool) -> None:
    """
    Refuse a reason that is not this person's to give, or that says nothing.

    Raises: promise.reason_unfit, promise.note_missing.

    >>> check_reason(Reason.SHORT_OF_CASH, "", is_house=False)
    """
    if reason in HOUSE_REASONS and not is_house:
        raise RuleBroken("promise.reason_unfit", field="reason")
    if reason is Reason.OTHER and not note.strip():
        raise RuleBroken("promise.note_missing", field="note")
