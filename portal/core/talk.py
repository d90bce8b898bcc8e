"""
Talks with customers about what is due: what can be noted of one, and when it goes on.

What a talk leads to, a promise, a dispute or a case, is told by their own rules.
"""

from datetime import date, timedelta
from enum import StrEnum

from portal.core.errors import RuleBroken
from portal.core.work_rank import LONGEST_SNOOZE_DAYS

LONGEST_NOTE = 2000
#: Counts are of the last so many days unless told.
COUNTED_DAYS = 30


class Channel(StrEnum):
    """How the talk was had."""

    CALL = "call"
    VISIT = "visit"
    MEETING = "meeting"
    EMAIL = "email"
    MESSAGE = "message"
    LETTER = "letter"
    FAX = "fax"


class Outcome(StrEnum):
    """What came of it."""

    PROMISED = "promised"
    WILL_ANSWER = "will_answer"
    PAID = "paid"
    DISPUTES = "disputes"
    REFUSES = "refuses"
    NO_ANSWER = "no_answer"
    WRONG_PERSON = "wrong_person"
    LOST = "lost"
    OTHER = "other"


#: Nobody of the customer's was spoken to.
UNREACHED = frozenset({Outcome.NO_ANSWER, Outcome.WRONG_PERSON, Outcome.LOST})
#: The talk moved the money.
SUCCESSES = frozenset({Outcome.PROMISED, Outcome.PAID})


def is_reached(outcome: str) -> bool:
    """
    Whether somebody of the customer's was spoken to.

    Rule: R360 — every talk counts as a contact made, one in which nobody of the customer's was
    spoken to does not count as one reached, and one that ended in a promise or a payment counts as
    a success (S-119, S-175).

    >>> is_reached("promised"), is_reached("no_answer")
    (True, False)
    """
    return Outcome(outcome) not in UNREACHED


def is_success(outcome: str) -> bool:
    """
    Whether a talk ended in a promise or a payment.

    >>> is_success("promised"), is_success("will_answer")
    (True, False)
    """
    return Outcome(outcome) in SUCCESSES


def check_talk(on: date, next_on: date | None, today: date) -> None:
    """
    Refuse a talk that was not had yet, or that goes on in the past or a long time away.

    Rule: R361 — a talk is noted on its day or later, and goes on today at the earliest and within
    three months (S-145).
    Raises: talk.future, talk.next_past, talk.next_too_far.

    >>> check_talk(date(2026, 11, 20), date(2026, 11, 23), today=date(2026, 11, 20))
    """
    if on > today:
        raise RuleBroken("talk.future", field="on")
    if next_on is None:
        return
    if next_on < today:
        raise RuleBroken("talk.next_past", field="next_on")
    latest = today + timedelta(days=LONGEST_SNOOZE_DAYS)
    if next_on > latest:
        raise RuleBroken("talk.next_too_far", field="next_on", latest=latest)
