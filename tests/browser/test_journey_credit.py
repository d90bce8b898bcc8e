"""From an application on a phone to a limit that two of the house decided, in two languages."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage

CLAIRE = "claire.dubois@mistral.example"
MANAGER, ADMIN = "zhou.min@lindqvist-motion.example", "anna.berg@lindqvist-motion.example"
REASON = "A second shop opens in spring"
WORDS = "With pleasure, and good luck with the shop."
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "balance-2025.pdf"
    path.write_bytes(b"%PDF-1.4 the balance of last year")
    return path


def apply(page: Page, portal: Portal, paper: Path) -> str:
    """The address of the application, handed in from a phone."""
    portal.sign_in(page, CLAIRE)
    page.goto(f"{portal.url}/credit")
    assert violations(page) == []
    page.get_by_role("link", name="Apply for a higher limit").last.click()
    page.get_by_role("button", name="Higher limit").click()
    page.locator("#asked_limit").fill("900,000.00")
    page.locator("#reason").fill(REASON)
    assert violations(page) == []
    page.get_by_role("button", name="Save and go on").click()
    page.get_by_role("button", name="Save and go on").click()
    page.locator("#year_end_1").fill("2025-12-31")
    page.locator("#assets_1").fill("2,000,000")
    page.locator("#debts_1").fill("500,000")
    page.get_by_role("button", name="Save and go on").click()
    page.locator("#kind").select_option("balance_sheet")
    page.locator("input[type=file]").set_input_files(paper)
    page.get_by_role("button", name="Add the files").click()
    expect(page.locator("main")).to_contain_text("balance-2025.pdf")
    page.get_by_role("link", name="Go on", exact=True).click()
    expect(page.locator("main")).to_contain_text(REASON)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Hand in the application").click()
    expect(page.locator("main .stamp")).to_have_text("Handed in")
    return page.url


def propose(page: Page, portal: Portal) -> None:
    """The credit manager reads it and proposes a part of what was asked for."""
    portal.sign_in(page, MANAGER)
    page.goto(f"{portal.url}/desk/credit/applications?state=submitted")
    page.locator("main tbody tr", has_text="Mistral").get_by_role("link").first.click()
    assert violations(page) == []
    page.get_by_role("link", name="Propose a limit").click()
    expect(page.locator("#amount")).to_have_value("900000.00")
    page.locator("#amount").fill("850000.00")
    page.locator("#answer").fill(WORDS)
    expect(page.locator("#doubts-part")).to_contain_text("The admin decides over it.")
    assert violations(page) == []
    page.get_by_role("button", name="Propose the limit").click()
    expect(page.locator("main .stamp")).to_have_text("Waiting")


def approve(page: Page, portal: Portal) -> None:
    portal.sign_in(page, ADMIN)
    page.goto(f"{portal.url}/desk/approvals?kind=large_limit")
    page.locator("main tbody tr", has_text="Mistral").get_by_role("button", name="Approve").click()
    expect(page.locator("main tbody tr", has_text="Mistral")).to_have_count(0)


def test_an_application_becomes_a_limit(open_page: OpenPage, portal: Portal, paper: Path):
    customer = open_page(viewport=PHONE)
    where = apply(customer, portal, paper)
    propose(open_page(), portal)
    customer.reload()
    expect(customer.locator("main")).not_to_contain_text(WORDS)
    approve(open_page(), portal)

    customer.reload()
    expect(customer.locator("main .stamp")).to_have_text("Granted in part")
    expect(customer.locator("main")).to_contain_text(WORDS)
    told = next(mail for mail in portal.mails(CLAIRE) if mail.kind == "application_answered")
    assert "850,000.00" in told.text
    assert WORDS in told.text

    portal.sign_in(customer, CLAIRE, "zh-CN")
    customer.goto(f"{portal.url}/credit")
    expect(customer.locator("main")).to_contain_text("850,000.00")
    assert violations(customer) == []
    customer.goto(where)
    assert violations(customer) == []


def test_the_desk_reads_credit_in_both_languages(open_page: OpenPage, portal: Portal):
    page = open_page()
    for language in ("en", "zh-CN"):
        portal.sign_in(page, MANAGER, language)
        for path in ("/desk/credit", "/desk/credit/customers", "/desk/credit/applications"):
            page.goto(f"{portal.url}{path}")
            assert violations(page) == [], path
        page.locator("body").press("Escape")
    page.goto(f"{portal.url}/desk/credit/customers")
    page.locator("main tbody a").first.click()
    expect(page.locator("#exposure-parts")).to_be_visible()
    assert violations(page) == []
    portal.set_cookies(page, accord_theme="dark")
    page.reload()
    assert violations(page) == []
