"""The exposure of one, of all, and core's plain model say the same of random books."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import event, select, update

from portal.base.access import SYSTEM, Actor, NotFound
from portal.core.credit_book import figures_of, oldest_overdue
from portal.core.exposure import Part as Exposed
from portal.core.exposure import expose
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.credit.checking import AskCheck, _oldest_overdue, check
from portal.credit.exposure import exposure_of, exposures
from portal.credit.exposure_sums import figures_by_customer
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Invoice, Part
from portal.tables.orders import Rate as RateRow
from portal.tables.orders import SalesOrder
from tests.credit.exposing import PARENTS, RATES, a_credit_book, ids_by_code, store_credit
from tests.ledgers import add_customers

DAYS = (date(2025, 12, 31), date(2026, 3, 15), date(2026, 5, 31), date(2026, 12, 1))


@pytest.fixture(params=range(3))
def book(request, any_installation):
    made = a_credit_book(request.param)
    store_credit(any_installation, made)
    return made


def test_random_books_have_every_part_of_an_exposure():
    book = a_credit_book(0)
    found = {part for day in DAYS for part, _ in figures_of(book, "C0", day)}

    assert found == set(Exposed)


def test_one_and_all_are_exposed_as_core_says(any_installation, book):
    with any_installation.reading(SYSTEM) as r:
        for on in DAYS:
            everybody = {row.code: row.exposure for row in exposures(r, on)}
            for code, customer_id in ids_by_code(r).items():
                by_core = expose(figures_of(book, code, on), r.company.currency, RATES, on)

                assert exposure_of(r, customer_id, on) == by_core
                assert everybody[code] == by_core


def test_the_oldest_late_item_is_that_of_core(any_installation, book):
    with any_installation.reading(SYSTEM) as r:
        for on in DAYS:
            for code, customer_id in ids_by_code(r).items():
                found = _oldest_overdue(r, customer_id, on, 0)

                assert (found.due_on if found else None) == oldest_overdue(book.ledger, code, on)


def test_a_group_holds_what_its_members_hold(installation):
    store_credit(installation, a_credit_book(0))
    with installation.reading(SYSTEM) as r:
        alone = figures_by_customer(r, DAYS[2], None)
        ids = ids_by_code(r)
        whole = exposure_of(r, ids["C0"], DAYS[2])

    for part in (Exposed.OPEN, Exposed.ORDERS, Exposed.DELIVERED):
        summed = sum(alone[ids[code]].get((part, "CNY"), 0) for code in ["C0", *PARENTS])
        (told,) = [
            line.amount
            for line in whole.lines
            if line.part is part and line.amount.currency == "CNY"
        ]
        assert told.minor == summed


def test_a_circle_of_parents_ends_and_counts_each_once(installation):
    with installation.work() as w:
        ids = add_customers(w, ["A", "B"])
        for child, parent in (("A", "B"), ("B", "A")):
            w.session.execute(
                update(Customer).where(Customer.id == ids[child]).values(parent_id=ids[parent])
            )
            w.session.add(an_order(w, ids[child], f"O-{child}", 500))
    with installation.reading(SYSTEM) as r:
        assert exposure_of(r, ids["A"], r.today).total == Money(1000, "CNY")
        assert {row.exposure.total.minor for row in exposures(r, r.today)} == {1000}


def an_order(w, customer_id, code, minor, **columns):
    told = {
        "customer_id": customer_id,
        "code": code,
        "currency": "CNY",
        "ordered_on": w.today,
        "amount_minor": minor,
        "status": "open",
        "created_at": w.now,
    }
    return SalesOrder(**{**told, **columns})


def test_a_missing_rate_is_named_and_nobody_knows_the_sum(installation):
    with installation.work() as w:
        ids = add_customers(w, ["A"])
        w.session.add(an_order(w, ids["A"], "O-1", 500, currency="EUR"))
    with installation.reading(SYSTEM) as r:
        exposure = exposure_of(r, ids["A"], r.today)

    assert exposure.total is None
    assert [str(pair) for pair in exposure.missing] == ["EUR/CNY"]


def test_sales_see_the_exposure_of_their_own_customers_only(installation):
    with installation.work() as w:
        ids = add_customers(w, ["A", "B"])
        w.session.execute(update(Customer).where(Customer.id == ids["A"]).values(owner="Wang"))
    wang = Actor("staff", 7, name="Wang", staff_role="sales")
    with installation.reading(wang) as r:
        assert [row.code for row in exposures(r, r.today)] == ["A"]
        with pytest.raises(NotFound):
            exposure_of(r, ids["B"], r.today)


def test_an_exposure_takes_as_many_statements_for_a_group_as_for_one(installation):
    book = a_credit_book(1)
    store_credit(installation, book)
    counts = []
    with installation.reading(SYSTEM) as r:
        ids = ids_by_code(r)
        r.session.scalar(select(1)), r.company
        engine = r.session.get_bind().engine
        for code in ("C4", "C0"):
            told = []
            note = lambda *args, told=told: told.append(args[2])  # noqa: E731
            event.listen(engine, "before_cursor_execute", note)
            exposure_of(r, ids[code], DAYS[2])
            event.remove(engine, "before_cursor_execute", note)
            counts.append(len(told))

    # One more for all the orders that continue in another currency.
    assert counts == [3, 4]


def test_an_order_that_is_invoiced_in_another_currency_counts_once(any_installation):
    with any_installation.work() as w:
        a = add_customers(w, ["A"])["A"]
        dollars = {"currency": "USD", "decision": "allow"}
        w.session.add(an_order(w, a, "O-1", 1000_00, **dollars))
        w.session.add(RateRow(from_currency="USD", to_currency="CNY", rate_on=w.today, rate=7))
        entry = {"customer_id": a, "currency": "CNY", "kind": Kind.INVOICE, "space": 1, "leg": 0}
        told = {"dated_on": w.today, "amount_minor": 2800_00, "memo": 0, "posted_at": w.now}
        w.session.add(Entry(id=1, number="I-1", **entry, **told))
        w.session.add(Invoice(entry_id=1, terms_source="due_date", order_code="O-1"))
        part = {"customer_id": a, "entry_id": 1, "part": 1, "currency": "CNY"}
        w.session.add(Part(**part, dated_on=w.today, due_on=w.today, amount_minor=2800_00))
    with any_installation.reading(SYSTEM) as r:
        whole = exposure_of(r, a, r.today)
        again = check(r, AskCheck(a, Money(1000_00, "USD"), "O-1"), r.today)

    counted = {line.part: line.counted for line in whole.lines}
    assert counted == {Exposed.OPEN: Money(2800_00, "CNY"), Exposed.ORDERS: Money(4200_00, "CNY")}
    assert again.added == Money(600_00, "USD")
    assert again.decision.exposure == Money(2800_00, "CNY")
