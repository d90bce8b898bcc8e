"""The pages of bad debts: proposed from the customer, decided in the inbox, never a customer's."""

import pytest

from tests.bad_debts.writing_off import approve, expected, propose, write_off
from tests.buyer import Buyer
from tests.desk import DeskBrowser, Office
from tests.ledgers import count_on


@pytest.fixture
def lead(office: Office) -> DeskBrowser:
    return office.enter("collections_lead")


@pytest.fixture
def manager(office: Office) -> DeskBrowser:
    return office.enter("credit_manager")


def new_path(office: Office) -> str:
    return office.customer_path("HUADONG", "/write-off")


def test_a_clerk_proposes_what_is_lost_and_leaves_the_rest_out(office: Office, clerk: DeskBrowser):
    page = clerk.visit(new_path(office))
    fields = {name: "" for name in page.form(new_path(office)) if name.startswith("amount_")}
    last = min(fields)

    clerk.fill(page, new_path(office), **(fields | {last: "12.00"}), note="Three calls.")

    assert "Waiting for approval" in clerk.visit("/desk/write-offs").text
    assert write_off(office).amount_minor == 12_00


def test_what_is_too_much_is_said_and_nothing_is_lost(office: Office, clerk: DeskBrowser):
    page = clerk.visit(new_path(office))
    field = next(name for name in page.form(new_path(office)) if name.startswith("amount_"))

    again = clerk.fill(page, new_path(office), 422, **{field: "9999"}, note="Three calls.")

    assert "is still expected" in again.text
    assert "Three calls." in again.text
    assert 'value="9999"' in again.source


def test_the_page_of_one_leads_to_its_request(
    office: Office, clerk: DeskBrowser, lead: DeskBrowser
):
    count_on(office.installation)
    propose(office, clerk.user_id, {"INV-4": 40_00})
    page = lead.visit("/desk/write-offs")
    path = page.links["WO-00001"]

    assert "See the request" in lead.visit(path).text
    approve(office, lead.user_id)
    assert "A second approval is needed" in lead.visit(path).text


def test_a_proposal_is_withdrawn(office: Office, clerk: DeskBrowser):
    count_on(office.installation)
    propose(office, clerk.user_id, {"INV-4": 40_00})
    path = clerk.visit("/desk/write-offs").links["WO-00001"]
    page = clerk.visit(path)

    clerk.fill(page, f"{path}/withdrawal")

    assert write_off(office).state == "withdrawn"


def test_the_matrix_is_posted_and_fetched(manager: DeskBrowser):
    page = manager.visit("/desk/provisions")
    assert "12.60" in page.text

    manager.fill(page, "/desk/provisions/posting")

    assert "Posted for this day" in manager.visit("/desk/provisions").text
    assert b"CNY,not_due,250.00,0.00,1,2.50" in manager.client.get("/desk/provisions.csv").data


def test_a_single_rate_is_noted(office: Office, manager: DeskBrowser):
    path = office.customer_path("HUADONG", "/provision")
    page = manager.visit(path)

    manager.fill(page, path, percent="50", reason="In trouble")

    done = manager.visit("/desk/provisions")
    assert "In trouble" in done.text
    assert "180.00" in done.text


@pytest.mark.parametrize("role", ["sales", "support"])
def test_bad_debts_are_not_for_everybody(office: Office, role: str):
    assert office.enter(role).client.get("/desk/provisions").status_code == 403


def test_a_customer_never_sees_what_the_house_gave_up(
    office: Office, clerk: DeskBrowser, lead: DeskBrowser, manager: DeskBrowser
):
    count_on(office.installation)
    propose(office, clerk.user_id, {"INV-4": 40_00})
    approve(office, lead.user_id)
    approve(office, manager.user_id)
    assert "INV-4" not in expected(office)
    chen = Buyer(office, "HUADONG")

    for path in ("/", "/invoices", "/statements"):
        page = chen.visit(path)
        assert "WO-00001" not in page.text
        assert "rite-off" not in page.text
    assert chen.client.get("/desk/write-offs").status_code == 404


def test_the_first_day_of_the_calendar_has_no_provision(manager: DeskBrowser):
    assert manager.visit("/desk/provisions?as_of=0001-01-01").status == 200
