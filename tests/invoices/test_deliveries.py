"""What was delivered and has no invoice (S-064): listed by customer, a task until it has one."""

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.deliveries import Delivered, Delivery
from portal.core.ledger import Account, Book, Entry, Kind
from portal.core.money import Money
from portal.invoices.invoicing.daily import run
from portal.invoices.uninvoiced import DeliveryFilter, list_by_customer, list_deliveries
from portal.tables.approvals import Task
from portal.tables.customers import Customer
from portal.tables.deliveries import Delivery as DeliveryTable
from tests.desk import Office, an_office
from tests.ledgers import add_customers, store, store_deliveries

TODAY = dt.date(2026, 11, 18)
LIST = "/desk/deliveries"


def delivery(number: str, on: str, major: str, customer="C1", currency="CNY", bill=None):
    delivered = Delivered(
        dt.date.fromisoformat(on), number, None, None, None, Money.parse(major, currency).minor
    )
    return Delivery(Account(customer, currency), delivered, bill)


def store_some(installation: Installation) -> None:
    """C1 has two late ones and one in time, C2 a late one in euro and one with its invoice."""
    with installation.work(SYSTEM) as w:
        add_customers(w, ["C1", "C2"])
    bill = Entry(1, "C2", Kind.INVOICE, "INV-9", TODAY, Money(5_00, "CNY"))
    store(installation, Book((bill,)))
    store_deliveries(
        installation,
        [
            delivery("DN-1", "2026-11-01", "100.00"),
            delivery("DN-2", "2026-11-10", "20.00"),
            delivery("DN-3", "2026-11-11", "3.00"),
            delivery("DN-4", "2026-10-01", "7.00", "C2", "EUR", "INV-LATER"),
            delivery("DN-5", "2026-10-01", "5.00", "C2", "CNY", "INV-9"),
        ],
    )


@pytest.fixture
def books(any_installation: Installation) -> Installation:
    store_some(any_installation)
    return any_installation


def open_tasks(installation: Installation) -> int:
    with installation.reading(SYSTEM) as r:
        waiting = select(func.count()).where(Task.kind == "to_invoice", Task.done_at.is_(None))
        return r.session.scalar(waiting) or 0


def test_it_is_late_from_the_day_after_the_last_one_of_the_policy(books: Installation):
    with books.reading(SYSTEM, TODAY) as r:
        late = list_deliveries(r, DeliveryFilter(is_late=True))
        every = list_deliveries(r, DeliveryFilter())

    assert [row.number for row in late.rows] == ["DN-4", "DN-1", "DN-2"]
    assert [row.number for row in every.rows] == ["DN-4", "DN-1", "DN-2", "DN-3"]
    assert [total.major() for _count, total in late.totals] == ["120.00", "7.00"]


def test_customers_are_summed_by_currency_the_oldest_first(books: Installation):
    with books.reading(SYSTEM, TODAY) as r:
        found = list_by_customer(r, DeliveryFilter())

    told = [
        (row.customer_code, row.count, row.late_count, str(row.late.major())) for row in found.rows
    ]
    assert told == [("C2", 1, 1, "7.00"), ("C1", 3, 2, "120.00")]
    assert [row.amount.major() for row in found.rows] == ["7.00", "123.00"]


def test_each_late_delivery_makes_one_task(books: Installation):
    assert run(books, TODAY) == {"made": 3, "closed": 0}
    assert run(books, TODAY) == {"made": 0, "closed": 0}
    assert run(books, TODAY + dt.timedelta(days=1)) == {"made": 1, "closed": 0}


def test_its_invoice_closes_the_task(books: Installation):
    run(books, TODAY)
    with books.work(SYSTEM, TODAY) as w:
        known = DeliveryTable.number == "DN-1"
        w.session.execute(update(DeliveryTable).where(known).values(invoice_code="INV-9"))

    assert run(books, TODAY) == {"made": 0, "closed": 1}
    assert open_tasks(books) == 2


# ── The pages ────────────────────────────────────────────────────────────────


@pytest.fixture
def office(installation: Installation) -> Office:
    made = an_office(installation)
    store_deliveries(
        installation,
        [
            delivery("DN-1", "2026-10-01", "100.00", "HUADONG"),
            delivery("DN-2", "2026-10-02", "20.00", "BERGMANN", "EUR"),
        ],
    )
    return made


def test_the_list_leads_from_the_customer_to_the_delivery(office: Office):
    clerk = office.enter("clerk")
    by_customer = clerk.visit(LIST)
    inner = clerk.visit(next(url for url in by_customer.links.values() if "customer=cu_" in url))

    assert "100.00" in by_customer.text
    assert "20.00" in by_customer.text
    page = clerk.visit(inner.links["DN-1"])
    assert "Delivery DN-1" in page.text
    assert "Invoice overdue" in page.text


def test_the_desk_says_how_much_is_to_be_invoiced(office: Office):
    page = office.enter("clerk").visit("/desk")

    assert "Invoice 2 deliveries that have waited too long" in page.text


def test_the_list_leaves_as_a_file(office: Office):
    clerk = office.enter("clerk")
    answer = clerk.client.get(f"{LIST}.csv?state=all")

    assert answer.status_code == 200
    assert "DN-1" in answer.get_data(as_text=True)


def test_a_salesperson_sees_only_their_own_customers(office: Office):
    with office.installation.work(SYSTEM) as w:
        mine = update(Customer).where(Customer.code == "HUADONG")
        w.session.execute(mine.values(owner="Li Na"))
    page = office.enter("sales").visit(f"{LIST}?q=DN")

    assert "DN-1" in page.text
    assert "DN-2" not in page.text
