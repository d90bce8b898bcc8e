"""The timetable: any number of schedulers serve each slot once, and begin each day once."""

import datetime as dt
import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from portal import worker
from portal.base.access import SYSTEM
from portal.base.clock import Clock
from portal.tables.journal import Outbox
from portal.worker import serve_slot, slot_of

#: Seven in the morning in Shanghai.
SEVEN = dt.datetime(2026, 11, 19, 23, 0, tzinfo=dt.UTC)


@pytest.fixture
def an_act(monkeypatch):
    """A daily act, so that there is something to begin."""
    monkeypatch.setattr(worker, "is_day_done", lambda *_: False)


def at(installation, moment):
    return replace(installation, clock=Clock(fixed_at=moment))


def days_begun(installation):
    with installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Outbox.key).where(Outbox.kind == "day")).all()


@pytest.mark.usefixtures("an_act")
def test_a_day_begins_once_however_often_the_timetable_is_served(any_installation):
    for minute in range(5):
        serve_slot(at(any_installation, SEVEN + dt.timedelta(minutes=minute)))

    assert days_begun(any_installation) == ["day/2026-11-20"]


@pytest.mark.usefixtures("an_act")
def test_no_day_begins_before_six_in_the_morning(installation):
    serve_slot(at(installation, SEVEN - dt.timedelta(hours=2)))

    assert days_begun(installation) == []


def test_a_slot_is_served_once(any_installation):
    early = at(any_installation, SEVEN)

    assert serve_slot(early) is True
    assert serve_slot(early) is False
    assert serve_slot(at(any_installation, SEVEN + dt.timedelta(seconds=10))) is True


@pytest.mark.usefixtures("an_act")
def test_two_schedulers_by_mistake_do_nothing_twice(any_installation):
    served = []
    moments = [SEVEN + dt.timedelta(seconds=10 * n) for n in range(10)]

    def keep(moment):
        served.append(serve_slot(at(any_installation, moment)))

    schedulers = [threading.Thread(target=keep, args=(moment,)) for moment in moments * 2]
    for scheduler in schedulers:
        scheduler.start()
    for scheduler in schedulers:
        scheduler.join()

    assert days_begun(any_installation) == ["day/2026-11-20"]
    assert len(served) == 20
    assert sum(served) <= 10


def test_a_slot_is_ten_seconds_long():
    assert slot_of(SEVEN + dt.timedelta(seconds=19.9)) == SEVEN + dt.timedelta(seconds=10)
