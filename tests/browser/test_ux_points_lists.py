"""UX point 7: what a list is narrowed to, sorted by and turned to is in its address, and stays."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Error, Locator, Page
from selectolax.lexbor import LexborHTMLParser as Parsed
from selectolax.lexbor import LexborNode as Node
from sqlalchemy import func, select

import portal as product
from portal.base.access import SYSTEM
from portal.tables.contracts import Price
from portal.tables.customers import Customer
from portal.tables.escalation import LadderRun
from portal.tables.statements import StatementRun
from portal.tables.terms import TermsChange
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage
from tests.walls.visiting import sign_in

TEMPLATES = Path(product.__file__).parents[1] / "templates"
NARROWS = re.compile(r"ui\.(filter_bar|pagination|sort_heads)\(")
#: What narrows a list that another template holds, or one that only shows how it is done.
PARTS = {
    "styleguide.html",
    "payments/_advice_rows.html",
    "plans/_rows.html",
    "statements/_board_filter.html",
    "statements/_matches.html",
    "statements/_parts.html",
    "terms/_moved.html",
}
CHEN, ADMIN = "chen.wei@huadong.example", "anna.berg@lindqvist-motion.example"
#: Who looks at which lists: their templates, and where they stand.
LISTS = {
    CHEN: {
        "statements/index.html": "/statements",
        "statements/show.html": "{statement}",
        "statements/since.html": "{statement}/since",
        "invoices/index.html": "/invoices",
        "payments/index.html": "/payments",
        "payments/advices.html": "/payments/advices",
        "promises/index.html": "/promises",
        "plans/index.html": "/plans",
        "disputes/index.html": "/disputes",
        "home/mailbox.html": "/mailbox",
        "escalation/notices/index.html": "/notices",
    },
    ADMIN: {
        "customers/index.html": "/desk/customers",
        "customers/invoices.html": "/desk/customers/{customer}/invoices",
        "customers/statements.html": "/desk/customers/{customer}/statements",
        "statements/desk.html": "/desk/statements",
        "statements/run.html": "/desk/statement-runs/{run}",
        "statements/unsettled.html": "/desk/differences",
        "payments/receipts.html": "/desk/receipts",
        "payments/bills/index.html": "/desk/bills",
        "contracts/index.html": "/desk/contracts",
        "contracts/checks.html": "/desk/invoice-checks?state=all",
        "contracts/prices/show.html": "/desk/price-lists/{price_list}",
        "terms/customers.html": "/desk/terms/customers",
        "terms/impact.html": "/desk/terms/{change}/impact",
        "reports/ageing.html": "/desk/reports/ageing",
        "reports/ageing_items.html": "/desk/reports/ageing/items?currency=CNY",
        "reports/dso.html": "/desk/reports/dso",
        "reports/dso_invoices.html": "/desk/reports/dso/invoices",
        "reports/limitation.html": "/desk/limitation",
        "payments/desk_advices.html": "/desk/advices",
        "promises/board.html": "/desk/promises",
        "promises/kept.html": "/desk/promises/kept",
        "promises/of_customer.html": "/desk/customers/{customer}/promises",
        "plans/desk.html": "/desk/plans",
        "disputes/desk.html": "/desk/disputes",
        "approvals/index.html": "/desk/approvals",
        "approvals/tasks.html": "/desk/tasks",
        "credit/applications.html": "/desk/credit/applications",
        "credit/customers.html": "/desk/credit/customers",
        "credit/orders.html": "/desk/credit/orders?state=all",
        "credit/rates.html": "/desk/credit/rates",
        "credit/reviews.html": "/desk/credit/reviews?standing=all",
        "imports/index.html": "/desk/imports",
        "audit/index.html": "/desk/audit",
        "bad_debts/history.html": "/desk/provisions/history",
        "bad_debts/provisions.html": "/desk/provisions",
        "bad_debts/write_offs.html": "/desk/write-offs",
        "credit/late_payers.html": "/desk/reports/late-payers",
        "customers/timeline.html": "/desk/customers/{customer}/timeline",
        "escalation/cases/index.html": "/desk/cases",
        "escalation/due/index.html": "/desk/due?whose=all",
        "escalation/ladders/preview.html": "/desk/policies/1/versions/0/preview",
        "escalation/notices/desk.html": "/desk/notices",
        "escalation/runs/index.html": "/desk/dunning-runs",
        "escalation/runs/show.html": "/desk/dunning-runs/{ladder_run}",
        "escalation/targets/doubtful.html": "/desk/reports/doubtful",
        "escalation/work/index.html": "/desk/work",
        "escalation/work/talks.html": "/desk/customers/{customer}/talks",
        "interest/desk.html": "/desk/interest",
        "interest/of_customer.html": "/desk/customers/{customer}/interest",
        "invoices/deliveries.html": "/desk/deliveries",
    },
}
#: One list of each shape, which a browser walks: rows swapped in place, a whole page after Apply.
WALKED = {
    "statements/show.html",
    "invoices/index.html",
    "payments/advices.html",
    "customers/index.html",
    "customers/timeline.html",
    "disputes/desk.html",
    "escalation/notices/desk.html",
    "promises/board.html",
    "reports/ageing_items.html",
}
#: What is seen of a list: its rows, and what its filters say.
SEEN = """() => [
  ...[...document.querySelectorAll("main table, main .empty")].map((one) => one.textContent.trim()),
  ...[...document.querySelectorAll("main form[role=search] :is(input, select)")]
    .filter((one) => one.type !== "radio" || one.checked).map((one) => one.value),
]"""
LINKS = {
    "sorted": "main thead a[href*='sort=']",
    "next page": "main .pagination a[rel=next]",
    "more rows": "main .pagination__sizes a:nth-of-type(2)",
}
CONTROLS = {
    "a choice": "select",
    "a segment": "fieldset label:nth-child(2)",
    "a word": "[type=search]",
}
BAR = "main form[role=search]"
PATIENCE_S = 3
QUIET = "() => document.readyState === 'complete' && !document.querySelector('.htmx-request')"


@dataclass(frozen=True)
class View:
    """A list at a moment: where it stands, and what is seen of it."""

    url: str
    seen: tuple[str, ...]


def view(page: Page) -> View:
    page.wait_for_function(QUIET)
    return View(page.url, tuple(page.evaluate(SEEN)))


def comes_back(page: Page, before: View) -> bool:
    """Whether the list is seen again as it was; what scripts turned is loaded anew first."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with suppress(Error):  # a page that goes away while it is looked at
            if view(page) == before:
                return True
        page.wait_for_timeout(50)
    return False


def apply(bar: Locator) -> None:
    """Presses the button, where a bar does not answer by itself."""
    if not any(name.startswith("hx-") for name in bar.evaluate("one => one.getAttributeNames()")):
        bar.get_by_role("button", name="Apply").click()


def turned(page: Page) -> Iterator[str]:
    """Sorts the list, turns it to its end, and narrows it: one step after the other."""
    for name, link in LINKS.items():
        found = page.locator(link).last
        if found.count():
            found.click()
            yield name
    word = page.locator("main table [data-slot=title]").first
    text = [*(word.inner_text().lower().split() if word.count() else ()), "a"][0]
    bar = page.locator("main form[role=search]").first
    for name, control in CONTROLS.items():
        found = bar.locator(control).locator("visible=true").first
        if found.count() and name == "a choice":
            found.select_option(index=1)
            apply(bar)
            yield name
        elif found.count() and name == "a segment":
            found.click()
            apply(bar)
            yield name
        elif found.count():
            found.fill(text)
            apply(bar)
            yield name


def lost(page: Page, other: Page, path: str) -> list[str]:
    """What back, forward, reload or another browser do not bring back."""
    page.goto(path)
    views, last_link = [view(page)], 0
    for name in turned(page):
        page.wait_for_url(lambda url: url != views[-1].url)
        views.append(view(page))
        last_link = len(views) - 1 if name in LINKS else last_link
    found = []

    def look(where: Page, each: View, how: str) -> None:
        if not comes_back(where, each):
            found.append(f"{how}: {each.url}")

    for each in reversed(views[:-1]):
        page.go_back()
        look(page, each, "back")
    page.evaluate(f"history.go({len(views) - 1})")
    look(page, views[-1], "forward")
    page.reload()
    look(page, views[-1], "reload")
    for each in {views[last_link], views[-1]}:
        other.goto(each.url)
        look(other, each, "another browser")
    return found


@pytest.fixture(scope="module")
def places(portal: Portal) -> dict[str, str]:
    """What the addresses of the lists are about."""
    with portal.installation.reading(SYSTEM) as r:
        huadong = r.session.scalars(select(Customer.id).where(Customer.code == "HUADONG")).one()
        run = r.session.scalars(select(StatementRun.id).order_by(StatementRun.id.desc())).first()
        ladder_run = r.session.scalars(select(func.max(LadderRun.id))).one()
        drafts = select(TermsChange.id).where(TermsChange.state == "draft")
        return {
            "statement": portal.path(portal.statement("HUADONG")),
            "customer": r.refs.of("cu", huadong),
            "run": r.refs.of("ru", run or 0),
            "ladder_run": r.refs.of("lr", ladder_run or 0),
            "change": r.refs.of("tc", r.session.scalars(drafts).first() or 0),
            "price_list": r.session.scalars(select(Price.price_list)).first() or "none",
        }


def test_ux_07_every_list_is_looked_at():
    """UX 7: a list that somebody adds must be named here."""
    every = {
        str(file.relative_to(TEMPLATES))
        for file in TEMPLATES.rglob("*.html")
        if "components" not in file.parts and NARROWS.search(file.read_text("utf-8"))
    }
    assert every - PARTS == {name for lists in LISTS.values() for name in lists}


@pytest.mark.parametrize("email", list(LISTS), ids=["customer", "desk"])
def test_ux_07_filters_sorting_and_pages_survive(
    open_page: OpenPage, portal: Portal, places: dict[str, str], email: str
):
    """UX 7: reload, back, forward, and the address copied to another browser."""
    page, other = open_page(), open_page()
    portal.sign_in(page, email)
    portal.sign_in(other, email)
    found = {
        name: lost(page, other, portal.url + path.format_map(places))
        for name, path in LISTS[email].items()
        if name in WALKED
    }

    assert {name: what for name, what in found.items() if what} == {}


def pairs(url: str) -> set[tuple[str, str]]:
    """What an address says, but for which page is shown."""
    return {(name, value) for name, value in parse_qsl(urlsplit(url).query) if name != "page"}


def shown(html: Parsed) -> list[str]:
    """The rows of a list, and what its filters say."""
    rows = [one.text(strip=True) for one in html.css("main table, main .empty")]
    return rows + sorted(f"{name}={value}" for name, value in said(html.css_first(BAR)).items())


def said(form: Node | None) -> dict[str, str]:
    """What a form of filters would send."""
    found = {}
    for one in form.css("input[name], select[name]") if form else ():
        if one.tag == "select":
            chosen = one.css_first("option[selected]") or one.css_first("option")
            found[one.attributes["name"]] = chosen.attributes.get("value") or "" if chosen else ""
        elif one.attributes.get("type") != "radio" or "checked" in one.attributes:
            found[one.attributes["name"]] = one.attributes.get("value") or ""
    return found


def choices(form: Node) -> Iterator[tuple[str, str]]:
    """One other choice of each kind that a form of filters offers."""
    for option in form.css("select[name] option:nth-child(2)")[:1]:
        yield option.parent.attributes["name"], option.attributes.get("value") or ""
    for radio in form.css("fieldset label:nth-of-type(2) input[type=radio]")[:1]:
        yield radio.attributes["name"], radio.attributes.get("value") or ""
    for word in form.css("input[type=search]")[:1]:
        yield word.attributes["name"], "a"


def strayed(client: FlaskClient, other: FlaskClient, path: str) -> list[str]:
    """What the addresses of a list do not hold: what links forget, and filters do not show."""
    url, found = path, []
    html = Parsed(client.get(url).text)
    for name, link in LINKS.items():
        if to := html.css(link):
            before, url = url, urljoin(url, to[-1].attributes["href"])
            html = Parsed(client.get(url).text)
            kept = {each for each in pairs(before) if each[0] not in {"sort", "per"}}
            found += [] if kept <= pairs(url) else [f"{name} forgets: {url}"]
            found += [] if shown(html) == shown(Parsed(other.get(url).text)) else [f"{name}: {url}"]
    form = html.css_first(BAR)
    for name, value in choices(form) if form else ():
        action = urljoin(url, form.attributes.get("action") or "")
        asked = f"{action}?{urlencode(said(form) | {name: value})}"
        answer = Parsed(client.get(asked).text)
        bar = said(answer.css_first(BAR))
        found += [] if bar.get(name) == value else [f"does not show {name}: {asked}"]
        if shown(answer) != shown(Parsed(other.get(asked).text)):
            found.append(f"another browser: {asked}")
        links = answer.css("main thead a[href*='sort='], main .pagination a")
        if lost := [one for one in links if (name, value) not in pairs(one.attributes["href"])]:
            found.append(f"{name} is forgotten by {lost[0].attributes['href']}")
    return found


@pytest.mark.parametrize("email", list(LISTS), ids=["customer", "desk"])
def test_ux_07_the_address_of_every_list_says_all(
    portal: Portal, places: dict[str, str], email: str
):
    """UX 7: what is asked stands in the address, is shown, and goes along with every link."""
    here, there = (sign_in(portal.app, portal.installation, email).client for _ in range(2))
    paths = {name: path.format_map(places) for name, path in LISTS[email].items()}
    assert {name: here.get(path).status_code for name, path in paths.items()} == dict.fromkeys(
        paths, 200
    )
    found = {name: strayed(here, there, path) for name, path in paths.items()}

    assert {name: what for name, what in found.items() if what} == {}
