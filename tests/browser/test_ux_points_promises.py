"""UX points 24 and 25: the days that can be promised, in words, by keys and without a script."""

import datetime as dt

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.base import formats
from portal.promises.promisable import PromisableRow
from tests.browser.company import Portal
from tests.browser.owing import promisable
from tests.browser.person import Person

CHEN, MA = "chen.wei@huadong.example", "ma.chao@beifang.example"
SUN, HE = "sun.li@dongfang.example", "he.jing@zhiyuan.example"
OMAR, TOM = "omar@gulfline.example", "tom@oakley.example"
KENJI = "k.kishimoto@kishimoto.example"


def with_workdays(rows: list[PromisableRow]) -> tuple[PromisableRow, dt.date]:
    """One whose last day and the day after it are workdays, and that last day."""
    for row in rows:
        last = row.limit.latest_on
        if last is not None and last.weekday() < 4:
            return row, last
    raise AssertionError("no limit of the demo falls early in a week")


def words(day: dt.date) -> str:
    return formats.long_day(day)


def open_promise(page: Page, portal: Portal, email: str, row: PromisableRow) -> None:
    portal.sign_in(page, email)
    page.goto(f"{portal.url}/promises/new?invoice={row.ref}")


def type_day(page: Page, day: dt.date) -> None:
    page.locator("#pay_on-other").check()
    page.locator("#other_on").fill(day.isoformat())


def test_ux_24_the_last_day_is_named_with_its_rule_and_passes(browser_page: Page, portal: Portal):
    """UX 24: the page says until when and why; that day is promised."""
    page = browser_page
    row, last = with_workdays(promisable(portal, "HUADONG"))
    open_promise(page, portal, CHEN, row)
    rule = page.locator("#rule")
    expect(rule).to_contain_text(formats.day(last))
    expect(rule).to_contain_text("third")

    type_day(page, last)
    expect(page.locator("#effect-part")).to_contain_text(words(last))
    page.get_by_role("button", name="Promise", exact=True).click()
    expect(page.locator("main h1")).to_contain_text("PRM-")


def test_ux_24_the_day_after_leads_to_a_request(browser_page: Page, portal: Portal):
    """UX 24: no dead end: more time is asked for, and what was typed is kept on the way."""
    page = browser_page
    row, last = with_workdays(promisable(portal, "BEIFANG"))
    open_promise(page, portal, MA, row)
    type_day(page, last + dt.timedelta(days=1))
    page.get_by_role("button", name="Ask for more time").click()
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#other_on")).to_have_value(str(last + dt.timedelta(days=1)))
    page.locator("#note").fill("Our own customer pays us a day later.")
    page.get_by_role("button", name="Ask for more time").click()

    expect(page).to_have_url(f"{portal.url}/promises")
    expect(page.locator("main")).to_contain_text("Waiting")


def calendar_days(page: Page) -> Locator:
    return page.locator(".month input[name=pay_on]")


def test_ux_25_a_day_is_chosen_by_keys_and_told_in_words(browser_page: Page, portal: Portal):
    """UX 25: Tab to the days, arrows between them, and Enter; the focus is never lost."""
    page = browser_page
    row, _last = with_workdays(promisable(portal, "DONGFANG"))
    open_promise(page, portal, SUN, row)
    person = Person(page)
    person.tab_to(page.locator("input[name=pay_on]").first)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    chosen = page.locator("input[name=pay_on]:checked").input_value()
    expect(page.locator("#effect-part")).to_contain_text(words(dt.date.fromisoformat(chosen)))
    assert page.evaluate("document.activeElement.name") == "pay_on"

    page.keyboard.press("Enter")
    expect(page.locator("main .page-head")).to_contain_text(words(dt.date.fromisoformat(chosen)))
    assert person.trouble == []


def test_ux_25_a_day_is_chosen_without_a_script(plain_page: Page, portal: Portal):
    """UX 25, 8: the same days, and a button that says what they come to."""
    page = plain_page
    row, _last = with_workdays(promisable(portal, "ZHIYUAN"))
    open_promise(page, portal, HE, row)
    day = calendar_days(page).last
    chosen = words(dt.date.fromisoformat(day.input_value()))
    page.get_by_text(chosen, exact=True).last.locator("xpath=..").click()
    page.get_by_role("button", name="Recalculate").click()
    expect(page.locator("#effect-part")).to_contain_text(chosen)
    page.get_by_role("button", name="Promise", exact=True).click()

    expect(page.locator("main .page-head")).to_contain_text(chosen)


def three_clicks(page: Page, first: Locator) -> Person:
    """The way in, a day, and Promise."""
    person = Person(page)
    person.click(first)
    person.click(page.locator("#days-part .segments label").first)
    person.click(page.get_by_role("button", name="Promise", exact=True))
    expect(page.locator("main h1")).to_contain_text("PRM-")
    return person


@pytest.mark.parametrize(
    ("email", "code", "way"),
    [
        (OMAR, "GULFLINE", "invoice"),
        (TOM, "OAKLEY", "first page"),
        (KENJI, "KISHIMOTO", "statement"),
    ],
)
def test_a_promise_takes_three_clicks(
    browser_page: Page, portal: Portal, email: str, code: str, way: str
):
    """From an invoice, from the first page, and from a statement; nothing is typed."""
    page = browser_page
    portal.sign_in(page, email)
    ref = promisable(portal, code)[0].ref
    paths = {
        "invoice": f"/invoices/{ref}",
        "first page": "/",
        "statement": portal.path(portal.statement(code)),
    }
    page.goto(portal.url + paths[way])
    person = three_clicks(page, page.get_by_role("link", name="Promise a date").first)

    assert (person.clicks, person.typed) == (3, 0)
