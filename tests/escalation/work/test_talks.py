"""Talks: noted once, with what came of them, and counted by who had them and with whom."""

import datetime as dt

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.talk import Channel, Outcome
from portal.escalation.work.comments import WriteComment, write_comment
from portal.escalation.work.talk_list import TalkCount, talks_by_person, talks_with
from portal.escalation.work.talks import LogTalk, log_talk
from portal.tables.approvals import Task
from portal.tables.collecting import ContactLog
from tests.escalation.work.desk_work import WorkDesk, a_work_desk


@pytest.fixture
def desk(installation: Installation) -> WorkDesk:
    return a_work_desk(installation)


@pytest.fixture
def any_desk(any_installation: Installation) -> WorkDesk:
    return a_work_desk(any_installation)


def log(desk: WorkDesk, person, status: int = 303, **told: str):
    """Notes a talk on the customer's page, as the form is filled in."""
    given = {"csrf_token": person.token(), "result": "promised", "channel": "call", **told}
    return person.send(desk.talks(), status, data=given)


def count(desk: WorkDesk) -> int:
    with desk.installation.reading(SYSTEM) as r:
        return int(r.session.scalar(select(func.count(ContactLog.id))) or 0)


def test_a_talk_is_noted_with_whom_and_why(desk: WorkDesk):
    """S-100, S-132, S-145: whether it cannot or does not want to pay, from who decides."""
    clerk = desk.enter()

    log(desk, clerk, spoke_with="Ms Wang", decides="y", reason="short_of_cash", note="Pays Friday")

    page = clerk.visit(desk.talks())
    assert "Promised to pay · Ms Wang decides · Short of cash" in page.text
    assert "Pays Friday" in page.text
    assert "1 contact in the last 30 days, 1 reached somebody, 1 ended in a promise" in page.text


def test_the_same_page_sent_twice_is_one_talk(any_desk: WorkDesk):
    clerk = any_desk.enter()
    for _turn in range(2):
        log(any_desk, clerk, key="k1", note="Twice")

    assert count(any_desk) == 1


def test_two_people_who_send_the_same_key_do_not_meet(desk: WorkDesk):
    said = []
    for role in ("clerk", "collector"):
        day = dt.date(2026, 11, 20)
        talk = LogTalk(desk.customer_id(), day, Channel.CALL, Outcome.NO_ANSWER, key="k1")
        comment = WriteComment(f"customer/{talk.customer_id}", role, key="k1")
        actor = desk.actor(desk.enter(role))
        for _turn in range(2):
            with desk.installation.work(actor) as w:
                said.append((log_talk(w, talk), write_comment(w, comment)))

    assert said == [(1, 1), (1, 1), (2, 2), (2, 2)]


def test_when_it_goes_on_there_is_a_task(any_desk: WorkDesk):
    clerk = any_desk.enter()

    log(any_desk, clerk, spoke_with="Ms Wang", next_on="2026-11-24")

    with any_desk.installation.reading(SYSTEM) as r:
        task = r.session.scalars(select(Task)).one()
    assert (task.kind, task.due_on, task.owner_id) == (
        "follow_up",
        dt.date(2026, 11, 24),
        clerk.user_id,
    )
    assert "Speak to the customer again on 24 Nov 2026" in clerk.visit("/desk/work").text


def test_a_call_without_an_answer_lets_its_task_rest_until_the_next_day(desk: WorkDesk):
    task_id = desk.add("dunning/1")
    clerk = desk.enter()
    told = {"result": "no_answer", "channel": "call", "next_on": "2026-11-23"}

    clerk.send(desk.path(task_id, "/talks"), data={"csrf_token": clerk.token(), **told})

    with desk.installation.reading(SYSTEM) as r:
        task = r.session.get_one(Task, task_id)
    assert (task.snoozed_until, task.done_at) == (dt.date(2026, 11, 23), None)
    assert task.snooze_reason == "Nobody answered"


def test_a_call_that_settles_it_is_done_with_its_talk(desk: WorkDesk):
    task_id = desk.add("dunning/1")
    clerk = desk.enter()
    told = {"result": "promised", "channel": "call", "ends_task": "y", "note": "On Friday"}

    clerk.send(desk.path(task_id, "/talks"), data={"csrf_token": clerk.token(), **told})

    with desk.installation.reading(SYSTEM) as r:
        assert r.session.get_one(Task, task_id).outcome == "Promised to pay: On Friday"


def test_a_task_of_another_customer_is_none_of_this_one(desk: WorkDesk):
    task_id = desk.add("dunning/1", customer="BERGMANN")
    sales = desk.enter("sales")
    told = {"csrf_token": sales.token(), "result": "promised", "channel": "call"}

    sales.send(desk.path(task_id, "/talks"), 404, data=told)

    assert count(desk) == 0


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"result": ""}, "Choose what came of it."),
        ({"on": "2026-11-21"}, "A talk can be noted once it has been had."),
        ({"next_on": "2026-11-19"}, "Choose a day from today on to go on with it."),
        ({"next_on": "2027-11-19"}, "Choose a day until 20 Feb 2027 to go on with it."),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(desk: WorkDesk, told, sentence):
    page = log(desk, desk.enter(), 422, **told)

    assert sentence in page.text
    assert count(desk) == 0


@pytest.mark.parametrize("role", ["legal", "support", "sales"])
def test_who_talks_with_customers_notes_it(desk: WorkDesk, role: str):
    log(desk, desk.enter(role))

    assert count(desk) == 1


def test_who_only_looks_notes_nothing(desk: WorkDesk):
    auditor = desk.enter("auditor")

    log(desk, auditor, 403)

    assert "Note the talk" not in auditor.visit(desk.talks()).text


def test_talks_are_counted_by_person_and_by_customer(any_desk: WorkDesk):
    """S-119, S-175."""
    clerk, collector = any_desk.enter(), any_desk.enter("collector")
    log(any_desk, clerk, result="promised")
    log(any_desk, clerk, result="no_answer")
    log(any_desk, collector, result="will_answer", on="2026-11-01")
    span = (dt.date(2026, 11, 1), dt.date(2026, 11, 20))

    with any_desk.installation.reading(SYSTEM) as r:
        by_person = talks_by_person(r, *span)
        with_it = talks_with(r, any_desk.customer_id(), *span)
        last_week = talks_with(r, any_desk.customer_id(), dt.date(2026, 11, 14), span[1])

    assert by_person == {clerk.user_id: TalkCount(2, 1, 1), collector.user_id: TalkCount(1, 1, 0)}
    assert with_it == TalkCount(3, 2, 1)
    assert last_week.made == 2


def test_the_guidance_follows_the_steps_strength(desk: WorkDesk):
    """S-130, S-145."""
    task_id = desk.add(
        "dunning/1",
        facts={"amount": "9.00", "currency": "CNY", "on": "2026-10-01", "strength": "final"},
    )

    page = desk.enter().visit(f"/desk/work?item={desk.ref('ta', task_id)}&act=talk")

    assert "this is the last talk" in page.text
    assert "Ask for the person who decides about payments" in page.text
