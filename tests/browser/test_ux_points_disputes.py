"""UX points 17, 27 and 28: disputes are typed once, decided once, and notes stay inside."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.disputes.raising import RaiseDispute, raise_dispute
from portal.disputes.subjects import About
from portal.people.recognising import actor_of
from portal.tables.people import User
from tests.browser.axe import violations
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage
from tests.browser.owing import open_invoice
from tests.browser.person import Person

SUN, DANA, TOM = "sun.li@dongfang.example", "dana.reyes@pinnacle.example", "tom@oakley.example"
GIULIA, KENJI = "g.ferri@marengo.example", "k.kishimoto@kishimoto.example"
CLERK, SECOND = "wang.fang@lindqvist-motion.example", "david.osei@lindqvist-motion.example"
SENTINEL = "KINGFISHER-5519"


def disputed(portal: Portal, code: str, email: str) -> str:
    """The reference of a dispute that somebody has just raised."""
    item = open_invoice(portal, code)
    with portal.installation.work() as w:
        person = w.session.scalars(select(User).where(User.email == email)).one()
        actor = actor_of(w, person.id)
    with portal.installation.work(actor) as w:
        return w.refs.of(
            "di", raise_dispute(w, RaiseDispute(About(item.entry_id), "price", item.open))
        )


def test_ux_27_a_line_is_disputed_with_two_fields_and_nothing_is_entered_twice(
    browser_page: Page, portal: Portal
):
    """UX 27: the line names document and amount; after an error everything is still there."""
    page = browser_page
    portal.sign_in(page, SUN)
    page.goto(f"{portal.url}/invoices/{open_invoice(portal, 'DONGFANG').ref}")
    page.locator("#lines-of-it, main").get_by_role(
        "link", name=re.compile("^Dispute .")
    ).first.click()
    assert violations(page) == []
    amount = page.locator("#amount").input_value()
    assert float(amount.replace(",", "")) > 0
    page.locator("#said").fill("Three are missing.")
    page.get_by_role("button", name="Raise the dispute").click()

    expect(page.locator("#error-summary")).to_be_focused()
    assert page.locator("#said").input_value() == "Three are missing."
    assert page.locator("#amount").input_value() == amount
    page.locator("#reason").select_option("quantity")
    page.get_by_role("button", name="Raise the dispute").click()
    expect(page.locator("main h1")).to_contain_text("DSP-")
    expect(page.locator(".thread")).to_contain_text("Three are missing.")


def test_ux_28_what_the_house_notes_is_on_no_page_of_the_customer(
    open_page: OpenPage, portal: Portal
):
    """UX 28: the clerk reads it; the customer's page and feed do not have it."""
    ref = disputed(portal, "PINNACLE", DANA)
    clerk, dana = open_page(), open_page()
    portal.sign_in(clerk, CLERK)
    clerk.goto(f"{portal.url}/desk/disputes/{ref}")
    clerk.locator("#note-body").fill(f"They say {SENTINEL}.")
    clerk.get_by_role("button", name="Keep the note").click()
    expect(clerk.locator("#notes, .notes").first).to_contain_text(SENTINEL)

    portal.sign_in(dana, DANA)
    dana.goto(f"{portal.url}/account/calendar")
    dana.get_by_role("button", name=re.compile("Make ")).click()
    feed = dana.locator("main a.hash").get_attribute("href")
    for path in (f"/disputes/{ref}", "/disputes", "/", feed):
        told = dana.request.get(f"{portal.url}{path}")
        assert told.ok, path
        assert SENTINEL not in told.text(), path


@pytest.mark.parametrize(
    ("verdict", "code", "email"), [("Accept", "OAKLEY", TOM), ("Reject", "MARENGO", GIULIA)]
)
def test_a_clerk_decides_in_four_clicks(
    browser_page: Page, portal: Portal, verdict: str, code: str, email: str
):
    """From the desk: the dispute, the verdict, why it came to this, and done; nothing is typed."""
    page = browser_page
    ref = disputed(portal, code, email)
    portal.sign_in(page, CLERK)
    page.goto(f"{portal.url}/desk/disputes?state=all")
    person = Person(page)
    person.click(page.locator(f"main a[href$='/desk/disputes/{ref}']").first)
    person.click(page.locator("#decision-part .tabs").get_by_role("link", name=verdict, exact=True))
    cause = page.locator("#root_cause")
    person.clicks += 1  # the choice of a list is one
    cause.select_option(index=1)
    person.click(page.get_by_role("button", name=verdict, exact=True))

    expect(page.locator("#decision-part")).to_contain_text("Wang Fang · 20 Nov 2026")
    assert (person.clicks, person.typed) == (4, 0)


def test_ux_17_two_clerks_decide_and_one_is_told(open_page: OpenPage, portal: Portal):
    """UX 17: the second decision changes nothing, and shows what the first one said."""
    ref = disputed(portal, "KISHIMOTO", KENJI)
    pages = [open_page(), open_page()]
    for page, email in zip(pages, (CLERK, SECOND), strict=True):
        portal.sign_in(page, email)
        page.goto(f"{portal.url}/desk/disputes/{ref}?verdict=reject")
        page.locator("#root_cause").select_option(index=1)
        page.locator("#answer").fill(f"No, says {email}.")
    first, second = pages
    first.get_by_role("button", name="Reject", exact=True).click()
    expect(first.locator("#decision-part")).to_contain_text(f"No, says {CLERK}.")
    second.get_by_role("button", name="Reject", exact=True).click()

    expect(second.locator("#error-summary")).to_be_focused()
    expect(second.locator("#decision-part")).to_contain_text(f"No, says {CLERK}.")
    expect(second.locator("#decision-part")).to_contain_text(f"No, says {SECOND}.")
