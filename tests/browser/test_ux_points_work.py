"""UX point 33: the work queue with keys only; and that it does as much without scripts."""

import datetime as dt

from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.approvals.tasks import NewTask, make_task
from portal.base.access import SYSTEM
from portal.tables.approvals import Task
from portal.tables.customers import Customer
from tests.browser.axe import violations
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage
from tests.browser.person import Person

CLERK = "wang.fang@lindqvist-motion.example"
CALLS = "/desk/work?kind=call"


def calls_waiting(portal: Portal, count: int) -> None:
    """So many calls of the ladder that nobody has taken."""
    with portal.installation.work(SYSTEM) as w:
        customers = list(w.session.scalars(select(Customer.id).order_by(Customer.id)))
        made = w.session.scalars(select(Task.id)).all()
        for turn in range(count):
            facts = {"amount": f"{1000 + turn}.00", "currency": "EUR", "on": "2026-09-01"}
            subject = f"dunning/{9000 + len(made) + turn}"
            customer_id = customers[turn % len(customers)]
            due = w.today - dt.timedelta(days=turn)
            make_task(w, NewTask(customer_id, "ladder_call", subject, due, facts))


def rows(page: Page) -> int:
    return page.locator("#work tbody tr").count()


def focused_row(page: Page) -> int:
    """Which row of the list has the focus, counted from nought; -1: none."""
    return int(
        page.evaluate(
            """() => [...document.querySelectorAll("#work tbody tr")]
              .indexOf(document.activeElement.closest("#work tbody tr"))"""
        )
    )


def test_ux_33_twenty_items_are_dealt_with_by_keys_and_the_focus_is_on_the_next_row(
    browser_page: Page, portal: Portal
):
    """UX 33: j, e, s and Enter alone; after each the next row has the focus."""
    calls_waiting(portal, 24)
    portal.sign_in(browser_page, CLERK)
    page, clerk = browser_page, Person(browser_page)
    page.goto(f"{portal.url}{CALLS}")
    before = rows(page)
    assert before >= 24
    page.keyboard.press("j")
    for turn in range(20):
        left = rows(page)
        if turn % 2:
            page.keyboard.press("s")
            expect(page.locator("#pane button[value=tomorrow]")).to_be_focused()
        else:
            page.keyboard.press("e")
            expect(page.locator("#pane input[name=result]")).to_be_focused()
            page.keyboard.type("Rang, pays on Friday")
        page.keyboard.press("Enter")
        expect(page.locator("#work tbody tr")).to_have_count(left - 1)
        page.wait_for_function(
            "() => document.activeElement.closest('#work tbody tr')", timeout=5000
        )
        assert focused_row(page) == 0
        clerk.look_at_focus()
        assert "left." in page.locator("#live").inner_text()

    assert rows(page) == before - 20
    assert clerk.trouble == []


def test_keys_open_choose_and_hand_on(browser_page: Page, portal: Portal):
    calls_waiting(portal, 3)
    portal.sign_in(browser_page, CLERK)
    page = browser_page
    page.goto(f"{portal.url}{CALLS}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#pane-title")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-chosen]")).to_have_text("1")
    expect(page.locator("[data-chosen-sum]")).to_contain_text("EUR")
    page.keyboard.press("l")
    expect(page.locator("#pane select[name=result]")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("/")
    # What is typed into a field is no shortcut.
    expect(page.locator("#pane select[name=result]")).to_be_focused()


def test_without_scripts_the_same_is_done_on_pages(open_page: OpenPage, portal: Portal):
    calls_waiting(portal, 2)
    page = open_page(java_script_enabled=False)
    portal.sign_in(page, CLERK)
    page.goto(f"{portal.url}{CALLS}")
    before = rows(page)
    page.locator("#work tbody tr").first.get_by_role("link", name="Let it rest").click()
    page.get_by_role("button", name="Until tomorrow").click()

    assert rows(page) == before - 1
    expect(page.locator(".notices")).to_contain_text("It rests.")
