"""From a promise on a phone, in Chinese, to the money that keeps it."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from portal.imports.run import import_files
from portal.promises.promisable import PromisableRow
from tests.browser.axe import violations
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage
from tests.browser.owing import promisable

LUO = "luo.bin@yuntai.example"
#: Names, which are the same in every language.
NAMES = {"Yuntai", "YUNTAI", "Assembly", "Lindqvist", "Motion"}


def is_open_to_a_chinese_phone(page: Page) -> None:
    """Nothing is wider than the phone, said in English, or found by axe."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    words = re.findall(r"[A-Za-z]{4,}", page.locator("main").inner_text())
    assert set(words) - NAMES == set()
    assert violations(page) == []


def pay(portal: Portal, row: PromisableRow, folder: Path) -> None:
    """The ledger tells that the invoice was paid today."""
    file = folder / "payments.csv"
    told = f"RCT-KEPT,2026-11-20,YUNTAI,CNY,{row.room.major()},{row.number}"
    file.write_text(f"payment_id,payment_date,customer_id,currency,amount,invoice_id\n{told}\n")
    assert import_files(portal.installation, [file]).is_clean


def test_what_is_promised_on_a_phone_is_seen_as_kept(
    open_page: OpenPage, portal: Portal, tmp_path: Path
):
    """From the invoice to the promise, then the money; each page fits and is Chinese."""
    row = promisable(portal, "YUNTAI")[0]
    page = open_page(
        viewport={"width": 360, "height": 740}, has_touch=True, locale="zh-CN", color_scheme="dark"
    )
    portal.sign_in(page, LUO, "zh-CN")
    page.goto(f"{portal.url}/invoices/{row.ref}")
    page.locator("main a[href*='/promises/new']").first.tap()
    page.locator("#days-part .segments label").first.tap()
    expect(page.locator("#effect-part")).to_contain_text("提醒暂停")
    is_open_to_a_chinese_phone(page)
    page.locator(".sticky-bar button[data-kind=primary]").tap()
    expect(page.locator("main .stamp")).to_have_text("进行中")
    is_open_to_a_chinese_phone(page)

    pay(portal, row, tmp_path)
    page.reload()
    expect(page.locator("main .stamp")).to_have_text("已履行")
    page.goto(f"{portal.url}/promises")
    expect(page.locator("main tbody tr", has_text="已履行").first).to_be_visible()
    is_open_to_a_chinese_phone(page)
