"""R152–R157 over the books: whose terms an invoice is posted with, and by which version."""

import datetime as dt
import json

import pytest

from portal.base.access import SYSTEM
from portal.base.policies import decide
from portal.tables.contracts import Contract, ContractAmendment
from portal.tables.credit import CustomerGrade
from portal.tables.customers import Customer
from portal.tables.people import User
from portal.tables.terms import CustomerTerms
from tests.imports.conftest import Desk, desk, quick_desk

__all__ = ["desk", "quick_desk"]

HEAD = "invoice_id,customer_id,currency,invoice_date,amount,payment_terms,contract_id,due_date"
NAMED = [
    {"name": "standard", "text": "net 30"},
    {"name": "key accounts", "text": "net 90", "grace_days": 5},
]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def decided(desk: Desk, on: str, **values) -> int:
    with desk.installation.work(SYSTEM) as w:
        made = decide(w, values, day(on))
    assert made is not None
    return made


def own_terms(desk: Desk, code: str, on: str, terms: str) -> int:
    with desk.installation.work(SYSTEM) as w:
        row = CustomerTerms(
            customer_id=id_of(w, code),
            effective_on=day(on),
            terms=terms,
            source="decision",
            reason="agreed",
            author="Ada",
            at=w.now,
        )
        w.session.add(row)
        w.session.flush()
        return row.id


def id_of(w, code: str) -> int:
    return w.session.query(Customer.id).filter_by(code=code).scalar()


def contract(desk: Desk, code: str, customer: str, terms: str | None, **more) -> int:
    with desk.installation.work(SYSTEM) as w:
        row = Contract(
            customer_id=id_of(w, customer),
            code=code,
            starts_on=day("2026-01-01"),
            payment_terms=terms,
            created_at=w.now,
            **more,
        )
        w.session.add(row)
        w.session.flush()
        return row.id


def amended(desk: Desk, contract_id: int, on: str, state: str = "in_force", **changes) -> int:
    with desk.installation.work(SYSTEM) as w:
        author = w.session.query(User).first()
        if author is None:
            author = User(
                email="ada@northwind.example",
                name="Ada",
                staff_role="admin",
                language="en",
                created_at=w.now,
                password_hash="",
            )
            w.session.add(author)
            w.session.flush()
        row = ContractAmendment(
            customer_id=w.session.get_one(Contract, contract_id).customer_id,
            contract_id=contract_id,
            effective_on=day(on),
            changes=json.dumps(changes),
            content="as agreed",
            author_id=author.id,
            at=w.now,
            state=state,
        )
        w.session.add(row)
        w.session.flush()
        return row.id


def posted(desk: Desk, *rows: str) -> list[tuple[str | None, ...]]:
    """Each invoice as it was posted: its due day, its terms, whose they are, by which version."""
    report = desk.takes("invoices.csv", HEAD, *rows)
    assert report.is_clean, report.rejects
    return desk.ask(
        "select e.number, p.due_on, i.terms_text, i.terms_source, i.terms_version from invoice i"
        " join entry e on e.id = i.entry_id"
        " join part p on p.entry_id = e.id order by e.number"
    )


def test_the_company_version_of_the_invoices_date_gives_its_terms(desk: Desk):
    first = decided(desk, "2026-03-01", terms=NAMED, default_terms="standard")
    second = decided(desk, "2026-06-01", default_terms="Key Accounts")

    rows = posted(
        desk,
        "A,C,CNY,2026-05-31,1.00,,,",
        "B,C,CNY,2026-06-01,1.00,,,",
        "C,C,CNY,2025-12-01,1.00,,,",
    )

    assert rows == [
        ("A", "2026-06-30", "net 30", "company", f"policy/{first}"),
        ("B", "2026-08-30", "net 90", "company", f"policy/{second}"),
        ("C", "2025-12-31", "net 30", "company", f"policy/{first}"),
    ]


def test_a_dated_row_holds_from_its_day_and_the_file_before_it(desk: Desk):
    desk.takes("customers.csv", "customer_id,payment_terms", "C,net 10", "D,net 10")
    row = own_terms(desk, "C", "2026-05-01", "net 20")
    gone = own_terms(desk, "C", "2026-07-01", "")

    rows = posted(
        desk,
        "A,C,CNY,2026-04-30,1.00,,,",
        "B,C,CNY,2026-05-01,1.00,,,",
        "C,C,CNY,2026-07-01,1.00,,,",
        "D,D,CNY,2026-07-01,1.00,,,",
    )

    assert [each[2:] for each in rows] == [
        ("net 10", "customer", None),
        ("net 20", "customer", f"customer_terms/{row}"),
        (None, "none", None),
        ("net 10", "customer", None),
    ]
    assert gone > row


def test_a_contract_speaks_before_the_customer_as_it_was_amended_by_then(desk: Desk):
    own_terms(desk, "C", "2026-01-01", "net 20")
    contract_id = contract(desk, "K-1", "C", "net 60", ends_on=day("2026-12-31"))
    amendment = amended(desk, contract_id, "2026-05-01", payment_terms="net 30")
    amended(desk, contract_id, "2026-06-01", state="waiting", payment_terms="net 1")

    rows = posted(
        desk,
        "A,C,CNY,2026-04-30,1.00,,K-1,",
        "B,C,CNY,2026-06-30,1.00,,K-1,",
        "C,C,CNY,2027-01-01,1.00,,K-1,",
        "D,C,CNY,2026-06-30,1.00,5d,K-1,",
        "E,C,CNY,2026-06-30,1.00,,K-9,",
        "F,D,CNY,2026-06-30,1.00,,K-1,",
    )

    assert [each[2:4] for each in rows] == [
        ("net 60", "contract"),
        ("net 30", "contract"),
        ("net 20", "customer"),
        ("5d", "invoice"),
        ("net 20", "customer"),
        (None, "none"),
    ]
    assert [each[4] for each in rows[:2]] == [f"contract/{contract_id}", f"amendment/{amendment}"]


def test_the_terms_of_a_grade_stand_between_the_customers_and_the_companys(desk: Desk):
    grades = [{"name": "A", "min_score": 85, "terms": "key accounts"}]
    version = decided(desk, "2026-01-01", terms=NAMED, default_terms="standard", grades=grades)
    with desk.installation.work(SYSTEM) as w:
        for on, until, grade in (("2026-02-01", None, "B"), ("2026-03-01", "2026-03-31", "A")):
            w.session.add(
                CustomerGrade(
                    customer_id=id_of(w, "C"),
                    effective_on=day(on),
                    until_on=until and day(until),
                    grade=grade,
                    is_override=until is not None,
                    reason="known well",
                    author="Ada",
                    at=w.now,
                )
            )

    rows = posted(desk, *(f"{n},C,CNY,2026-0{n}-15,1.00,,," for n in (2, 3, 4)))

    assert [each[2:] for each in rows] == [
        ("net 30", "company", f"policy/{version}"),
        ("net 90", "grade", f"policy/{version}"),
        ("net 30", "company", f"policy/{version}"),
    ]


@pytest.mark.parametrize("name", ["standard", "STANDARD"])
def test_names_stand_wherever_terms_are_written(desk: Desk, name):
    decided(desk, "2026-01-01", terms=NAMED)
    desk.takes("customers.csv", "customer_id,payment_terms", f"C,{name}")

    rows = posted(desk, "A,C,CNY,2026-02-01,1.00,,,", f"B,D,CNY,2026-02-01,1.00,{name},,")

    assert [each[1:4] for each in rows] == [
        ("2026-03-03", "net 30", "customer"),
        ("2026-03-03", "net 30", "invoice"),
    ]


def test_an_invoice_with_a_name_imported_again_is_unchanged(quick_desk: Desk):
    decided(quick_desk, "2026-01-01", terms=NAMED)
    row = "A,C,CNY,2026-02-01,1.00,standard,,"
    posted(quick_desk, row)
    # What the name means from another day on is no matter of this invoice.
    decided(quick_desk, "2026-11-20", terms=[{"name": "standard", "text": "net 7"}])

    report = quick_desk.takes("invoices.csv", HEAD, row)

    assert quick_desk.counts(report) == (0, 1, 0, 0)


def test_a_name_that_is_none_points_at_the_part(quick_desk: Desk):
    of_customer = quick_desk.takes("customers.csv", "customer_id,payment_terms", "C,premium")
    of_invoice = quick_desk.takes("invoices.csv", HEAD, "A,D,CNY,2026-02-01,1.00,30d premium,,")

    assert "premium" in of_customer.rejects[0].remedy
    assert "premium" in of_invoice.rejects[0].remedy
    assert {each.rejects[0].column for each in (of_customer, of_invoice)} == {"payment_terms"}


def test_a_later_change_moves_no_due_date_that_is_there(desk: Desk):
    """Invariant 46 of SECURITY.md."""
    desk.takes("customers.csv", "customer_id,payment_terms", "C,net 10")
    before = posted(desk, "A,C,CNY,2026-05-01,1.00,,,", "B,D,CNY,2026-05-01,1.00,,,")

    own_terms(desk, "C", "2026-04-01", "net 99")
    decided(desk, "2026-01-01", default_terms="net 99")
    again = posted(desk, "A,C,CNY,2026-05-01,1.00,,,", "B,D,CNY,2026-05-01,1.00,,,")

    assert again == before


def test_a_baseline_that_is_learned_later_keeps_the_terms_of_the_posting(desk: Desk):
    desk.takes("customers.csv", "customer_id,payment_terms", "C,from delivery 10d")
    head = HEAD + ",delivered_on"
    desk.takes("invoices.csv", head, "A,C,CNY,2026-05-01,1.00,,,,")
    own_terms(desk, "C", "2026-01-01", "net 99")

    desk.takes("invoices.csv", head, "A,C,CNY,2026-05-01,1.00,,,,2026-05-05")

    assert [row[2] for row in desk.parts()] == ["2026-05-15"]


# ── customers.csv where terms were decided ───────────────────────────────────

CUSTOMER_HEAD = "customer_id,payment_terms"
TERMS_ROWS = "select effective_on, terms, grace_days, source from customer_terms order by id"


def test_a_file_changes_undated_terms_where_nothing_is_dated(desk: Desk):
    desk.takes("customers.csv", CUSTOMER_HEAD, "C,net 10")
    desk.takes("customers.csv", CUSTOMER_HEAD, "C,net 20")

    assert desk.ask(TERMS_ROWS) == []
    assert desk.ask("select payment_terms from customer where code = 'C'") == [("net 20",)]


def test_a_file_with_other_terms_than_decided_adds_a_row_from_today(desk: Desk):
    desk.takes("customers.csv", CUSTOMER_HEAD, "C,net 10")
    own_terms(desk, "C", "2026-05-01", "net 20")

    told = [desk.takes("customers.csv", CUSTOMER_HEAD, f"C,{terms}") for terms in ("net 20", "7d")]
    again = desk.takes("customers.csv", CUSTOMER_HEAD, "C,7d")

    assert [desk.counts(each) for each in (*told, again)] == [
        (0, 1, 0, 0),
        (0, 0, 1, 0),
        (0, 1, 0, 0),
    ]
    assert desk.ask(TERMS_ROWS) == [
        ("2026-05-01", "net 20", None, "decision"),
        ("2026-11-20", "7d", None, "file"),
    ]
    assert desk.ask("select payment_terms from customer where code = 'C'") == [("net 10",)]


def test_an_export_writes_the_terms_in_force_and_comes_back_unchanged(desk: Desk):
    own_terms(desk, "C", "2026-05-01", "net 20")
    own_terms(desk, "C", "2027-05-01", "net 99")
    written = desk.export()["customers.csv"].decode()

    (desk.folder / "customers.csv").write_text(written)
    report = desk.imports(desk.folder / "customers.csv")

    assert "net 20" in written
    assert "net 99" not in written
    assert desk.counts(report)[1] == 3
