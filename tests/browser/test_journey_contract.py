"""A contract with an amendment and a file; an invoice that differs from it, seen and confirmed."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.imports.run import import_files
from tests.browser.axe import violations
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage

CLERK, BUYER = "wang.fang@lindqvist-motion.example", "sun.li@dongfang.example"
PDF = {"name": "frame.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 signed"}
INVOICE = (
    "invoice_id,customer_id,currency,invoice_date,due_date,amount,contract_id\n"
    "INV-K-1,DONGFANG,CNY,2026-11-02,2027-01-31,900.00,K-JOURNEY\n"
)


def keep_contract(page: Page, portal: Portal) -> None:
    """A contract with its file, typed without scripts."""
    page.goto(f"{portal.url}/desk/contracts")
    page.locator(".page-head__actions a").first.click()
    page.locator("#customer_code").fill("DONGFANG")
    page.locator("#code").fill("K-JOURNEY")
    page.locator("#starts_on").fill("2026-01-01")
    page.locator("#payment_terms").fill("net 30")
    page.locator("#breach_liability").fill("0.05 % a day of what is late")
    page.locator("#sealed_with").select_option("contract_seal")
    page.locator("#files").set_input_files([PDF])  # type: ignore[list-item]
    page.get_by_role("button", name="Save contract").click()
    expect(page.locator("h1")).to_have_text("Contract K-JOURNEY")
    expect(page.locator(".files")).to_contain_text("frame.pdf")


def amend(page: Page) -> None:
    """What changes no payment holds at once."""
    page.get_by_role("link", name="Amend it").click()
    page.locator("#effective_on").fill("2026-10-01")
    page.locator("#transport").fill("By rail")
    page.get_by_role("button", name="Keep the amendment").click()
    expect(page.locator("main")).to_contain_text("By rail")
    expect(page.locator("main")).to_contain_text("In force")


def looked_at(page: Page, portal: Portal, paths: list[str], language: str) -> list[str]:
    """What axe finds on these pages in a language."""
    portal.set_cookies(page, accord_language=language)
    found = []
    for path in paths:
        page.goto(portal.url + path)
        found += [f"{language} {path}: {each}" for each in violations(page)]
    return found


@pytest.fixture
def invoice(tmp_path: Path) -> Path:
    """A file with one invoice that falls due two months too late."""
    file = tmp_path / "invoices.csv"
    file.write_text(INVOICE, "utf-8")
    return file


def test_an_invoice_that_differs_waits_for_the_clerk(
    open_page: OpenPage, portal: Portal, invoice: Path
):
    """S-060, S-061, S-066, S-067: the clerk has no scripts; nobody gets the PDF before."""
    clerk, buyer = open_page(java_script_enabled=False), open_page()
    portal.sign_in(clerk, CLERK)
    keep_contract(clerk, portal)
    amend(clerk)
    assert import_files(portal.installation, [invoice]).rejects == []

    portal.sign_in(buyer, BUYER)
    buyer.goto(f"{portal.url}/invoices?q=INV-K-1")
    buyer.get_by_role("link", name="INV-K-1", exact=True).click()
    expect(buyer.locator("main")).to_contain_text("We are checking this invoice")
    expect(buyer.get_by_role("link", name="PDF", exact=True)).to_have_count(0)

    clerk.goto(f"{portal.url}/desk/invoice-checks?q=INV-K-1")
    clerk.get_by_role("link", name="INV-K-1", exact=True).click()
    row = clerk.locator("#compared tbody tr")
    expect(row).to_contain_text("31 Jan 2027")
    expect(row).to_contain_text("2 Dec 2026")
    clerk.locator("#comment").fill("Agreed by telephone on 2 November")
    clerk.get_by_role("button", name="Confirm the invoice").click()
    expect(clerk.locator("main")).not_to_contain_text("INV-K-1, ")

    buyer.reload()
    expect(buyer.get_by_role("link", name="PDF", exact=True)).to_be_visible()


def test_the_pages_about_contracts_are_open_to_everybody(open_page: OpenPage, portal: Portal):
    page = open_page()
    portal.sign_in(page, CLERK)
    page.goto(f"{portal.url}/desk/contracts")
    contract = page.locator("#contracts tbody a").first.get_attribute("href") or ""
    page.goto(f"{portal.url}/desk/invoice-checks?state=all")
    check = page.locator("#checks tbody a").first.get_attribute("href") or ""
    paths = [
        *("/desk/contracts", "/desk/contracts/new", contract, f"{contract}/amendments/new"),
        *(f"{contract}/authority", f"{contract}/look", f"{contract}/files"),
        *("/desk/invoice-checks?state=all", check, "/desk/price-lists", "/desk/price-lists/new"),
        *("/desk/bills?state=all", "/desk/bills/new"),
        check.replace("invoice-checks", "invoices") + "/documents",
    ]
    faults = [fault for each in ("en", "zh-CN") for fault in looked_at(page, portal, paths, each)]

    assert faults == []
