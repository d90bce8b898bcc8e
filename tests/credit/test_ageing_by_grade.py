"""Ageing by the grade that was in force on the report's day, on page, command and items."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.reports.items import AskItems, list_aged_items
from portal.reports.queries import AskAgeing, By, ageing_report
from portal.tables.credit import CustomerGrade
from portal.tables.customers import Customer
from tests.desk import an_office, day, rows_of


@pytest.fixture
def graded(any_installation):
    """Huadong was C, is B from 1 November, and A by an override for a fortnight."""
    office = an_office(any_installation)
    rows = [
        ("HUADONG", "C", "09-01", None),
        ("HUADONG", "B", "11-01", None),
        ("HUADONG", "A", "11-10", "11-23"),
        ("BERGMANN", "B", "09-01", None),
    ]
    with any_installation.work() as w:
        ids = dict(w.session.execute(select(Customer.code, Customer.id)).all())
        for code, grade, from_on, until_on in rows:
            w.session.add(
                CustomerGrade(
                    customer_id=ids[code],
                    effective_on=day(from_on),
                    until_on=day(until_on) if until_on else None,
                    grade=grade,
                    is_override=until_on is not None,
                    reason="",
                    author="",
                    at=w.now,
                )
            )
    return office


def keys(office, on, currency="CNY"):
    with office.installation.reading(SYSTEM) as r:
        report = ageing_report(r, AskAgeing(on, By.GRADE))
    return {
        row.key: row.open.minor
        for row in report.rows
        if row.currency == currency and row.open.minor
    }


def by_customer(office, on):
    with office.installation.reading(SYSTEM) as r:
        report = ageing_report(r, AskAgeing(on))
    return {(row.key, row.currency): row.open.minor for row in report.rows}


@pytest.mark.parametrize(
    ("on", "grade"),
    [("10-31", "C"), ("11-01", "B"), ("11-10", "A"), ("11-23", "A"), ("11-24", "B")],
)
def test_a_customer_counts_under_the_grade_of_the_day(graded, on, grade):
    open_ = by_customer(graded, day(on))

    assert keys(graded, day(on)) == {grade: open_["HUADONG", "CNY"]}
    assert keys(graded, day(on), "EUR") == {"B": open_["BERGMANN", "EUR"]}


def test_what_is_behind_a_grades_figure_sums_to_it(graded):
    on = day("11-20")
    with graded.installation.reading(SYSTEM) as r:
        found = list_aged_items(r, AskItems(AskAgeing(on, By.GRADE), "CNY", "A"))
        none = list_aged_items(r, AskItems(AskAgeing(on, By.GRADE), "CNY", "B"))

    assert found.total.minor == keys(graded, on)["A"]
    assert (none.count, none.total.minor) == (0, 0)


def test_who_has_no_grade_stands_under_none(graded):
    with graded.installation.reading(SYSTEM) as r:
        by_grade = ageing_report(r, AskAgeing(day("11-20"), By.GRADE)).rows
        zhiyuan = [
            row
            for row in ageing_report(r, AskAgeing(day("11-20"))).rows
            if row.key not in {"HUADONG", "BERGMANN"}
        ]

    assert [row.balance for row in by_grade if row.key == ""] == [row.balance for row in zhiyuan]
    assert zhiyuan


def test_the_page_shows_grades_and_leads_to_their_items(graded):
    desk = graded.enter("clerk")
    page = desk.visit("/desk/reports/ageing?by=grade")

    assert "Grade" in page.text
    links = [link.get("href") for link in page.root.all("a")]
    leads = [url for url in links if "by=grade" in url and "key=A" in url]
    assert "Huadong Trading" in desk.visit(leads[0]).text
    assert rows_of(page, page.root.all("table")[0].get("id"))
