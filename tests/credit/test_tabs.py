"""The pages of credit stand beside each other under one entry of the menu, on each side."""

import pytest

from tests.buyer import Buyer
from tests.desk import DeskBrowser


@pytest.mark.parametrize("path", ["/desk/credit"])
def test_staff_find_credit_in_the_menu_and_its_tabs(clerk: DeskBrowser, path: str):
    page = clerk.visit(path)

    assert page.links["Credit"] == "/desk/credit"
    assert page.links["Overview"] == "/desk/credit"


def test_customers_find_credit_in_the_menu(chen: Buyer):
    page = chen.visit("/credit")

    assert page.links["Credit"] == "/credit"
    assert page.links["Limit"] == "/credit"


def test_a_tab_of_a_page_that_is_not_there_is_left_out(clerk: DeskBrowser):
    shown = {
        url for url in clerk.visit("/desk/credit").links.values() if url.startswith("/desk/credit")
    }

    assert all(clerk.visit(url).status == 200 for url in shown)
