"""Overdue warnings: by days, amount and share of the limit; a task for who looks after them."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.approvals.tasks import FinishTask, finish_task
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.policies import decide
from portal.credit.warnings import daily
from portal.credit.warnings.queries import warned_customers
from portal.tables.approvals import Task
from portal.tables.customers import Customer
from portal.tables.disputes import DisputedPart
from tests.credit.limiting import TODAY, actor, customer_id
from tests.desk import Office, an_office, rows_of

WARNED = "Warning EUR 80.00 is overdue; the warning begins at EUR 80.00, reached on 10 Nov 2026."


@pytest.fixture
def office(any_installation: Installation) -> Office:
    return an_office(any_installation)


def set_thresholds(office: Office, **values: object) -> None:
    with office.installation.work(SYSTEM) as w:
        decide(w, {f"warning_{name}": value for name, value in values.items()})


def limit(office: Office, code: str, minor: int) -> None:
    with office.installation.work(SYSTEM) as w:
        row = w.session.scalars(select(Customer).where(Customer.code == code)).one()
        row.credit_limit_minor, row.credit_limit_currency = minor, "CNY"


def warned(office: Office) -> dict[int, list[str]]:
    with office.installation.reading(SYSTEM) as r:
        found = warned_customers(r)
        return {key: [each.indicator.value for each in reasons] for key, reasons in found.items()}


def tasks(office: Office) -> list[Task]:
    with office.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(Task).where(Task.kind == daily.KIND)))


def test_nobody_is_warned_of_until_an_admin_says_when(office: Office):
    assert warned(office) == {}
    assert daily.run(office.installation, TODAY) == {"warned": 0, "made": 0, "closed": 0}


def test_each_threshold_finds_its_customers_and_what_is_disputed_does_not_count(office: Office):
    # Huadong: 40.00 open since July; 70.00 of October is disputed. Bergmann: EUR 80.00, 11 days.
    huadong, bergmann = customer_id(office, "HUADONG"), customer_id(office, "BERGMANN")
    limit(office, "HUADONG", 80_00)
    set_thresholds(
        office,
        days_overdue=100,
        overdue_amount={"EUR": "80.00", "CNY": "40.01"},
        share_of_limit_percent=50,
    )

    assert warned(office) == {huadong: ["days", "share"], bergmann: ["amount"]}


def test_who_looks_after_the_customer_gets_one_task_until_something_new_is_reached(office: Office):
    owner = office.enter("sales").user_id
    set_thresholds(office, days_overdue=100)

    runs = [daily.run(office.installation, TODAY) for _ in range(2)]

    assert [run["made"] for run in runs] == [1, 0]
    (task,) = tasks(office)
    assert (task.owner_id, task.customer_id) == (owner, customer_id(office, "HUADONG"))

    with office.installation.work(actor(office.installation, owner)) as w:
        finish_task(w, FinishTask(task.id, "They pay on Friday"))
    tomorrow = TODAY + dt.timedelta(days=1)
    assert daily.run(office.installation, tomorrow)["made"] == 0


def test_a_task_closes_once_nothing_warns_any_more(office: Office):
    set_thresholds(office, days_overdue=100)
    daily.run(office.installation, TODAY)
    with office.installation.work(SYSTEM) as w:
        row = tasks(office)[0]
        entry_id = 4
        w.session.add(
            DisputedPart(customer_id=row.customer_id, entry_id=entry_id, part=1, from_on=TODAY)
        )

    assert daily.run(office.installation, TODAY) == {"warned": 0, "made": 0, "closed": 1}


def test_the_list_and_the_customers_page_say_so(office: Office):
    clerk = office.enter()
    assert "No customer matches" in clerk.visit("/desk/customers?state=warned").text
    set_thresholds(office, overdue_amount={"EUR": "80.00"})

    page = clerk.visit("/desk/customers?state=warned")
    position = clerk.visit(office.customer_path("BERGMANN", "/position"))

    assert [row[0] for row in rows_of(page, "accounts")] == ["Bergmann Antriebe"]
    assert WARNED in position.text


def test_thresholds_are_drafted_and_what_is_wrong_is_said(office: Office):
    admin = office.enter("admin")
    told = {
        "csrf_token": admin.token(),
        "days_overdue": "30",
        "overdue_amount": "CNY 1000",
        "share_of_limit": "",
        "cap": "cn",
        "most_percent": "",
        "effective_on": TODAY.isoformat(),
        "reason": "Losses",
    }

    wrong = admin.send("/desk/settings/overdue", 422, data={**told, "days_overdue": "often"})
    drafted = admin.send("/desk/settings/overdue", 303, data=told)

    assert "Write a whole number from 1 to 3650, not often." in wrong.text
    page = admin.follow(drafted).text
    assert "Days overdue that warn" in page
    assert "Law that caps agreed late interest" in page
