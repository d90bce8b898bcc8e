"""A statement of 2,000 lines: a page at a time, nothing moves while it comes, light on the wire."""

import gzip
import time

import pytest
from playwright.sync_api import Page, Response, Route, expect

from portal.core.period import Month
from portal.people.commands import NewUser, create_user_with_password
from portal.statements.issuing.run import IssueStatements, issue_statements
from portal.statements.shown import PER_PAGE
from tests.browser.company import Portal
from tests.browser.watching import WATCH
from tests.ledgers import store
from tests.long_books import long_book

CODE, LINES, MONTH = "LONG", 2_000, Month(2026, 10)
EMAIL = "zhang@long.example"
#: The page alone; what it is drawn with is the same for every page, and kept by the browser.
MOST_BYTES = 20 * 1024
MOST_SHIFT = 0.02
#: A first view of an ordinary statement: the page, its styles, scripts and symbols, packed.
MOST_FIRST_VIEW, ORDINARY = 40 * 1024, "HUADONG"
FONT_COMES_AFTER_S = 0.5


@pytest.fixture(scope="module")
def long_path(portal: Portal) -> str:
    """Where the long statement stands."""
    store(portal.installation, long_book(CODE, LINES, MONTH, 900_000))
    with portal.installation.work() as w:
        roles = ("customer_accountant",)
        create_user_with_password(w, NewUser(EMAIL, "Zhang", "seven small teapots", roles, (CODE,)))
    issue_statements(portal.installation.work, IssueStatements(MONTH, (CODE,)))
    return f"{portal.url}{portal.path(portal.statement(CODE))}"


def test_ux_45_46_a_long_statement_comes_in_pages_and_stays_where_it_is(
    browser_page: Page, portal: Portal, long_path: str
):
    page = browser_page
    portal.sign_in(page, EMAIL)
    page.add_init_script(WATCH)
    answer = page.goto(long_path, wait_until="networkidle")
    assert answer is not None

    expect(page.locator("form.tick")).to_have_count(PER_PAGE)
    assert len(gzip.compress(answer.body(), 6)) <= MOST_BYTES
    assert page.evaluate("told.shift") <= MOST_SHIFT


def test_ux_05_a_tick_on_a_long_statement_changes_its_line_alone(
    browser_page: Page, portal: Portal, long_path: str
):
    page = browser_page
    portal.sign_in(page, EMAIL)
    page.goto(long_path)
    with page.expect_response("**/lines/7*") as answered:
        page.locator("#line-7-agree").click()

    expect(page.locator("#line-7-agree")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#line-7-agree")).to_be_focused()
    assert len(answered.value.body()) < MOST_BYTES


def test_ux_45_a_first_view_of_an_ordinary_statement_is_light(browser_page: Page, portal: Portal):
    statement = portal.statement(ORDINARY)
    answers: list[Response] = []

    def came_in(answer: Response) -> None:
        if answer.request.resource_type != "font":
            answers.append(answer)

    portal.sign_in(browser_page, "chen.wei@huadong.example")
    browser_page.on("response", came_in)
    browser_page.goto(f"{portal.url}{portal.path(statement)}", wait_until="networkidle")
    sizes = [len(gzip.compress(each.body(), 6)) for each in answers]

    assert statement.line_count >= 45
    assert len(sizes) > 4
    assert sum(sizes) <= MOST_FIRST_VIEW


def test_ux_45_nothing_moves_when_the_typeface_comes_late(browser_page: Page, portal: Portal):
    page = browser_page
    late: list[str] = []

    def come_late(route: Route) -> None:
        late.append(route.request.url)
        time.sleep(FONT_COMES_AFTER_S)
        route.continue_()

    portal.sign_in(page, "wang.fang@lindqvist-motion.example")
    page.add_init_script(WATCH)
    page.route("**/*.woff2", come_late)
    page.goto(f"{portal.url}/desk/statements", wait_until="networkidle")

    assert late
    assert page.evaluate("told.shift") <= MOST_SHIFT
