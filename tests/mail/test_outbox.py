"""Each row once: by its key, by its lease, and not at all when it is no longer needed."""

import datetime as dt
import threading

import pytest
from sqlalchemy import select, update

from portal.base.mail import queue_mail
from portal.base.outbox import LEASE, LOST_TRACK, Letter, NotNeeded, Registry, claim, wait_after
from portal.core.errors import RuleBroken
from portal.tables.journal import Outbox
from portal.tables.people import User
from tests.mail.conftest import CHEN, drained, later, queue_note, row_of


def queue_task(installation, key="task/1", kind="count"):
    with installation.work() as w:
        return w.later(key, kind, {"n": 1})


def counting(done):
    return Registry(tasks={"count": lambda _, payload: done.append(payload["n"])})


def add_user(installation, **values):
    with installation.work() as w:
        user = User(email="li@example.com", name="Li", language="en", created_at=w.now, **values)
        w.session.add(user)
        w.session.flush()
        return user


def test_a_key_is_queued_once(any_installation):
    assert queue_note(any_installation) is True
    assert queue_note(any_installation, text="again") is False

    assert drained(any_installation) == {"sent": 1}


def test_an_act_that_fails_queues_nothing(installation):
    def queue_and_fail():
        with installation.work() as w:
            queue_mail(w, "note/1", "note", CHEN, {"text": "x"})
            raise RuleBroken("act.already_done")

    with pytest.raises(RuleBroken):
        queue_and_fail()

    assert drained(installation) == {}


def test_a_task_is_done_once(any_installation):
    done = []
    queue_task(any_installation)

    assert drained(any_installation, counting(done)) == {"sent": 1}
    assert drained(any_installation, counting(done)) == {}
    assert done == [1]


def test_a_claimed_row_is_nobody_elses_until_its_lease_runs_out(any_installation):
    queue_note(any_installation)
    assert claim(any_installation, ["email"]) is not None

    assert claim(any_installation, ["email"]) is None
    assert claim(later(any_installation, seconds=59), ["email"]) is None
    assert claim(later(any_installation, seconds=61), ["email"]).problem == LOST_TRACK


def test_who_lost_the_lease_changes_nothing(any_installation):
    done = []

    def overtaken(*_):
        done.append("slow")
        late = later(any_installation, seconds=61)
        drained(late, counting(done))

    queue_task(any_installation)
    drained(any_installation, Registry(tasks={"count": overtaken}))
    row = row_of(any_installation, "task/1")

    assert done == ["slow", 1]
    assert (row.state, row.tries) == ("sent", 2)


@pytest.mark.slow
def test_many_workers_do_each_row_once(any_installation):
    done = []
    for n in range(60):
        queue_task(any_installation, f"task/{n}")
    workers = [
        threading.Thread(target=drained, args=(any_installation, counting(done))) for _ in range(6)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(done) == 60


def test_the_oldest_goes_first(any_installation):
    seen = []
    registry = Registry(tasks={"see": lambda _, payload: seen.append(payload["n"])})
    with any_installation.work() as w:
        for n in range(5):
            w.later(f"see/{n}", "see", {"n": n})
    drained(any_installation, registry)

    assert seen == [0, 1, 2, 3, 4]


def test_a_failing_task_is_tried_again_later_and_given_up_after_days(any_installation):
    def fail(*_):
        raise OSError("disk full")

    queue_task(any_installation)
    registry = Registry(tasks={"count": fail})

    assert drained(any_installation, registry) == {"waiting": 1}
    assert drained(later(any_installation, seconds=14), registry) == {}
    assert drained(later(any_installation, seconds=16), registry) == {"waiting": 1}
    assert drained(later(any_installation, days=4), registry) == {"failed": 1}
    assert row_of(any_installation, "task/1").problem == "OSError: disk full"


def test_a_broken_rule_ends_a_task_at_once(installation):
    def refuse(*_):
        raise RuleBroken("act.already_done")

    queue_task(installation)

    assert drained(installation, Registry(tasks={"count": refuse})) == {"failed": 1}
    assert row_of(installation, "task/1").problem == "act.already_done"


def test_a_mail_to_who_was_disabled_is_not_sent(any_installation):
    user = add_user(any_installation)
    with any_installation.work() as w:
        queue_mail(w, "note/1", "note", user, {"text": "x"})
    with any_installation.work() as w:
        w.session.execute(update(User).values(disabled_at=w.now))

    assert drained(any_installation) == {"cancelled": 1}


def test_a_mail_whose_matter_is_settled_is_not_sent(installation):
    def settled(*_):
        raise NotNeeded("It was replaced.")

    queue_note(installation)

    assert drained(installation, Registry(letters={"note": Letter(settled)})) == {"cancelled": 1}
    assert row_of(installation).problem == "It was replaced."


def test_a_mail_is_not_sent_after_it_expired(installation):
    expires_at = installation.clock.now() + dt.timedelta(minutes=15)
    with installation.work() as w:
        queue_mail(w, "note/1", "note", CHEN, {"text": "x", "expires_at": expires_at.isoformat()})

    assert drained(later(installation, minutes=16)) == {"cancelled": 1}


def test_what_is_not_due_yet_waits(any_installation):
    due = any_installation.clock.now() + dt.timedelta(minutes=5)
    queue_note(any_installation, not_before=due)

    assert drained(any_installation) == {}
    assert drained(later(any_installation, minutes=5)) == {"sent": 1}


def test_a_sent_mail_is_noted_in_the_same_transaction(installation):
    def note_it(w, row):
        w.later("noted", "count", {"to": row.to_address})

    queue_note(installation)
    letter = Letter(lambda *_: {}, note_it)
    drained(installation, Registry(letters={"note": letter}, tasks={"count": lambda *_: None}))

    with installation.reading(CHEN) as r:
        kinds = r.session.scalars(select(Outbox.kind).order_by(Outbox.id)).all()
    assert kinds == ["note", "count"]


def test_a_lease_lasts_longer_than_the_first_wait():
    assert wait_after(1) < LEASE
