"""What scripts add to pages that work without them, in a real Chromium under the real policy."""

import re
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from werkzeug.serving import make_server

from portal.base.installation import Installation
from tests.browser.axe import violations
from tests.web.sample import LINES, sample_app


@pytest.fixture(autouse=True)  # so that it outlives the page that still loads from it
def site(installation: Installation) -> Iterator[str]:
    """The sample application of tests/web, served."""
    for line in LINES:
        line.answer = "open"
    server = make_server("127.0.0.1", 0, sample_app(installation), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_a_tick_is_shown_announced_and_keeps_the_focus(browser_page: Page, site: str):
    browser_page.goto(f"{site}/lines")
    browser_page.locator("#line-102-agree").focus()
    browser_page.keyboard.press("Space")

    expect(browser_page.locator("#line-102-agree")).to_have_attribute("aria-pressed", "true")
    expect(browser_page.locator("#bar")).to_contain_text("1 answered")
    expect(browser_page.locator("#live")).to_have_text("INV-102: agreed")
    assert focused(browser_page) == "line-102-agree"


def test_lines_are_answered_by_single_keys(browser_page: Page, site: str):
    browser_page.goto(f"{site}/lines")
    for key in "jyjn":
        browser_page.keyboard.press(key)
        browser_page.wait_for_timeout(150)

    expect(browser_page.locator("#line-101-agree")).to_have_attribute("aria-pressed", "true")
    expect(browser_page.locator("#line-102-differs")).to_have_attribute("aria-pressed", "true")


def test_single_keys_can_be_switched_off(browser_page: Page, site: str):
    browser_page.context.add_cookies([{"name": "accord_keys", "value": "off", "url": site}])
    browser_page.goto(f"{site}/lines")
    browser_page.keyboard.press("j")
    browser_page.keyboard.press("y")

    assert all(line.answer == "open" for line in LINES)


def test_a_tick_without_scripts_comes_back_to_its_line(plain_page: Page, site: str):
    plain_page.goto(f"{site}/lines")
    plain_page.locator("#line-120-differs").click()

    expect(plain_page).to_have_url(f"{site}/lines#line-120")
    expect(plain_page.locator("#line-120-differs")).to_have_attribute("aria-pressed", "true")


def test_a_search_renews_the_list_and_its_address(browser_page: Page, site: str):
    browser_page.goto(f"{site}/lines")
    browser_page.keyboard.press("/")
    browser_page.keyboard.type("11")

    expect(browser_page.locator("caption")).to_have_text("10 lines")
    expect(browser_page).to_have_url(f"{site}/lines?q=11")
    assert focused(browser_page) == "q"

    browser_page.reload()
    expect(browser_page.locator("caption")).to_have_text("10 lines")


def test_a_refused_form_speaks_from_its_summary(browser_page: Page, site: str):
    browser_page.goto(f"{site}/sample")
    browser_page.get_by_role("button", name="Promise").click()

    expect(browser_page.locator("#error-summary")).to_be_focused()
    browser_page.get_by_role("link", name="Enter an amount.").click()
    assert focused(browser_page) == "amount"


@pytest.fixture
def unlucky_page(browser: Browser) -> Iterator[Page]:
    """A page whose errors are meant."""
    context = browser.new_context(locale="en-GB")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("fate", ["offline", "fault"])
def test_what_was_not_saved_is_told(unlucky_page: Page, site: str, fate: str):
    """UX 15."""

    def befall(route: Route) -> None:
        if fate == "offline":
            route.abort()
        else:
            route.fulfill(status=503, headers={"Accord-Reference": "abc123"})

    unlucky_page.goto(f"{site}/lines")
    unlucky_page.route("**/lines/*", befall)
    unlucky_page.locator("#line-103-agree").click()
    expect(unlucky_page.locator("#alerts")).to_contain_text("Nothing was saved")
    unlucky_page.unroute("**/lines/*")

    unlucky_page.locator("#line-103-agree").click()
    expect(unlucky_page.locator("#line-103-agree")).to_have_attribute("aria-pressed", "true")
    expect(unlucky_page.locator("#alerts")).to_be_empty()


def sign_out(route: Route) -> None:
    """Refuses what scripts ask for; a page of its own would ask to sign in."""
    if route.request.is_navigation_request():
        route.continue_()
    else:
        route.fulfill(status=401, headers={"HX-Redirect": "/sample?next=/lines"})


def test_signed_out_meanwhile_leaves_for_the_sign_in(browser_page: Page, site: str):
    browser_page.goto(f"{site}/lines")
    browser_page.route("**/lines?*", sign_out)
    browser_page.locator("#q").fill("11")

    expect(browser_page).to_have_url(re.compile(r"/sample\?next=/lines"))


def test_signed_out_meanwhile_takes_the_form_along(browser_page: Page, site: str):
    browser_page.goto(f"{site}/lines")
    browser_page.route("**/lines/*", sign_out)
    browser_page.locator("#line-103-agree").click()

    expect(browser_page).to_have_url(f"{site}/lines#line-103")
    expect(browser_page.locator("#line-103-agree")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (360, "light")])
def test_a_page_of_lines_is_open_to_everybody(open_page, site: str, width: int, scheme: str):
    page = open_page(viewport={"width": width, "height": 740}, color_scheme=scheme)
    page.goto(f"{site}/lines")

    assert violations(page) == []


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_a_page_never_scrolls_sideways(open_page, site: str, width: int):
    page = open_page(viewport={"width": width, "height": 740})
    page.goto(f"{site}/lines")

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_sticky_bar_hides_no_focus(browser_page: Page, site: str):
    browser_page.goto(f"{site}/lines")
    hidden = browser_page.evaluate("""() => {
      const bar = document.getElementById("bar");
      return [...document.querySelectorAll("main a, main button")].filter((one) => {
        one.focus();
        const {left, top, width, height} = one.getBoundingClientRect();
        const found = document.elementFromPoint(left + width / 2, top + height / 2);
        return !bar.contains(one) && bar.contains(found);
      }).map((one) => one.id || one.textContent);
    }""")

    assert hidden == []


def test_targets_are_large_enough(open_page, site: str):
    page = open_page(viewport={"width": 360, "height": 740}, has_touch=True)
    page.goto(f"{site}/lines")
    small = page.evaluate("""() =>
      [...document.querySelectorAll("button, .button, input:not([type=hidden])")]
        .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 24)
        .map((one) => one.outerHTML.slice(0, 80))""")

    assert small == []


def test_nothing_is_kept_in_the_browser(browser_page: Page, site: str):
    browser_page.goto(f"{site}/lines")
    browser_page.locator("#line-104-agree").click()

    assert browser_page.evaluate("localStorage.length + sessionStorage.length") == 0
