"""The page about what a change would do: without script, by region, and as a file."""

from pathlib import Path

import pytest

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.terms import daily
from portal.terms.changes import get_change
from tests.desk import DeskBrowser, Office, an_office, rows_of
from tests.terms.trading import TODAY, House, a_house, on

NET_60 = {"default_terms": "net 60"}
BILLS = ("H1,HUADONG,11-01,100.00", "B1,BERGMANN,11-02,200.00", "Z1,ZHIYUAN,11-03,300.00")


@pytest.fixture
def house(installation: Installation, tmp_path: Path) -> House:
    made = a_house(installation, tmp_path)
    made.bills(*BILLS)
    return made


@pytest.fixture
def office(house: House) -> Office:
    return an_office(house.installation, with_books=False)


@pytest.fixture
def manager(office: Office) -> DeskBrowser:
    return office.enter("credit_manager")


def ref_of(house: House, change_id: int) -> str:
    with house.installation.reading(SYSTEM) as r:
        return get_change(r, change_id).ref


def path_of(house: House, change_id: int) -> str:
    return f"/desk/terms/{ref_of(house, change_id)}/impact"


def test_what_moves_is_listed_old_and_new(house: House, manager: DeskBrowser):
    page = manager.visit(path_of(house, house.draft(NET_60)))

    assert rows_of(page, "moved") == [
        ["H1", "Huadong Trading", "1 Nov 2026", "1 Dec 2026", "31 Dec 2026", "+30", "CNY 100.00"]
    ]
    assert "The terms are the customer's own: 2 due dates (CNY 500.00)" in page.text


def test_the_reach_is_chosen_in_words_and_draws_anew_without_script(
    house: House, manager: DeskBrowser
):
    path = path_of(house, house.draft(NET_60, reach="new"))
    drafted, looked_at = manager.visit(path), manager.visit(f"{path}?reach=open")

    assert "No due date moves" in drafted.text
    assert "This is not what the draft says" not in drafted.text
    assert [row[0] for row in rows_of(looked_at, "moved")] == ["H1"]
    assert "This is not what the draft says" in looked_at.text


def test_looking_keeps_nothing_until_it_is_said(house: House, manager: DeskBrowser):
    change_id = house.draft(NET_60, reach="new")
    path = path_of(house, change_id)
    page = manager.visit(f"{path}?reach=open&from=2026-12-15")
    assert house.row(change_id).reach == "new"

    manager.fill(page, f"{path}/look")

    row = house.row(change_id)
    assert (row.reach, row.effective_on) == ("open", on("12-15"))


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    house: House, manager: DeskBrowser
):
    change_id = house.draft(NET_60, reach="new")
    path = path_of(house, change_id)
    page = manager.visit(f"{path}?reach=open")
    manager.fill(manager.visit(f"{path}?from=2026-12-15"), f"{path}/look")

    manager.fill(page, f"{path}/look", 409)

    assert house.row(change_id).reach == "new"


@pytest.mark.parametrize("query", ["from=soon", "reach=everything", "page=999", "from=1999-01-01"])
def test_what_makes_no_sense_in_the_address_is_passed_over(
    house: House, manager: DeskBrowser, query: str
):
    path = path_of(house, house.draft(NET_60))

    assert manager.visit(f"{path}?{query}").status == 200


def test_the_weeks_stand_beside_their_chart(house: House, manager: DeskBrowser):
    page = manager.visit(path_of(house, house.draft({"terms": "net 30"}, "ZHIYUAN")))

    rows = {row[0]: row[1:] for row in rows_of(page, "cash-CNY-table")}
    assert rows["16 Nov"] == ["300.00", "0.00", "−300.00"]
    assert rows["30 Nov"] == ["0.00", "300.00", "+300.00"]


def test_who_crosses_a_limit_is_named(house: House, manager: DeskBrowser):
    house.limit("HUADONG", 150)
    page = manager.visit(path_of(house, house.draft(NET_60)))

    assert rows_of(page, "crossings") == [
        [
            "Huadong Trading",
            "Would owe more than the limit (projection)",
            "CNY 100.00",
            "CNY 200.00",
            "CNY 150.00",
        ]
    ]


def test_many_due_dates_come_in_pages(house: House, manager: DeskBrowser):
    house.bills(*[f"M{n},HUADONG,11-05,1.00" for n in range(60)])
    path = path_of(house, house.draft(NET_60))

    assert len(rows_of(manager.visit(path), "moved")) == 50
    assert len(rows_of(manager.visit(f"{path}?page=2"), "moved")) == 11


def test_a_page_asks_as_little_of_many_as_of_few(house: House, manager: DeskBrowser):
    house.limit("HUADONG", 150)
    path = path_of(house, house.draft(NET_60))
    few = manager.count_statements(path)
    house.bills(*[f"M{n},HUADONG,11-05,1.00" for n in range(200)])

    assert manager.count_statements(path) == few <= 12


def test_the_file_has_every_figure(house: House, manager: DeskBrowser):
    house.limit("HUADONG", 150)
    answer = manager.client.get(path_of(house, house.draft(NET_60)) + ".csv")
    lines = answer.get_data(as_text=True).splitlines()

    assert any("H1" in line and "2026-12-01,2026-12-31,30,CNY,100.00" in line for line in lines)
    assert any("HUADONG" in line and "100.00,200.00" in line for line in lines)
    assert sum(line.startswith("Money expected") for line in lines) == 16


def test_the_workbook_opens(house: House, manager: DeskBrowser):
    answer = manager.client.get(path_of(house, house.draft(NET_60)) + ".xlsx")

    assert answer.status_code == 200
    assert answer.data.startswith(b"PK")


def test_an_approved_change_tells_what_it_has_moved(house: House, manager: DeskBrowser):
    change_id = house.change(NET_60)
    page = manager.visit(path_of(house, change_id))

    assert rows_of(page, "moved")[0][3:6] == ["1 Dec 2026", "31 Dec 2026", "+30"]


def test_before_its_day_an_approved_change_has_moved_nothing(house: House, manager: DeskBrowser):
    change_id = house.change(NET_60, begins=on("11-25"))
    daily.run(house.installation, TODAY)

    page = manager.visit(path_of(house, change_id))

    assert "It reaches what is open on 25 Nov 2026; until then nothing moves." in page.text


def test_the_figures_that_were_shown_stand_with_the_approval(house: House, manager: DeskBrowser):
    change_id = house.draft(NET_60)
    ref = ref_of(house, change_id)
    manager.fill(manager.visit(f"/desk/terms/{ref}"), f"/desk/terms/{ref}/request")
    [[after]] = house.desk.ask("select after from approval")

    assert '"moved": "1"' in str(after)
    assert '"moved_days": "+30.0"' in str(after)
    assert '"moves":' in house.row(change_id).impact


def test_only_who_changes_terms_keeps_what_was_looked_at(house: House, office: Office):
    clerk = office.enter("clerk")
    path = path_of(house, house.draft(NET_60, reach="new"))
    page = clerk.visit(f"{path}?reach=open")

    assert "Keep this day and reach" not in page.text
    assert clerk.client.post(f"{path}/look", data={"csrf_token": clerk.token()}).status_code == 403


# ── The invoice ──────────────────────────────────────────────────────────────


def invoice_path(house: House, number: str) -> str:
    [[entry_id]] = house.desk.ask(f"select id from entry where number = '{number}'")
    with house.installation.reading(SYSTEM) as r:
        return f"/invoices/{r.refs.of('iv', int(str(entry_id)))}"


def test_an_invoice_says_that_its_due_date_was_moved_and_by_what(
    house: House, manager: DeskBrowser
):
    change_id = house.change(NET_60)
    page = manager.visit(invoice_path(house, "H1"))

    assert "It was due on 1 Dec 2026 until a change of terms moved it" in page.text
    assert "Due date moved by a change of terms" in page.text
    assert page.links["See the change"] == path_of(house, change_id)


def test_an_invoice_that_was_not_moved_says_nothing_of_it(house: House, manager: DeskBrowser):
    house.change(NET_60)

    assert "change of terms" not in manager.visit(invoice_path(house, "Z1")).text
