"""Receipts on the desk, without script: found, applied, ended, paid back, moved, undone."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from tests.desk import DeskBrowser, Office, an_office, rows_of
from tests.ledgers import count_on
from tests.page import Page


@pytest.fixture
def office(installation: Installation) -> Office:
    """Zhiyuan has 500.00 on account; Huadong, of the same group, owes."""
    made = an_office(installation)
    with installation.work(SYSTEM) as w:
        rows = {each.code: each for each in w.session.scalars(select(Customer))}
        rows["HUADONG"].parent_id = rows["ZHIYUAN"].id
    count_on(installation)
    return made


@pytest.fixture
def clerk(office: Office) -> DeskBrowser:
    return office.enter("clerk")


def receipt_path(office: Office, number: str = "RCT-9") -> str:
    with office.installation.reading(SYSTEM) as r:
        row_id = r.session.scalars(select(Entry.id).where(Entry.number == number)).one()
        return f"/desk/receipts/{r.refs.of('iv', row_id)}"


def actions(page: Page) -> list[str]:
    return [form.get("action") for form in page.root.all("form")]


def undo_forms(page: Page) -> list[str]:
    return [action for action in actions(page) if action.endswith("/undo")]


def test_the_list_shows_credits_with_money_left_and_their_sums(clerk: DeskBrowser):
    page = clerk.visit("/desk/receipts")

    assert [row[0].split()[0] for row in rows_of(page, "receipts")] == ["RCT-9"]
    assert "500.00" in page.text


def test_the_list_is_narrowed_to_a_customer_by_reference_or_code(
    clerk: DeskBrowser, office: Office
):
    ref = office.customer_path("HUADONG").rpartition("/")[2]
    for told in (ref, "HUADONG"):
        page = clerk.visit(f"/desk/receipts?customer={told}&state=all")
        assert [row[0].split()[0] for row in rows_of(page, "receipts")] == ["RCT-10"]
    clerk.visit("/desk/receipts?customer=nobody", 404)


def test_the_customers_page_leads_to_money_that_is_not_applied(clerk: DeskBrowser, office: Office):
    page = clerk.visit(office.customer_path("ZHIYUAN"))

    assert "Apply CNY" in page.text.replace("\xa0", " ")


def test_what_is_ticked_and_typed_is_applied(clerk: DeskBrowser, office: Office):
    here = receipt_path(office)
    page = clerk.visit(here)
    clerk.fill(page, f"{here}/applications", 303, take_1_1="y", amount_2_1="20")
    page = clerk.visit(here)

    assert [row[0] for row in rows_of(page, "applications")] == [
        "RCT-9/transfer Transfer",
        "RCT-9/transfer-2 Transfer",
    ]
    assert "410.00" in page.text


def test_the_remainder_is_told_before_anything_is_done(clerk: DeskBrowser, office: Office):
    here = receipt_path(office)
    typed = clerk.visit(here).form(f"{here}/applications") | {"amount_2_1": "20"}
    page = clerk.look(clerk.client.post(f"{here}/remainder", data=typed), 200)

    assert "480.00" in page.by_id("remainder-part").text
    assert "480.00" not in clerk.visit(here).text


def test_too_much_is_refused_where_it_was_typed(clerk: DeskBrowser, office: Office):
    here = receipt_path(office)
    page = clerk.fill(clerk.visit(here), f"{here}/applications", 422, amount_2_1="250.01")

    assert "Only CNY" in page.by_id("error-summary").text.replace("\xa0", " ")


def test_an_act_is_undone_on_its_page(clerk: DeskBrowser, office: Office):
    here = receipt_path(office)
    clerk.fill(clerk.visit(here), f"{here}/applications", 303, amount_2_1="20")
    page = clerk.visit(here)
    [undo] = undo_forms(page)
    clerk.fill(page, undo, 303)
    page = clerk.visit(here)

    assert "Undone" in page.text
    assert undo_forms(page) == []


def test_an_application_of_a_file_is_ended(clerk: DeskBrowser, office: Office):
    here = receipt_path(office, "RCT-10")
    page = clerk.visit(here)
    today = dt.date(2026, 11, 20).isoformat()
    clerk.fill(page, f"{here}/endings", 303, **{"end-from_on": today})
    page = clerk.visit(here)

    assert "30.00 no longer applied to INV-1" in page.text.replace("\xa0", " ")


def test_money_is_paid_back_and_moved(clerk: DeskBrowser, office: Office):
    here = receipt_path(office)
    clerk.fill(clerk.visit(here), f"{here}/refunds", 303, **{"refund-amount": "100"})
    moved = {"transfer-to": "BERGMANN", "transfer-amount": "150"}
    clerk.fill(clerk.visit(here), f"{here}/transfers", 303, **moved)
    page = clerk.fill(
        clerk.visit(here), f"{here}/transfers", 422, **{"transfer-to": "?", "transfer-amount": "1"}
    )

    assert "There is no customer with the code" in page.text
    assert "250.00" in page.text


@pytest.mark.parametrize("role", ["auditor", "collector"])
def test_others_see_it_and_can_do_nothing(office: Office, role: str):
    here = receipt_path(office)
    page = office.enter(role).visit(here)

    assert [action for action in actions(page) if "receipts" in action] == []


def test_a_page_takes_few_statements_however_much_is_open(clerk: DeskBrowser, office: Office):
    before = clerk.count_statements(receipt_path(office, "RCT-10"))
    office.add_customers(30)

    assert clerk.count_statements(receipt_path(office, "RCT-10")) == before <= 12
    assert clerk.count_statements("/desk/receipts") <= 12
