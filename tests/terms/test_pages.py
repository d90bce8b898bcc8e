"""Terms on the desk and for the customer, without script."""

import pytest

from portal.base.access import SYSTEM
from portal.base.policies import decide
from portal.terms.commands import HandIn, hand_in
from tests.buyer import Buyer, invoice_path
from tests.desk import DeskBrowser, Office, an_office, rows_of
from tests.page import Page
from tests.terms.conftest import Desk, desk_in

INDEX = "/desk/terms"
NAMED = [{"name": "standard", "text": "2/10 net 30", "grace_days": 2}]


@pytest.fixture
def office(installation) -> Office:
    return an_office(installation)


@pytest.fixture
def people(office: Office) -> Desk:
    return desk_in(office.installation)


@pytest.fixture
def manager(office: Office) -> DeskBrowser:
    return office.enter("credit_manager")


def previewed(browser: DeskBrowser, **fields: str) -> Page:
    """The page as its button Preview gives it."""
    data = browser.visit(f"{INDEX}/new").form(f"{INDEX}/new") | fields
    return browser.look(browser.client.post(f"{INDEX}/new/preview", data=data), 200)


def decided(office: Office, **values) -> None:
    with office.installation.work(SYSTEM) as w:
        decide(w, values)


def test_the_index_says_what_holds_in_words_and_who_changed_it(manager, office, people):
    decided(office, terms=NAMED, default_terms="standard")
    people.decided(begins=10, grace_days=4)
    people.draft(promise_max_broken=5)
    page = manager.visit(INDEX)

    assert "Due 30 days from the invoice date. 2 % less if all is paid by this day" in page.text
    assert rows_of(page, "named-terms")[0][:2] == ["standard", "2/10 net 30"]
    assert [row[0] for row in rows_of(page, "terms-versions")] == [
        "30 Nov 2026 to come",
        "20 Nov 2026",
    ]
    assert rows_of(page, "terms-versions")[0][1:] == ["Days of grace", "Zhao", "Ada"]
    assert rows_of(page, "open-changes")[0][2:4] == ["Broken promises before an approval", "Draft"]


def test_a_change_is_drafted_looked_at_handed_in_and_approved_by_another(manager, people):
    page = manager.visit(f"{INDEX}/new")
    page = manager.follow(
        manager.fill(
            page,
            f"{INDEX}/new",
            default_terms="key accounts",
            **{"t0-name": "key accounts", "t0-text": "net 60", "t0-grace": "3"},
            reason="They are large.",
            effective_on="2026-12-01",
        )
    )
    assert "Draft" in page.text
    assert "key accounts" in page.text
    change = people.changes()[0]
    ref = people.change(change.id).ref
    page = manager.follow(manager.fill(manager.visit(f"{INDEX}/{ref}"), f"{INDEX}/{ref}/request"))

    assert "Waiting for approval" in page.text
    assert people.company("default_terms", 20) == ""
    people.approve(people.changes()[0].approval_id)
    assert people.company("default_terms", 11) == "key accounts"
    assert people.company("terms", 11) == [
        {"name": "key accounts", "text": "net 60", "grace_days": 3}
    ]
    assert "Approved" in manager.visit(f"{INDEX}/{ref}").text


def test_the_preview_shows_due_dates_and_points_at_what_makes_no_sense(manager):
    page = previewed(
        manager,
        default_terms="30% 15d, balance 45d",
        example_on="2026-01-01",
        example_amount="100.01",
        **{"t0-name": "odd", "t0-text": "net soon"},
    )

    assert "CNY 30.00 due on 16 Jan 2026" in page.text
    assert "CNY 70.01 due on 15 Feb 2026" in page.text
    assert "“net soon”" in page.text


def test_the_builder_writes_the_notation(manager):
    page = previewed(
        manager,
        build="1",
        **{
            "b-days": "45",
            "b-then": "eom",
            "b-start": "acceptance",
            "b-off": "2",
            "b-within": "10",
        },
    )

    assert page.form(f"{INDEX}/new")["default_terms"] == "from acceptance 45d eom; discount 2% 10d"


def test_what_is_typed_wrong_is_said_and_nothing_is_lost(manager):
    page = manager.fill(
        manager.visit(f"{INDEX}/new"),
        f"{INDEX}/new",
        default_terms="30% 15d, premium 45d",
        reason="",
        effective_on="2026-11-01",
        status=422,
    )
    typed = page.form(f"{INDEX}/new")
    assert (typed["default_terms"], typed["effective_on"]) == ("30% 15d, premium 45d", "2026-11-01")
    assert "Write why the terms change" in page.text

    page = manager.fill(
        page, f"{INDEX}/new", status=422, reason="Because.", default_terms="", grace_days="2"
    )
    assert "20 Nov 2026 or a later day" in page.text


def test_a_customer_gets_terms_of_their_own(manager, office, people):
    ref = office.customer_path("HUADONG").rpartition("/")[2]
    page = manager.visit(f"{INDEX}/customers/{ref}")
    assert "Nothing was decided for this customer alone." in page.text
    manager.follow(
        manager.fill(
            manager.visit(f"{INDEX}/new?customer={ref}"),
            f"{INDEX}/new",
            terms="net 60",
            reason="Agreed.",
        )
    )
    assert people.changes()[0].scope == "customer"
    people.does("zhao", *handing_in(people))
    people.approve(people.changes()[0].approval_id)
    page = manager.visit(f"{INDEX}/customers/{ref}")

    assert rows_of(page, "own-versions")[0][1] == "net 60"
    assert "Due 60 days from the invoice date." in page.text
    assert "Huadong" in manager.visit(f"{INDEX}/customers").text
    assert "Nobody found" in manager.visit(f"{INDEX}/customers?q=nobody").text


def handing_in(people: Desk):
    row = people.changes()[0]
    return hand_in, HandIn(row.id, row.row_version)


def test_a_version_says_what_it_changed_and_what_it_says(manager, people):
    people.decided(grace_days=4, terms=NAMED)
    number = people.changes()[0].policy_id
    page = manager.visit(f"{INDEX}/versions/{number}")

    assert "In force" in page.text
    assert "2/10 net 30" in page.text
    manager.visit(f"{INDEX}/versions/999", status=404)


def test_a_draft_is_edited_and_taken_back(manager, people):
    people.draft(grace_days=4)
    ref = people.change(people.changes()[0].id).ref
    manager.follow(
        manager.fill(manager.visit(f"{INDEX}/{ref}/edit"), f"{INDEX}/{ref}/edit", grace_days="6")
    )
    assert people.change(people.changes()[0].id).after == {"grace_days": 6}
    page = manager.follow(
        manager.fill(manager.visit(f"{INDEX}/{ref}"), f"{INDEX}/{ref}/withdrawal")
    )
    assert "Taken back" in page.text


def test_who_may_not_change_terms_reads_them(office, people):
    clerk = office.enter("clerk")
    people.draft(grace_days=4)
    page = clerk.visit(INDEX)

    assert f"{INDEX}/new" not in page.links.values()
    assert rows_of(page, "open-changes")


def test_pages_take_the_same_statements_however_much_there_is(manager, office, people):
    few = manager.count_statements(INDEX), manager.count_statements(f"{INDEX}/customers")
    for days in range(5):
        decided(office, grace_days=days + 1)
        people.draft(grace_days=days + 20)
    office.add_customers(20)
    many = manager.count_statements(INDEX), manager.count_statements(f"{INDEX}/customers")

    assert many == few
    assert max(few) <= 12


# ── The customer's side ──────────────────────────────────────────────────────


def test_a_customer_reads_their_terms_in_words_with_an_example(office, people):
    decided(office, terms=NAMED, default_terms="standard", late_interest={"annual_rate": "12"})
    people.decided(own=True, begins=30, terms="net 60")
    page = Buyer(office, "HUADONG").visit("/terms")

    assert "Due 30 days from the invoice date." in page.text
    assert "They are our general terms." in page.text
    assert "within 2 days after the due day pays no late interest" in page.text
    assert "Late payment costs 12 % a year" in page.text
    assert "up to 10 days after the due date" in page.text
    assert "An invoice of today over CNY 10,000.00, paid by 30 Nov 2026" in page.text
    assert "you save CNY 200.00" in page.text
    assert [row[0] for row in rows_of(page, "terms-history")] == [
        "20 Dec 2026 to come",
        "From the beginning",
    ]


def test_no_discount_is_promised_for_an_invoice_that_says_its_due_date_itself(office):
    decided(office, terms=NAMED, default_terms="standard")
    page = Buyer(office, "HUADONG").visit("/terms")

    assert "INV-2" not in page.text


def test_who_looks_after_two_customers_chooses_one(office):
    treasury = Buyer(office, "HUADONG", "BERGMANN")
    page = treasury.visit("/terms")

    assert "Bergmann" in page.text
    treasury.visit("/terms?branch=cu_0000000000000", status=404)


def test_an_invoice_says_why_it_is_due(office):
    page = Buyer(office, "HUADONG").visit(invoice_path(office, "INV-2"))

    assert "The invoice itself names its due date." in page.text


def test_without_terms_of_their_own_a_customer_is_shown_those_of_everybody(manager, office):
    decided(office, terms=NAMED, default_terms="standard")
    ref = office.customer_path("HUADONG").rpartition("/")[2]

    page = manager.visit(f"{INDEX}/new?customer={ref}")

    assert "As for everybody Due 30 days from the invoice date." in page.text
