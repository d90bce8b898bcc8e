"""From a line that is disputed with a file to the answer, with a second person between."""

import re

from playwright.sync_api import Page, expect

from tests.browser.company import Portal
from tests.browser.conftest import OpenPage
from tests.browser.owing import open_invoice
from tests.browser.person import Person

SUN = "sun.li@dongfang.example"
CLERK, SECOND = "wang.fang@lindqvist-motion.example", "zhou.min@lindqvist-motion.example"
#: Above what a clerk credits alone.
ACCEPTED = "5500.00"
RECEIVED = {"name": "received.csv", "mimeType": "text/csv", "buffer": b"Pos,Received\n1,22\n"}


def dearest_line(page: Page) -> None:
    """Begins a dispute of the line that cost most."""
    amounts = page.locator("#lines tbody td[data-slot=amount]").all_inner_texts()
    figures = [float(re.sub(r"[^\d.]", "", text)) for text in amounts]
    row = page.locator("#lines tbody tr").nth(figures.index(max(figures)))
    row.get_by_role("link", name=re.compile("^Dispute")).click()


def raise_without_scripts(page: Page, portal: Portal) -> str:
    """The number of the dispute, and a file with it."""
    portal.sign_in(page, SUN)
    page.goto(f"{portal.url}/invoices/{open_invoice(portal, 'DONGFANG').ref}")
    dearest_line(page)
    page.locator("#reason").select_option("quantity")
    page.locator("#said").fill("Three are missing, see our list.")
    page.locator("#files").set_input_files([RECEIVED])  # type: ignore[list-item]
    page.get_by_role("button", name="Raise the dispute").click()
    expect(page.locator(".thread")).to_contain_text("received.csv")
    return re.findall(r"DSP-\d+", page.locator("main h1").inner_text())[0]


def accept_by_keyboard(page: Page, portal: Portal, number: str) -> Person:
    """A part is accepted with keys alone, in the words that are there."""
    portal.sign_in(page, CLERK)
    page.goto(f"{portal.url}/desk/disputes")
    person = Person(page)
    person.tab_to(page.get_by_role("link", name=number, exact=True))
    page.keyboard.press("Enter")
    expect(page.locator("#decision-part")).to_be_visible()
    person.tab_to(page.get_by_role("link", name="Accept in part"))
    page.keyboard.press("Enter")
    expect(page.locator("#accepted")).to_be_visible()
    person.tab_to(page.locator("#accepted"))
    page.keyboard.type(ACCEPTED)
    person.tab_to(page.locator("#root_cause"))
    page.keyboard.press("ArrowDown")
    person.tab_to(page.get_by_role("button", name="Accept in part"))
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("A second person has to agree")
    return person


def test_a_line_is_disputed_answered_and_approved(open_page: OpenPage, portal: Portal):
    """UX 8: the customer has no scripts, the clerk no mouse, the manager an inbox."""
    customer, clerk, second = open_page(java_script_enabled=False), open_page(), open_page()
    number = raise_without_scripts(customer, portal)
    assert accept_by_keyboard(clerk, portal, number).trouble == []
    customer.reload()
    expect(customer.locator("main")).not_to_contain_text("5,500.00")

    portal.sign_in(second, SECOND)
    second.goto(f"{portal.url}/desk/approvals")
    request = second.locator("main tbody tr", has_text="Credit note, Dongfang")
    expect(request).to_contain_text("5,500.00")
    request.get_by_role("button", name="Approve").click()
    expect(request).to_have_count(0)

    customer.reload()
    answer = customer.locator("main section", has_text="Our answer").first
    expect(answer).to_contain_text("Accepted in part")
    expect(answer).to_contain_text("CNY 5,500.00")
    expect(customer.locator("main .stamp")).to_have_text("Decided")
