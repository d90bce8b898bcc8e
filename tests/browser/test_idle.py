"""UX point 48: a warning before a session ends; staying is one press; nothing typed is lost."""

from playwright.sync_api import Page, expect
from sqlalchemy import update

from portal.tables.people import Session
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage

LI_MIN = "li.min@huadong.example"
TYPED = "zhao@huadong.example"


def typing(page: Page, portal: Portal) -> None:
    """Somebody half way through a form, on a clock that the test moves."""
    page.clock.install()
    portal.sign_in(page, LI_MIN)
    page.goto(f"{portal.url}/account/people")
    page.get_by_label("E-mail address").fill(TYPED)


def expect_typed(page: Page) -> None:
    expect(page.get_by_label("E-mail address")).to_have_value(TYPED)


def test_the_warning_comes_more_than_two_minutes_before_the_end(browser_page: Page, portal: Portal):
    """UX 48."""
    typing(browser_page, portal)
    browser_page.clock.fast_forward("26:00")
    expect(browser_page.locator("#idle")).to_be_hidden()
    browser_page.clock.fast_forward("01:50")

    expect(browser_page.locator("#idle")).to_be_visible()
    expect(browser_page.get_by_role("button", name="Stay signed in")).to_be_visible()


def test_the_button_extends_the_session_and_keeps_what_was_typed(
    browser_page: Page, portal: Portal
):
    typing(browser_page, portal)
    browser_page.clock.fast_forward("28:00")
    with browser_page.expect_response("**/account/session") as answered:
        browser_page.get_by_role("button", name="Stay signed in").click()

    assert answered.value.status == 204
    assert int(answered.value.headers["accord-idle"]) > 28 * 60
    expect(browser_page.locator("#idle")).to_be_hidden()
    expect_typed(browser_page)
    browser_page.clock.fast_forward("28:00")
    expect(browser_page.locator("#idle")).to_be_visible()


def test_escape_extends_it_too(browser_page: Page, portal: Portal):
    typing(browser_page, portal)
    browser_page.clock.fast_forward("28:00")
    expect(browser_page.locator("#idle")).to_be_visible()
    with browser_page.expect_response("**/account/session") as answered:
        browser_page.keyboard.press("Escape")

    assert answered.value.status == 204
    expect_typed(browser_page)


def end_all(portal: Portal) -> None:
    with portal.installation.work() as w:
        w.session.execute(update(Session).values(ended_at=w.now))


def test_who_comes_too_late_is_told_and_loses_nothing(browser_page: Page, portal: Portal):
    typing(browser_page, portal)
    browser_page.clock.fast_forward("28:00")
    end_all(portal)
    browser_page.get_by_role("button", name="Stay signed in").click()

    expect(browser_page.locator("#alerts")).to_contain_text("You were signed out meanwhile.")
    expect_typed(browser_page)


def test_without_scripts_what_was_sent_too_late_is_handed_back(open_page: OpenPage, portal: Portal):
    page = open_page(java_script_enabled=False)
    portal.sign_in(page, LI_MIN)
    page.goto(f"{portal.url}/account/people")
    page.get_by_label("E-mail address").fill(TYPED)
    page.get_by_label("Name", exact=True).fill("Zhao Yi")
    end_all(portal)
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_label("E-mail address").fill(LI_MIN)
    page.locator("form[action='/login'] button[type=submit]").click()
    page.locator("#password").fill("accord-li-min")
    page.locator("form[action='/login/password'] button[type=submit]").click()
    page.get_by_role("button", name="Send it now").click()

    expect(page.locator("main")).to_contain_text("Zhao Yi")
    expect(page.locator("main")).to_contain_text(TYPED)
