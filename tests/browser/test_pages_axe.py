"""
Every page that people can reach: open to everybody, narrow enough, named, and under the policy.

Light and wide by every rule, dark and narrow by those that colours can break, every third page in
Chinese (UX 9, 10, 43, 47, 50). Each rule is looked at by the first who reaches it, and what is
alike on many pages once (`Walk`). `open_page` watches that no page logs an error or a breach of the
content policy.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pyotp
import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Books

from portal.base.access import SYSTEM
from portal.base.messages import latest_messages
from portal.base.refs import Refs
from portal.core.period import Month
from portal.imports.columns import Options
from portal.imports.commands import KeepUpload, keep_upload
from portal.invoices.commands import OrderDownload, order_download
from portal.people.commands import AskToSignIn, Invite, ask_to_sign_in, invite
from portal.people.recognising import actor_of
from portal.statements.issuing.drafts import KeepScope, RunScope, keep_scope
from portal.tables.all import Base
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.people import User
from portal.tables.promises import Plan
from portal.tables.statements import Confirmation, Statement
from tests.browser.axe import Walk, source, violations
from tests.browser.company import Portal
from tests.walls.visiting import Guide, paths, refs_of, sign_in

LIU, MANAGER = "liu.yang@xinghai.example", "zhou.min@lindqvist-motion.example"
CHEN, PEKKA = "chen.wei@huadong.example", "pekka@aurora.example"
LI_MIN = "li.min@huadong.example"
CLERK = "wang.fang@lindqvist-motion.example"
AUDITOR = "grace.lim@lindqvist-motion.example"
ADMIN = "anna.berg@lindqvist-motion.example"
INVITED = "newcomer@huadong.example"
VISITOR = ""
#: Whose things somebody looks at.
WHOSE = {
    VISITOR: "HUADONG",
    CHEN: "HUADONG",
    LI_MIN: "HUADONG",
    PEKKA: "NEWBORN",
    LIU: "XINGHAI",
    CLERK: "HUADONG",
    MANAGER: "BEIFANG",
    ADMIN: "BEIFANG",
    AUDITOR: "BEIFANG",
}
#: Who looks, one after the other.
PEOPLE = {
    "visitor": (VISITOR,),
    "customer": (CHEN, LI_MIN, PEKKA, LIU),
    "desk": (CLERK, MANAGER, ADMIN, AUDITOR),
}
#: Where the addresses begin that somebody looks at.
SIDE = {
    VISITOR: "/",
    CHEN: "/",
    LI_MIN: "/account",
    PEKKA: "/account",
    LIU: "/plans",
    CLERK: ("/desk", "/account"),
    MANAGER: "/desk/approvals",
    ADMIN: "/desk",
    AUDITOR: "/desk/audit",
}
#: Things that belong to no single customer, by their prefix.
OTHERS = {
    "ai": "audit_item",
    "as": "audit_sample",
    "dl": "download",
    "im": "import_run",
    "lr": "ladder_run",
    "pl": "plan",
    "rd": "run_draft",
    "ru": "statement_run",
}
#: Pages that the rules do not show by themselves: filtered to nothing, a panel open, nowhere.
MORE = {
    VISITOR: ["/nowhere", "/verify/0000-0000-0000-0000", "/mailbox?to=nobody"],
    CHEN: ["/nowhere", "/statements?state=refused", "/invoices?q=nothing-like-it", "/desk"],
    LI_MIN: [],
    LIU: ["/promises", "/disputes?q=nothing-like-it"],
    MANAGER: ["/desk/approvals?q=nothing-like-it"],
    PEKKA: [
        "/promises",
        "/disputes",
        "/plans",
        "/",
        "/statements",
        "/invoices",
        "/payments",
        "/downloads",
        "/confirmations/batch",
    ],
    CLERK: ["/nowhere", "/desk/customers?q=nothing-like-it"],
    ADMIN: ["/desk/reports/ageing?as_of=2020-01-01"],
    AUDITOR: [],
}
#: So tall that no bar sticks over what stands under it.
WIDE, NARROW = {"width": 1280, "height": 3000}, {"width": 320, "height": 3000}
#: One page after the other.
LANGUAGES = ("en", "en", "zh-CN")
OUTSIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def busy(portal: Portal) -> Portal:
    """The demo, and what only use brings: an upload, a download, an invitation, a sign-in mail."""
    act = portal.installation
    upload = KeepUpload(act.storage, "more.csv", b"no,customer\nI1,HUADONG\n", Options())
    with act.work() as w:
        people = dict(w.session.execute(select(User.email, User.id)).all())
        huadong = w.session.scalars(select(Customer.id).where(Customer.code == "HUADONG")).one()
        bills = select(Entry.id).where(Entry.customer_id == huadong, Entry.kind == 1).limit(25)
        entry_ids = tuple(w.session.scalars(bills))
        clerk, chen = actor_of(w, people[CLERK]), actor_of(w, people[CHEN])
        invite(w, Invite(INVITED, "New Comer", "customer_viewer", huadong))
        ask_to_sign_in(w, AskToSignIn(CHEN, "127.0.0.1", "/", wants_code=True))
    with act.work(clerk) as w:
        keep_upload(w, upload)
        keep_scope(w, KeepScope(RunScope(Month(2026, 10))))
    with act.work(chen) as w:
        order_download(w, OrderDownload(entry_ids, "en"))
    return portal


def known(portal: Portal, email: str) -> list[str]:
    """References, tokens and codes of what somebody may look at: what still waits comes first."""
    with portal.installation.reading(SYSTEM) as r:
        customer = r.session.scalars(select(Customer).where(Customer.code == WHOSE[email])).one()
        found = [*waiting(r.session, r.refs, customer.id)]
        found += refs_of(r.session, r.refs, customer.id)
        for prefix, name in OTHERS.items():
            rows = Base.metadata.tables[name]
            newest = r.session.scalar(select(rows.c.id).order_by(rows.c.id.desc()).limit(1))
            found.append(r.refs.of(prefix, newest or 0))
        found.append(r.refs.of("ml", latest_messages(r, 1)[0].id))
        found.append(r.refs.of("us", r.session.scalars(select(func.min(User.id))).one()))
        found += r.session.scalars(select(Confirmation.verify_code).limit(1))
    return [*found, *tokens(portal)] if email == VISITOR else found


def waiting(books: Books, refs: Refs, customer_id: int) -> Iterator[str]:
    last = (
        select(Statement.id)
        .where(Statement.customer_id == customer_id, Statement.in_force == 1)
        .order_by(Statement.period_to.desc())
    )
    yield from (refs.of("st", each) for each in books.scalars(last.limit(1)))
    plan = select(Plan.id).where(Plan.customer_id == customer_id).order_by(Plan.id.desc())
    yield from (refs.of("pl", each) for each in books.scalars(plan.limit(1)))


def tokens(portal: Portal) -> list[str]:
    """What stands at the end of the links that were mailed."""
    return [path.rpartition("/")[2] for path in portal.links().values()]


def is_page(look: FlaskClient, path: str) -> bool:
    answer = look.get(path)
    answer.get_data()
    return answer.status_code == 200 and answer.mimetype == "text/html"


@pytest.fixture(scope="module")
def guide(busy: Portal) -> Guide:
    return Guide(busy.app, *(sign_in(busy.app, busy.installation, one) for one in (ADMIN, CHEN)))


def pages_of_side(portal: Portal, guide: Guide, side: str) -> dict[str, dict[str, str]]:
    """By person and rule the first thing that it shows them; nobody looks at what another saw."""
    found: dict[str, dict[str, str]] = {}
    seen: set[str] = set()
    for email in PEOPLE[side]:
        found[email] = pages_of(portal, guide, email, seen)
        seen |= found[email].keys()
    return found


def pages_of(portal: Portal, guide: Guide, email: str, seen: set[str]) -> dict[str, str]:
    """
    Every page that somebody reaches and nobody saw: each rule with the first thing it shows them.

    A visitor looks at what is everybody's, and customers at what is theirs.
    """
    app, refs = portal.app, known(portal, email)
    found = {}
    nobody = app.test_client()
    look = sign_in(app, portal.installation, email).client if email else nobody
    for rule in app.url_map.iter_rules():
        is_file = rule.endpoint == "static" or "." in rule.rule
        is_theirs = rule.rule.startswith(SIDE[email]) and rule.rule not in seen
        if "GET" not in rule.methods or is_file or not is_theirs:
            continue
        shown = (
            path
            for path in paths(app, rule, guide.fitting(rule, refs))
            if is_page(look, path) and (not email or not is_page(nobody, path))
        )
        if first := next(shown, None):
            found.setdefault(rule.rule, first)
    return found


#: Rows of a list are alike: after the first five nothing new comes.
SHORTEN = """() => document.querySelectorAll("main table").forEach((table) =>
  [...table.querySelectorAll("tbody tr")].slice(5).forEach((row) => row.remove()))"""


#: Where help stands (UX 50): in the footer, right before the languages.
HELP = """() => {
  const link = document.querySelector(".footer a[href^='mailto:']");
  return Boolean(link?.closest("p").nextElementSibling?.matches("form[action='/language']"));
}"""
#: Whether the title leads with what the page is about.
LEADS = """() => {
  const words = (text) => text.trim().replace(/\\s+/g, " ");
  const h1 = words(document.querySelector("h1")?.textContent ?? "");
  return h1 !== "" && words(document.title).startsWith(h1);
}"""


def faults(page: Page, walk: Walk | None = None) -> list[str]:
    """What is wrong with the page that is shown; on a walk, with what no page before had."""
    size = page.viewport_size
    page.set_viewport_size(NARROW)
    found = ["scrolls sideways at 320 pixels"] if page.evaluate(OUTSIDE) > 0 else []
    page.evaluate(SHORTEN)
    if walk:
        page.emulate_media(color_scheme="dark")
        found += [f"dark: {fault}" for fault in walk.of_colours()]
        page.emulate_media(color_scheme="light")
    page.set_viewport_size(size or WIDE)
    found += [] if page.evaluate(HELP) else ["help is not in its place"]
    found += [] if page.evaluate(LEADS) else ["the title does not lead with the heading"]
    return found + (walk.violations() if walk else violations(page))


@pytest.mark.parametrize("side", PEOPLE)
def test_ux_09_43_50_every_page_is_open_to_everybody(
    open_page: Any, busy: Portal, guide: Guide, side: str
):
    """UX 9, 10, 43, 50: nothing found by axe, no breach of the policy, help in its place."""
    page = open_page(color_scheme="light", viewport=WIDE, reduced_motion="reduce")
    page.add_init_script(source())
    walk = Walk(page)
    pages = pages_of_side(busy, guide, side)
    found: dict[str, list[str]] = {}
    titles: dict[str, tuple[str, bool]] = {}
    for email in PEOPLE[side]:
        if email:
            busy.sign_in(page, email)
        walk.shell()
        shown = (*pages[email].values(), *MORE[email])
        for path, language in zip(shown, cycle(LANGUAGES), strict=False):
            busy.set_cookies(page, accord_language=language)
            page.goto(busy.url + path)
            if path not in MORE[email]:
                titles[path] = page.title(), path.startswith("/desk")
            found[f"{email}: {path}"] = faults(page, walk)
            assert page.locator("html").get_attribute("lang") == language, path

    assert {path: wrong for path, wrong in found.items() if wrong} == {}
    often = {title for title, count in Counter(titles.values()).items() if count > 1}
    assert {path: title for path, title in titles.items() if title in often} == {}


def test_the_steps_of_signing_in_are_open_to_everybody(browser_page: Page, portal: Portal):
    page = browser_page
    login = portal.demo.logins("admin")[0]

    def send(name: str, value: str) -> None:
        page.locator(f"input[name={name}]:visible").fill(value)
        page.locator(f"form:has(input[name={name}]:visible) button[type=submit]").first.click()

    page.goto(f"{portal.url}/login")
    send("email", login["email"])
    assert faults(page) == []
    send("password", "not my password")
    expect(page.locator("#error-summary")).to_be_focused()
    assert faults(page) == []
    send("password", login["password"])
    expect(page).to_have_url(re.compile("/login/mfa"))
    assert faults(page) == []
    send("code", pyotp.TOTP(login["totp_secret"]).at(portal.installation.clock.now()))
    expect(page).to_have_url(f"{portal.url}/desk")


def test_paper_carries_the_statement_and_no_controls(browser_page: Page, portal: Portal):
    """UX 47: every line, the answers and the totals; nothing to press."""
    page = browser_page
    portal.sign_in(page, CHEN)
    page.goto(f"{portal.url}{portal.path(portal.statement('HUADONG'))}")
    page.emulate_media(media="print")

    for what in (".nav", ".masthead__tools", ".sticky-bar", ".filter-bar", ".footer form", ".tabs"):
        assert page.locator(what).count(), what
        assert not page.locator(f"{what}:visible").count(), what
    assert not page.locator("button:visible, a.button:visible").count()
    expect(page.locator("main tfoot")).to_be_visible()
    expect(page.locator(".footer .print-only")).to_be_visible()
