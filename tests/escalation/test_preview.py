"""The preview for tomorrow is tomorrow's run, line by line; the clock may jump as it likes."""

import datetime as dt
import json
import shutil

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.config import Config
from portal.base.installation import open_installation
from portal.cli.escalation import escalated_json
from portal.escalation.planning import plan_day
from portal.escalation.queries import next_step_of
from portal.escalation.running import doors, preview_run, run_ladders
from portal.tables.customers import Customer
from portal.tables.escalation import LadderRun
from tests.demo import Demo
from tests.escalation.stage import day, ladder, mail, steps_of, told


def test_the_preview_for_tomorrow_is_tomorrows_run_on_the_demo(demo_company: Demo, tmp_path):
    folder = tmp_path / "demo"
    shutil.copytree(demo_company.folder, folder)
    config = Config(instance=str(folder), secret_key="a secret that is long enough for tests")
    installation = open_installation(config)
    with installation.reading(SYSTEM) as r:
        last = r.session.scalar(select(func.max(LadderRun.on))) or r.today
        tomorrow = last + dt.timedelta(days=1)
        planned = plan_day(r, tomorrow)

    ran = run_ladders(doors(installation, SYSTEM, tomorrow), "command")
    installation.database.engine.dispose()

    assert ran.actions == planned.actions
    assert ran.excluded == planned.excluded
    assert ran.excluded


def test_the_dry_run_answers_in_the_shape_of_the_run(stage):
    stage.invoice(0, disputed=True)
    stage.invoice(0)
    stage.at(1)
    with stage.installation.reading(SYSTEM, day(1)) as r:
        dry = escalated_json(preview_run(r))

    ran = escalated_json(stage.run(1))

    assert dry | {"state": "done"} == ran
    assert json.loads(json.dumps(ran)) == {
        "on": "2026-11-21",
        "ladder": "standard",
        "state": "done",
        "actions": [
            {
                "customer_id": "HUADONG",
                "ladder": "standard",
                "step": "sms",
                "channel": "sms",
                "responsible": "system",
                "approval": False,
                "invoices": [
                    {"invoice_id": "INV-2", "part": 1, "days_overdue": 1, "amount": "100.00"}
                ],
                "set_off": "0.00",
                "amount": "100.00",
                "currency": "CNY",
            }
        ],
        "excluded": [
            {
                "customer_id": "HUADONG",
                "invoice_id": "INV-1",
                "part": 1,
                "amount": "100.00",
                "currency": "CNY",
                "reason": "disputed",
            }
        ],
    }


@pytest.mark.parametrize("jump", [400, 29, 1])
def test_the_clock_may_jump_and_no_step_is_done_twice_or_lost(stage, jump):
    stage.ladders(ladder(mail("one", 1), mail("two", 5), mail("three", 9)))
    stage.run(0)
    stage.invoice(0)

    days = (jump, jump - 1, jump + 1, jump + 4, jump + 400, jump + 401)
    assert [name for _, names in stage.runs(*days) for name in names] == ["one", "two", "three"]


def test_what_comes_next_comes(stage):
    stage.invoice(0)
    [customer] = stage.rows(Customer)

    for number in (0, 1, 2, 9, 17):
        stage.run(number)
        step = stage.read(next_step_of, customer.id)
        assert step is not None
        if step.step is not None and step.on is not None:
            assert steps_of(stage.plan((step.on - day(0)).days)) == [step.step.name]
            assert not any(
                steps_of(stage.plan(later)) for later in range(number + 1, (step.on - day(0)).days)
            )


def test_a_preview_changes_nothing(stage):
    stage.invoice(0)
    before = stage.scalar("select count(*) from audit")

    assert told(stage.plan(1)) == told(stage.plan(1))
    assert stage.scalar("select count(*) from audit") == before
