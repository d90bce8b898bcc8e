"""R80–R84: which reminder is due on which day, how it speaks, and how far apart two lie."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.chasing import (
    Tone,
    check_timetable,
    is_far_enough,
    step_days,
    step_due,
    tone_by_hand,
    tone_of,
)
from portal.core.errors import RuleBroken
from portal.core.workdays import MONDAY_TO_FRIDAY, Calendar

#: Wednesday, the third workday of November 2026.
ISSUED = dt.date(2026, 11, 4)
SHIPPED = (3, 5, 8)


def day(number: int) -> dt.date:
    return dt.date(2026, 11, number)


def played(days: list[int], steps: tuple[dt.date, ...]) -> list[tuple[int, int]]:
    """Which step leaves on which of the days that something is done on at all."""
    sent: list[tuple[int, int]] = []
    done, last_on = 0, None
    for number in days:
        step = step_due(steps, day(number), done, last_on)
        if step is not None:
            sent.append((number, step))
            done, last_on = step, day(number)
    return sent


@pytest.mark.parametrize(
    "days", [(3, 3), (5, 3), (0, 3), (-1,), (61,), (1, 2, 3, 4, 5, 6, 7)], ids=str
)
def test_a_timetable_that_cannot_be_kept_is_refused(days: tuple[int, ...]):
    """R80."""
    with pytest.raises(RuleBroken, match=r"chase\.timetable"):
        check_timetable(days)


@pytest.mark.parametrize("days", [(), (1,), SHIPPED, (1, 2, 3, 4, 5, 60)], ids=str)
def test_a_timetable_that_rises_is_kept(days: tuple[int, ...]):
    """R80."""
    assert check_timetable(days) == days


def test_steps_fall_on_workdays_after_issue():
    """R81."""
    assert step_days(ISSUED, SHIPPED, MONDAY_TO_FRIDAY) == (day(9), day(11), day(16))


def test_a_day_off_moves_the_steps_behind_it():
    """R81."""
    closed = Calendar(holidays={day(9)})

    assert step_days(ISSUED, SHIPPED, closed) == (day(10), day(12), day(17))


def test_every_day_worked_sends_each_step_on_its_day():
    """R82."""
    steps = step_days(ISSUED, SHIPPED, MONDAY_TO_FRIDAY)

    assert played(list(range(4, 31)), steps) == [(9, 1), (11, 2), (16, 3)]


@pytest.mark.parametrize(
    ("days", "sent"),
    [
        ([4, 10, 11, 12, 16], [(10, 1), (12, 2), (16, 3)]),
        ([4, 12, 13, 14, 16], [(12, 2), (16, 3)]),
        ([30], [(30, 3)]),
        ([30, 30], [(30, 3)]),
    ],
    ids=str,
)
def test_missed_days_are_caught_up_one_reminder_at_a_time(
    days: list[int], sent: list[tuple[int, int]]
):
    """R82."""
    assert played(days, step_days(ISSUED, SHIPPED, MONDAY_TO_FRIDAY)) == sent


def test_two_days_lie_between_two_reminders():
    """R83."""
    assert not is_far_enough(day(10), day(10))
    assert not is_far_enough(day(11), day(10))
    assert is_far_enough(day(12), day(10))
    assert step_due((day(9),), day(10), 0, last_on=day(9)) is None


def test_reminders_get_firmer_and_the_last_one_says_so():
    """R84."""
    assert [tone_of(step, 4) for step in (1, 2, 3, 4)] == [
        Tone.POLITE,
        Tone.FIRM,
        Tone.FIRM,
        Tone.FINAL,
    ]
    assert tone_of(1, 1) is Tone.POLITE
    assert (tone_by_hand(0), tone_by_hand(1)) == (Tone.POLITE, Tone.FIRM)


@given(
    st.sets(st.integers(1, 20), max_size=6).map(sorted),
    st.lists(st.integers(1, 30), max_size=40).map(sorted),
)
def test_no_step_leaves_twice_and_none_before_its_day(days: list[int], runs: list[int]):
    """R82, R83: whatever days something is done on, however often."""
    steps = step_days(dt.date(2026, 11, 1), days, MONDAY_TO_FRIDAY)
    sent = played(runs, steps)

    assert len({step for _, step in sent}) == len(sent)
    assert all(steps[step - 1] <= day(on) for on, step in sent)
    assert all(later - one >= 2 for (one, _), (later, _) in pairwise(sent))
