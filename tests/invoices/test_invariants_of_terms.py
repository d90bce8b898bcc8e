"""R11 and R153–R156 as properties over the books: invariants 46 and 47 of SECURITY.md."""

import calendar
import datetime as dt
import json
import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.base.access import SYSTEM
from portal.base.policies import decide
from portal.core.money import Money
from portal.core.terms import parse_terms, schedule
from portal.tables.customers import Customer
from portal.tables.terms import CustomerTerms
from tests.imports.conftest import Desk

HEAD = "invoice_id,customer_id,currency,invoice_date,amount"
FIRST = dt.date(2026, 1, 1)
DAYS = st.integers(0, 300).map(lambda days: FIRST + dt.timedelta(days=days))
TERMS = st.sampled_from(["net 7", "30d eom", "1m day 25", "net 60", "2w", "eom 1m"])
DATED = st.lists(st.tuples(DAYS, TERMS), max_size=4)
OFTEN = settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def desk(any_installation, tmp_path) -> Desk:
    return Desk(any_installation, tmp_path / "files")


def held(rows: list[tuple[dt.date, str]], on: dt.date) -> str | None:
    """The last of the latest day that has begun."""
    begun = [(day, place, terms) for place, (day, terms) in enumerate(rows) if day <= on]
    return max(begun)[2] if begun else None


@OFTEN
@given(DATED, DATED, st.lists(DAYS, min_size=1, max_size=6), st.tuples(DAYS, TERMS))
def test_invariant_46_a_due_date_is_that_of_the_terms_of_its_day_for_ever(
    desk: Desk, company, own, dated, later
):
    turn = int(desk.ask("select count(*) from customer")[0][0])
    code = f"C{turn}"
    desk.takes("customers.csv", "customer_id", code)
    with desk.installation.work(SYSTEM) as w:
        customer_id = w.session.query(Customer.id).filter_by(code=code).scalar()
        for on, terms in own:
            w.session.add(_row(w, customer_id, on, terms))
    for on, terms in company:
        with desk.installation.work(SYSTEM) as w:
            decide(w, {"default_terms": terms}, on)
    rows = [f"{code}-{n},{code},CNY,{on},10.00" for n, on in enumerate(dated)]
    assert desk.takes("invoices.csv", HEAD, *rows).is_clean
    before = company_terms(desk)

    wanted = []
    for on in dated:
        text = held(own, on) or held(before, on) or first_of(before)
        made = schedule(parse_terms(text or "0d"), on, Money(1000, "CNY"))
        wanted.append(str(made.parts[0].due_on))
    assert due(desk, code) == wanted

    with desk.installation.work(SYSTEM) as w:
        w.session.add(_row(w, customer_id, *later))
        decide(w, {"default_terms": "net 99"}, later[0])
    assert desk.takes("invoices.csv", HEAD, *rows).is_clean
    assert due(desk, code) == wanted


def _row(w, customer_id: int, on: dt.date, terms: str) -> CustomerTerms:
    return CustomerTerms(
        customer_id=customer_id,
        effective_on=on,
        terms=terms,
        source="decision",
        reason="agreed",
        author="Ada",
        at=w.now,
    )


def company_terms(desk: Desk) -> list[tuple[dt.date, str]]:
    """The company's terms by their days, as the versions say them."""
    rows = desk.ask("select effective_on, body from policy order by effective_on, id")
    return [(dt.date.fromisoformat(day), json.loads(body)["default_terms"]) for day, body in rows]


def first_of(rows: list[tuple[dt.date, str]]) -> str | None:
    """What is dated before the company's first version has the terms of the first."""
    return None if not rows else [terms for day, terms in rows if day == rows[0][0]][-1]


def due(desk: Desk, code: str) -> list[str]:
    return [row[2] for row in desk.parts() if row[0].rpartition("-")[0] == code]


@given(st.dates(dt.date(1999, 1, 1), dt.date(2099, 12, 31)), st.integers(1, 24))
def test_invariant_47_a_month_later_keeps_the_day_or_is_the_last_of_the_month(on, months):
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    wanted = dt.date(year, month + 1, min(on.day, last))

    def due_of(text):
        return schedule(parse_terms(text), on, Money(100, "EUR")).parts[0].due_on

    assert due_of(f"{months}m") == wanted
    assert due_of(f"{months}m eom") == wanted.replace(day=last)


@pytest.fixture(params=["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def server_zone(request):
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize(
    ("on", "terms", "due_on"),
    [
        ("2025-01-31", "1m", "2025-02-28"),
        ("2024-01-31", "1m", "2024-02-29"),
        ("2024-01-31", "eom 1m", "2024-02-29"),
        ("2025-06-11", "eom 1m", "2025-07-30"),
        ("2025-06-11", "1m eom", "2025-07-31"),
    ],
)
def test_invariant_47_month_ends_are_the_same_whatever_the_servers_zone(
    desk: Desk, server_zone, on, terms, due_on
):
    desk.takes("customers.csv", "customer_id,payment_terms", f"C,{terms}")
    desk.takes("invoices.csv", HEAD, f"I,C,CNY,{on},1.00")

    assert [row[2] for row in desk.parts()] == [due_on], server_zone
