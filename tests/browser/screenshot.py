"""
Makes the README's picture: `make screenshot`, from a demo loaded for it.

A customer's statement, some of its lines ticked, as they see it before they confirm it.
"""

import json
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import QUIET, serving
from tests.demo import Demo, run_accord
from tests.machine import find_browser

PICTURE = Path(__file__).resolve().parents[2] / "deploy" / "screenshot.png"
WHO = "dana.reyes@pinnacle.example"


def sign_in(page: Page, url: str, login: dict[str, str]) -> None:
    page.goto(f"{url}/login")
    page.get_by_label("E-mail address").fill(login["email"])
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Password", exact=True).fill(login["password"])
    page.get_by_role("button", name="Continue with the password").click()
    page.wait_for_url(f"{url}/")


def picture(page: Page, url: str) -> None:
    page.goto(f"{url}/statements")
    page.locator("main table a").first.click()
    for tick in page.locator("form.tick").all()[:4]:
        tick.get_by_role("button", name="Agree").click()
        expect(tick.locator("[aria-pressed=true]")).to_have_count(1)
    page.evaluate("document.activeElement.blur()")
    page.screenshot(path=PICTURE)
    # A page has few colours: a palette makes a third of the size of it.
    Image.open(PICTURE).convert("P", palette=Image.Palette.ADAPTIVE).save(PICTURE, optimize=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "demo"
        folder.mkdir()
        told = json.loads(run_accord(folder, "demo", "--format", "json"))
        login = next(one for one in told["logins"] if one["email"] == WHO)
        with serving(Demo(folder, told)) as live, sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=find_browser(), args=QUIET)
            page = browser.new_page(
                locale="en-GB", viewport={"width": 1280, "height": 1040}, device_scale_factor=2
            )
            sign_in(page, live.url, login)
            picture(page, live.url)
            browser.close()


if __name__ == "__main__":
    main()
