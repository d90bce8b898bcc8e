"""Tasks: made once for their cause, taken, handed on, and done with what came of it."""

import datetime as dt
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from portal.approvals.tasks import NewTask, close_tasks, make_task
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.people.recognising import actor_of
from portal.tables.approvals import Task
from portal.tables.customers import Customer
from portal.tables.people import User
from tests.desk import DeskBrowser, Office, an_office, rows_of

FACTS = {
    "number": "PRM-17",
    "on": "2026-11-19",
    "amount": "100.00",
    "missing": "40.00",
    "currency": "CNY",
}


@dataclass
class Chores:
    """An office, and tasks in it."""

    office: Office

    @property
    def installation(self) -> Installation:
        return self.office.installation

    def add(self, subject: str, due: str = "2026-11-20", customer: str = "HUADONG") -> int | None:
        with self.installation.work(SYSTEM) as w:
            rows = select(Customer.id).where(Customer.code == customer)
            due_on = dt.date.fromisoformat(due)
            customer_id = w.session.scalars(rows).one()
            return make_task(w, NewTask(customer_id, "promise_broken", subject, due_on, FACTS))

    def task(self, task_id: int) -> Task:
        with self.installation.reading(SYSTEM) as r:
            return r.session.get_one(Task, task_id)

    def path(self, task_id: int | None, act: str = "") -> str:
        with self.installation.reading(SYSTEM) as r:
            return f"/desk/tasks/{r.refs.of('ta', task_id)}{act}"

    def field(self, task_id: int | None, name: str) -> str:
        with self.installation.reading(SYSTEM) as r:
            return f"{r.refs.of('ta', task_id)}-{name}"

    def enter(self, role: str = "clerk") -> DeskBrowser:
        return self.office.enter(role)


def chores_in(installation: Installation) -> Chores:
    return Chores(an_office(installation))


@pytest.fixture
def chores(installation: Installation) -> Chores:
    return chores_in(installation)


@pytest.fixture
def any_chores(any_installation: Installation) -> Chores:
    return chores_in(any_installation)


def test_a_cause_makes_one_task_however_often_it_is_found(any_chores: Chores):
    first, second = any_chores.add("promise/17"), any_chores.add("promise/17")

    assert first is not None
    assert second is None


def test_what_a_transaction_did_besides_stays_when_a_task_is_there_already(any_chores: Chores):
    any_chores.add("promise/17")
    with any_chores.installation.work(SYSTEM) as w:
        customer_id = w.session.scalars(select(Customer.id)).first()
        w.session.add(Customer(code="NEW", name="New", created_at=w.now))
        again = NewTask(customer_id, "promise_broken", "promise/17", w.today, FACTS)
        make_task(w, again)
        make_task(w, NewTask(customer_id, "promise_broken", "promise/18", w.today, FACTS))

    with any_chores.installation.reading(SYSTEM) as r:
        assert r.session.scalar(select(func.count(Task.id))) == 2
        assert r.session.scalars(select(Customer).where(Customer.code == "NEW")).first()


def test_a_task_whose_cause_fell_away_closes_by_itself(any_chores: Chores):
    task_id = any_chores.add("promise/17")
    with any_chores.installation.work(SYSTEM) as w:
        closed = close_tasks(w, "promise_broken", ["promise/17", "promise/18"], "Paid in time")

    assert closed == 1
    assert any_chores.task(task_id).outcome == "Paid in time"


def test_the_list_says_what_is_to_be_done_the_first_day_first(chores: Chores):
    chores.add("promise/18", due="2026-11-25", customer="BERGMANN")
    chores.add("promise/17", due="2026-11-19")

    rows = rows_of(chores.enter().visit("/desk/tasks"), "tasks")

    assert [row[0] for row in rows] == ["Huadong Trading", "Bergmann Antriebe"]
    assert "40.00" in rows[0][1]
    assert "PRM-17" in rows[0][1]


@pytest.mark.parametrize(
    ("subject", "page"),
    [
        ("promise/17", "/promises/pr_"),
        ("plan/4", "/desk/plans/pl_"),
        ("dispute/11/1", "/desk/disputes/di_"),
        ("part/1/1/2027-05-20", "/invoices/iv_"),
        ("write_off/3/2027-05-20", "/desk/write-offs/wo_"),
        ("clearance/1/CNY/2026-Q4", "/desk/customers/cu_"),
    ],
)
def test_a_task_leads_to_what_it_is_about(chores: Chores, subject: str, page: str):
    chores.add(subject)
    table = chores.enter().visit("/desk/tasks").by_id("tasks")

    assert [link for link in table.all("a") if link.get("href").startswith(page)]


def test_who_takes_a_task_has_it_among_theirs(chores: Chores):
    task_id = chores.add("promise/17")
    clerk = chores.enter()

    clerk.send(chores.path(task_id, "/taking"))

    assert rows_of(clerk.visit("/desk/tasks?whose=mine"), "tasks")
    assert "No task matches" in clerk.visit("/desk/tasks?whose=nobody").text


def test_the_slower_of_two_is_told_who_was_faster(chores: Chores):
    task_id = chores.add("promise/17")
    chores.enter("clerk").send(chores.path(task_id, "/taking"))

    page = chores.enter("collector").send(chores.path(task_id, "/taking"), 409)

    assert "The clerk has taken this task." in page.text


def test_a_task_is_done_with_what_came_of_it(chores: Chores):
    task_id = chores.add("promise/17")
    clerk = chores.enter()

    words = {chores.field(task_id, "result"): "Pays on Friday"}
    clerk.send(chores.path(task_id, "/outcome"), data=words)

    assert rows_of(clerk.visit("/desk/tasks?state=done"), "tasks")[0][3:] == [
        "The clerk",
        "Pays on Friday",
    ]


def test_a_task_without_an_outcome_is_not_done(chores: Chores):
    task_id = chores.add("promise/17")

    page = chores.enter().send(chores.path(task_id, "/outcome"), 422)

    assert "Write in a few words what came of it." in page.text
    assert chores.task(task_id).done_at is None


def test_what_is_done_is_not_done_again(chores: Chores):
    task_id = chores.add("promise/17")
    clerk = chores.enter()
    words = {chores.field(task_id, "result"): "Pays on Friday"}
    clerk.send(chores.path(task_id, "/outcome"), data=words)

    page = clerk.send(chores.path(task_id, "/outcome"), 409, data=words)

    assert "This task is done already" in page.text


def test_a_task_is_handed_to_who_sees_its_customer(chores: Chores):
    """S-193."""
    huadong = chores.add("promise/17")
    bergmann = chores.add("promise/18", customer="BERGMANN")
    sales, clerk = chores.enter("sales"), chores.enter()

    for task_id, status in ((huadong, 303), (bergmann, 422)):
        owner = {chores.field(task_id, "owner"): str(sales.user_id)}
        clerk.send(chores.path(task_id, "/owner"), status, data=owner)

    assert len(rows_of(sales.visit("/desk/tasks?whose=mine"), "tasks")) == 1


def test_sales_see_the_tasks_of_their_own_customers_alone(chores: Chores):
    bergmann = chores.add("promise/18", customer="BERGMANN")
    chores.add("promise/17")
    sales = chores.enter("sales")

    assert len(rows_of(sales.visit("/desk/tasks"), "tasks")) == 1
    sales.send(chores.path(bergmann, "/taking"), 404)


def test_an_auditor_sees_tasks_and_does_none(chores: Chores):
    task_id = chores.add("promise/17")
    auditor = chores.enter("auditor")

    assert "Take it" not in auditor.visit("/desk/tasks").text
    auditor.send(chores.path(task_id, "/taking"), 403)


def test_a_list_of_tasks_asks_as_often_for_many_as_for_few(chores: Chores):
    clerk = chores.enter()
    chores.add("promise/1")
    few = clerk.count_statements("/desk/tasks?rows=200")
    for number in range(2, 60):
        chores.add(f"promise/{number}")

    assert clerk.count_statements("/desk/tasks?rows=200") == few <= 12


def test_the_first_page_counts_what_is_due_and_leads_there(chores: Chores):
    chores.add("promise/17")
    chores.add("promise/18", due="2026-11-21")
    clerk = chores.enter()

    page = clerk.visit("/desk")

    assert "Do 1 task that is yours or nobody’s" in page.text
    assert len(rows_of(clerk.visit(page.links["See the tasks"]), "tasks")) == 1


def named(absent: DeskBrowser, stand_in: DeskBrowser, status: int = 303):
    """The absent colleague names who stands in for them from today on."""
    path = "/desk/approvals/stand-ins"
    told = {
        "absent": str(absent.user_id),
        "stand_in": str(stand_in.user_id),
        "from_on": "2026-11-20",
        "until_on": "2026-11-27",
    }
    return absent.send(path, status, data=told)


def test_a_clerk_names_who_does_their_tasks(any_chores: Chores):
    clerk, collector = any_chores.enter("clerk"), any_chores.enter("collector")
    task_id = any_chores.add("promise/17")
    clerk.send(any_chores.path(task_id, "/taking"))

    named(clerk, collector)

    assert rows_of(collector.visit("/desk/tasks?whose=mine"), "tasks")
    told = {any_chores.field(task_id, "result"): "Paid"}
    collector.send(any_chores.path(task_id, "/outcome"), data=told)
    assert any_chores.task(task_id).done_by == collector.user_id


def test_who_stands_in_for_a_manager_decides_too(chores: Chores):
    lead, clerk = chores.enter("collections_lead"), chores.enter("clerk")

    page = named(lead, clerk, 422)

    assert "Choose somebody who decides requests." in page.text


def test_a_salesperson_looks_after_the_absent_ones_customers(any_chores: Chores):
    """S-095."""
    sales, other = any_chores.enter("sales"), second_salesperson(any_chores)
    path = any_chores.office.customer_path("HUADONG")
    other.visit(path, 404)

    named(sales, other)

    assert "Huadong Trading" in other.visit(path).text
    assert "Bergmann" not in other.visit("/desk/customers").text
    with any_chores.installation.reading(SYSTEM, dt.date(2026, 11, 28)) as r:
        assert actor_of(r, other.user_id).covers == frozenset()


def second_salesperson(chores: Chores) -> DeskBrowser:
    other = chores.enter("support")
    with chores.installation.work(SYSTEM) as w:
        user = w.session.get_one(User, other.user_id)
        user.staff_role, user.name = "sales", "Marta Klein’s colleague"
    return other
