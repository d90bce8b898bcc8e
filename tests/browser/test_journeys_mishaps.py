"""What goes wrong on the way to a certificate: nothing is lost, nothing twice, all is told."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from portal.base.access import SYSTEM
from portal.statements.commands import ReissueStatement, reissue_statement
from tests.browser.company import Portal
from tests.browser.person import CODE, confirmed, open_mail, review

CHEN = "chen.wei@huadong.example"
DANA = "dana.reyes@pinnacle.example"
GIULIA = "g.ferri@marengo.example"
OMAR = "omar@gulfline.example"


def test_a_wrong_code_is_told_and_costs_nothing_typed(browser_page: Page, portal: Portal):
    """UX 13, C7: how many tries are left, and what was typed stays."""
    page = browser_page
    portal.sign_in(page, OMAR)
    review(page, portal, OMAR, portal.path(portal.statement("GULFLINE")))
    code = page.locator(CODE).input_value()
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    page.locator(CODE).fill(wrong)
    page.get_by_label("Remark").fill("With our regards")
    page.locator("#sign").click()

    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#error-summary")).to_contain_text(re.compile(r"\b[1-9]\b"))
    expect(page.get_by_label("Remark")).to_have_value("With our regards")
    assert portal.statement("GULFLINE").state != "confirmed"

    page.locator(CODE).fill(code)
    page.locator("#sign").click()
    confirmed(page)


def sign_in_again(page: Page, portal: Portal, email: str) -> None:
    """By the page that asks for it, with the password of the demo."""
    password = next(one["password"] for one in portal.demo.told["logins"] if one["email"] == email)
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Continue with the password").click()


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_session_that_ends_while_one_ticks_loses_nothing(
    open_page, portal: Portal, has_scripts: bool
):
    """UX 14: signing in again is asked for on a page of its own, and the last tick is kept."""
    page = open_page(java_script_enabled=has_scripts)
    portal.sign_in(page, DANA)
    address = f"{portal.url}{portal.path(portal.statement('PINNACLE'))}"
    page.goto(address)
    page.locator("#line-1-agree").click()
    expect(page.locator("#line-1-agree")).to_have_attribute("aria-pressed", "true")

    page.context.clear_cookies(name="accord")
    page.locator("#line-2-agree").click()
    expect(page.locator("form.tick")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Nothing is lost")
    sign_in_again(page, portal, DANA)
    page.get_by_role("button", name="Send it now").click()

    expect(page).to_have_url(f"{address}#line-2")
    for line in (1, 2):
        expect(page.locator(f"#line-{line}-agree")).to_have_attribute("aria-pressed", "true")
        page.locator(f"#line-{line}-open").click()  # for the next who tries


def test_what_was_typed_of_a_difference_outlives_the_session(browser_page: Page, portal: Portal):
    """UX 14: drafts too."""
    page = browser_page
    portal.sign_in(page, DANA)
    address = f"{portal.url}{portal.path(portal.statement('PINNACLE'))}"
    page.goto(address)
    page.locator("#line-3-differs").click()
    page.get_by_label("What is different?").select_option("not_received")
    page.get_by_label("Note").fill("It never came.")
    page.context.clear_cookies(name="accord")
    page.get_by_role("button", name="Save the difference").click()
    sign_in_again(page, portal, DANA)
    page.get_by_role("button", name="Send it now").click()

    expect(page.locator("#line-3-differs")).to_have_attribute("aria-pressed", "true")
    page.goto(f"{address}/differences")
    expect(page.locator("main table")).to_contain_text("It never came.")


@contextmanager
def one_answer(portal: Portal, code: str, email: str) -> Iterator[None]:
    """Meanwhile exactly one answer is given, and one receipt mailed."""
    statement = portal.statement(code)

    def counted() -> tuple[int, int]:
        receipts = [mail for mail in portal.mails(email) if mail.kind == "confirmation"]
        return portal.count("confirmation", statement_id=statement.id), len(receipts)

    answers, receipts = counted()
    yield
    assert counted() == (answers + 1, receipts + 1)


def test_many_clicks_sign_once(plain_page: Page, portal: Portal):
    """UX 16: without scripts nothing but the server stands in the way of the third click."""
    page = plain_page
    portal.sign_in(page, CHEN)
    with one_answer(portal, "HUADONG-NJ", CHEN):
        review(page, portal, CHEN, portal.path(portal.statement("HUADONG-NJ")))
        page.locator("#sign").click(click_count=3, no_wait_after=True)
        confirmed(page)


def test_a_second_tab_signs_nothing_again(open_page, portal: Portal):
    """UX 16: it is told that there is an answer."""
    first = open_page()
    portal.sign_in(first, CHEN)
    with one_answer(portal, "HUADONG-HZ", CHEN):
        path = portal.path(portal.statement("HUADONG-HZ"))
        review(first, portal, CHEN, path)
        second = first.context.new_page()
        second.goto(first.url)
        second.locator(CODE).fill(first.locator(CODE).input_value())
        first.locator("#sign").click()
        confirmed(first)
        second.locator("#sign").click()
        expect(second.locator("#error-summary")).to_contain_text("answered")


def test_a_statement_replaced_meanwhile_is_told(browser_page: Page, portal: Portal):
    """UX 17, 18: 409, in words, with the way to the version in force."""
    page = browser_page
    portal.sign_in(page, GIULIA)
    statement = portal.statement("MARENGO")
    review(page, portal, GIULIA, portal.path(statement))
    with portal.installation.work(SYSTEM) as w:
        reissue_statement(w, ReissueStatement(statement.id, "posted late"))
    with page.expect_response(re.compile("/confirmation$")) as answer:
        page.locator("#sign").click()

    assert answer.value.status == 409
    expect(page.locator("main")).to_contain_text("replaced by a corrected version")
    page.goto(f"{portal.url}{portal.path(statement)}")
    expect(page.locator("#replaced")).to_contain_text("Replaced by version 2")
    page.get_by_role("link", name="Open version 2").click()
    expect(page).to_have_url(f"{portal.url}{portal.path(portal.statement('MARENGO'))}")
    assert portal.count("confirmation", statement_id=statement.id) == 0


def test_a_mail_scanner_changes_nothing(browser_page: Page, portal: Portal):
    """UX 21: five visits of a robot, then the link still shows the statement."""
    page = browser_page
    portal.set_cookies(page, accord_language="en")
    link = open_mail(page, portal, CHEN)
    address = link.get_attribute("href")
    assert address is not None
    tables = ("event", "challenge", "session", "outbox", "access_log", "audit")

    before = {table: portal.count(table) for table in tables}
    for _ in range(5):
        assert page.request.get(address).status == 200
        assert page.request.head(address).status == 200
    assert {table: portal.count(table) for table in tables} == before

    link.click()
    expect(page.get_by_role("button", name="Review and confirm")).to_be_visible()
