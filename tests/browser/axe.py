"""What axe-core finds wrong with a page, by the rules of WCAG 2.2 AA."""

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: The rules that ask for colours: most of the time that axe takes goes into the first.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
#: What stands on every page of a person.
SHELL = [[".masthead"], [".footer"], ["dialog"]]
RUN = """async ({context, options}) =>
  (await axe.run(context ?? document, {...options, resultTypes: ["violations"]})).violations"""
#: Runs the rules of colours on words that look as none before: their colours, ground and size, and
#: what on their way up lies over others, is seen through or is painted.
COLOURS = """async ({known, options}) => {
  const seen = new Set(known), fresh = [], nodes = [];
  const clear = "rgba(0, 0, 0, 0)", PLAIN = ",1,none";
  const places = new Map([[null, {ground: "", over: ""}]]);
  const place = (one) => {
    if (!places.has(one)) {
      const {backgroundColor, backgroundImage, color, opacity, position} = getComputedStyle(one);
      const above = place(one.parentElement);
      const ground = backgroundColor === clear ? above.ground : backgroundColor;
      const named = position === "static" ? "" : one.className.baseVal ?? one.className;
      const own = [named, opacity, backgroundImage].join();
      places.set(one, {ground, color, over: above.over + (own === PLAIN ? "" : own)});
    }
    return places.get(one);
  };
  const told = (one) => {
    const {ground, color, over} = place(one);
    const {fontSize, fontWeight} = getComputedStyle(one);
    const around = place(one.parentElement).color;
    return [ground, color, over, around, one.type, fontSize, fontWeight].join();
  };
  for (const one of document.querySelectorAll("body *")) {
    const speaks = one.matches("input, select, textarea")
      || [...one.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
    if (!speaks || !one.checkVisibility()) continue;
    const look = told(one);
    if (!seen.has(look)) { seen.add(look); fresh.push(look); nodes.push(one); }
  }
  const found = nodes.length ? (await axe.run({include: nodes}, options)).violations : [];
  return [found, fresh];
}"""


@cache
def source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def violations(page: Page) -> list[str]:
    """
    One line for each fault: the rule and where it was broken.

    The script is evaluated, not added: a strict content policy lets no foreign tag in. Who looks at
    many pages gives it to the browser once, as `page.add_init_script(source())`.
    """
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(source())
    options = {"runOnly": {"type": "tag", "values": RULES}}
    return lines(page.evaluate(RUN, {"options": options}))


@dataclass
class Walk:
    """
    Looks at page after page, and at nothing twice.

    What stands on every page is looked at once, `shell()` begins anew; words are looked at for
    their colours where none before had the same on the like ground.
    """

    page: Page
    has_shell: bool = False
    looks: list[str] = field(default_factory=list)

    def shell(self) -> None:
        """Another person: what stands around the pages is another."""
        self.has_shell = False

    def violations(self) -> list[str]:
        """One line for each fault of the page that is shown."""
        return lines(self._of_build()) + self.of_colours()

    def of_colours(self) -> list[str]:
        """The same by the rules of colours alone: for a page that is shown in others."""
        options = {"runOnly": {"type": "rule", "values": OF_COLOURS}}
        found, fresh = self.page.evaluate(COLOURS, {"known": self.looks, "options": options})
        self.looks += fresh
        return lines(found)

    def _of_build(self) -> list[Any]:
        """By every rule but those of colours."""
        off = {rule: {"enabled": False} for rule in OF_COLOURS}
        options = {"runOnly": {"type": "tag", "values": RULES}, "rules": off}
        context = {"exclude": SHELL} if self.has_shell else None
        self.has_shell = True
        found: list[Any] = self.page.evaluate(RUN, {"context": context, "options": options})
        return found


def lines(found: list[Any]) -> list[str]:
    return [
        f"{fault['id']}: {node['target']} {node['failureSummary']}"
        for fault in found
        for node in fault["nodes"]
    ]
