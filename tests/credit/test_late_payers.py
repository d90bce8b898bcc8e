"""Who pays late as a habit, and whose debt stands long."""

from portal.core.ledger import Book
from tests.desk import DeskBrowser, Office, invoice, rows_of
from tests.ledgers import store

PATH = "/desk/reports/late-payers"


def test_late_payers_are_found_by_themselves(office: Office, clerk: DeskBrowser):
    """S-173: INV-4 has been overdue for 142 days; two of Huadong's three parts come late."""
    made = [invoice(30, "HUADONG", "10-01", "11-10", 5_00)]
    entries, parts = zip(*made, strict=True)
    store(office.installation, Book(entries, parts))

    [row] = rows_of(clerk.visit(PATH), "late-payers")
    assert row[:2] == ["Huadong Trading", "Often late Long overdue"]
    assert (row[3], row[5], row[6]) == ("100 % 3 of 3", "1 Jul 2026", "CNY 115.00")
    assert "Huadong" in clerk.client.get(f"{PATH}.csv?show=often").text


def test_who_pays_late_once_is_no_late_payer(clerk: DeskBrowser):
    page = clerk.visit(f"{PATH}?show=often")

    assert "Nobody pays late as a habit" in page.text


def test_sales_find_their_own_customers(office: Office):
    page = office.enter("sales").visit(f"{PATH}?show=long")

    assert [row[0] for row in rows_of(page, "late-payers")] == ["Huadong Trading"]
