"""The promise board, the rates, and what a customer has promised, at the desk and elsewhere."""

import csv
import io

import pytest

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.invoices.open_items import everyone
from portal.promises.board import BoardFilter, promise_board
from portal.promises.kept import kept_by
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter
from portal.promises.soon import promised_by
from portal.tables.customers import Customer
from tests.buyer import Buyer, invoice_path, ref_of
from tests.desk import DeskBrowser, Office, day, rows_of
from tests.kept import app_over
from tests.page import Page
from tests.promises.promising import House

BOARD = "/desk/promises"
TODAY = "11-10"  # a Tuesday


def full_house(installation: Installation) -> House:
    """One promise of each group of days, one of them in euro; all still awaited."""
    house = House(installation)
    for number, by in enumerate(("11-09", "11-10", "11-11", "11-13", "11-20"), start=1):
        house.invoice(number)
        house.promise(number, by=by)
    house.invoice(6, "BERGMANN", "EUR")
    house.promise(6, by="11-13", minor=30_00)
    with installation.work(SYSTEM) as w:
        bergmann = w.session.query(Customer).filter_by(code="BERGMANN").one()
        bergmann.owner = "Marta Klein"
    house.on(TODAY)
    return house


@pytest.fixture
def house(installation: Installation) -> House:
    return full_house(installation)


@pytest.fixture
def office(house: House) -> Office:
    return Office(house.installation, app_over(house.installation))


@pytest.fixture
def clerk(office: Office) -> DeskBrowser:
    return office.enter("clerk")


def groups(page: Page) -> dict[str, list[list[str]]]:
    """The caption of each group, and its rows."""
    tables = page.root.all("table")
    return {table.all("caption")[0].text: rows_of(page, table.get("id")) for table in tables}


def test_promises_stand_in_groups_of_days_with_sums_a_currency(any_installation: Installation):
    house = full_house(any_installation)
    with house.installation.reading(SYSTEM) as r:
        board = promise_board(r, BoardFilter())

    assert [
        (g.name.value, [(s.awaited.currency, s.awaited.major()) for s in g.sums])
        for g in board.groups
    ] == [
        ("overdue", [("CNY", "100.00")]),
        ("today", [("CNY", "100.00")]),
        ("tomorrow", [("CNY", "100.00")]),
        ("this_week", [("CNY", "100.00"), ("EUR", "30.00")]),
        ("later", [("CNY", "100.00")]),
    ]


def test_the_board_says_day_customer_document_owner_and_how(clerk: DeskBrowser):
    [caption, *_] = found = groups(clerk.visit(BOARD))

    assert "Overdue: 1 promise" in caption
    [row] = found[caption]
    assert row[0] == "HUADONG Ltd"
    assert row[2:6] == ["PRM-1 On this portal", "INV-1", "Li Na", "Missed"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("state=broken", ["PRM-1"]),
        ("q=inv-3", ["PRM-3"]),
        ("q=bergmann", ["PRM-6"]),
        ("owner=Marta+Klein", ["PRM-6"]),
        ("state=broken&q=inv-3", []),
    ],
)
def test_a_filter_in_the_address_keeps_what_it_says(
    clerk: DeskBrowser, query: str, numbers: list[str]
):
    found = groups(clerk.visit(f"{BOARD}?{query}"))

    assert [row[2].split()[0] for rows in found.values() for row in rows] == numbers


def test_what_is_paid_leaves_the_board(house: House, clerk: DeskBrowser):
    house.pay(1, "11-10")

    assert not [each for each in groups(clerk.visit(BOARD)) if "Overdue" in each]


def test_part_of_the_money_leaves_the_rest_on_the_board(house: House, clerk: DeskBrowser):
    house.pay(1, "11-09", minor=60_00)
    [row, *_] = next(iter(groups(clerk.visit(BOARD)).values()))

    assert (row[5], row[6], row[7]) == ("Partly kept", "100.00", "CNY 40.00")


def test_sales_see_the_promises_of_their_own_customers_alone(office: Office):
    sales = office.enter("sales")

    assert "Bergmann" not in sales.visit(BOARD).text
    assert "BERGMANN" not in sales.visit(BOARD).text
    sales.visit(office.customer_path("BERGMANN", "/promises"), 404)


def test_the_file_holds_what_the_filter_keeps(clerk: DeskBrowser):
    body = clerk.client.get(f"{BOARD}.csv?q=bergmann").get_data().decode("utf-8-sig")
    [_head, row] = csv.reader(io.StringIO(body))

    assert row[:5] == ["2026-11-13", "BERGMANN Ltd", "BERGMANN", "Marta Klein", "PRM-6"]
    assert row[8:] == ["EUR", "30.00", "30.00"]


def test_the_board_asks_as_often_for_many_promises_as_for_few(house: House, clerk: DeskBrowser):
    few = clerk.count_statements(f"{BOARD}?rows=200")
    for number in range(10, 110):
        house.invoice(number)
        house.promise(number, by="11-13")

    assert clerk.count_statements(f"{BOARD}?rows=200") == few <= 12


# ── How reliably promises are kept ───────────────────────────────────────────


def settle(house: House) -> None:
    """Of Huadong's five: one kept, one kept late, one partly, two broken."""
    house.pay(1, "11-09")
    house.pay(2, "11-12")
    house.pay(3, "11-10", minor=50_00)
    house.on("11-30")


def test_rates_are_told_by_number_and_by_amount(any_installation: Installation):
    house = full_house(any_installation)
    settle(house)
    with house.installation.reading(SYSTEM) as r:
        rates = {row.name: row.rate for row in kept_by(r, "customer")}

    huadong = rates["HUADONG Ltd"]
    assert (huadong.kept, huadong.late_kept, huadong.partly_kept, huadong.broken) == (1, 1, 1, 2)
    assert (huadong.by_number.shown(), huadong.by_amount.shown()) == ("0.20", "0.30")


def test_the_page_tells_rates_by_owner_as_of_a_day(house: House, office: Office):
    settle(house)
    clerk = office.enter()
    later = rows_of(clerk.visit(f"{BOARD}/kept?by=owner"), "kept")
    before = rows_of(clerk.visit(f"{BOARD}/kept?by=owner&as_of=2026-11-10"), "kept")

    assert [(row[0], row[-1]) for row in later] == [("Marta Klein", "0 %"), ("Li Na", "20 %")]
    assert [(row[0], row[-1]) for row in before] == [("Li Na", "100 %")]


def test_a_customers_page_tells_promises_and_rate(house: House, office: Office):
    settle(house)
    page = office.enter().visit(office.customer_path("HUADONG", "/promises"))

    assert "1 of 5; 30 % of the money" in page.text
    assert len(rows_of(page, "promises")) == 5


def test_the_customers_first_page_at_the_desk_asks_for_its_promises(office: Office):
    clerk = office.enter()
    path = office.customer_path("HUADONG")
    part = clerk.region(f"{path}/promises", "promised-part")

    assert f"{path}/promises" in clerk.visit(path).source
    assert (part.is_whole, "CNY 400.00" in part.text) == (False, True)


def test_no_page_of_the_customer_tells_rates(house: House, office: Office):
    settle(house)
    chen = Buyer(office, "HUADONG")
    told = "".join(chen.visit(path).text for path in ("/", "/invoices", "/promises"))

    for word in ("reliab", "20 %", "Kept in time"):
        assert word not in told


# ── On other pages ───────────────────────────────────────────────────────────


def test_the_list_of_invoices_says_and_keeps_what_is_promised(office: Office):
    chen = Buyer(office, "HUADONG")
    rows = rows_of(chen.visit("/invoices?state=promised"), "invoices")

    assert sorted(row[1] for row in rows) == ["INV-2", "INV-3", "INV-4", "INV-5"]
    assert any("Promised for" in cell for cell in rows[0])


def test_the_desk_keeps_a_customers_promised_invoices_too(office: Office):
    path = office.customer_path("HUADONG", "/invoices?state=promised")
    rows = rows_of(office.enter().visit(path), "invoices")

    assert sorted(row[0] for row in rows) == ["INV-2", "INV-3", "INV-4", "INV-5"]


def test_the_list_of_invoices_asks_twelve_times_at_most(office: Office):
    assert office.enter().count_statements(office.customer_path("HUADONG", "/invoices")) <= 12


def test_the_first_page_reminds_of_promises_that_are_near(office: Office):
    text = Buyer(office, "HUADONG").visit("/").text

    assert "Your promise of 11 Nov 2026 is due tomorrow: CNY 100.00" in text
    assert "20 Nov" not in text


def test_a_promise_that_is_paid_is_nothing_to_do(house: House, office: Office):
    house.pay(3, "11-10")

    assert "11 Nov" not in Buyer(office, "HUADONG").visit("/").text


def test_an_invoice_tells_its_promises_to_both_sides(house: House, office: Office):
    house.pay(1, "11-10")
    chen, clerk = Buyer(office, "HUADONG"), office.enter()
    path = invoice_path(office, "INV-1", "/promises")

    for somebody in (chen, clerk):
        text = somebody.visit(path).text
        assert "PRM-1" in text
        assert "Kept late" in text
    assert path in chen.visit(invoice_path(office, "INV-1")).source


def test_an_invoice_of_somebody_else_tells_nothing(office: Office):
    Buyer(office, "BERGMANN").visit(invoice_path(office, "INV-1", "/promises"), 404)


def test_a_promise_is_near_wherever_something_is_owed(office: Office):
    chen = Buyer(office, "HUADONG")
    from_invoice = chen.visit(invoice_path(office, "INV-1")).links["Promise a date"]

    assert from_invoice == f"/promises/new?invoice={ref_of(office, 'INV-1')}"
    assert chen.visit("/").links["Promise a date"] == "/promises/new"


def test_the_desk_records_what_is_promised_on_the_phone(office: Office):
    path = office.customer_path("HUADONG", "/promises")

    assert office.enter().visit(path).links["Record a promise"] == f"{path}/new"
    assert "Record a promise" not in office.enter("auditor").visit(path).text


def test_ticked_invoices_are_promised_together(office: Office):
    chen = Buyer(office, "HUADONG")
    refs = [ref_of(office, number) for number in ("INV-1", "INV-2")]

    page = chen.send("/promises/choice", data={"chosen": refs})

    assert page.response.location == f"/promises/new?invoice={refs[0]}&invoice={refs[1]}"


def test_who_only_looks_promises_nothing(office: Office):
    viewer = Buyer(office, "HUADONG", role="customer_viewer")

    for path in ("/", "/invoices", invoice_path(office, "INV-1")):
        assert "Promise a date" not in viewer.visit(path).text


def test_the_first_page_asks_for_what_the_promises_themselves_say(any_installation: Installation):
    house = full_house(any_installation)
    house.pay(2, "11-09", minor=99_99)
    house.pay(3, "11-05")
    with house.installation.reading(SYSTEM) as r:
        rows = list_promises(r, PromiseFilter())
        said = {row.id: row.awaited.minor for row in rows if row.is_running}
        asked = r.session.execute(promised_by(r, day("12-31"), everyone))

        assert {row.id: row.minor for row in asked} == said
        assert said[2] == 1
