"""How often a customer gets a statement: chosen at the desk, and kept by the next run."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.ledger import Book
from portal.core.period import Month
from portal.tables.journal import Audit
from portal.tables.statements import Statement
from tests.desk import Office, an_office, invoice
from tests.ledgers import store


@pytest.fixture
def office(any_installation: Installation) -> Office:
    """Books of a customer with an invoice each month from July to December."""
    made = [
        invoice(month, "BLUE", f"{month:02}-10", "12-31", month * 100_00) for month in range(7, 13)
    ]
    entries, parts = zip(*made, strict=True)
    store(any_installation, Book(entries, parts))
    return an_office(any_installation, with_books=False)


def choose(office: Office, cycle: str, status: int = 303):
    clerk = office.enter("clerk")
    path = office.customer_path("BLUE", "/cycle")
    return clerk.fill(clerk.visit(path), path, status, cycle=cycle)


def periods(office: Office) -> list[tuple[dt.date, dt.date, int]]:
    with office.installation.reading(SYSTEM) as r:
        found = r.session.scalars(select(Statement).order_by(Statement.period_to))
        return [(each.period_from, each.period_to, each.closing_minor) for each in found]


def issue(office: Office, *months: int) -> None:
    for month in months:
        office.issue(Month(2026, month))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def test_a_quarterly_customer_gets_one_statement_of_three_months(office: Office):
    choose(office, "quarterly")
    issue(office, 7, 8, 9, 10)

    assert periods(office) == [(day("07-01"), day("09-30"), (7 + 8 + 9) * 100_00)]


def test_the_next_quarter_begins_where_the_last_one_ended(office: Office):
    choose(office, "quarterly")
    office.pass_days(60)
    issue(office, 9, 12)

    assert [period[:2] for period in periods(office)] == [
        (day("07-01"), day("09-30")),
        (day("10-01"), day("12-31")),
    ]
    assert periods(office)[1][2] == sum(range(7, 13)) * 100_00


def test_who_changes_from_months_to_quarters_misses_no_day(office: Office):
    issue(office, 7)
    choose(office, "quarterly")
    issue(office, 8, 9)

    assert [period[:2] for period in periods(office)] == [
        (day("07-01"), day("07-31")),
        (day("08-01"), day("09-30")),
    ]


def test_a_half_year_ends_in_december(office: Office):
    choose(office, "half_yearly")
    office.pass_days(60)
    issue(office, 9, 12)

    assert [period[:2] for period in periods(office)] == [(day("07-01"), day("12-31"))]


def test_the_change_is_told_once(office: Office):
    choose(office, "quarterly")
    with office.installation.reading(SYSTEM) as r:
        audited = select(Audit).where(Audit.kind == "customer.cycle_changed")
        [entry] = r.session.scalars(audited)
    assert '"before": "monthly"' in entry.facts

    shown = office.enter("auditor").visit(office.customer_path("BLUE"))
    assert "Every quarter" in shown.text


def test_a_cycle_that_is_none_is_refused(office: Office):
    assert "Not a valid choice" in choose(office, "weekly", 422).text


@pytest.mark.parametrize("role", ["auditor", "support"])
def test_who_may_not_issue_may_not_change_it(office: Office, role: str):
    visitor = office.enter(role)

    visitor.visit(office.customer_path("BLUE", "/cycle"), 403)
    assert "Change how often" not in visitor.visit(office.customer_path("BLUE")).text
