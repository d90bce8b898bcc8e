"""The queue: what waits, what loses most first with its reason, and what is done in place."""

import pytest
from sqlalchemy import select

from portal.approvals.stand_ins import NameStandIn, name_stand_in
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.escalation.work.queue import Scale, WorkFilter, list_work
from portal.tables.approvals import Task
from tests.desk import rows_of
from tests.escalation.work.desk_work import WorkDesk, a_work_desk

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def desk(installation: Installation) -> WorkDesk:
    return a_work_desk(installation)


@pytest.fixture
def any_desk(any_installation: Installation) -> WorkDesk:
    return a_work_desk(any_installation)


def said(page) -> list[str]:
    return [row[0] for row in rows_of(page, "work")]


def test_everything_that_waits_stands_in_one_list(any_desk: WorkDesk):
    lead = any_desk.enter("collections_lead")
    any_desk.add("dunning/1")
    any_desk.dispute()
    any_desk.order()

    rows = " ".join(said(lead.visit("/desk/work")))

    assert "Call the customer about" in rows
    assert "Decide dispute DSP-1" in rows
    assert "Order SO-7" in rows
    assert "Apply CNY 500.00 of payment RCT-9" in rows


def test_what_loses_most_by_waiting_comes_first_with_the_reason(desk: WorkDesk):
    """S-149: ranked by what a month more loses."""
    small = {"amount": "100000.00", "currency": "CNY", "on": "2026-11-19"}
    desk.add("dunning/2", facts=small)
    desk.add("dunning/1", facts={**small, "on": "2026-09-20"})

    first, second, *_rest = said(desk.enter().visit("/desk/work"))

    assert "20 Sep 2026" in first
    assert "(12 % of CNY 100,000.00)" in first
    assert "19 Nov 2026" in second


def test_the_later_of_two_alike_comes_first(desk: WorkDesk):
    desk.add("dunning/1", due="2026-11-19")
    desk.add("dunning/2", due="2026-11-01")

    first, *_rest = said(desk.enter().visit("/desk/work"))

    assert "19 days past its day." in first


def test_amounts_of_another_currency_are_compared_at_the_days_rate(desk: WorkDesk):
    manager = desk.enter("admin")
    euro = {"amount": "20.00", "currency": "EUR", "on": "2026-11-01"}
    yuan = {"amount": "30000.00", "currency": "CNY", "on": "2026-11-01"}
    desk.add("dunning/1", facts=yuan)
    desk.add("dunning/2", facts={**euro, "amount": "29000.00"})
    before, *_rest = said(desk.enter("clerk").visit("/desk/work"))

    told = {"from_currency": "EUR", "to_currency": "CNY", "rate": "8", "rate_on": "2026-11-01"}
    page = manager.visit("/desk/credit/rates")
    manager.fill(page, "/desk/credit/rates", **told)

    assert "CNY 30,000.00" in before
    assert "EUR 29,000.00" in said(manager.visit("/desk/work"))[0]


@pytest.mark.parametrize("role", ["sales", "auditor", "support", "legal", "collector"])
def test_each_role_has_a_queue(desk: WorkDesk, role: str):
    desk.add("dunning/1")

    assert "Work" in desk.enter(role).visit("/desk/work").text


def test_a_salesperson_sees_work_on_their_own_customers_alone(desk: WorkDesk):
    desk.add("dunning/1", customer="HUADONG")
    desk.add("dunning/2", customer="BERGMANN")

    rows = said(desk.enter("sales").visit("/desk/work"))

    assert all("Bergmann" not in row for row in rows)
    assert any("Huadong" in row for row in rows)


def test_kinds_are_counted_and_narrow_the_list(desk: WorkDesk):
    desk.add("dunning/1")
    desk.add(
        "promise/1",
        "promise_broken",
        facts={
            "number": "PRM-1",
            "on": "2026-11-19",
            "amount": "9.00",
            "missing": "9.00",
            "currency": "CNY",
        },
    )
    clerk = desk.enter()

    page = clerk.visit("/desk/work?kind=call")

    assert len(said(page)) == 1
    assert "Calls and visits 1" in page.text
    assert "Missed promises 1" in page.text


def test_a_customer_and_a_text_narrow_the_list(desk: WorkDesk):
    desk.add("dunning/1", customer="HUADONG")
    desk.add("dunning/2", customer="BERGMANN")
    clerk = desk.enter()

    assert len(said(clerk.visit("/desk/work?q=bergm"))) == 1
    ref = desk.ref("cu", desk.customer_id("HUADONG"))
    assert len(said(clerk.visit(f"/desk/work?customer={ref}"))) == 1


def test_a_task_is_done_in_place(desk: WorkDesk):
    """S-193."""
    task_id = desk.add("dunning/1")
    clerk = desk.enter()
    page = clerk.visit(f"/desk/work?item={desk.ref('ta', task_id)}&act=done")

    clerk.fill(page, desk.path(task_id, "/outcome"), result="Paid by transfer")

    assert "Call the customer" not in clerk.visit("/desk/work").text
    with desk.installation.reading(SYSTEM) as r:
        assert r.session.get_one(Task, task_id).outcome == "Paid by transfer"


def test_without_an_outcome_nothing_is_done(desk: WorkDesk):
    task_id = desk.add("dunning/1")
    clerk = desk.enter()

    page = clerk.send(desk.path(task_id, "/outcome"), 422)

    assert "Write in a few words what came of it." in page.text


@pytest.mark.parametrize(("when", "until"), [("tomorrow", "21 Nov"), ("monday", "23 Nov")])
def test_a_thing_rests_and_is_found_among_what_rests(any_desk: WorkDesk, when: str, until: str):
    task_id = any_desk.add("dunning/1")
    clerk = any_desk.enter()

    clerk.send(any_desk.path(task_id, "/rest"), data={"csrf_token": clerk.token(), "when": when})

    assert "Call the customer" not in clerk.visit("/desk/work").text
    assert f"rests until {until}" in clerk.visit("/desk/work?state=resting").text


def test_it_wakes_on_its_day(desk: WorkDesk):
    task_id = desk.add("dunning/1")
    clerk = desk.enter()
    told = {"csrf_token": clerk.token(), "when": "tomorrow"}
    clerk.send(desk.path(task_id, "/rest"), data=told)
    with desk.installation.reading(SYSTEM, None) as r:
        tomorrow = r.today.fromordinal(r.today.toordinal() + 1)

    with desk.installation.reading(desk.actor(clerk), tomorrow) as r:
        rows = list_work(r, WorkFilter(), Scale()).rows

    assert [row.id for row in rows if row.src == "task"] == [task_id]


def test_a_long_rest_needs_a_reason(desk: WorkDesk):
    task_id = desk.add("dunning/1")
    clerk = desk.enter()
    told = {"csrf_token": clerk.token(), "when": "date", "until": "2026-12-20"}

    refused = clerk.send(desk.path(task_id, "/rest"), 422, data=told)

    assert "Say why it rests longer than until Monday." in refused.text
    clerk.send(desk.path(task_id, "/rest"), data={**told, "reason": "The buyer is on leave"})
    assert "rests until 20 Dec" in clerk.visit("/desk/work?state=resting").text


def test_what_is_no_task_rests_and_has_an_owner_too(any_desk: WorkDesk):
    order_id = any_desk.order()
    lead, other = any_desk.enter("collections_lead"), any_desk.enter("collector")
    path = f"/desk/work/{any_desk.ref('or', order_id)}"

    token = {"csrf_token": lead.token()}
    lead.send(f"{path}/owner", data={**token, "owner": str(other.user_id)})

    assert "Order SO-7" not in lead.visit("/desk/work").text
    assert "Order SO-7" in other.visit("/desk/work?whose=mine").text
    other.send(f"{path}/rest", data={"csrf_token": other.token(), "when": "monday"})
    assert "Order SO-7" not in other.visit("/desk/work?whose=all").text
    assert "No task matches" in other.visit("/desk/tasks?whose=mine").text


def test_several_are_handed_on_at_once(desk: WorkDesk):
    refs = [desk.ref("ta", desk.add(f"dunning/{each}")) for each in (1, 2)]
    lead, other = desk.enter("collections_lead"), desk.enter("collector")
    told = {"csrf_token": lead.token(), "owner": str(other.user_id), "chosen": refs}

    lead.send("/desk/work/owners", data=told)

    assert len(said(other.visit("/desk/work?whose=mine"))) == 2


def test_several_rest_at_once(desk: WorkDesk):
    refs = [desk.ref("ta", desk.add(f"dunning/{each}")) for each in (1, 2)]
    clerk = desk.enter()
    told = {"csrf_token": clerk.token(), "when": "tomorrow", "chosen": refs}

    clerk.send("/desk/work/rests", data=told)

    assert len(said(clerk.visit("/desk/work?state=resting"))) == 2


def test_an_owner_must_see_the_customer(desk: WorkDesk):
    task_id = desk.add("dunning/1", customer="BERGMANN")
    lead, sales = desk.enter("collections_lead"), desk.enter("sales")
    told = {"csrf_token": lead.token(), "owner": str(sales.user_id)}

    page = lead.send(desk.path(task_id, "/owner"), 422, data=told)

    assert "does not see this customer" in page.text


def test_somebody_elses_work_is_not_there(desk: WorkDesk):
    task_id = desk.add("dunning/1", customer="BERGMANN")
    sales = desk.enter("sales")

    sales.send(desk.path(task_id, "/outcome"), 404, data={"csrf_token": sales.token()})
    told = {"csrf_token": sales.token(), "when": "tomorrow", "chosen": desk.ref("ta", task_id)}
    sales.send("/desk/work/rests", 404, data=told)


def test_what_was_done_meanwhile_is_said_to_be_gone(desk: WorkDesk):
    task_id = desk.add("dunning/1")
    clerk, other = desk.enter(), desk.enter("collector")
    told = {"csrf_token": clerk.token(), "result": "Paid"}
    clerk.send(desk.path(task_id, "/outcome"), data=told)

    assert (
        "Open a row to see it here"
        in other.visit(f"/desk/work?item={desk.ref('ta', task_id)}").text
    )


def test_a_stand_in_has_the_absent_colleagues_tasks(any_desk: WorkDesk):
    lead, other = any_desk.enter("collections_lead"), any_desk.enter("credit_manager")
    any_desk.add("dunning/1", owner_id=lead.user_id)
    assert "Call the customer" not in other.visit("/desk/work?whose=mine").text
    with any_desk.installation.work(any_desk.actor(lead)) as w:
        name_stand_in(w, NameStandIn(lead.user_id, other.user_id, w.today, w.today))

    assert "Call the customer" in other.visit("/desk/work?whose=mine").text
    assert "Call the customer" in other.visit("/desk/tasks?whose=mine").text


def test_the_counters_answer_nothing_where_nothing_changed(desk: WorkDesk):
    desk.add("dunning/1")
    clerk = desk.enter()
    headers = {**PARTIAL, "HX-Target": "nav#work-counts"}
    answer = clerk.client.get("/desk/work/counts", headers=headers)

    assert "Calls and visits 1" in " ".join(answer.get_data(as_text=True).split())
    seen = answer.headers["ETag"].strip('"')
    again = clerk.client.get(f"/desk/work/counts?seen={seen}", headers=headers)
    assert again.status_code == 304


def test_the_page_asks_the_same_few_questions_whatever_waits(desk: WorkDesk):
    clerk = desk.enter()
    few = clerk.count_statements("/desk/work")
    for each in range(1, 60):
        desk.add(f"dunning/{each}")

    assert clerk.count_statements("/desk/work") == few
    assert few <= 12


def test_a_resting_thing_keeps_one_row_however_often_it_rests(desk: WorkDesk):
    order_id = desk.order()
    lead = desk.enter("collections_lead")
    path = f"/desk/work/{desk.ref('or', order_id)}/rest"
    for when in ("tomorrow", "monday"):
        lead.send(path, data={"csrf_token": lead.token(), "when": when})

    with desk.installation.reading(SYSTEM) as r:
        kept = r.session.scalars(select(Task).where(Task.kind == "attend")).all()
    assert [task.subject for task in kept] == [f"order/{order_id}"]


def test_a_statement_without_an_answer_is_asked_about_once_an_account(any_desk: WorkDesk):
    any_desk.office.issue()
    any_desk.office.pass_days(60)
    any_desk.office.issue_next()
    any_desk.office.pass_days(60)
    with any_desk.installation.reading(SYSTEM) as r:
        rows = list_work(r, WorkFilter(group="statement"), Scale()).rows

    numbers = [row.facts["number"] for row in rows]
    assert [number for number in numbers if "HUADONG" in number] == ["202611-HUADONG-CNY"]
    assert all(row.days_late > 0 for row in rows)
