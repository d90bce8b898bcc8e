"""Limits in customers.csv beside those that were decided: nothing is lost, nothing twice."""

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.money import Money
from portal.credit.limits import limit_of, limits_on, list_limits
from portal.customers.queries import get_customer
from portal.imports.export import export_books
from portal.tables.credit import CreditLimit
from portal.tables.customers import Customer
from tests.imports.conftest import Desk

TODAY = dt.date(2026, 11, 20)
HEAD = "customer_id,currency,credit_limit"


@pytest.fixture
def desk(installation: Installation, tmp_path: Path) -> Desk:
    made = Desk(installation, tmp_path / "files")
    made.takes("customers.csv", HEAD, "C,CNY,100.00")
    return made


def customer_id(desk: Desk) -> int:
    with desk.installation.reading(SYSTEM) as r:
        return r.session.scalars(select(Customer.id).where(Customer.code == "C")).one()


def decide(desk: Desk, on: dt.date, minor: int | None, until: dt.date | None = None) -> None:
    with desk.installation.work(SYSTEM) as w:
        w.session.add(
            CreditLimit(
                customer_id=customer_id(desk),
                effective_on=on,
                valid_until=until,
                currency="CNY",
                amount_minor=minor,
                source="decision",
                reason="reviewed",
                author="Wang Hong",
                at=w.now,
            )
        )


def held(desk: Desk, on: dt.date = TODAY) -> int | str | None:
    with desk.installation.reading(SYSTEM) as r:
        found = limit_of(r, customer_id(desk), on)
    if found is None:
        return None
    return found.amount.minor if found.amount else "not limited"


def test_before_the_first_decision_the_file_holds_for_every_day(desk: Desk):
    decide(desk, TODAY + dt.timedelta(days=5), 700_00)

    assert held(desk, dt.date(2020, 1, 1)) == 100_00
    assert held(desk) == 100_00
    assert held(desk, TODAY + dt.timedelta(days=5)) == 700_00


def test_of_two_decisions_on_one_day_the_later_holds(desk: Desk):
    decide(desk, TODAY, 700_00)
    decide(desk, TODAY, 0)

    assert held(desk) == 0


def test_a_file_changes_the_base_while_nobody_has_decided(desk: Desk):
    desk.takes("customers.csv", HEAD, "C,CNY,250.00")

    assert held(desk, dt.date(2020, 1, 1)) == 250_00
    assert desk.ask("select count(*) from credit_limit") == [("0",)]


def test_a_file_that_says_something_else_follows_what_was_decided(desk: Desk):
    decide(desk, TODAY - dt.timedelta(days=9), 700_00)
    report = desk.takes("customers.csv", HEAD, "C,CNY,250.00")

    assert desk.counts(report) == (0, 0, 1, 0)
    assert held(desk, TODAY - dt.timedelta(days=1)) == 700_00
    assert held(desk) == 250_00
    with desk.installation.reading(SYSTEM) as r:
        rows = list_limits(r, customer_id(desk))
    assert [row.source for row in rows] == ["file", "decision"]


def test_the_same_file_again_changes_nothing(desk: Desk):
    decide(desk, TODAY - dt.timedelta(days=9), 700_00)
    desk.takes("customers.csv", HEAD, "C,CNY,250.00")
    report = desk.takes("customers.csv", HEAD, "C,CNY,250.00")

    assert desk.counts(report) == (0, 1, 0, 0)


def test_a_file_can_take_a_decided_limit_away(desk: Desk):
    decide(desk, TODAY - dt.timedelta(days=9), 700_00)
    desk.takes("customers.csv", HEAD, "C,CNY,")

    assert held(desk) == "not limited"


def test_a_file_without_the_column_leaves_a_decided_limit(desk: Desk):
    decide(desk, TODAY - dt.timedelta(days=9), 700_00)
    desk.takes("customers.csv", "customer_id,region", "C,East")

    assert held(desk) == 700_00


def test_a_new_currency_does_not_strand_a_decided_limit(desk: Desk):
    decide(desk, TODAY, 700_00)
    report = desk.takes("customers.csv", "customer_id,currency", "C,EUR")

    assert [told.column for told in report.rejects] == ["currency"]


def test_the_limit_in_force_is_written_out(desk: Desk, tmp_path: Path):
    decide(desk, TODAY, 700_00)
    with desk.installation.reading(SYSTEM) as r:
        export_books(r, tmp_path / "out")

    written = (tmp_path / "out" / "customers.csv").read_text("utf-8").splitlines()
    assert "700.00" in written[1]
    assert "100.00" not in written[1]


def test_the_customers_file_shows_the_limit_of_the_day(desk: Desk):
    decide(desk, TODAY, 700_00, TODAY)
    with desk.installation.reading(SYSTEM) as r:
        ref = r.refs.of("cu", customer_id(desk))
        assert get_customer(r, ref).credit_limit == Money(700_00, "CNY")
        assert set(limits_on(r, TODAY)) == {customer_id(desk)}
