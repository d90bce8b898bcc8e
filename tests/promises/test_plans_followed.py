"""Agreed plans day by day: mails around each instalment, broken once, done; and their letter."""

import datetime as dt

import pytest

from portal.base.access import SYSTEM
from portal.base.documents.check import read_seal
from portal.base.installation import Installation
from portal.base.messages import list_messages
from portal.base.outbox import Registry, drain
from portal.promises.plans.answering import EndPlan, end_plan
from portal.promises.plans.letters import LETTERS
from portal.promises.plans.sheet import TASKS, plan_pdf
from portal.statements.certificate.checks import check_document
from tests.promises.giving import pay
from tests.promises.planning import Talk, a_talk

REGISTRY = Registry(tasks=TASKS, letters=LETTERS)


@pytest.fixture
def talk(installation: Installation) -> Talk:
    return a_talk(installation).agree()


@pytest.fixture
def any_talk(any_installation: Installation) -> Talk:
    return a_talk(any_installation).agree()


def told(talk: Talk) -> list[tuple[int, int]]:
    return [(mail["nth"], mail["user_id"]) for mail in talk.mails("plan_instalment")]


def test_the_customer_is_written_to_the_workday_before_and_on_the_day_once_each(talk: Talk):
    for on in ("2026-11-27", "2026-11-30", "2026-12-01", "2026-12-01"):
        talk.run(on)

    people = (talk.ids["chen"], talk.ids["wang"])
    assert told(talk) == [(1, user) for user in people] * 2


def test_before_a_monday_it_is_the_friday(talk: Talk):
    assert talk.run("2026-12-31")["mailed"] == 0
    assert talk.run("2027-01-01")["mailed"] == 2


def test_a_paid_instalment_is_written_about_no_more(talk: Talk):
    pay(talk.installation, 50, 60_00, on="11-23")
    pay(talk.installation, 51, 40_00, invoice=4, on="11-23")

    assert talk.run("2026-12-01")["mailed"] == 0


def test_a_missed_instalment_breaks_the_plan_once(any_talk: Talk):
    for on in ("2026-12-01", "2026-12-02", "2026-12-03", "2027-01-05"):
        any_talk.run(on)

    [task] = any_talk.tasks()
    assert (task.subject, task.due_on) == ("plan/1", dt.date(2026, 12, 2))
    assert len(any_talk.mails("plan", "broken")) == 2


def test_a_broken_plan_shows_as_broken(talk: Talk):
    talk.go_to("2026-12-02")

    row = talk.view().row
    assert row.standing is not None
    assert (row.state, row.standing.broken_on) == ("broken", dt.date(2026, 12, 2))


def test_money_in_time_that_is_applied_late_mends_it(talk: Talk):
    talk.run("2026-12-02")
    pay(talk.installation, 50, 100_00, on="12-01")
    talk.go_to("2026-12-03")
    talk.run("2026-12-03")

    [task] = talk.tasks()
    assert task.done_at is not None
    assert talk.state == "active"


def test_a_plan_paid_to_the_end_is_done(talk: Talk):
    pay(talk.installation, 50, 250_00, on="11-25")
    pay(talk.installation, 51, 40_00, invoice=4, on="11-25")
    talk.go_to("2026-11-30")

    assert talk.state == "done"


def test_the_letter_is_sealed_once_with_both_signatures(talk: Talk):
    drain(talk.installation, REGISTRY, channels=["task"])
    pdf = plan_pdf(talk.installation, talk.plan_id)

    found = read_seal(pdf)
    assert found.is_unchanged
    assert b'"house"' in found.files["evidence.json"]
    assert plan_pdf(talk.installation, talk.plan_id) == pdf


def test_the_mails_say_what_is_due(talk: Talk):
    talk.run("2026-11-30")
    talk.go_to("2026-11-30")
    drain(talk.installation, REGISTRY, channels=["email"])

    with talk.installation.reading(SYSTEM) as r:
        said = [m for m in list_messages(r) if m.kind in LETTERS and m.state != "cancelled"]
    assert {m.state for m in said} == {"sent"}
    assert "instalment 1 of plan PLN-1 is due on 1 Dec 2026" in said[-1].subject


def test_the_letter_is_known_to_be_ours_until_the_plan_ends(talk: Talk):
    pdf = plan_pdf(talk.installation, talk.plan_id)
    with talk.installation.reading(SYSTEM) as r:
        assert {check.name for check in check_document(r, pdf).checks if not check.ok} == set()
    talk.act("tom", end_plan, EndPlan(talk.plan_id, "missed"))

    with talk.installation.reading(SYSTEM) as r:
        failed = [check.name for check in check_document(r, pdf).checks if not check.ok]
    assert failed == ["document.in_force"]
