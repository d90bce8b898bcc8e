"""
The daily round: which items an owner is asked about, and what they may answer.

What falls due soon is asked about until it is answered, once more shortly before its day, and again
when the answer has been overtaken. Who asks, and what silence leads to, is not said here.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from portal.core.errors import RuleBroken
from portal.core.promise import Limit, Reason
from portal.core.workdays import Calendar

#: The hour by which the day's list is answered.
ANSWER_BY = time(18, 0)
#: The second call: what was answered earlier is asked again.
SECOND_CALL_DAYS = 3
#: A problem is asked about again after so long.
PROBLEM_DAYS = 7


class Answer(StrEnum):
    """What an owner says of an item."""

    ON_TIME = "on_time"
    LATER = "later"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Given:
    """The last answer that was sent in: on which day, and until when it holds."""

    on: date
    answer: Answer
    pay_on: date | None = None


def is_asked(due_on: date, today: date, within_days: int, given: Given | None) -> bool:
    """
    Whether an owner is asked about an item today.

    Rule: R365 — from so many days before its due date on it is asked about daily until it is
    answered; once more from the third day before; then again when the named day has passed, when it
    was to come on time and did not, and a week after a problem was told (S-090 to S-092, S-103).

    >>> due = date(2026, 11, 20)
    >>> [is_asked(due, date(2026, 11, day), 7, None) for day in (12, 13, 20, 25)]
    [False, True, True, True]
    >>> early = Given(date(2026, 11, 13), Answer.ON_TIME)
    >>> [is_asked(due, date(2026, 11, day), 7, early) for day in (14, 16, 17, 20, 21)]
    [False, False, True, True, True]
    """
    if due_on - today > timedelta(days=within_days):
        return False
    if given is None:
        return True
    if due_on >= today:
        second_call = due_on - timedelta(days=SECOND_CALL_DAYS)
        return given.on < second_call <= today
    if given.answer is Answer.ON_TIME:
        return given.on <= due_on
    if given.answer is Answer.LATER:
        return given.pay_on is not None and given.pay_on < today
    return given.on <= today - timedelta(days=PROBLEM_DAYS)


@dataclass(frozen=True, slots=True)
class Said:
    """What an owner wants to answer."""

    answer: Answer
    pay_on: date | None = None
    reason: Reason = Reason.UNSAID


def check_said(said: Said, due_on: date, today: date, limit: Limit, calendar: Calendar) -> None:
    """
    Refuse an answer that cannot be.

    Rule: R366 — on time is only what is not overdue; later is a workday after today's due date that
    the promise rule allows, with a reason; a problem needs its reason, and may name a day (S-091,
    S-103, S-110).
    Raises: due.overdue_already, due.day_missing, due.too_late, due.limit_over, due.day_over,
    due.day_off, due.reason_missing.

    >>> from portal.core.promise import promise_limit
    >>> from portal.core.workdays import MONDAY_TO_FRIDAY
    >>> due = date(2026, 11, 20)
    >>> said = Said(Answer.LATER, date(2026, 11, 27), Reason.SHORT_OF_CASH)
    >>> check_said(said, due, date(2026, 11, 13), promise_limit(due, 30), MONDAY_TO_FRIDAY)
    """
    if said.answer is Answer.ON_TIME:
        if due_on < today:
            raise RuleBroken("due.overdue_already")
        return
    if said.reason is Reason.UNSAID:
        raise RuleBroken("due.reason_missing")
    if said.answer is Answer.LATER:
        _check_limit(said.pay_on, today, limit)
    if said.pay_on is not None and said.pay_on < today:
        raise RuleBroken("due.day_over", today=today)
    if said.pay_on is not None and not calendar.is_workday(said.pay_on):
        raise RuleBroken("due.day_off", next=calendar.on_or_after(said.pay_on))


def _check_limit(pay_on: date | None, today: date, limit: Limit) -> None:
    if limit.latest_on is None or limit.latest_on < today:
        raise RuleBroken("due.limit_over")
    if pay_on is None:
        raise RuleBroken("due.day_missing", latest=limit.latest_on)
    if pay_on > limit.latest_on:
        raise RuleBroken("due.too_late", latest=limit.latest_on)
