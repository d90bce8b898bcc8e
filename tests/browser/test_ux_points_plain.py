"""UX point 8: every journey of a customer goes through with scripts switched off."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.core.statement import read_statement
from portal.tables.statements import Statement
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage
from tests.browser.person import CODE, confirmed, review

CHEN, LI_MIN = "chen.wei@huadong.example", "li.min@huadong.example"
DANA, CLAIRE = "dana.reyes@pinnacle.example", "claire.dubois@mistral.example"
JONAS, ANKE = "jonas.weber@bergmann.example", "anke.bergmann@bergmann.example"

Enter = Callable[[str], Page]


@pytest.fixture
def enter(open_page: OpenPage, portal: Portal) -> Enter:
    """Somebody at the pages, signed in, without scripts."""

    def opened(email: str) -> Page:
        page = open_page(java_script_enabled=False)
        portal.sign_in(page, email)
        return page

    return opened


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()


def told(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator(".notices, main").filter(has_text=text).first).to_be_visible()


def test_ux_08_tick_differ_sign_and_withdraw(enter: Enter, portal: Portal):
    """UX 8, 23: line by line to the certificate, and back within the quarter of an hour."""
    page, path = enter(DANA), portal.path(portal.statement("PINNACLE"))
    page.goto(portal.url + path)
    page.locator("#line-1-agree").click()
    expect(page.locator("#line-1-agree")).to_have_attribute("aria-pressed", "true")
    page.locator("#line-2-differs").click()
    page.get_by_label("What is different?").select_option("wrong_amount")
    page.get_by_label("Amount in your books").fill("100.00")
    press(page, "Save the difference")
    expect(page.locator("#line-2-differs")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{portal.url}{path}/differences")
    own = page.locator(f"form[action='{path}/differences']")
    own.locator("[name=document]").fill("OWN-1")
    own.locator("[name=own_amount]").fill("12.50")
    own.get_by_text("It raises what we owe").click()
    own.locator("[name=reason]").select_option(index=1)
    press(page, "Add the document")
    expect(page.locator("main table").first).to_contain_text("OWN-1")
    page.get_by_role("button", name="Remove OWN-1").click()
    expect(page.locator("main table").first).not_to_contain_text("OWN-1")

    page.goto(portal.url + path)
    press(page, "Agree to all others")
    review(page, portal, DANA, path)
    page.locator("#sign").click()
    code = confirmed(page).locator(".stamp").inner_text()
    assert portal.statement("PINNACLE").state == "confirmed_with_differences"

    page.get_by_role("button", name="Undo until").click()
    told(page, "The answer is withdrawn.")
    page.goto(f"{portal.url}/verify/{code}")
    expect(page.locator("main .stamp")).to_have_text(re.compile("withdrawn", re.IGNORECASE))


def own_ledger(statement: Statement) -> bytes:
    """The customer's books: the same lines, and the last one missing."""
    lines = read_statement(statement.payload).lines[:-1]
    rows = ["Date,Document,Debit,Credit"]
    for line in lines:
        major = f"{abs(line.amount_minor) // 100}.{abs(line.amount_minor) % 100:02}"
        sides = f"{major}," if line.amount_minor > 0 else f",{major}"
        rows.append(f"{line.dated_on},{line.document},{sides}")
    return "\n".join(rows).encode()


def test_ux_08_compare_and_apply(enter: Enter, portal: Portal):
    """UX 8: a file is chosen and sent, its result decided on and applied."""
    statement = portal.statement("HUADONG")
    page = enter(CHEN)
    page.goto(f"{portal.url}{portal.path(statement)}/comparison")
    file = {"name": "own.csv", "mimeType": "text/csv", "buffer": own_ledger(statement)}
    page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
    page.get_by_role("button", name=re.compile("^Compare")).click()
    if page.url.endswith("/mapping"):
        press(page, "Compare")
    expect(page.locator(".bridge")).to_contain_text("Nothing is left to explain.")
    page.locator("#rows-ours tbody").get_by_role("button", name=re.compile("In transit")).click()
    expect(page.locator("#rows-ours tbody")).to_contain_text("In transit")
    press(page, "Apply to the statement")

    expect(page.locator(".sticky-bar").first).to_contain_text("answered")
    assert portal.count("answer", statement_id=statement.id) == statement.line_count


def test_ux_08_several_together(enter: Enter, portal: Portal):
    """UX 8, 2: chosen on the list, confirmed with one code."""
    page = enter(CHEN)
    page.goto(f"{portal.url}/statements?state=waiting")
    for box in page.locator("input.table__select[name=statement]").all():
        box.check()
    press(page, "Confirm the chosen together")
    press(page, "Mail me a code")
    expect(page.locator("main")).to_contain_text("We sent it to")
    page.locator(CODE).fill(portal.code(CHEN))
    page.locator("#sign").click()

    expect(page.locator("#confirmed tbody tr").first).to_be_visible()
    assert portal.statement("HUADONG-NJ").state == "confirmed"


def test_ux_08_pass_on_give_back_and_sign(enter: Enter, portal: Portal):
    """UX 8: who prepares, who approves, and what they say to each other."""
    path = portal.path(portal.statement("BERGMANN"))
    jonas, anke = enter(JONAS), enter(ANKE)

    jonas.goto(portal.url + path)
    press(jonas, "Take it back")
    jonas.goto(f"{portal.url}{path}/preparation")
    jonas.get_by_label(re.compile("Comment", re.IGNORECASE)).fill("All of it is right.")
    press(jonas, "Pass it on")
    anke.goto(f"{portal.url}{path}/preparation/return")
    anke.locator("main textarea").fill("Please look at the last line.")
    anke.locator("main form button[type=submit]").first.click()
    told(anke, "The statement is returned")
    jonas.goto(f"{portal.url}{path}/preparation")
    press(jonas, "Pass it on")
    review(anke, portal, ANKE, path)
    anke.locator("#sign").click()

    confirmed(anke)
    assert portal.statement("BERGMANN").state == "confirmed"


def test_ux_08_people_and_hand_over(enter: Enter, portal: Portal):
    """UX 8: somebody is invited, another gets a limit; signing is handed over, and taken back."""
    page = enter(LI_MIN)
    page.goto(f"{portal.url}/account/people")
    page.get_by_label("E-mail address").fill("zhao@huadong.example")
    page.get_by_label("Name", exact=True).fill("Zhao Yi")
    page.get_by_label("Accountant", exact=False).first.check()
    press(page, "Send the invitation")
    expect(page.locator("#people")).to_contain_text("zhao@huadong.example")
    page.get_by_role("link", name="Change Chen Wei").click()
    page.locator("[aria-labelledby=limits] input[inputmode=decimal]").first.fill("500000.00")
    press(page, "Set the limits")
    told(page, "How much Chen Wei may sign for is changed.")

    page = enter(CLAIRE)
    page.goto(f"{portal.url}/account/delegations")
    press(page, "End it now")
    page.get_by_label("Colleague").select_option(label="Paul Martin")
    page.get_by_label("First day").fill("2026-11-20")
    page.get_by_label("Last day").fill("2026-11-30")
    press(page, "Hand it over")
    expect(page.locator("#delegations tbody tr")).to_have_count(2)


def test_ux_08_agreement_and_messages(enter: Enter, portal: Portal):
    """UX 8: what is agreed and which mails come."""
    page = enter(CHEN)
    page.goto(f"{portal.url}/account/company")
    page.locator("[aria-labelledby=agreement] input[name=is_electronic]").check()
    press(page, "Accept what is ticked")
    expect(page.locator("[aria-labelledby=agreement]")).to_contain_text("Accepted")
    page.get_by_role("link", name="Revoke the agreement").click()
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("[aria-labelledby=agreement]")).to_contain_text("Nothing is agreed yet")

    page.goto(f"{portal.url}/account/notifications")
    page.locator("#notices label:has(input[value=off])").first.click()
    page.get_by_role("button", name="Save").click()
    page.goto(f"{portal.url}/account/notifications")
    expect(page.locator("#notices input[value=off]").first).to_be_checked()
