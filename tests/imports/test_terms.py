"""When invoices fall due: by the row, the customer, the company; and days that are learned."""

from tests.imports.conftest import Desk

HEAD = "invoice_id,customer_id,currency,invoice_date,amount,due_date,payment_terms,delivered_on"


def due(desk: Desk) -> list[tuple[str | None, str | None]]:
    return [(row[2], row[3]) for row in desk.parts()]


def test_without_any_terms_an_invoice_is_due_on_its_date(desk: Desk):
    desk.takes("invoices.csv", HEAD, "I,C,CNY,2026-01-05,1.00,,,")

    assert due(desk) == [("2026-01-05", "100")]


def test_the_customers_terms_speak_where_the_row_says_nothing(desk: Desk):
    desk.takes("customers.csv", "customer_id,payment_terms", "C,net 30 eom")
    desk.takes("invoices.csv", HEAD, "I,C,CNY,2026-01-05,1.00,,,", "J,C,CNY,2026-01-05,1.00,,10d,")

    assert due(desk) == [("2026-02-28", "100"), ("2026-01-15", "100")]


def test_terms_can_make_several_parts(desk: Desk):
    desk.takes("invoices.csv", HEAD, 'I,C,CNY,2026-01-05,100.01,,"30% 15d, balance 45d",')

    assert due(desk) == [("2026-01-20", "3000"), ("2026-02-19", "7001")]


def test_an_unknown_baseline_is_learned_later(desk: Desk):
    row = "I,C,CNY,2026-01-05,1.00,,from delivery 30d,"
    desk.takes("invoices.csv", HEAD, row)
    before = due(desk)
    report = desk.takes("invoices.csv", HEAD, f"{row}2026-01-10")

    assert before == [(None, "100")]
    assert due(desk) == [("2026-02-09", "100")]
    assert desk.counts(report) == (0, 0, 1, 0)


def test_terms_that_make_no_sense_are_told(quick_desk: Desk):
    report = quick_desk.takes("invoices.csv", HEAD, "I,C,CNY,2026-01-05,1.00,,net soon,")

    assert report.rejects[0].column == "payment_terms"
    assert "soon" in report.rejects[0].remedy


PARTS = ("invoice_id,part,due_on,amount", "I,1,2026-02-01,40.00", "I,2,2026-03-01,60.00")
INVOICE = (f"{HEAD},settled_on", "I,C,CNY,2026-01-05,100.00,2026-02-01,,,")


def test_parts_replace_the_one_that_the_invoice_came_with(desk: Desk):
    desk.takes("invoices.csv", *INVOICE)
    report = desk.takes("invoice_parts.csv", *PARTS)
    again = desk.takes("invoice_parts.csv", *PARTS)

    assert due(desk) == [("2026-02-01", "4000"), ("2026-03-01", "6000")]
    assert (desk.counts(report), desk.counts(again)) == ((2, 0, 0, 0), (0, 2, 0, 0))


def test_a_settled_invoice_is_paid_part_by_part(desk: Desk):
    desk.write("invoices.csv", INVOICE[0], INVOICE[1] + "2026-02-20")
    desk.write("invoice_parts.csv", *PARTS)
    (desk.folder / "customers.csv").unlink()
    report = desk.imports()

    assert report.is_clean
    assert [row[2:4] for row in desk.applied()] == [("1", "4000"), ("2", "6000")]


def test_parts_that_do_not_sum_to_the_invoice_are_refused(desk: Desk):
    desk.takes("invoices.csv", *INVOICE)
    report = desk.takes("invoice_parts.csv", *PARTS[:2])

    assert report.rejects[0].problem == "The parts of I sum to 40.00, the invoice to 100.00."
    assert due(desk) == [("2026-02-01", "10000")]


def test_parts_of_a_paid_invoice_are_fixed(desk: Desk):
    desk.takes("invoices.csv", INVOICE[0], INVOICE[1] + "2026-02-20")
    report = desk.takes("invoice_parts.csv", *PARTS)

    assert [told.line for told in report.rejects] == [2, 3]
    assert due(desk) == [("2026-02-01", "10000")]


def test_lines_are_kept_as_written(desk: Desk):
    head = "invoice_id,line,description,quantity,unit_price,amount"
    desk.takes("invoices.csv", *INVOICE)
    report = desk.takes(
        "invoice_lines.csv", head, "I,1,Bolts,2.50,20.000,50.00", "I,2,Bad,x,1,1.00"
    )

    assert [(told.line, told.column) for told in report.rejects] == [(3, "quantity")]
    desk.takes("invoice_lines.csv", head, "I,1,Bolts,2.50,20.000,50.00")
    assert desk.ask("select quantity, unit_price from invoice_line") == [("2.50", "20.000")]


NAMES = """insert into policy (effective_on, body, author, created_at) values
('2026-01-01', '{"terms": [{"name": "Key accounts", "text": "net 75"}]}', 'x',
'2026-01-01 00:00:00')"""
OWN = "customer_id,payment_terms"


def test_an_export_writes_terms_out_that_have_a_name_here(desk: Desk):
    """An empty system reads it without our names; here it changes nothing."""
    with desk.installation.work() as w:
        w.session.connection().exec_driver_sql(NAMES)
    desk.takes("customers.csv", OWN, "C,key  accounts")
    head, written = desk.export()["customers.csv"].decode().splitlines()[:2]
    again = desk.takes("customers.csv", head, written)
    other = desk.takes("customers.csv", OWN, "C,net 74")
    back = desk.takes("customers.csv", OWN, "C,Key accounts")

    assert ",net 75," in written
    assert desk.counts(again) == (0, 1, 0, 0)
    assert [desk.counts(other), desk.counts(back)] == [(0, 0, 1, 0), (0, 0, 1, 0)]
