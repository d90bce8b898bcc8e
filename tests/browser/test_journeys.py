"""The main job in a real browser: a statement is answered, from its mail to its certificate."""

import json
import re
import subprocess

from playwright.sync_api import Page, expect

from portal.base import formats
from portal.core.money import Money
from tests.browser.axe import violations
from tests.browser.company import Portal
from tests.browser.person import (
    CODE,
    REVIEW,
    Person,
    certificate_file,
    confirmed,
    open_mail,
    review,
)

CHEN = "chen.wei@huadong.example"
DANA = "dana.reyes@pinnacle.example"
GIULIA = "g.ferri@marengo.example"
OMAR = "omar@gulfline.example"


def balance(portal: Portal, code: str) -> str:
    statement = portal.statement(code)
    return formats.money(Money(statement.closing_minor, statement.currency))


def confirm_from_the_mail(person: Person, portal: Portal, email: str, code: str) -> None:
    """The link, Review, six digits, Confirm: with a button that names the sum."""
    page = person.page
    portal.set_cookies(page, accord_language="en")
    person.click(open_mail(page, portal, email))
    person.click(page.get_by_role("button", name="Review and confirm"))
    page.wait_for_url(REVIEW)
    assert not page.locator("input[type=checkbox]:checked").count()
    person.type(page.locator(CODE), portal.code(email))
    person.click(page.get_by_role("button", name=f"Confirm {balance(portal, code)}", exact=True))


def test_a_clean_statement_takes_three_clicks_and_a_code(
    browser_page: Page, portal: Portal, tmp_path
):
    """UX 1, 19, 22: and then everybody can check the certificate."""
    person = Person(browser_page)
    confirm_from_the_mail(person, portal, OMAR, "GULFLINE")

    panel = confirmed(browser_page)
    assert (person.clicks, person.typed) == (3, 6)
    expect(panel).to_contain_text("Omar Al-Sabah")
    assert portal.statement("GULFLINE").state == "confirmed"

    verify_code = panel.locator(".stamp").inner_text()
    file = certificate_file(browser_page, tmp_path)
    told = json.loads(portal.accord("verify", "--document", str(file), "--format", "json"))
    assert told["ok"], told

    browser_page.context.clear_cookies()
    browser_page.goto(f"{portal.url}/verify/{verify_code}")
    expect(browser_page.locator("main .stamp")).to_have_text(re.compile("valid", re.IGNORECASE))
    expect(browser_page.locator("main")).not_to_contain_text("Omar")


def test_without_scripts_it_is_the_same_journey(plain_page: Page, portal: Portal):
    """UX 8."""
    person = Person(plain_page)
    confirm_from_the_mail(person, portal, CHEN, "HUADONG-SZ")

    expect(confirmed(plain_page).locator("a[href$='certificate.pdf']")).to_be_visible()
    assert (person.clicks, person.typed) == (3, 6)


def test_differences_are_named_and_certified(browser_page: Page, portal: Portal, tmp_path):
    """UX 5, 20, C4: one line differs, all others are right."""
    page = browser_page
    portal.sign_in(page, DANA)
    path = portal.path(portal.statement("PINNACLE"))
    page.goto(f"{portal.url}{path}")
    line = page.locator("tbody:has(form.tick):has([data-slot=title] a)").nth(1)
    document = line.locator("[data-slot=title] a").inner_text()

    line.get_by_role("button", name="Differs").click()
    line.get_by_label("What is different?").select_option("wrong_amount")
    line.get_by_label("Amount in your books").fill("100.00")
    line.get_by_label("Note").fill("Agreed: 100")
    line.get_by_role("button", name="Save the difference").click()
    expect(line.locator("[id$=differs]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#live")).to_contain_text(f"{document} differs.")

    page.get_by_role("button", name="Agree to all others").click()
    expect(page.locator("form.tick [aria-pressed=true]")).to_have_count(
        page.locator("form.tick").count()
    )
    page.get_by_role("button", name="Review and confirm").click()
    page.wait_for_url(REVIEW)
    expect(page.get_by_label("Confirm with differences", exact=True)).to_be_checked()
    page.locator(CODE).fill(portal.code(DANA))
    page.get_by_role(
        "button", name=f"Confirm {balance(portal, 'PINNACLE')} with differences"
    ).click()

    confirmed(page)
    file = certificate_file(page, tmp_path)
    printed = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True)
    said = " ".join(printed.stdout.decode().split())
    assert document in said
    assert "Agreed: 100" in said
    assert portal.statement("PINNACLE").state == "confirmed_with_differences"


def test_who_does_not_agree_says_why(browser_page: Page, portal: Portal):
    """UX 13: the summary speaks, the choice is kept; the second time the reason is there."""
    page = browser_page
    portal.sign_in(page, GIULIA)
    review(page, portal, GIULIA, portal.path(portal.statement("MARENGO")))
    page.get_by_text("Do not agree", exact=True).click()
    refuse = page.get_by_role("button", name="Sign that you do not agree")
    refuse.click()

    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.get_by_label("Do not agree")).to_be_checked()
    expect(page.get_by_label("Remark")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []

    page.get_by_label("Remark").fill("The opening balance is not ours.")
    if not page.locator(CODE).input_value():
        page.locator(CODE).fill(portal.code(GIULIA))
    refuse.click()
    expect(confirmed(page)).to_contain_text("Not agreed")
    assert portal.statement("MARENGO").state == "refused"


def test_by_keyboard_alone(browser_page: Page, portal: Portal):
    """UX 6, 11, 20: Tab, Enter, Space and single keys; the focus is never lost nor hidden."""
    page = browser_page
    portal.sign_in(page, CHEN)
    statement = portal.statement("HUADONG-HZ")
    person = Person(page)
    page.goto(f"{portal.url}/statements")
    person.tab_to(page.locator(f"main a[href='{portal.path(statement)}']").first)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{portal.url}{portal.path(statement)}")

    person.press("j", "y")
    expect(page.locator("#line-1-agree")).to_have_attribute("aria-pressed", "true")
    person.press("j", "n")
    expect(page.locator("#line-2-panel-title")).to_be_focused()
    person.press("Escape")
    expect(page.locator("#line-2-panel")).to_have_count(0)
    person.look_at_focus()
    person.press("j", "k", "y")
    expect(page.locator("#line-2-agree")).to_have_attribute("aria-pressed", "true")
    person.tab_to(page.locator("#line-3-agree"))
    person.press("Space")
    expect(page.locator("#line-3-agree")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#line-3-agree")).to_be_focused()

    page.keyboard.press("c")
    page.wait_for_url(re.compile("/confirmation$"))
    person.tab_to(page.locator(CODE))
    page.keyboard.type(portal.code(CHEN))
    person.tab_to(page.locator("#sign"))
    page.keyboard.press("Enter")

    confirmed(page)
    assert person.trouble == []


#: What is wider than the screen, and what is too small for a thumb.
OUTSIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll(".button[data-kind=primary], .tick button")]
  .filter((one) => one.checkVisibility())
  .filter((one) => ["width", "height"].some((side) => one.getBoundingClientRect()[side] < 44))
  .map((one) => one.outerHTML.slice(0, 120))"""


def test_on_a_phone(phone_page: Page, portal: Portal):
    """UX 10, 12: nothing scrolls sideways, what matters is large enough for a thumb."""
    page = phone_page
    email, statement = CHEN, portal.statement("HUADONG-NJ")
    portal.sign_in(page, email)

    def fits() -> None:
        assert page.evaluate(OUTSIDE) <= 0, page.url
        assert page.evaluate(SMALL) == [], page.url

    page.goto(f"{portal.url}/statements")
    fits()
    page.goto(f"{portal.url}{portal.path(statement)}")
    page.locator("#line-1-agree").tap()
    expect(page.locator("#line-1-agree")).to_have_attribute("aria-pressed", "true")
    page.locator("#line-2-differs").tap()
    expect(page.locator("#line-2-panel")).to_be_visible()
    fits()
    page.locator("#line-2-panel").get_by_text("Close").tap()
    page.get_by_role("button", name="Review and confirm").tap()
    page.wait_for_url(REVIEW)
    page.locator(CODE).fill(portal.code(email))
    fits()
    page.locator("#sign").tap()
    confirmed(page)
    fits()
