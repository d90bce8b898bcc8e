"""R365, R366: who is asked when, and what may be answered."""

import datetime as dt

import pytest

from portal.core.due_round import Answer, Given, Said, check_said, is_asked
from portal.core.errors import RuleBroken
from portal.core.promise import Reason, promise_limit
from portal.core.workdays import MONDAY_TO_FRIDAY

DUE = dt.date(2026, 11, 20)


def day(number: int) -> dt.date:
    return dt.date(2026, 11, number)


@pytest.mark.parametrize(
    ("given", "today", "asked"),
    [
        (None, 12, False),
        (None, 13, True),
        (Given(day(13), Answer.ON_TIME), 16, False),
        (Given(day(13), Answer.ON_TIME), 17, True),
        (Given(day(17), Answer.ON_TIME), 18, False),
        (Given(day(17), Answer.ON_TIME), 21, True),
        (Given(day(18), Answer.LATER, day(26)), 26, False),
        (Given(day(18), Answer.LATER, day(26)), 27, True),
        (Given(day(23), Answer.PROBLEM), 29, False),
        (Given(day(23), Answer.PROBLEM), 30, True),
    ],
)
def test_an_item_is_asked_about_until_its_answer_holds(
    given: Given | None, today: int, asked: bool
):
    """S-090, S-092: daily from the seventh day before, and once more from the third."""
    assert is_asked(DUE, day(today), 7, given) is asked


@pytest.mark.parametrize(
    ("said", "today", "code"),
    [
        (Said(Answer.ON_TIME), 23, "due.overdue_already"),
        (Said(Answer.LATER, day(27)), 16, "due.reason_missing"),
        (Said(Answer.LATER, None, Reason.OVERSIGHT), 16, "due.day_missing"),
        (Said(Answer.LATER, dt.date(2026, 12, 1), Reason.OVERSIGHT), 16, "due.too_late"),
        (Said(Answer.LATER, day(28), Reason.OVERSIGHT), 16, "due.day_off"),
        (Said(Answer.LATER, day(13), Reason.OVERSIGHT), 16, "due.day_over"),
        (Said(Answer.PROBLEM), 16, "due.reason_missing"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(said: Said, today: int, code: str):
    with pytest.raises(RuleBroken) as broken:
        check_said(said, DUE, day(today), promise_limit(DUE, 30), MONDAY_TO_FRIDAY)

    assert broken.value.code == code


def test_past_the_limit_of_promises_only_a_problem_is_left():
    limit, today = promise_limit(DUE, 30), dt.date(2026, 12, 1)
    later = Said(Answer.LATER, dt.date(2026, 12, 2), Reason.SHORT_OF_CASH)

    with pytest.raises(RuleBroken, match=r"due\.limit_over"):
        check_said(later, DUE, today, limit, MONDAY_TO_FRIDAY)

    problem = Said(Answer.PROBLEM, dt.date(2026, 12, 2), Reason.SHORT_OF_CASH)
    check_said(problem, DUE, today, limit, MONDAY_TO_FRIDAY)
