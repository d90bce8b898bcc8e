"""Customers as the desk shows them."""

import pytest
from sqlalchemy import select

from portal.base.installation import Installation
from portal.core.ledger import Book
from portal.tables.customers import Customer
from tests.desk import DeskBrowser, Office, an_office, foot_of, invoice, rows_of
from tests.ledgers import store

LIST = "/desk/customers"


def names(rows: list[list[str]]) -> list[str]:
    return [row[0] for row in rows]


def test_the_list_begins_with_who_is_most_overdue(clerk: DeskBrowser):
    rows = rows_of(clerk.visit(LIST), "accounts")

    assert names(rows) == ["Huadong Trading", "Zhiyuan Automation", "Bergmann Antriebe"]


def test_a_row_tells_what_is_owed(clerk: DeskBrowser):
    huadong = rows_of(clerk.visit(LIST), "accounts")[0]

    assert huadong[3:] == ["CNY", "250.00", "110.00", "", "360.00"]


def test_totals_stand_by_currency_and_follow_the_filter(clerk: DeskBrowser):
    every = foot_of(clerk.visit(LIST), "accounts")
    overdue = foot_of(clerk.visit(f"{LIST}?state=overdue&currency=EUR"), "accounts")

    assert [row[1:] for row in every] == [
        ["CNY", "250.00", "110.00", "500.00", "−140.00"],
        ["EUR", "0.00", "80.00", "0.00", "80.00"],
    ]
    assert [row[1] for row in overdue] == ["EUR"]


HUADONG, BERGMANN, ZHIYUAN = "Huadong Trading", "Bergmann Antriebe", "Zhiyuan Automation"
NARROWED = {
    "q=bergmann": [BERGMANN],
    "region=Europe": [BERGMANN],
    "owner=Li+Na": [HUADONG, ZHIYUAN],
    "state=unapplied": [ZHIYUAN],
    "lacks=contact&sort=name": [BERGMANN, HUADONG, ZHIYUAN],
    "sort=-name": [ZHIYUAN, HUADONG, BERGMANN],
    "sort=-balance": [HUADONG, ZHIYUAN, BERGMANN],
    "sort=nonsense&page=99&rows=7": [BERGMANN, HUADONG, ZHIYUAN],
}


def test_the_list_is_narrowed_and_sorted(clerk: DeskBrowser):
    found = {
        query: names(rows_of(clerk.visit(f"{LIST}?{query}"), "accounts")) for query in NARROWED
    }

    assert found == NARROWED


def test_a_filter_without_a_match_offers_to_be_cleared(clerk: DeskBrowser):
    page = clerk.visit(f"{LIST}?q=nobody")

    assert "No customer matches" in page.text
    assert page.links["Clear filters"] == LIST


def test_without_books_the_list_says_how_they_come(installation: Installation):
    page = an_office(installation, with_books=False).enter().visit(LIST)

    assert "No customers yet" in page.text


def test_who_looks_for_rows_alone_gets_them(clerk: DeskBrowser):
    region = clerk.region(f"{LIST}?q=berg", "accounts-part")

    assert not region.is_whole
    assert names(rows_of(region, "accounts")) == ["Bergmann Antriebe"]


def test_foreign_words_in_the_address_do_no_harm(clerk: DeskBrowser):
    page = clerk.visit(f"{LIST}?endpoint=x&_external=1&file_format=pdf&ref=y")

    assert page.status == 200


def test_a_sales_owner_sees_their_own_customers_alone(office: Office):
    sales = office.enter("sales")

    assert "Bergmann" not in sales.visit(LIST).text
    sales.visit(office.customer_path("BERGMANN"), 404)
    sales.visit(office.customer_path("BERGMANN", "/invoices"), 404)
    sales.visit(office.customer_path("BERGMANN", "/contacts"), 404)


def test_a_customers_page_tells_the_position_and_the_items(office: Office):
    page = office.enter().visit(office.customer_path("HUADONG"))

    assert page.heading == "Huadong Trading"
    for said in ("360.00", "110.00", "70.00", "INV-2", "Nobody yet"):
        assert said in page.text
    assert [row[0] for row in rows_of(page, "items")] == ["INV-4", "INV-1", "INV-2"]


def test_the_margin_asks_for_the_newest_happenings(office: Office):
    office.issue()
    clerk, path = office.enter(), office.customer_path("HUADONG")
    assert "The whole timeline" in clerk.visit(path).text

    region = clerk.region(f"{path}/timeline", "happened-part")

    assert not region.is_whole
    assert "Statement 202610-HUADONG-CNY was issued" in region.text


def test_a_customer_who_owes_nothing_has_a_page_too(office: Office):
    page = office.enter().visit(office.customer_path("ZHIYUAN"))

    assert "No invoice is open." in page.text


@pytest.mark.parametrize(
    ("sub", "said"),
    [
        ("/invoices", "INV-4"),
        ("/invoices?state=overdue", "INV-1"),
        ("/invoices?q=nothing", "No invoice matches"),
        ("/statements", "202610-HUADONG-CNY"),
        ("/statements?year=2026", "202610-HUADONG-CNY"),
        ("/contacts", "No contacts yet"),
        ("/timeline", "Statement 202610-HUADONG-CNY was issued"),
        ("/timeline?rows=200", "was issued"),
    ],
)
def test_a_customers_other_pages(office: Office, sub: str, said: str):
    office.issue()
    page = office.enter().visit(office.customer_path("HUADONG", sub))

    assert said in page.text


def test_invoices_sum_to_what_their_filter_keeps(office: Office):
    page = office.enter().visit(office.customer_path("HUADONG", "/invoices?state=overdue"))

    assert foot_of(page, "invoices")[0][-2:] == ["140.00", "110.00"]


def test_a_visitor_is_asked_to_sign_in(office: Office):
    answer = office.app.test_client().get(office.customer_path("HUADONG"))

    assert "/login" in answer.headers["Location"]


@pytest.mark.parametrize("sub", ["", "/timeline"])
def test_made_up_references_lead_nowhere(clerk: DeskBrowser, sub: str):
    clerk.visit(f"{LIST}/cu_0000000000000{sub}", 404)


def test_the_list_is_written_out_without_formulas(office: Office):
    with office.installation.work() as w:
        zhiyuan = w.session.scalars(select(Customer).where(Customer.code == "ZHIYUAN")).one()
        zhiyuan.name = "=1+1"
    answer = office.enter("auditor").client.get(f"{LIST}.csv?sort=code")

    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "'=1+1" in answer.get_data(as_text=True)
    assert "HUADONG,Huadong Trading,East,Li Na,CNY,360.00,110.00,250.00,0.00,70.00" in answer.text
    assert "customers-2026-11-20.csv" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("sub", [".xlsx", ".csv"])
def test_who_may_not_export_cannot(office: Office, sub: str):
    office.enter("support").visit(f"{LIST}{sub}", 403)


def test_pages_ask_as_much_of_many_rows_as_of_few(office: Office):
    clerk = office.enter()
    paths = [LIST, office.customer_path("HUADONG"), office.customer_path("HUADONG", "/invoices")]
    few = [clerk.count_statements(path) for path in paths]
    made = [invoice(100 + n, "HUADONG", "10-01", "10-31", 1_00) for n in range(40)]
    entries, parts = zip(*made, strict=True)
    store(office.installation, Book(entries, parts))
    office.add_customers(40)

    assert [clerk.count_statements(path) for path in paths] == few
    assert max(few) <= 12
