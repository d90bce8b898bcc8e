"""From a plan that is asked for, over a counter-offer, to the signatures of both sides."""

from playwright.sync_api import Page, expect

from tests.browser.axe import violations
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage
from tests.browser.person import CODE

CLAIRE = "claire.dubois@mistral.example"
CLERK, SECOND = "wang.fang@lindqvist-motion.example", "zhou.min@lindqvist-motion.example"


def ask(page: Page, portal: Portal) -> str:
    """The number of the plan: four instalments."""
    portal.sign_in(page, CLAIRE)
    page.goto(f"{portal.url}/plans/new")
    page.locator("#number").fill("4")
    expect(page.locator("#row-amount_4")).to_be_visible()
    page.get_by_role("button", name="Ask for this plan").click()
    expect(page.locator("main .stamp")).to_have_text("With supplier")
    return page.locator("main h1").inner_text().split()[1]


def counter(page: Page, portal: Portal, number: str) -> None:
    """The house offers three instead, and asks for approval of that."""
    portal.sign_in(page, CLERK)
    page.goto(f"{portal.url}/desk/plans")
    page.get_by_role("link", name=number, exact=True).click()
    page.get_by_role("link", name="Counter-offer").click()
    page.locator("#number").fill("3")
    expect(page.locator("#row-amount_4")).to_have_count(0)
    page.locator("main form button[data-kind=primary]").click()
    expect(page.locator("main")).to_contain_text("What has changed")
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.locator("main")).to_contain_text("Waiting for a second person")


def approve(page: Page, portal: Portal) -> None:
    portal.sign_in(page, SECOND)
    page.goto(f"{portal.url}/desk/approvals")
    request = page.locator("main tbody tr", has_text="Instalment plan, Mistral")
    request.get_by_role("button", name="Approve").click()
    expect(request).to_have_count(0)


def sign(page: Page, portal: Portal) -> None:
    page.reload()
    page.get_by_role("link", name="Review and sign").click()
    page.get_by_role("button", name="Mail me a code").click()
    expect(page.locator("main")).to_contain_text("We sent it to")
    assert violations(page) == []
    page.locator("#agrees").check()
    page.locator(CODE).fill(portal.code(CLAIRE))
    page.locator("#sign").click()
    expect(page.locator("main .stamp")).to_have_text("Waits for the supplier’s signature")


def test_a_plan_is_asked_for_countered_and_signed_by_both(open_page: OpenPage, portal: Portal):
    customer, clerk, second = open_page(), open_page(), open_page()
    number = ask(customer, portal)
    counter(clerk, portal, number)
    approve(second, portal)
    sign(customer, portal)

    clerk.reload()
    clerk.get_by_role("button", name="Sign for Lindqvist Motion").click()
    expect(clerk.locator("main .stamp")).to_have_text("Agreed by both sides")
    customer.reload()
    with customer.expect_download() as letter:
        customer.get_by_role("link", name="Sealed letter (PDF)").click()
    assert letter.value.suggested_filename.endswith(".pdf")
