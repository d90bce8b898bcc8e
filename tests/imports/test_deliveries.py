"""Deliveries: posted once, learning their invoice and who received them; beside the balance."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portal.base.access import SYSTEM
from portal.core.period import Month
from portal.statements.issuing.preview import statements_of
from portal.statements.issuing.snapshot import statement_json
from tests.imports.conftest import INVOICE_HEAD, Desk

HEAD = "delivery_id,customer_id,currency,delivered_on,amount,order_id,invoice_id,received_by"
ROW = "DN-1,C,CNY,2026-05-20,100.00,SO-1,,"


def october(desk: Desk, month: int = 5) -> dict[str, dict[str, object]]:
    with desk.installation.reading(SYSTEM) as r:
        told = statements_of(r, Month(2026, month))
    return {
        each.statement.head.customer.code: statement_json(each.statement, each.status, None)
        for each in told
    }


def test_the_same_again_is_unchanged_and_another_amount_is_refused(desk: Desk):
    desk.takes("deliveries.csv", HEAD, ROW)
    again = desk.takes("deliveries.csv", HEAD, ROW)
    other = desk.takes("deliveries.csv", HEAD, ROW.replace("100.00", "90.00"))

    assert desk.counts(again) == (0, 1, 0, 0)
    assert desk.counts(other) == (0, 0, 0, 1)
    assert "DN-1 is already here with 100.00" in other.rejects[0].problem


def test_its_invoice_and_who_received_it_may_be_learned_once(desk: Desk):
    desk.takes("deliveries.csv", HEAD, ROW)
    learned = desk.takes("deliveries.csv", HEAD, "DN-1,C,CNY,2026-05-20,100.00,SO-1,I-7,Li Na")
    other = desk.takes("deliveries.csv", HEAD, "DN-1,C,CNY,2026-05-20,100.00,SO-1,I-8,Li Na")

    assert desk.counts(learned) == (0, 0, 1, 0)
    assert desk.counts(other) == (0, 0, 0, 1)
    assert other.rejects[0].column == "invoice_id"
    assert desk.ask("select invoice_code, received_by from delivery") == [("I-7", "Li Na")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("DN-1,X,CNY,2026-05-20,100.00,,,", "customer_id"),
        ("DN-1,C,CNY,2026-05-20,0.00,,,", "amount"),
        ("DN-1,C,CNY,,5.00,,,", "delivered_on"),
        (",C,CNY,2026-05-20,5.00,,,", "delivery_id"),
    ],
)
def test_a_bad_row_is_named(quick_desk: Desk, row: str, column: str):
    report = quick_desk.takes("deliveries.csv", HEAD, row)

    assert [each.column for each in report.rejects] == [column]
    assert quick_desk.ask("select count(*) from delivery") == [("0",)]


def test_a_delivery_in_the_books_is_never_changed(desk: Desk):
    desk.takes("deliveries.csv", HEAD, ROW)
    for change in ("update delivery set amount_minor = 1", "delete from delivery"):
        with pytest.raises(Exception, match="delivery") as told, desk.installation.work() as w:
            w.session.execute(text(change))
        assert isinstance(told.value, IntegrityError) or "delivery" in str(told.value)


def test_what_is_delivered_and_not_invoiced_stands_beside_the_balance(desk: Desk):
    desk.takes(
        "deliveries.csv",
        HEAD,
        ROW,
        "DN-2,C,CNY,2026-05-21,50.00,,I-1,",
        "DN-3,D,CNY,2026-05-02,7.00,,,",
    )
    desk.takes(
        "invoices.csv",
        INVOICE_HEAD,
        "I-1,C,CNY,2026-06-02,2026-07-02,50.00",
        "I-0,C,CNY,2026-05-03,2026-06-02,30.00",
    )
    may, june = october(desk), october(desk, 6)

    assert (may["C"]["closing"], may["C"]["delivered_not_invoiced"]) == ("30.00", "150.00")
    assert [each["delivery"] for each in may["C"]["deliveries"]] == ["DN-1", "DN-2"]
    assert (june["C"]["closing"], june["C"]["delivered_not_invoiced"]) == ("80.00", "100.00")
    assert "D" not in may  # nothing moved and nothing is owed
