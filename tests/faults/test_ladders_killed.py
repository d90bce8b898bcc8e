"""
F-03, F-09: two schedulers start the ladders of a day and are killed anywhere: every step once.

`ACCORD_TEST_KILLS=100` kills that often. Messages leave by the outbox, whose one window between
what a server took and what is marked is the matter of test_mail_killed.
"""

import os
import random
from functools import partial

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.chain import check_chain
from portal.base.installation import Installation, open_installation
from portal.escalation import planning, running
from portal.escalation.running import doors, run_ladders
from portal.invoices.checks import check_books
from portal.tables.approvals import Task
from portal.tables.customers import Customer
from portal.tables.escalation import DunnedPart, Dunning, ItemStep, LadderRun, Notice
from portal.tables.journal import Outbox
from tests.escalation.stage import Stage, day, ladder, mail
from tests.faults.killing import start, was_killed
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
