"""Customers and contacts: added, updated, and who stands above whom."""

from tests.imports.conftest import Desk

COLUMNS = "name, credit_limit_minor, credit_limit_currency, payment_terms, statement_cycle"


def test_known_customers_are_updated_in_the_columns_of_the_file(desk: Desk):
    desk.takes("customers.csv", "customer_id,credit_limit,currency", "C,1000.00,EUR")
    report = desk.takes(
        "customers.csv", "customer_id,payment_terms,Statement Cycle", "C,net 30,Half-Yearly"
    )

    assert desk.counts(report) == (0, 0, 1, 0)
    assert desk.ask(f"select {COLUMNS} from customer where code = 'C'") == [
        ("Child", "100000", "EUR", "net 30", "half_yearly")
    ]


def test_an_empty_limit_is_none_and_nought_is_nought(desk: Desk):
    desk.takes("customers.csv", "customer_id,credit_limit", "C,", "D,0")

    limits = "select code, credit_limit_minor from customer where code in ('C', 'D') order by 1"
    assert desk.ask(limits) == [("C", None), ("D", "0")]


def test_a_parent_may_stand_further_down(desk: Desk):
    report = desk.takes("customers.csv", "customer_id,parent_id", "A,B", "B,", "X,Y")

    assert [(told.line, told.problem) for told in report.rejects] == [
        (4, "The customer Y is not known.")
    ]


def test_nobody_stands_above_themselves(desk: Desk):
    report = desk.takes("customers.csv", "customer_id,parent_id", "P,C", "A,B", "B,A")

    assert {told.line for told in report.rejects} == {2, 3, 4}


def test_bad_cells_of_a_customer_are_told(quick_desk: Desk):
    report = quick_desk.takes(
        "customers.csv",
        "customer_id,credit_limit,currency,payment_terms,statement_cycle",
        "N,-1,XYZ,whenever,daily",
    )

    assert {told.column for told in report.rejects} == {
        "currency",
        "payment_terms",
        "statement_cycle",
        "credit_limit",
    }


def test_contacts_are_known_by_their_address(desk: Desk):
    head = "customer_id,name,email,limit"
    desk.takes("contacts.csv", head, "C,Chen Wei,Chen@Example.com,500.00")
    report = desk.takes("contacts.csv", head, "C,Chen Wei,chen@example.com,EUR 2.00; CNY 9")

    assert desk.counts(report) == (0, 0, 1, 0)
    limits = "select currency, amount_minor from signatory_limit order by 1"
    assert desk.ask(limits) == [("CNY", "900"), ("EUR", "200")]


def test_bad_contacts_are_told(quick_desk: Desk):
    report = quick_desk.takes(
        "contacts.csv",
        "customer_id,name,email",
        "C,,a@b.example",
        "C,Chen,nowhere",
        "X,Y,x@y.example",
    )

    assert [told.column for told in report.rejects] == ["name", "email", "customer_id"]
