"""The page of measures: its figures, its drawing, and that each figure opens what it is made of."""

import re

from tests.desk import DeskBrowser, Office, rows_of
from tests.page import Page


def figures(page: Page, currency: str) -> dict[str, tuple[str, str]]:
    rows = rows_of(page, f"measures-{currency}")
    return {name: (made_of, figure) for name, made_of, figure in rows}


def test_a_measure_stands_with_its_method_in_figures(clerk: DeskBrowser):
    page = clerk.visit("/desk/reports/dso?as_of=2026-10-31&currency=CNY")
    told = figures(page, "CNY")

    # 70 + 250 + 40 open, 350 invoiced in 90 days
    assert told["DSO over 90 days"] == ("360.00 open ÷ 350.00 invoiced × 90 days", "92.6")
    assert told["Overdue rate, by amount"] == ("110.00 overdue ÷ 360.00 open", "30.6 %")
    assert told["Overdue rate, by number"][0] == "2 overdue of 3 open items"


def test_a_measure_without_a_value_says_why(clerk: DeskBrowser):
    told = figures(clerk.visit("/desk/reports/dso?as_of=2026-06-30&currency=CNY"), "CNY")

    assert told["Average days late, by amount"][1] == "nothing was paid yet"


def test_each_figure_opens_a_list_of_the_same_sum(clerk: DeskBrowser):
    """UX 37."""
    page = clerk.visit("/desk/reports/dso?as_of=2026-10-31&currency=CNY")
    links = [
        (link.text, link.get("href"))
        for link in page.by_id("measures-CNY").all("a")
        if re.fullmatch(r"[\d.,]+", link.text)
    ]

    assert len(links) > 12
    for figure, target in links:
        if "/dso/" in target or "/items" in target:
            shown = clerk.visit(target).text
            assert figure in shown or (figure == "0.00" and "Nothing stands" in shown), target


def test_the_drawing_has_a_bar_a_month_and_a_table(clerk: DeskBrowser):
    page = clerk.visit("/desk/reports/dso?as_of=2026-10-31&currency=CNY")

    assert len(rows_of(page, "trend-CNY-table")) == 12
    assert page.response.text.count("<rect ") == 12


def test_one_customer_alone_can_be_measured(clerk: DeskBrowser, office: Office):
    ref = office.customer_path("BERGMANN").rpartition("/")[2]
    page = clerk.visit(f"/desk/reports/dso?customer={ref}")

    assert "In EUR" in page.text or "EUR" in page.text
    assert "measures-CNY" not in page.response.text


def test_the_page_takes_few_statements(clerk: DeskBrowser, office: Office):
    before = clerk.count_statements("/desk/reports/dso")
    office.add_customers(30)

    assert clerk.count_statements("/desk/reports/dso") == before <= 12


def test_measures_are_a_file_too(clerk: DeskBrowser):
    page = clerk.client.get("/desk/reports/dso.csv?as_of=2026-10-31")

    assert page.status_code == 200
    assert "DSO over 90 days" in page.text
    assert "92.571429" in page.text
