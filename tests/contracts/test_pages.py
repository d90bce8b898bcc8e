"""Contracts at the desk, page by page: kept, found, amended, compared; what a customer sees."""

import io
from typing import Any

import pytest

from portal.base.access import SYSTEM
from portal.contracts.keeping import KeepContract, keep_contract
from portal.people.recognising import actor_of
from portal.tables.contracts import Contract, ContractAmendment, InvoiceCheck
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Invoice
from tests.buyer import Buyer
from tests.contracts.test_keeping import VALUES
from tests.desk import DeskBrowser, Office, rows_of

TYPED = {
    "customer_code": "HUADONG",
    "code": "K-1",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "payment_terms": "net 30",
    "currency_code": "cny",
    "amount": "1,200.50",
    "late_interest_rate": "12.25 %",
    "price_list": "P-1",
    "sealed_with": "contract_seal",
}
PDF = b"%PDF-1.7 a contract"
#: What a page may ask, whatever it shows.
MOST = 12


def upload(name: str = "frame.pdf") -> Any:
    return (io.BytesIO(PDF), name)


def kept(office: Office, clerk: DeskBrowser, **changes: Any) -> str:
    """The path of a contract that was kept."""
    with office.installation.reading(SYSTEM) as r:
        actor = actor_of(r, clerk.user_id)
        customer_id = r.session.query(Customer).filter_by(code="HUADONG").one().id
    with office.installation.work(actor) as w:
        contract_id = keep_contract(w, KeepContract(customer_id, VALUES | changes))
        return f"/desk/contracts/{w.refs.of('ko', contract_id)}"


def invoiced(office: Office, number: str = "INV-2") -> str:
    """The reference of an invoice that names the contract from now on."""
    with office.installation.work() as w:
        entry = w.session.query(Entry).filter_by(number=number).one()
        row = w.session.get(Invoice, entry.id) or Invoice(
            entry_id=entry.id, terms_source="due_date"
        )
        row.contract_code = "K-1"
        w.session.add(row)
        return w.refs.of("iv", entry.id)


def rows(office: Office, table: Any) -> list[Any]:
    with office.installation.reading(SYSTEM) as r:
        return r.session.query(table).all()


# ── Keeping and finding ──────────────────────────────────────────────────────


def test_a_contract_is_kept_with_its_file(office: Office, clerk: DeskBrowser):
    form = clerk.visit("/desk/contracts/new")
    page = clerk.fill(form, "/desk/contracts/new", **TYPED, files=upload())
    [contract] = rows(office, Contract)

    assert (contract.currency, contract.amount_minor) == ("CNY", 120050)
    assert str(contract.late_interest_rate) == "12.25"
    shown = clerk.visit(page.response.headers["Location"])
    assert "frame.pdf" in shown.text
    assert "net 30" in shown.text


def test_what_is_wrong_is_said_on_its_field_and_nothing_is_lost(office: Office, clerk: DeskBrowser):
    form = clerk.visit("/desk/contracts/new")
    wrong = TYPED | {"payment_terms": "nett 30", "breach_liability": "Double the loss"}
    page = clerk.fill(form, "/desk/contracts/new", 422, **wrong)

    assert "nett" in page.text
    assert page.form("/desk/contracts/new")["breach_liability"] == "Double the loss"
    assert rows(office, Contract) == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("customer_code", "NOBODY", "No customer has this code"),
        ("late_interest_rate", "much", "12.25"),
        ("ends_on", "2025-12-31", "before it starts"),
        ("code", "", "number"),
    ],
)
def test_each_wrong_field_has_its_sentence(clerk: DeskBrowser, field: str, value: str, words: str):
    form = clerk.visit("/desk/contracts/new")

    assert words in clerk.fill(form, "/desk/contracts/new", 422, **TYPED | {field: value}).text


def test_the_archive_is_found_by_number_customer_category_and_state(
    office: Office, clerk: DeskBrowser
):
    kept(office, clerk, category="frame")
    kept(office, clerk, code="K-2", category="supply", ends_on=None)
    found = {
        query: [row[0] for row in rows_of(clerk.visit(f"/desk/contracts?{query}"), "contracts")]
        for query in ("q=k-2", "q=huadong", "category=frame", "state=ending", "state=running")
    }

    assert found == {
        "q=k-2": ["K-2"],
        "q=huadong": ["K-1", "K-2"],
        "category=frame": ["K-1"],
        "state=ending": ["K-1"],
        "state=running": ["K-1", "K-2"],
    }


def test_a_filter_that_nothing_matches_says_so(office: Office, clerk: DeskBrowser):
    assert "No contracts yet" in clerk.visit("/desk/contracts").text
    kept(office, clerk)

    assert "No contract matches" in clerk.visit("/desk/contracts?state=ended").text


def test_one_that_bears_no_contract_seal_says_so(office: Office, clerk: DeskBrowser):
    path = kept(office, clerk, sealed_with="signature")
    assert "It bears no contract seal" in clerk.visit(path).text
    refused = clerk.fill(clerk.visit(f"{path}/review"), f"{path}/review", 422, note="")
    assert "Write why" in refused.text
    clerk.fill(clerk.visit(f"{path}/review"), f"{path}/review", note="Power of attorney")

    assert rows(office, Contract)[0].reviewed_at is not None


def test_an_amendment_is_kept_and_shown_with_both_sides(office: Office, clerk: DeskBrowser):
    path = kept(office, clerk)
    form = clerk.visit(f"{path}/amendments/new")
    clerk.fill(form, f"{path}/amendments/new", effective_on="2026-06-01", payment_terms="net 60")
    [amendment] = rows(office, ContractAmendment)
    page = clerk.visit(path)

    assert amendment.state == "waiting"
    assert "Waits for a second person" in page.text
    assert "net 60" in page.text
    lead = office.enter("credit_manager")
    assert "Contract amendment" in lead.visit("/desk/approvals").text


def test_an_amendment_before_the_contract_keeps_what_was_typed(office: Office, clerk: DeskBrowser):
    path = kept(office, clerk)
    form = clerk.visit(f"{path}/amendments/new")
    page = clerk.fill(
        form, f"{path}/amendments/new", 422, effective_on="2025-06-01", transport="by rail"
    )

    assert "starts on" in page.text
    assert page.form(f"{path}/amendments/new")["transport"] == "by rail"


# ── Invoices beside it ───────────────────────────────────────────────────────


def test_a_held_invoice_stands_beside_its_contract_with_what_differs(
    office: Office, clerk: DeskBrowser
):
    ref = invoiced(office)
    kept(office, clerk)
    listed = clerk.visit("/desk/invoice-checks")
    assert rows_of(listed, "checks")[0][:2] == ["INV-2", "Held"]
    page = clerk.visit(f"/desk/invoice-checks/{ref}")
    [row] = rows_of(page, "compared")

    assert "another day than the terms net 30 give" in row[0]
    assert "25 Nov 2026" in row[2]
    assert "4 Nov 2026" in row[3]
    assert "(differs)" in row[2]


def test_a_clerk_confirms_it_and_its_customer_gets_it(
    office: Office, clerk: DeskBrowser, chen: Buyer
):
    ref = invoiced(office)
    kept(office, clerk)
    assert "We are checking this invoice" in chen.visit(f"/invoices/{ref}").text
    path = f"/desk/invoice-checks/{ref}"
    clerk.fill(clerk.visit(path), f"{path}/confirm", comment="Agreed")

    assert rows(office, InvoiceCheck)[0].state == "confirmed"
    page = chen.visit(f"/invoices/{ref}")
    assert "We are checking" not in page.text
    assert chen.client.get(f"/invoices/{ref}.pdf").data.startswith(b"%PDF")


def test_a_return_without_a_word_is_refused_on_the_page(office: Office, clerk: DeskBrowser):
    ref = invoiced(office)
    kept(office, clerk)
    path = f"/desk/invoice-checks/{ref}"
    page = clerk.visit(path)
    token = page.form(f"{path}/confirm")
    answer = clerk.client.post(f"{path}/return", data=token | {"comment": ""})

    assert answer.status_code == 422
    assert rows(office, InvoiceCheck)[0].state == "held"


def test_the_return_rate_stands_at_the_head(office: Office, clerk: DeskBrowser):
    ref = invoiced(office)
    kept(office, clerk)
    path = f"/desk/invoice-checks/{ref}"
    token = clerk.visit(path).form(f"{path}/confirm")
    clerk.client.post(f"{path}/return", data=token | {"comment": "Wrong day"})

    assert "100.0 %" in clerk.visit("/desk/invoice-checks").text


def test_a_customer_is_refused_the_pdf_politely_and_the_house_is_not(
    office: Office, clerk: DeskBrowser, chen: Buyer
):
    ref = invoiced(office)
    kept(office, clerk)
    answer = chen.client.get(f"/invoices/{ref}.pdf")

    assert (answer.status_code, answer.headers["Location"]) == (303, f"/invoices/{ref}")
    assert "comes as soon as that is done" in chen.visit(f"/invoices/{ref}").text
    assert clerk.client.get(f"/invoices/{ref}.pdf").status_code == 200


def test_an_archive_leaves_out_what_is_held(office: Office, clerk: DeskBrowser, chen: Buyer):
    ref = invoiced(office)
    kept(office, clerk)
    form = chen.visit("/invoices").form("/downloads")
    alone = chen.client.post("/downloads", data=form | {"chosen": ref})

    assert alone.status_code == 303
    assert "We are checking these invoices" in chen.visit("/invoices").text


def test_the_run_wizard_names_who_has_held_invoices(office: Office, clerk: DeskBrowser):
    invoiced(office)
    kept(office, clerk)
    form = clerk.visit("/desk/statement-runs/new")
    answer = clerk.client.post(
        "/desk/statement-runs/new",
        data=form.form("/desk/statement-runs/new") | {"month": "2026-10"},
    )
    page = clerk.visit(answer.headers["Location"])

    assert "invoices that differ from their contract" in page.text
    assert "/desk/invoice-checks" in page.links.values()


# ── Documents behind an invoice ──────────────────────────────────────────────


def test_the_documents_of_an_invoice_say_what_is_missing_and_who_saw_it(
    office: Office, clerk: DeskBrowser, chen: Buyer
):
    ref = invoiced(office)
    kept(office, clerk)
    before = clerk.visit(f"/desk/invoices/{ref}/documents").text
    assert "Nothing shows yet that the customer has the invoice." in before
    chen.visit(f"/invoices/{ref}")
    after = clerk.visit(f"/desk/invoices/{ref}/documents").text

    assert "Nothing shows yet" not in after
    assert "opened" in after
    assert "Double the loss" in after
    assert "No delivery is known." in after


def test_an_invoice_without_a_contract_has_documents_all_the_same(
    office: Office, clerk: DeskBrowser
):
    with office.installation.work() as w:
        entry = w.session.query(Entry).filter_by(number="INV-3").one()
        ref = w.refs.of("iv", entry.id)

    assert "The invoice names no contract." in clerk.visit(f"/desk/invoices/{ref}/documents").text


# ── Price lists ──────────────────────────────────────────────────────────────


def test_a_price_list_is_pasted_and_shown_as_on_a_day(clerk: DeskBrowser):
    form = clerk.visit("/desk/price-lists/new")
    pasted = "\n".join(
        "\t".join(line.split())
        for line in (
            "product unit currency price from",
            "A pcs CNY 12.50 2026-01-01",
            "A pcs cny 13 2026-12-01",
        )
    )
    clerk.fill(form, "/desk/price-lists/new", name="P-1", rows=pasted)
    now = rows_of(clerk.visit("/desk/price-lists/P-1"), "prices")
    then = rows_of(clerk.visit("/desk/price-lists/P-1?on=2026-12-01"), "prices")

    assert now[0][0] == "A"
    assert now[0][4:] == ["12.5", "13 from 1 Dec 2026"]
    assert then[0][4] == "13"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Paste at least one line"),
        ("A,pcs,CNY,12.50", "Line 1 has 4 columns"),
        ("A,pcs,XYZ,12.50,2026-01-01", "XYZ is no currency"),
        ("A,pcs,CNY,cheap1,2026-01-01", "cheap1 is no price"),
        ("A,pcs,CNY,-1,2026-01-01", "-1 is no price"),
        ("A,pcs,CNY,12.50,2026-02-30", "2026-02-30 is no day"),
        (",pcs,CNY,12.50,2026-01-01", "names no product"),
        ("A,p,CNY,1,2026-01-01\nA,p,CNY,2,2026-01-01", "stands here twice"),
    ],
)
def test_a_bad_line_of_prices_is_named_and_nothing_is_lost(
    clerk: DeskBrowser, text: str, words: str
):
    form = clerk.visit("/desk/price-lists/new")
    page = clerk.fill(form, "/desk/price-lists/new", 422, name="P-1", rows=text)

    assert words in page.text
    assert page.form("/desk/price-lists/new")["rows"].split() == text.split()


def test_an_unknown_price_list_is_not_found(clerk: DeskBrowser):
    clerk.visit("/desk/price-lists/P-9", 404)


# ── However many there are ───────────────────────────────────────────────────


def test_every_page_asks_as_often_for_many_as_for_few(office: Office, clerk: DeskBrowser):
    for number in ("INV-1", "INV-2", "INV-4"):
        ref = invoiced(office, number)
    path = kept(office, clerk)
    pages = [
        "/desk/contracts",
        "/desk/contracts?state=running",
        "/desk/invoice-checks?state=all",
        path,
        f"/desk/invoice-checks/{ref}",
        f"/desk/invoices/{ref}/documents",
    ]
    few = {page: clerk.count_statements(page) for page in pages}
    for number in range(2, 40):
        kept(office, clerk, code=f"K-{number}")
    many = {page: clerk.count_statements(page) for page in pages}

    assert many == few
    assert max(many.values()) <= MOST


def test_who_may_confirm_reads_of_held_invoices_on_the_first_page(
    office: Office, clerk: DeskBrowser
):
    invoiced(office)
    kept(office, clerk)

    assert "Compare 1 invoice that differs from its contract" in clerk.visit("/desk").text
    assert "differs from its contract" not in office.enter("sales").visit("/desk").text
