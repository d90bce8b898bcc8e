"""What axe-core finds wrong with a page, by the rules of WCAG 2.2 AA."""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: The rules by which the same page may fail in other colours or another language alone.
OF_LOOKS = ["color-contrast", "link-in-text-block", "html-has-lang", "html-lang-valid"]


@cache
def source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def violations(page: Page, *, looks_only: bool = False) -> list[str]:
    """
    One line for each fault: the rule and where it was broken; `looks_only` by `OF_LOOKS` alone.

    The script is evaluated, not added: a strict content policy lets no foreign tag in. Who looks at
    many pages gives it to the browser once, as `page.add_init_script(source())`.
    """
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(source())
    only = {"type": "rule", "values": OF_LOOKS} if looks_only else {"type": "tag", "values": RULES}
    options = {"runOnly": only, "resultTypes": ["violations"]}
    run = "async options => ({violations: (await axe.run(document, options)).violations})"
    found: dict[str, Any] = page.evaluate(run, options)
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
