"""Orders and rates come in by file, again and again, and go out as they came."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, update

from portal.base.access import SYSTEM
from portal.core.money import Money
from portal.credit.exposure import exposure_of
from portal.imports.columns import Options
from portal.imports.export import export_books
from portal.imports.run import import_files
from portal.tables.orders import Rate, SalesOrder
from tests.ledgers import add_customers

HEAD = "order_id,customer_id,currency,order_date,amount"


@pytest.fixture
def office(any_installation):
    with any_installation.work() as w:
        add_customers(w, ["C1", "C2"])
    return any_installation


def take(installation, folder, *lines, name="orders.csv", **options):
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return import_files(installation, [path], Options(**options))


def orders(installation):
    with installation.reading(SYSTEM) as r:
        rows = r.session.scalars(select(SalesOrder).order_by(SalesOrder.code))
        return {row.code: (row.amount_minor, row.status, row.decision) for row in rows}


def counts(report):
    (told,) = report.files
    return (told.added, told.updated, told.unchanged, told.rejected)


def test_orders_are_open_unless_the_file_says_otherwise(office, tmp_path):
    report = take(
        *(office, tmp_path, HEAD + ",status"),
        "O-1,C1,CNY,2026-11-02,100.00,",
        "O-2,C1,CNY,2026-11-02,0,Canceled",
        "O-3,C2,JPY,2026-11-02,70,closed",
    )

    assert counts(report) == (3, 0, 0, 0)
    assert orders(office) == {
        "O-1": (10000, "open", None),
        "O-2": (0, "cancelled", None),
        "O-3": (70, "closed", None),
    }


def test_a_known_order_is_updated_and_keeps_its_status_where_the_file_has_none(office, tmp_path):
    take(office, tmp_path, HEAD + ",status", "O-1,C1,CNY,2026-11-02,100.00,closed")
    again = take(office, tmp_path, HEAD, "O-1,C1,CNY,2026-11-02,100.00")
    raised = take(office, tmp_path, HEAD, "O-1,C1,CNY,2026-11-03,150.00")

    assert [counts(again), counts(raised)] == [(0, 0, 1, 0), (0, 1, 0, 0)]
    assert orders(office) == {"O-1": (15000, "closed", None)}


@pytest.mark.parametrize(
    ("line", "decision", "left"),
    [
        ("O-1,C1,CNY,2026-11-02,100.01", "allow", None),
        ("O-1,C1,EUR,2026-11-02,100.00", "released", None),
        ("O-1,C1,CNY,2026-11-02,99.00", "allow", "allow"),
        ("O-1,C1,CNY,2026-11-02,500.00", "hold", "hold"),
    ],
)
def test_what_was_allowed_holds_for_no_more_than_was_asked(office, tmp_path, line, decision, left):
    take(office, tmp_path, HEAD, "O-1,C1,CNY,2026-11-02,100.00")
    with office.work() as w:
        w.session.execute(update(SalesOrder).values(decision=decision, released_until=w.today))
    take(office, tmp_path, HEAD, line)

    assert orders(office)["O-1"][2] == left


def test_bad_rows_of_orders_are_told_by_line_and_column(office, tmp_path):
    report = take(
        *(office, tmp_path, HEAD + ",status"),
        "O-1,C1,CNY,2026-11-02,100.00,open",
        "O-2,C9,CNY,2026-11-02,100.00,open",
        "O-3,C1,CNY,2026-11-02,-1,open",
        "O-4,C1,CNY,2026-11-02,1.001,open",
        "O-5,C1,CNY,,1.00,open",
        "O-6,C1,CNY,2026-11-02,1.00,lost",
        "O-1,C2,CNY,2026-11-02,100.00,open",
        skips_bad_rows=True,
    )

    found = [(each.line, each.column) for each in report.rejects]
    assert found == [
        *((3, "customer_id"), (4, "amount"), (5, "amount"), (6, "order_date"), (7, "status")),
        (8, "customer_id"),
    ]
    assert counts(report) == (1, 0, 0, 6)


def test_a_dry_run_of_orders_and_a_file_with_bad_rows_change_nothing(office, tmp_path):
    dry = take(office, tmp_path, HEAD, "O-1,C1,CNY,2026-11-02,1.00", is_dry_run=True)
    take(office, tmp_path, HEAD, "O-1,C1,CNY,2026-11-02,1.00", "O-2,C1,CNY,2026-11-02,x")

    assert (counts(dry), orders(office)) == ((1, 0, 0, 0), {})


def test_an_imported_order_counts_with_what_its_invoices_leave_of_it(office, tmp_path):
    take(
        *(office, tmp_path, "invoice_id,customer_id,currency,invoice_date,amount,order_id"),
        *("I-1,C1,CNY,2026-11-03,30.00,O-1", "I-2,C1,CNY,2026-11-03,90.00,O-2"),
        name="invoices.csv",
    )
    take(
        *(office, tmp_path, HEAD + ",status", "O-1,C1,CNY,2026-11-02,100.00,open"),
        *("O-2,C1,CNY,2026-11-02,80.00,open", "O-3,C1,CNY,2026-11-02,50.00,cancelled"),
    )
    with office.reading(SYSTEM) as r:
        customer_id = r.session.scalar(select(SalesOrder.customer_id))
        total = exposure_of(r, customer_id, r.today).total

    assert total == Money(3000 + 9000 + 7000, "CNY")


RATES = "rate_date,from,to,rate"


def test_rates_come_in_once_and_a_corrected_one_takes_the_place(office, tmp_path):
    first = take(
        *(office, tmp_path, RATES, "2026-11-01,EUR,CNY,7.80", "2026-11-02,eur,CNY,7.9"),
        *("2026-11-01,EUR,CNY,7.80",),
        name="rates.csv",
    )
    again = take(office, tmp_path, RATES, "2026-11-01,EUR,CNY,7.81", name="rates.csv")
    with office.reading(SYSTEM) as r:
        held = r.session.scalars(select(Rate.rate).order_by(Rate.rate_on)).all()

    assert [counts(first), counts(again)] == [(2, 0, 1, 0), (0, 1, 0, 0)]
    assert held == [Decimal("7.81"), Decimal("7.9")]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("2026-11-01,EUR,EUR,1", "to"),
        ("2026-11-01,EUR,CNY,0", "rate"),
        ("2026-11-01,EUR,CNY,-7", "rate"),
        ("2026-11-01,EUR,CNY,1e3", "rate"),
        ("2026-11-01,EUR,CNY,9999999999999", "rate"),
        ("2026-11-01,EUR,ABC,7", "to"),
        ("2026-11-01,EUR,CNY,", "rate"),
        ("01.11.2026,EUR,CNY,7", "rate_date"),
    ],
)
def test_a_rate_that_can_be_none_is_refused(office, tmp_path, line, column):
    report = take(office, tmp_path, RATES, line, name="rates.csv")

    assert [each.column for each in report.rejects] == [column]


def test_orders_and_rates_go_out_as_they_came_in(office, tmp_path):
    told = {
        "orders.csv": f"{HEAD},status\nO-1,C1,CNY,2026-11-02,100.00,open\n"
        "号,C2,JPY,2026-11-03,70,closed\n",
        "rates.csv": f"{RATES}\n2026-11-01,EUR,CNY,7.80\n2026-11-02,EUR,CNY,0.13888888888888889\n",
    }
    for name, text in told.items():
        take(office, tmp_path, *text.splitlines(), name=name)
    with office.reading(SYSTEM) as r:
        export_books(r, tmp_path / "out")

    assert {name: (tmp_path / "out" / name).read_text("utf-8") for name in told} == told


def test_a_second_row_of_one_order_is_refused_where_it_differs(office, tmp_path):
    first = "O-1,C1,CNY,2026-11-02,100.00"
    other = first.replace("100.00", "90.00")
    report = take(office, tmp_path, HEAD, first, first, other, skips_bad_rows=True)

    assert [(each.line, each.column) for each in report.rejects] == [(4, "order_id")]
