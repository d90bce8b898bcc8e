"""An invoice says why it is due when it is due: whose terms, since when, by which contract."""

import pytest

from portal.base.access import SYSTEM
from portal.base.language import speaking
from portal.invoices.queries import get_invoice
from portal.invoices.why_due import why_due
from portal.tables.invoices import Entry
from tests.imports.conftest import Desk, desk, quick_desk
from tests.invoices.test_whose_terms import HEAD, NAMED, amended, contract, decided, own_terms

__all__ = ["desk", "quick_desk"]


def why(desk: Desk, row: str, head: str = HEAD) -> str:
    report = desk.takes("invoices.csv", head, row)
    assert report.is_clean, report.rejects
    with desk.installation.reading(SYSTEM) as r, speaking("en"):
        entry_id = r.session.query(Entry.id).filter_by(number="I").scalar()
        return why_due(r, get_invoice(r, r.refs.of("iv", entry_id))).sentence


ROW = "I,C,CNY,2026-06-16,1.00,,,"


def test_by_a_contract_as_it_was_amended(desk: Desk):
    contract_id = contract(desk, "C-12", "C", "net 60")
    amended(desk, contract_id, "2026-05-01", payment_terms="net 30")

    assert why(desk, "I,C,CNY,2026-06-16,1.00,,C-12,") == (
        "Due 16 Jul 2026: 30 days from the invoice date, by contract C-12 as amended on 1 May 2026."
    )


def test_by_a_contract_as_it_was_first_agreed(quick_desk: Desk):
    contract(quick_desk, "C-12", "C", "net 60")

    assert why(quick_desk, "I,C,CNY,2026-06-16,1.00,,C-12,") == (
        "Due 15 Aug 2026: 60 days from the invoice date, by contract C-12."
    )


def test_by_the_customers_own_terms_with_and_without_a_date(quick_desk: Desk):
    own_terms(quick_desk, "C", "2026-05-01", "net 30")

    assert why(quick_desk, ROW).endswith("by the customer's own terms in force since 1 May 2026.")


def test_by_the_customers_terms_of_the_file(quick_desk: Desk):
    quick_desk.takes("customers.csv", "customer_id,payment_terms", "C,30d eom")

    assert why(quick_desk, ROW) == (
        "Due 31 Jul 2026: 30 days from the invoice date, then the end of that month,"
        " by the customer's own terms."
    )


def test_by_the_companys_version(quick_desk: Desk):
    decided(quick_desk, "2026-01-01", terms=NAMED, default_terms="standard")

    assert why(quick_desk, ROW) == (
        "Due 16 Jul 2026: 30 days from the invoice date, by our general terms in force since"
        " 1 Jan 2026."
    )


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (ROW, "Nothing was agreed about paying later: it is due on its date."),
        (f"{ROW}2026-08-01", "The invoice itself names its due date."),
        (
            "I,C,CNY,2026-06-16,1.00,net 10,,",
            "Due 26 Jun 2026: 10 days from the invoice date, as the invoice itself says.",
        ),
        (
            "I,C,CNY,2026-06-16,1.00,from acceptance 30d,,",
            (
                "Not due yet: 30 days from the day on which the goods are accepted, as the invoice"
                " itself says. That day is not known yet."
            ),
        ),
        (
            'I,C,CNY,2026-06-16,1.00,"30% 0d, balance 30d",,',
            (
                "Due in parts: 30 % is due on the invoice date. The rest is due 30 days from the"
                " invoice date, as the invoice itself says."
            ),
        ),
    ],
)
def test_where_the_invoice_speaks_for_itself(quick_desk: Desk, row, sentence):
    assert why(quick_desk, row) == sentence
