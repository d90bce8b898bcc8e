"""
F-03, F-09: two schedulers start the ladders of a day and are killed anywhere: every step once.

`ACCORD_TEST_KILLS=100` kills that often. The worker that sends their messages is killed at every
point too (UX 35): each leaves; twice only in the one window between what a server took and what is
marked, and then its row says so.
"""

import datetime as dt
import os
import random
from collections import Counter
from email.message import EmailMessage
from functools import partial
from itertools import count as counting
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.chain import check_chain
from portal.base.clock import Clock
from portal.base.installation import Installation, open_installation
from portal.base.outbox import LOST_TRACK, drain
from portal.base.transport import Mailbox
from portal.escalation import planning, running
from portal.escalation.running import doors, run_ladders
from portal.invoices.checks import check_books
from portal.tables.approvals import Task
from portal.tables.customers import Customer
from portal.tables.escalation import DunnedPart, Dunning, ItemStep, LadderRun, Notice
from portal.tables.journal import Outbox
from portal.worker import REGISTRY
from tests.escalation.stage import FIRST, Stage, day, ladder, mail
from tests.faults.killing import killed_at, start, was_killed
from tests.kept import keep_statements

KILLS = int(os.environ.get("ACCORD_TEST_KILLS", "8"))
LONGEST_LIFE = 12
FEE = {"CNY": "5.00"}
CALL = {"name": "call", "days_overdue": 8, "channel": "call", "responsible": "sales", "fee": FEE}
LAW = {"name": "law", "days_overdue": 31, "channel": "legal"}


def work(installation: Installation) -> None:
    """A scheduler through connections of its own, as another process has them."""
    fresh = open_installation(installation.config, installation.clock)
    keep_statements(fresh.database.engine)
    run_ladders(doors(fresh, SYSTEM, day(1)), "command")
    fresh.database.engine.dispose()


def stage_of(installation: Installation, customers: int) -> Stage:
    stage = Stage(installation).with_people()
    stage.ladders(ladder(mail(), CALL, LAW))
    for nth in range(customers):
        stage.invoice((0, -8, -40)[nth % 3], code=f"C-{nth:03}")
    stage.at(1)
    return stage


@pytest.mark.slow
def test_two_schedulers_killed_at_random_do_every_step_once(
    any_installation: Installation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(planning, "SLICE", 1)
    monkeypatch.setattr(running, "SLICE", 1)
    customers = 3 * KILLS + 12
    stage_of(any_installation, customers)
    chance, killed, at_once = random.Random(2026), 0, True
    while at_once:
        lives = [chance.randint(1, LONGEST_LIFE) for _ in range(2)]
        children = [start(life, partial(work, any_installation)) for life in lives]
        deaths = [was_killed(child) for child in children]
        killed, at_once = killed + sum(deaths), all(deaths)
    work(any_installation)

    with any_installation.reading(SYSTEM) as r:

        def count(table, *where) -> int:
            return r.session.scalar(select(func.count()).select_from(table).where(*where)) or 0

        steps = count(Dunning)
        third = customers // 3
        assert killed >= KILLS
        assert steps == customers == count(Customer) == count(DunnedPart)
        assert count(ItemStep, ItemStep.how == "done") == count(Dunning, Dunning.state == "done")
        assert count(Notice) == count(Outbox, Outbox.kind == "ladder") == third
        assert count(Task, Task.kind == "ladder_call") == third
        assert count(Dunning, Dunning.fee_entry_id.is_not(None)) == third
        assert [each.state for each in r.session.scalars(select(LadderRun))] == ["done"]
        checks = (check_chain(r), *check_books(r))
    assert [check for check in checks if not check.ok] == []


def send(installation: Installation) -> None:
    """A worker of its own that sends what waits."""
    fresh = open_installation(installation.config, installation.clock)
    keep_statements(fresh.database.engine)
    drain(fresh, REGISTRY, channels=["email"])
    fresh.database.engine.dispose()


def test_ux_35_killed_while_it_sends_a_worker_leaves_no_message_out_and_none_doubled_unsaid(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """UX 35: killed at the first point, then at the second, until a worker comes through."""
    handed = tmp_path / "handed"

    def hand_over(_self: Mailbox, message: EmailMessage) -> None:
        with handed.open("a") as file:
            file.write(f"{message['Message-ID']}\n")

    monkeypatch.setattr(Mailbox, "send", hand_over)
    stage = Stage(installation)
    stage.ladders(ladder(mail()))
    for nth in range(3):
        stage.invoice(0, code=f"C-{nth}")
    stage.at(1)
    work(installation)
    noon = dt.datetime.combine(FIRST + dt.timedelta(days=1), dt.time(4), dt.UTC)
    for life in counting(1):
        # By then the lease of what was in a dead worker's hands has run out.
        later = Clock(fixed_at=noon + dt.timedelta(minutes=2 * life))
        object.__setattr__(installation, "clock", later)
        if not killed_at(life, partial(send, installation)):
            break

    with installation.reading(SYSTEM) as r:
        rows = r.session.execute(select(Outbox.state, Outbox.problem)).all()
        states = set(r.session.scalars(select(Notice.state)))
    taken = Counter(handed.read_text().split())
    assert life > len(rows) == len(taken) == 3
    assert {row.state for row in rows} == states == {"sent"}
    assert max(taken.values()) <= 2
    doubled = sum(1 for times in taken.values() if times > 1)
    assert doubled <= sum(1 for row in rows if LOST_TRACK in (row.problem or ""))
