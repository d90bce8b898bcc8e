"""UX point 26: the plan builder always adds up, and its preview takes nothing from who types."""

import random
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.company import Portal
from tests.browser.conftest import OpenPage
from tests.browser.person import CODE, Person

LUO, SUN = "luo.bin@yuntai.example", "sun.li@dongfang.example"
CARET = "[document.activeElement.id, document.activeElement.selectionStart]"
#: What the rows come to, in minor units.
ROWS = "[...document.querySelectorAll('[id^=row-amount_]')].map((one) => one.value)"


def minor(text: str) -> int:
    return int(text.replace(",", "").replace(".", ""))


@pytest.fixture
def builder(browser_page: Page, portal: Portal) -> Page:
    """A plan that is about to be asked for."""
    portal.sign_in(browser_page, SUN)
    browser_page.goto(f"{portal.url}/plans/new")
    return browser_page


def test_ux_26_a_hundred_random_plans_add_up(builder: Page):
    """UX 26: whatever is asked for, the rows sum to the total; a hundred times."""
    dice = random.Random(26)
    send = """async (given) => {
      const form = document.querySelector('main form[method=post][action="/plans"]');
      const fields = new URLSearchParams(new FormData(form));
      for (const [name, value] of Object.entries(given)) fields.set(name, value);
      const answer = await fetch("/plans/preview", {method: "POST", body: fields, headers: {
        "HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#plan-preview"}});
      return await answer.text();
    }"""
    for _ in range(100):
        given = {
            "number": str(dice.randint(1, 60)),
            "every": str(dice.randint(1, 12)),
            "interval": dice.choice(["months", "weeks", "days"]),
            "first_on": f"2026-12-{dice.randint(1, 31):02}",
            "down": dice.choice(["", "100", f"{dice.randint(1, 9999)}.{dice.randint(10, 99)}"]),
        }
        told = builder.evaluate(send, given)
        rows = re.findall(r'<input[^>]*id="row-amount_\d+"[^>]*value="([\d.]+)"', told)
        total = re.search(r"adds up to the total of CNY\s([\d,.]+\d)", told)
        assert total is not None, (given, told)
        assert len(rows) >= int(given["number"])
        assert sum(minor(row) for row in rows) == minor(total[1]), given


def test_ux_26_typing_is_not_lost_while_the_preview_comes(builder: Page):
    """UX 26: the caret stays in the row that is typed into, and what is typed stays."""
    amount = builder.locator("#row-amount_1")
    amount.click()
    amount.press("Home")
    amount.press_sequentially("9", delay=40)
    expect(builder.locator("#plan-sum")).to_contain_text("too much")

    focused, caret = builder.evaluate(CARET)
    assert (focused, caret) == ("row-amount_1", 1)
    assert amount.input_value().startswith("9")
    amount.press("Delete")
    expect(builder.locator("#plan-sum")).not_to_contain_text("adds up")


def test_ux_26_the_schedule_follows_what_is_typed_above_it(builder: Page):
    """UX 26: another number makes the rows anew, without a press; the field keeps the focus."""
    number = builder.locator("#number")
    number.fill("7")
    expect(builder.locator("#row-amount_7")).to_be_visible()

    rows = builder.evaluate(ROWS)
    assert len(rows) == 7
    assert builder.evaluate("document.activeElement.id") == "number"
    expect(builder.locator("#plan-sum")).to_contain_text("It adds up")


def test_a_plan_is_asked_for_without_a_script(plain_page: Page, portal: Portal):
    page = plain_page
    portal.sign_in(page, LUO)
    page.goto(f"{portal.url}/plans/new")
    page.locator("#number").fill("4")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#row-amount_4")).to_be_visible()
    page.get_by_role("button", name="Ask for this plan").click()

    expect(page.locator(".stamp")).to_have_text("With supplier")


def test_the_schedule_stays_in_sight_on_a_phone(phone_page: Page, portal: Portal):
    page = phone_page
    portal.sign_in(page, SUN)
    page.goto(f"{portal.url}/plans/new")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.locator("#row-on_3")).to_be_visible()


def test_a_plan_is_signed_by_keyboard(open_page: OpenPage, portal: Portal):
    page = open_page()
    portal.sign_in(page, "liu.yang@xinghai.example")
    page.goto(f"{portal.url}/plans")
    page.get_by_role("link", name="PLN-3").click()
    page.get_by_role("link", name="Review and sign").click()
    page.get_by_role("button", name="Mail me a code").click()
    expect(page.locator("main")).to_contain_text("We sent it to")
    person = Person(page)
    person.tab_to(page.locator("#agrees"))
    page.keyboard.press("Space")
    person.tab_to(page.locator(CODE))
    person.type(page.locator(CODE), portal.code("liu.yang@xinghai.example"))
    page.keyboard.press("Enter")

    expect(page.locator(".stamp")).to_have_text("Waits for the supplier’s signature")
    assert person.trouble == []
