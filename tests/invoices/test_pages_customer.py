"""Invoices as their customer sees them: the list, its files, one invoice and how to pay it."""

import csv
import io

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.ledger import Book
from portal.settings.commands import BANK_FIELDS
from portal.tables.customers import Customer
from portal.tables.settings import Company
from tests.buyer import Buyer, invoice_path, ref_of
from tests.desk import Office, foot_of, invoice, rows_of
from tests.ledgers import store

LIST = "/invoices"


def numbers(buyer: Buyer, query: str) -> list[str]:
    page = buyer.visit(f"{LIST}?{query}")
    return [row[1] for row in rows_of(page, "invoices")] if 'id="invoices"' in page.source else []


def test_the_list_shows_ones_own_invoices_the_newest_first(chen: Buyer):
    assert numbers(chen, "") == ["INV-2", "INV-1", "INV-4"]


def test_a_row_tells_its_dates_reference_state_and_amounts(chen: Buyer):
    row = rows_of(chen.visit(LIST), "invoices")[0]

    assert row[1:] == [
        *("INV-2", "5 Oct 2026", "25 Nov 2026 in 5 days", "PO-7", "Open", "250.00", "250.00"),
        "PDF INV-2",
    ]


NARROWED = {
    "state=open&sort=due": ["INV-4", "INV-1", "INV-2"],
    "state=overdue&sort=number": ["INV-1", "INV-4"],
    "state=disputed": ["INV-1"],
    "state=paid": [],
    "from=2026-09-01&to=2026-09-30": ["INV-1"],
    "q=inv-4": ["INV-4"],
    "q=%25": [],
    "currency=EUR": [],
    "sort=-amount": ["INV-2", "INV-1", "INV-4"],
    "sort=nonsense&page=99&rows=7&state=nonsense": ["INV-4", "INV-1", "INV-2"],
}


def test_the_list_is_narrowed_and_sorted(chen: Buyer):
    assert {query: numbers(chen, query) for query in NARROWED} == NARROWED


def test_the_sums_are_those_of_the_filtered_set_by_currency(treasury: Buyer):
    feet = foot_of(treasury.visit(f"{LIST}?state=overdue"), "invoices")

    assert [foot[1:4] for foot in feet] == [["CNY", "140.00", "110.00"], ["EUR", "80.00", "80.00"]]


def test_a_filter_can_be_taken_away_alone(chen: Buyer):
    page = chen.visit(f"{LIST}?state=open&q=INV-4")

    assert page.links["INV-4 ×remove"] == "/invoices?state=open"


def test_nothing_for_a_filter_is_told_apart_from_nothing_at_all(
    chen: Buyer, installation: Installation
):
    page = chen.visit(f"{LIST}?q=nowhere")
    with installation.work(SYSTEM) as w:
        w.session.add(Customer(code="NEW", name="New", created_at=w.now))
    fresh = Buyer(Office(chen.installation, chen.app), "NEW").visit(LIST)

    assert ("No invoice matches" in page.text, "No invoices yet" in fresh.text) == (True, True)


def test_a_branch_narrows_and_anothers_branch_is_not_found(treasury: Buyer, office: Office):
    own, foreign = (office.customer_path(c).rsplit("/", 1)[1] for c in ("BERGMANN", "ZHIYUAN"))
    rows = rows_of(treasury.visit(f"{LIST}?branch={own}"), "invoices")
    treasury.visit(f"{LIST}?branch={foreign}", 404)

    assert [row[1] for row in rows] == ["INV-3"]


def test_typing_renews_the_list_alone(chen: Buyer):
    region = chen.region(f"{LIST}?q=INV-4", "invoices-part")

    assert (region.is_whole, [row[1] for row in rows_of(region, "invoices")]) == (False, ["INV-4"])


def test_the_file_holds_what_the_filter_keeps(chen: Buyer):
    body = chen.client.get(f"{LIST}.csv?state=overdue&sort=due").get_data()
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))

    assert [row[:1] + row[5:] for row in rows[1:]] == [
        ["INV-4", "CNY", "40.00", "40.00", "0.00", "40.00", "Overdue", "142", ""],
        ["INV-1", "CNY", "100.00", "70.00", "70.00", "0.00", "Disputed", "50", ""],
    ]


def test_a_number_that_looks_like_a_formula_runs_nowhere(chen: Buyer, installation: Installation):
    entry, part = invoice(77, "HUADONG", "10-01", "10-31", 1_00)
    object.__setattr__(entry, "reference", "=1+1")
    store(installation, Book((entry,), (part,)))

    assert ",'=1+1," in chen.client.get(f"{LIST}.csv?q=INV-77").text


def test_choosing_all_says_how_many_before_anything_starts(chen: Buyer):
    page = chen.visit(f"{LIST}?state=open&all=1")

    assert "All 3 invoices that match are chosen" in page.text
    assert page.form("/downloads?state=open")["all"] == "1"


# ── One invoice ──────────────────────────────────────────────────────────────


def test_an_invoice_says_what_is_open_when_it_was_due_and_what_was_paid(
    chen: Buyer, office: Office
):
    page = chen.visit(invoice_path(office, "INV-1"))

    assert page.heading == "Invoice INV-1"
    assert rows_of(page, "applications") == [["Payment RCT-10", "2 Oct 2026", "30.00"]]
    assert foot_of(page, "applications") == [["Still to pay", "70.00"]]
    assert ("1 Oct 2026" in page.text, "50 days ago" in page.text) == (True, True)


def test_an_invoice_of_another_customer_is_not_found(chen: Buyer, office: Office):
    for ending in ("", ".pdf"):
        chen.visit(invoice_path(office, "INV-3", ending), 404)


def test_an_invoice_of_tomorrow_is_not_found(chen: Buyer, office: Office):
    entry, part = invoice(78, "HUADONG", "11-21", "12-31", 1_00)
    store(office.installation, Book((entry,), (part,)))

    chen.visit(invoice_path(office, "INV-78"), 404)


def test_an_early_payer_is_told_what_to_pay_and_what_it_saves(chen: Buyer, office: Office):
    entry, part = invoice(79, "HUADONG", "11-15", "12-15", 18_400_00)
    store(office.installation, Book((entry,), (part,)), terms="2/10 net 30")
    page = chen.visit(invoice_path(office, "INV-79"))

    assert "Pay by 25 Nov 2026 (in 5 days) and save CNY 368.00" in page.text
    assert "Then CNY 18,032.00 settles it: 2 % early-payment discount" in page.text


@pytest.mark.parametrize("terms", ["net 30", "2/3 net 30", "from delivery 30d; discount 2% 10d"])
def test_what_is_not_offered_or_not_any_more_is_not_told(chen: Buyer, office: Office, terms: str):
    entry, part = invoice(79, "HUADONG", "11-15", "12-15", 18_400_00)
    store(office.installation, Book((entry,), (part,)), terms=terms)

    assert "and save" not in chen.visit(invoice_path(office, "INV-79")).text


def test_where_to_pay_and_since_when_the_account_is_the_same(chen: Buyer, office: Office):
    path = invoice_path(office, "INV-2")
    without = chen.visit(path).text
    with office.installation.work(SYSTEM) as w:
        company = w.session.get_one(Company, 1)
        for name in BANK_FIELDS:
            setattr(company, name, "3100 6617")
        before = dict.fromkeys(BANK_FIELDS, "")
        w.audit("company.changed", "company/1", before=before, after={})
    page = chen.visit(path)

    assert "Ask us for the account to pay to" in without
    assert "Our account has not changed since 20 Nov 2026" in page.text
    assert "3100 6617" in page.text


def test_a_paid_invoice_asks_for_nothing(chen: Buyer, office: Office):
    with office.installation.work(SYSTEM) as w:
        w.session.get_one(Company, 1).bank_account = "3100 6617"

    assert "How to pay" in chen.visit(invoice_path(office, "INV-2")).text
    assert "3100 6617" not in chen.visit("/invoices").text


def test_the_statement_it_stands_on_is_a_click_away(chen: Buyer, office: Office):
    office.issue()
    page = chen.visit(invoice_path(office, "INV-2"))

    assert page.links["October 2026"].startswith("/statements/st_")


def test_nothing_that_staff_alone_know_is_on_any_page(chen: Buyer, office: Office):
    with office.installation.work(SYSTEM) as w:
        customer = w.session.scalars(select(Customer).where(Customer.code == "HUADONG")).one()
        customer.credit_limit_minor, customer.credit_limit_currency = 77_777_00, "CNY"
        customer.collector = "Sentinel Collector"
    office.issue()
    for path in ("/", LIST, "/payments", "/downloads", invoice_path(office, "INV-1")):
        text = chen.visit(path).text
        assert "77,777" not in text
        assert "Sentinel" not in text


def test_the_pdf_is_printed_once_and_anew_when_the_account_changed(chen: Buyer, office: Office):
    path = invoice_path(office, "INV-2", ".pdf")
    first, again = (chen.client.get(path).get_data() for _ in range(2))
    with office.installation.work(SYSTEM) as w:
        w.session.get_one(Company, 1).bank_account = "3100 6617"
    changed = chen.client.get(path)

    assert first.startswith(b"%PDF-1.7")
    assert (again == first, changed.get_data() == first) == (True, False)
    assert 'filename="INV-2.pdf"' in changed.headers["Content-Disposition"]


def test_pages_ask_the_database_twelve_times_at_most(treasury: Buyer, office: Office):
    office.issue()
    counted = {
        path: treasury.count_statements(path)
        for path in ("/", LIST, "/payments", "/downloads", invoice_path(office, "INV-1"))
    }

    assert max(counted.values()) <= 12, counted


def test_staff_see_an_invoice_in_their_own_frame(office: Office):
    page = office.enter("clerk").visit(f"/invoices/{ref_of(office, 'INV-3')}")

    assert 'data-shell="desk"' in page.source
