"""Who collects, without a script: what is due is answered, a case opened, its evidence packed."""

import re

from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.tables.cases import CollectionCase
from portal.tables.customers import Customer
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage

SALES, LAWYER = "li.na@lindqvist-motion.example", "he.yun@lindqvist-motion.example"


def test_without_script_two_items_are_answered_and_sent(portal: Portal, plain_page: Page):
    page = plain_page
    portal.sign_in(page, SALES)
    page.goto(f"{portal.url}/desk/due")
    answered = page.locator("form[method=post] fieldset.entry")
    count = answered.count()
    for nth in (0, 1):
        answered.nth(nth).get_by_label("On time").check()
    page.get_by_role("button", name="Send the answers").click()

    expect(answered).to_have_count(count - 2)


def test_without_script_a_case_is_proposed_and_its_evidence_packed(
    portal: Portal, open_page: OpenPage
):
    page = open_page(java_script_enabled=False)
    portal.sign_in(page, LAWYER)
    with portal.installation.reading(SYSTEM) as r:
        code = select(Customer.id).where(Customer.code == "XINGHAI")
        customer = r.refs.of("cu", r.session.scalars(code).one())
        case = r.refs.of("cs", r.session.scalars(select(CollectionCase.id)).first() or 0)
    page.goto(f"{portal.url}/desk/customers/{customer}/cases/new")
    page.locator("input[name=items]").first.check()
    page.locator("[name=reason]").fill("Nobody answers any more.")
    page.get_by_role("button", name="Propose the case").click()
    expect(page.locator(".stamp")).to_have_text(re.compile("second person"))

    page.goto(f"{portal.url}/desk/cases/{case}")
    page.get_by_role("button", name="Make an evidence pack").click()
    expect(page.get_by_text("No pack was made yet.")).to_have_count(0)
