"""The ageing report: every figure opens a list that sums to it."""

from itertools import product

import pytest

from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.core.ageing import BUCKETS, GRADES, Basis
from portal.core.money import Money
from portal.reports.items import DISPUTED, UNAPPLIED, AskItems, list_aged_items
from portal.reports.names import graded, stretch_name
from portal.reports.queries import AskAgeing, By, ageing_report
from tests.desk import DeskBrowser, Office, books, day, foot_of, rows_of
from tests.ledgers import store
from tests.random_books import a_random_book

PATH = "/desk/reports/ageing"
WAYS = list(product((BUCKETS, GRADES), Basis, (day("10-20"), day("11-20"))))


def figures(report):
    """Every figure of a report with what would open it."""
    rows = [(row.key, row) for row in report.rows] + [(None, t.row) for t in report.totals]
    for key, row in rows:
        for name, amount in zip(report.names, row.buckets, strict=True):
            yield AskItems(report.asked, row.currency, key, name), amount
        yield AskItems(report.asked, row.currency, key), row.open
        yield AskItems(report.asked, row.currency, key, UNAPPLIED), row.unapplied
        yield AskItems(report.asked, row.currency, key, DISPUTED), row.disputed


def unequal(installation: Installation, asked: AskAgeing, actor: Actor = SYSTEM):
    with installation.reading(actor) as r:
        return [
            (figure.key, figure.column, amount, found.total)
            for figure, amount in figures(ageing_report(r, asked))
            for found in [list_aged_items(r, figure)]
            if found.total != amount
        ]


@pytest.mark.parametrize("by", list(By))
def test_every_figure_is_the_sum_of_its_list(installation: Installation, by: By):
    store(installation, books(), region="East", owner="Li Na")
    for scheme, basis, as_of in WAYS:
        assert unequal(installation, AskAgeing(as_of, by, scheme, basis)) == []


@pytest.mark.parametrize("by", list(By))
def test_every_figure_of_random_books_is_the_sum_of_its_list(
    any_installation: Installation, by: By
):
    store(any_installation, a_random_book(7), region="East", owner="Li Na")

    assert unequal(any_installation, AskAgeing(day("11-20"), by)) == []


def test_a_list_is_cut_into_pages_and_sums_them_all(installation: Installation):
    store(installation, books())
    asked = AskItems(AskAgeing(day("11-20")), "CNY", per_page=1, page=2)
    with installation.reading(SYSTEM) as r:
        found = list_aged_items(r, asked)

    assert (len(found.rows), found.pages, found.total) == (1, 3, Money(360_00, "CNY"))


def test_rows_stand_by_currency_our_own_first(clerk: DeskBrowser):
    page = clerk.visit(PATH)

    assert rows_of(page, "ageing-CNY")[0] == [
        *("Huadong Trading", "250.00", "", "70.00", "", "40.00", "360.00", "", "360.00")
    ]
    assert foot_of(page, "ageing-EUR")[0][-1] == "80.00"
    assert page.text.index("CNY, 2 rows") < page.text.index("EUR, 1 row")


def test_a_click_on_a_figure_shows_what_it_is_made_of(clerk: DeskBrowser):
    report = clerk.visit(f"{PATH}?currency=CNY")
    page = clerk.visit(report.links["70.00"])

    assert page.heading == "Open items: 31–60 days"
    assert [row[0] for row in rows_of(page, "items")] == ["INV-1"]
    assert foot_of(page, "items")[0][-1] == "70.00"


def test_unapplied_money_opens_its_credits(clerk: DeskBrowser):
    page = clerk.visit(f"{PATH}/items?currency=CNY&column=unapplied")

    assert rows_of(page, "items")[0][0] == "RCT-9 Payment"
    assert foot_of(page, "items")[0][-1] == "500.00"


@pytest.mark.parametrize("by", list(By))
def test_each_way_of_looking_is_a_page(clerk: DeskBrowser, by: By):
    for rest in ("", "&scheme=grades", "&basis=invoice", "&as_of=2026-10-01"):
        assert clerk.visit(f"{PATH}?by={by.value}{rest}").heading == "Ageing"


def test_nonsense_in_the_address_is_the_report_of_today(clerk: DeskBrowser):
    page = clerk.visit(f"{PATH}?by=x&scheme=y&basis=z&as_of=2026-02-31&endpoint=1")

    assert "20 Nov 2026" in page.text


@pytest.mark.parametrize("query", ["currency=XXX", "currency=%00", "customer=cu_0000000000000"])
def test_figures_that_cannot_be_lead_nowhere(clerk: DeskBrowser, query: str):
    clerk.visit(f"{PATH}/items?{query}", 404)


def test_a_day_without_books_says_so(clerk: DeskBrowser):
    assert "Nothing was open on this day" in clerk.visit(f"{PATH}?as_of=2020-01-01").text
    assert "Nothing stands behind" in clerk.visit(f"{PATH}/items?as_of=2020-01-01").text


@pytest.mark.parametrize(
    ("by", "row"), [("origin", "From sales"), ("security", "Without a security")]
)
def test_claims_are_told_apart_by_origin_and_by_security(clerk: DeskBrowser, by: str, row: str):
    """S-169: from sales or beside them, secured or not, and by years late."""
    page = clerk.visit(f"{PATH}?by={by}&currency=CNY&scheme=years")
    rows = {each[0]: each for each in rows_of(page, "ageing-CNY")}

    assert rows[row][1:3] == ["250.00", "110.00"]
    assert "Up to 1 year" in page.text


def test_each_salesperson_has_an_ageing_table(clerk: DeskBrowser):
    """S-177: from the row of a salesperson to the customers in it."""
    page = clerk.visit(clerk.visit(f"{PATH}?by=owner&currency=EUR").links["Marta Klein"])

    assert [row[0] for row in rows_of(page, "ageing-EUR")] == ["Bergmann Antriebe"]


def test_sales_see_the_ageing_of_their_own_customers(office: Office):
    page = office.enter("sales").visit(PATH)

    assert "Bergmann" not in page.text
    assert "Huadong" in page.text


@pytest.mark.parametrize("path", [PATH, f"{PATH}/items"])
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_reports_are_written_out(clerk: DeskBrowser, path: str, file_format: str):
    answer = clerk.client.get(f"{path}.{file_format}?currency=CNY")

    assert answer.status_code == 200
    assert file_format == "xlsx" or "Huadong Trading" in answer.text


def test_the_report_asks_as_much_of_many_rows_as_of_few(office: Office, clerk: DeskBrowser):
    paths = [PATH, f"{PATH}/items"]
    few = [clerk.count_statements(path) for path in paths]
    office.add_customers(40)

    assert [clerk.count_statements(path) for path in paths] == few
    assert max(few) <= 12


def test_stretches_are_named_and_graded():
    names, amounts = BUCKETS.names, (5, 4, 3, 2, 1)

    assert [name for _, name, _ in graded(names, amounts)][:2] == ["Not due", "1–30 days"]
    assert [grade for grade, _, _ in graded(names, amounts)] == [1, 3, 4, 5, 7]
    assert stretch_name("alert") == "Due within a week"
