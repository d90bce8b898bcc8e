"""UX point 2: four branches confirmed together in at most eight clicks and one code."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.company import Portal, opened
from tests.browser.person import CODE, Person, open_mail
from tests.demo import Demo

CHEN = "chen.wei@huadong.example"
BRANCHES = ("HUADONG", "HUADONG-HZ", "HUADONG-NJ", "HUADONG-SZ")
MOST_CLICKS = 8


@pytest.fixture
def fresh(demo_company: Demo, tmp_path: Path) -> Iterator[Portal]:
    """A portal that this test alone changes."""
    with opened(demo_company, tmp_path / "instance") as running:
        yield running


def states(portal: Portal) -> set[str]:
    return {portal.statement(code).state for code in BRANCHES}


def sign_together(person: Person, portal: Portal) -> None:
    """From the review to the certificates."""
    page = person.page
    expect(page.locator("#batch tbody tr")).to_have_count(len(BRANCHES))
    expect(page.locator("#batch tfoot")).to_contain_text("CNY 985,492.33")
    person.click(page.get_by_role("button", name="Mail me a code"))
    person.type(page.locator(CODE), portal.code(CHEN))
    person.click(page.locator("#sign"))
    expect(page.locator("h1")).to_have_text("4 statements are confirmed")
    expect(page.locator("#confirmed tbody tr")).to_have_count(len(BRANCHES))


def test_from_the_first_page(browser_page: Page, fresh: Portal):
    """UX 2."""
    fresh.sign_in(browser_page, CHEN)
    person = Person(browser_page)
    browser_page.goto(fresh.url)
    person.click(browser_page.get_by_role("link", name="Review together"))
    sign_together(person, fresh)

    assert states(fresh) == {"confirmed"}
    assert person.clicks <= MOST_CLICKS
    assert person.typed == 6


def test_from_the_mail_of_one_of_them(browser_page: Page, fresh: Portal):
    fresh.set_cookies(browser_page, accord_language="en")
    person = Person(browser_page)
    person.click(open_mail(browser_page, fresh, CHEN))
    person.click(browser_page.get_by_role("link", name="Sign in and confirm several together"))
    person.type(browser_page.locator("input[name=email]"), CHEN)
    person.click(browser_page.locator("form[action='/login'] button[type=submit]"))
    person.type(browser_page.locator("#password"), "accord-chen-wei")
    person.click(browser_page.locator("form[action='/login/password'] button[type=submit]"))
    sign_together(person, fresh)

    assert states(fresh) == {"confirmed"}
    assert person.clicks <= MOST_CLICKS


def test_from_the_list_by_keys_alone(browser_page: Page, fresh: Portal):
    fresh.sign_in(browser_page, CHEN)
    browser_page.goto(f"{fresh.url}/statements?state=waiting")
    for _row in BRANCHES:
        browser_page.keyboard.press("j")
        browser_page.keyboard.press("x")
    expect(browser_page.locator(".bulk-bar")).to_contain_text("4")
    browser_page.get_by_role("button", name="Confirm the chosen together").focus()
    browser_page.keyboard.press("Enter")

    expect(browser_page.locator("#batch tbody tr")).to_have_count(len(BRANCHES))
