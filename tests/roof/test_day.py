"""The daily run: once a day, in order, catching up, and again where it failed."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.day import is_day_done, run_day
from portal.tables.journal import DayRun

FRIDAY = dt.date(2026, 11, 20)


class Diary:
    """Acts that write down when they ran."""

    def __init__(self, *names, failing=()):
        self.ran = []
        self.failing = set(failing)
        self.acts = tuple((name, self.act(name)) for name in names)

    def act(self, name):
        def run(_, on):
            if (name, on) in self.failing:
                raise OSError("disk full")
            self.ran.append((name, on.day))

        return run


def states(done):
    return [act.state for act in done]


def test_the_second_run_of_a_day_does_nothing(any_installation):
    diary = Diary("statements")
    run_day(any_installation, FRIDAY, diary.acts)

    assert states(run_day(any_installation, FRIDAY, diary.acts)) == ["already"]
    assert diary.ran == [("statements", 20)]


def test_acts_run_in_their_order(installation):
    diary = Diary("first", "second")
    run_day(installation, FRIDAY, diary.acts)

    assert diary.ran == [("first", 20), ("second", 20)]


def test_missed_days_are_caught_up(any_installation):
    diary = Diary("statements")
    run_day(any_installation, FRIDAY, diary.acts)
    run_day(any_installation, FRIDAY + dt.timedelta(days=3), diary.acts)

    assert diary.ran == [("statements", day) for day in (20, 21, 22, 23)]


def test_an_earlier_day_is_not_run_after_a_later_one(installation):
    diary = Diary("statements")
    run_day(installation, FRIDAY, diary.acts)

    assert states(run_day(installation, dt.date(2026, 11, 1), diary.acts)) == ["already"]


def test_a_failing_act_stops_its_own_days_and_nobody_elses(installation):
    diary = Diary("bad", "good", failing=[("bad", FRIDAY)])

    assert states(run_day(installation, FRIDAY, diary.acts)) == ["failed", "done"]
    assert not is_day_done(installation, FRIDAY, diary.acts)


def test_a_failed_day_is_run_before_the_next(installation):
    diary = Diary("statements", failing=[("statements", FRIDAY)])
    run_day(installation, FRIDAY - dt.timedelta(days=1), diary.acts)
    run_day(installation, FRIDAY, diary.acts)
    diary.failing.clear()
    run_day(installation, FRIDAY + dt.timedelta(days=1), diary.acts)

    assert diary.ran == [("statements", day) for day in (19, 20, 21)]


@pytest.mark.parametrize("runs", [1, 5])
def test_a_day_is_written_down_once(installation, runs):
    for _ in range(runs):
        run_day(installation, FRIDAY, Diary("statements").acts)

    with installation.reading(SYSTEM) as r:
        assert r.session.scalar(select(func.count()).select_from(DayRun)) == 1
