"""The customer's first page: what must I do, what do I owe, what happened, whom do I ask."""

from portal.base.access import SYSTEM
from portal.core.ledger import Book
from portal.tables.customers import Customer
from tests.buyer import Buyer, invoice_path
from tests.desk import Office, an_office, foot_of, invoice, rows_of
from tests.ledgers import store
from tests.page import Page


def tasks(page: Page) -> list[str]:
    lists = [one for one in page.root.all("ul") if one.get("class") == "tasks"]
    return [item.text for item in lists[0].all("li")]


def test_what_is_owed_stands_in_the_first_sentence(office: Office):
    one, two, none = (
        Buyer(office, *codes).visit("/").text
        for codes in (("HUADONG",), ("HUADONG", "BERGMANN"), ("ZHIYUAN",))
    )

    assert "You owe CNY 360.00; CNY 110.00 is overdue." in one
    assert "You owe CNY 360.00 and EUR 80.00; CNY 110.00 and EUR 80.00 is overdue." in two
    assert "You owe nothing today." in none


def test_each_duty_is_a_sentence_with_its_amount_and_day(office: Office):
    """What is disputed is not asked for."""
    found = tasks(Buyer(office, "HUADONG").visit("/"))

    assert found == [
        "Pay CNY 40.00 that is overdue, on 1 itemthe oldest was due 1 Jul 2026, 142 days ago Show",
        "Pay CNY 250.00 within the week, on 1 itemthe first by 25 Nov 2026, in 5 days Show",
    ]


def test_a_statement_that_waits_comes_first(office: Office):
    office.issue()
    signer = Buyer(office, "HUADONG", role="customer_signatory")
    viewer = Buyer(office, "HUADONG", role="customer_viewer")
    first = tasks(signer.visit("/"))[0]

    assert first.startswith("Answer the statement for October 2026: CNY 360.00")
    assert "can sign" not in first
    assert "Chen Wei can sign" in tasks(viewer.visit("/"))[0]


def test_several_statements_name_their_customers(office: Office):
    office.issue()
    found = tasks(Buyer(office, "HUADONG", "BERGMANN").visit("/"))

    assert [text.split(" for ")[0] for text in found[:2]] == [
        "Answer the statement of Bergmann Antriebe",
        "Answer the statement of Huadong Trading",
    ]


def test_one_signature_for_several_folds_the_single_ones(office: Office):
    office.issue()
    signer = Buyer(office, "HUADONG", "BERGMANN", role="customer_signatory")
    first, single, *_rest = tasks(signer.visit("/"))

    assert first.startswith("2 statements wait for your signature")
    assert "One by one" in first
    assert single.startswith("Answer the statement of Bergmann Antriebe")


def test_five_duties_at_most_are_seen_at_once(office: Office):
    """UX C2: statements and dues of both, and the rest folded beneath them."""
    office.issue()
    page = Buyer(office, "HUADONG", "BERGMANN", "ZHIYUAN").visit("/")
    seen, folded = (one for one in page.root.all("ul") if one.get("class") == "tasks")

    assert len(seen.inside) == 5
    assert f"{len(folded.inside)} more" in page.text


def test_an_answered_statement_asks_for_nothing(office: Office):
    office.issue()
    office.change("HUADONG", "confirmed")

    assert not any("Answer" in task for task in tasks(Buyer(office, "HUADONG").visit("/")))


def test_paying_early_is_offered_while_it_saves(office: Office):
    entry, part = invoice(79, "BERGMANN", "11-15", "12-15", 18_400_00, "EUR")
    store(office.installation, Book((entry,), (part,)), terms="2/10 net 30")
    buyer = Buyer(office, "BERGMANN")
    said = "Pay invoice INV-79 early with EUR 18,032.00 and save EUR 368.00"

    assert any(said in task for task in tasks(buyer.visit("/")))


def test_the_position_is_shown_by_currency_and_by_customer(office: Office):
    page = Buyer(office, "HUADONG", "BERGMANN").visit("/")

    assert rows_of(page, "accounts") == [
        ["Bergmann Antriebe", "EUR", "", "80.00", "80.00"],
        ["Huadong Trading", "CNY", "250.00", "110.00", "360.00"],
    ]
    assert foot_of(page, "accounts") == [
        ["Together", "CNY", "250.00", "110.00", "360.00"],
        ["Together", "EUR", "0.00", "80.00", "80.00"],
    ]


def test_money_of_theirs_that_lies_with_us_is_in_their_favour(office: Office):
    page = Buyer(office, "ZHIYUAN").visit("/")

    assert "In your favour 500.00" in page.text.replace("favour500", "favour 500")


def test_what_happened_lately_is_told_of_statements_and_payments(office: Office):
    office.issue()
    text = Buyer(office, "HUADONG").visit("/").text

    assert "Your payment RCT-10 of CNY 30.00 was booked" in text
    assert "202610-HUADONG-CNY was issued" in text


def test_whom_to_ask_is_the_sales_owner(office: Office):
    assert "Marta Klein" in Buyer(office, "BERGMANN").visit("/").text


def test_a_new_customer_is_told_what_will_be_here(office: Office):
    with office.installation.work(SYSTEM) as w:
        w.session.add(Customer(code="NEW", name="New", created_at=w.now))
    text = Buyer(office, "NEW").visit("/").text

    assert ("Nothing to do" in text, "You owe nothing" in text) == (True, True)
    assert "Nothing yet. The first statement is announced here" in text


def test_nothing_of_another_customer_is_there(office: Office):
    office.issue()
    text = Buyer(office, "HUADONG").visit("/").text

    assert [word for word in ("Bergmann", "Zhiyuan", "EUR") if word in text] == []


def test_staff_are_led_to_their_own_first_page(office: Office):
    assert office.enter("clerk").visit("/", 303).response.headers["Location"] == "/desk"


def test_a_deadline_that_passed_is_told_as_passed(office: Office):
    office.issue()
    office.pass_days(30)

    assert "asked for by 4 Dec 2026, 16 days ago" in tasks(Buyer(office, "HUADONG").visit("/"))[0]


def test_every_page_of_a_customer_reads_the_same_from_both_databases(any_installation):
    office = an_office(any_installation)
    office.issue()
    buyer = Buyer(office, "HUADONG", "BERGMANN")
    told = {path: buyer.visit(path).text for path in ("/", "/payments", "/downloads")}
    rows = rows_of(buyer.visit("/invoices?state=overdue&q=inv&from=2026-01-01"), "invoices")

    assert "You owe CNY 360.00 and EUR 80.00; CNY 110.00 and EUR 80.00 is overdue." in told["/"]
    assert "Payment RCT-10" in told["/payments"]
    assert [row[1] for row in rows] == ["INV-3", "INV-1", "INV-4"]
    assert "INV-3" in buyer.visit(invoice_path(office, "INV-3")).heading
