"""A person at the pages, as the journeys tell it: what they click, type and see."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.company import Portal

REVIEW = re.compile("/confirmation")
CODE = "input[autocomplete=one-time-code]"

#: Where the focus is, or what is wrong with it: lost, or wholly under something else.
FOCUS = """() => {
  const one = document.activeElement;
  if (one === document.body) return "lost";
  const {left, right, top, bottom} = one.getBoundingClientRect();
  const inside = (a, b) => [a + 2, (a + b) / 2, b - 2];
  const seen = inside(left, right).some((x) => inside(top, bottom).some((y) => {
    const found = document.elementFromPoint(x, y);
    return found && (one.contains(found) || [...(one.labels ?? [])].some((l) => l.contains(found)));
  }));
  return seen ? "seen" : "hidden: " + one.outerHTML.slice(0, 120);
}"""


class Person:
    """Counts clicks and typed characters (UX 1.1), and looks where the focus is after each key."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        self.typed = 0
        self.trouble: list[str] = []

    def click(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def type(self, target: Locator, text: str) -> None:
        self.typed += len(text)
        target.press_sequentially(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.look_at_focus()

    def look_at_focus(self) -> None:
        found = self.page.evaluate(FOCUS)
        if found != "seen":
            self.trouble.append(f"{self.page.url}: {found}")

    def tab_to(self, target: Locator, most: int = 200) -> None:
        """Presses Tab until it has the focus; nothing on the way is out of sight."""
        for _ in range(most):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.press("Tab")
        raise AssertionError(f"no Tab leads to {target}")


def open_mail(page: Page, portal: Portal, email: str, kind: str = "statement") -> Locator:
    """A mail on the demo's mailbox page; answers with the link in it, not yet pressed."""
    subject = next(mail.subject for mail in portal.mails(email) if mail.kind == kind)
    page.goto(f"{portal.url}/mailbox?to={email}")
    page.get_by_role("link", name=subject).first.click()
    return page.locator("main a.button[data-kind=primary]")


def review(page: Page, portal: Portal, email: str, path: str) -> None:
    """From the statement to the page on which it is signed, with the code typed in."""
    page.goto(f"{portal.url}{path}")
    page.get_by_role("button", name="Review and confirm").click()
    page.wait_for_url(REVIEW)  # before that no code was mailed
    page.locator(CODE).fill(portal.code(email))


def confirmed(page: Page) -> Locator:
    """The panel that ends the journey."""
    panel = page.locator("main .certificate")
    expect(panel).to_be_visible()
    return panel


def certificate_file(page: Page, folder: Path) -> Path:
    """The certificate that the panel offers, downloaded."""
    with page.expect_download() as download:
        page.locator("main .certificate a.button[data-kind=primary]").click()
    to = folder / download.value.suggested_filename
    download.value.save_as(to)
    return to
