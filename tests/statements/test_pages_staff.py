"""Statement runs from the desk: look first, start, watch who answers."""

import pytest
from sqlalchemy import func, select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.outbox import drain
from portal.tables.statements import Statement
from portal.worker import REGISTRY
from tests.desk import DeskBrowser, Office, an_office, foot_of, rows_of

RUNS = "/desk/statement-runs"


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def clerk(office: Office) -> DeskBrowser:
    return office.enter("clerk")


def count(office: Office, column) -> int:
    with office.installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.count(column))) or 0


def work_off(office: Office) -> None:
    drain(office.installation, REGISTRY, channels=["task"])


def start(clerk: DeskBrowser, status: int = 303, **fields: str):
    return clerk.send(RUNS, status, data={"month": "2026-10", **fields})


def test_a_run_is_done_by_a_worker_and_its_board_fills(office: Office, clerk: DeskBrowser):
    board = clerk.follow(start(clerk))
    assert "Running" in board.text
    assert "No statement is ready yet" in board.text

    work_off(office)
    page = clerk.visit(office.run_path())

    assert [row[1] for row in rows_of(page, "board")] == [
        "Bergmann Antriebe",
        "Huadong Trading",
        "Zhiyuan Automation",
    ]
    assert "Waiting for answers" in page.text


def test_a_running_board_asks_again_until_it_is_done(office: Office, clerk: DeskBrowser):
    path = clerk.follow(start(clerk)).response.request.path
    assert 'hx-trigger="every 2s"' in clerk.region(path, "run-progress").source

    work_off(office)
    done = clerk.region(path, "run-progress").source

    assert "every 2s" not in done
    assert 'hx-target="#board-part"' in done


def test_a_second_click_makes_nothing_twice(office: Office, clerk: DeskBrowser):
    for _click in range(2):
        start(clerk)
    work_off(office)
    again = start(clerk, 422)

    assert "There is nothing to issue for 2026-10" in again.text
    assert count(office, Statement.id) == 3


def test_a_run_for_some_leaves_the_others_alone(office: Office, clerk: DeskBrowser):
    start(clerk, customers="HUADONG")
    work_off(office)

    assert count(office, Statement.id) == 1


@pytest.mark.parametrize("role", ["auditor", "sales", "support"])
def test_who_may_not_issue_is_told_so(office: Office, role: str):
    visitor = office.enter(role)

    visitor.send(RUNS, 403, data={"month": "2026-10"})
    assert "Prepare a statement run" not in visitor.visit(RUNS).text


def test_the_board_counts_and_narrows(office: Office, clerk: DeskBrowser):
    office.issue()
    office.change("HUADONG", "confirmed")
    office.change("BERGMANN", "refused")
    path = office.run_path()

    assert len(rows_of(clerk.visit(path), "board")) == 3
    for query, customers in [
        ("state=refused", ["Bergmann Antriebe"]),
        ("state=confirmed", ["Huadong Trading"]),
        ("q=zhiyuan", ["Zhiyuan Automation"]),
    ]:
        rows = rows_of(clerk.visit(f"{path}?{query}"), "board")
        assert [row[1] for row in rows] == customers
    assert "No statement matches" in clerk.visit(f"{path}?state=viewed").text


def test_runs_tell_how_many_have_answered(office: Office, clerk: DeskBrowser):
    office.issue()
    office.change("HUADONG", "confirmed")

    [row] = rows_of(clerk.visit(RUNS), "runs")
    assert row[4:7] == ["3", "1", "1 (33 %)"]


def test_statements_of_all_customers_sum_by_currency(office: Office, clerk: DeskBrowser):
    office.issue()

    assert [row[1:] for row in foot_of(clerk.visit("/desk/statements"), "statements")] == [
        ["CNY", "−140.00"],
        ["EUR", "80.00"],
    ]


def test_late_statements_are_those_past_their_deadline(office: Office, clerk: DeskBrowser):
    office.issue()
    assert "No statement matches" in clerk.visit("/desk/statements?state=late").text

    office.pass_days(30)
    late = office.enter("collector").visit("/desk/statements?state=late")

    assert len(rows_of(late, "statements")) == 3
    assert "days late" in late.text


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_lists_are_written_out(office: Office, clerk: DeskBrowser, file_format: str):
    office.issue()
    for path in ("/desk/statements", office.run_path()):
        answer = clerk.client.get(f"{path}.{file_format}")

        assert answer.status_code == 200
        assert file_format == "xlsx" or "202610-HUADONG-CNY" in answer.text


def test_sales_see_their_own_customers_on_the_board(office: Office):
    office.issue()
    rows = rows_of(office.enter("sales").visit(office.run_path()), "board")

    assert [row[0] for row in rows] == ["Huadong Trading", "Zhiyuan Automation"]


def test_made_up_runs_lead_nowhere(clerk: DeskBrowser):
    clerk.visit(f"{RUNS}/ru_0000000000000", 404)


def test_lists_ask_as_much_of_many_rows_as_of_few(office: Office, clerk: DeskBrowser):
    office.issue()
    paths = ["/desk/statements", RUNS, office.run_path()]
    few = [clerk.count_statements(path) for path in paths]
    office.add_customers(30)
    office.issue()

    assert [clerk.count_statements(path) for path in paths] == few
    assert max(few) <= 12
