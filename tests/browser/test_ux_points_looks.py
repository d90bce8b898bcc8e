"""UX points 40 to 44 and 47: long jobs, languages, zones, what stays in a browser, paper."""

import datetime as dt
import re
import subprocess
from pathlib import Path

import pytest
from babel.support import NullTranslations
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.base import language
from portal.base.access import SYSTEM
from portal.statements import pages_staff
from portal.statements.issuing.progress import RunProgress
from portal.statements.issuing.run import work_run
from portal.tables.people import User
from portal.tables.statements import StatementRun
from tests.browser.company import DemoClock, Portal
from tests.browser.conftest import OpenPage
from tests.browser.person import review

CHEN, DANA = "chen.wei@huadong.example", "dana.reyes@pinnacle.example"
ADMIN = "anna.berg@lindqvist-motion.example"
#: What reaches out of the page on the right, where the page scrolls sideways at all.
OUTSIDE = """() => {
  const {scrollWidth, clientWidth} = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > clientWidth + 1)
    .map((one) => one.outerHTML.slice(0, 120)).slice(-3);
}"""


def newest_run(portal: Portal) -> str:
    """Where the board of the last month-end stands."""
    with portal.installation.reading(SYSTEM) as r:
        run = r.session.scalars(select(StatementRun.id).order_by(StatementRun.id.desc())).first()
        return f"/desk/statement-runs/{r.refs.of('ru', run or 0)}"


# ── UX 40 ────────────────────────────────────────────────────────────────────

MOST_ANNOUNCED = 11
POLLS = 24
#: Keeps what the live region was made to say.
LISTEN = """() => {
  window.heard = [];
  const live = document.getElementById("live");
  new MutationObserver(() => live.textContent.trim() && heard.push(live.textContent.trim()))
    .observe(live, {childList: true, characterData: true, subtree: true});
}"""


def begin_again(portal: Portal) -> int:
    """The newest run, in the name of the admin, as if it had not ended yet."""
    with portal.installation.work(SYSTEM) as w:
        run = w.session.scalars(select(StatementRun).order_by(StatementRun.id.desc())).first()
        assert run is not None
        run.actor_id = w.session.scalars(select(User.id).where(User.email == ADMIN)).one()
        run.finished_at = None
        return run.id


def test_ux_40_a_long_job_tells_how_far_it_is(
    browser_page: Page, portal: Portal, monkeypatch: pytest.MonkeyPatch
):
    """UX 40: at most eleven times aloud; the page may be closed; the end is mailed."""
    page, path, run_id = browser_page, newest_run(portal), begin_again(portal)
    issued = 0
    monkeypatch.setattr(
        pages_staff, "run_progress", lambda _r, ids: {ids[0]: RunProgress(issued=issued)}
    )
    monkeypatch.setattr(pages_staff, "max", lambda *_: POLLS, raising=False)
    page.clock.install()
    portal.sign_in(page, ADMIN)
    page.goto(portal.url + path)
    page.evaluate(LISTEN)
    for issued in range(1, POLLS):
        with page.expect_response(lambda answer: "told=" in answer.url):
            page.clock.run_for(2_000)
        expect(page.locator("#run-progress progress")).to_have_attribute("value", str(issued))
    heard = page.evaluate("window.heard")

    assert 5 <= len(heard) <= MOST_ANNOUNCED, heard
    page.goto("about:blank")
    monkeypatch.undo()
    work_run(lambda: portal.installation.work(SYSTEM), run_id)
    mail = next(mail for mail in portal.mails(ADMIN) if mail.kind == "run_done")
    assert f"{portal.url}{path}" in mail.text
    page.goto(portal.url + path)
    expect(page.locator("#run-progress progress")).to_have_count(0)


# ── UX 41 ────────────────────────────────────────────────────────────────────

LONGER_PERCENT = 40
VOWELS = str.maketrans({v: v + a for v, a in zip("aeiouAEIOU", "áéíóúÁÉÍÓÚ", strict=True)})
PLACEHOLDER = re.compile(r"(%\(\w+\)s|%%)")


def stretched(text: str) -> str:
    """The sentence as a wordier language would say it, accents and all; placeholders stay."""
    parts = PLACEHOLDER.split(text)
    said = "".join(part if at % 2 else part.translate(VOWELS) for at, part in enumerate(parts))
    missing = len(text) * (100 + LONGER_PERCENT) // 100 - len(said)
    return said + (" " + "ëñ ßø"[:missing] if missing > 0 else "")


class Pseudo(NullTranslations):
    """The pseudo-locale `en-XA`: made for this test, never shipped."""

    def gettext(self, message: str) -> str:
        return stretched(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return stretched(msgid1 if n == 1 else msgid2)

    def pgettext(self, context: str, message: str) -> str:
        return stretched(message)


def test_ux_41_a_wordier_language_breaks_no_page(
    open_page: OpenPage, portal: Portal, monkeypatch: pytest.MonkeyPatch
):
    """UX 41: sentences 40 % longer scroll nothing sideways at 320 pixels."""
    monkeypatch.setattr(language, "_catalogue", lambda _language: Pseudo())
    own, run = portal.path(portal.statement("HUADONG")), "/desk/statement-runs"
    pages = {
        CHEN: (
            f"/ /statements {own} {own}/comparison {own}/differences {own}/since"
            f" {own}/confirmation /confirmations/batch /invoices /payments /downloads"
            " /account/company /account/notifications /account/security /verify /login"
        ),
        ADMIN: (
            f"/desk /desk/customers /desk/statements /desk/differences {run} {run}/new"
            " /desk/receipts /desk/reports/ageing /desk/reports/confirmations /desk/imports"
            " /desk/imports/new /desk/users /desk/audit /desk/reissues"
            " /desk/settings/statements /desk/settings/statements/wording"
        ),
    }
    broken = {}
    for email, paths in pages.items():
        page = open_page(viewport={"width": 320, "height": 740})
        portal.sign_in(page, email)
        for path in paths.split():
            page.goto(portal.url + path)
            assert re.search("[áéíóú]", page.locator("main").inner_text()), path
            broken[path] = page.evaluate(OUTSIDE)

    assert {path: what for path, what in broken.items() if what} == {}


# ── UX 42 ────────────────────────────────────────────────────────────────────

ZONES = ("Asia/Shanghai", "UTC", "America/Los_Angeles")
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
#: A minute before and after midnight, and after the end of the month, by the company's clock.
MOMENTS = ("2026-11-23T15:59:00Z", "2026-11-23T16:01:00Z", "2026-11-30T16:01:00Z")


def test_ux_42_days_are_the_company_s_wherever_one_is(
    open_page: OpenPage, portal: Portal, monkeypatch: pytest.MonkeyPatch
):
    """UX 42: the same dates and deadlines at UTC+8, UTC and UTC-8, around midnight too."""
    now = portal.installation.clock.now()
    monkeypatch.setattr(DemoClock, "now", lambda _clock: now)
    pages = [open_page(timezone_id=zone) for zone in ZONES]
    statement = portal.statement("PINNACLE")
    path = portal.path(statement)
    portal.sign_in(pages[0], DANA)
    review(pages[0], portal, DANA, path)
    pages[0].locator("#sign").click()
    until = (now + dt.timedelta(minutes=15)).astimezone(SHANGHAI)
    undo = pages[0].get_by_role("button", name="Undo until")
    expect(undo).to_have_text(f"Undo until {until:%H:%M}")
    for moment in (now.isoformat(), *MOMENTS):
        now = dt.datetime.fromisoformat(moment)
        late = (now.astimezone(SHANGHAI).date() - statement.confirm_by).days
        for email, where, told in (
            (DANA, path, f"{statement.confirm_by.day} Nov 2026"),
            (DANA, "/", f"as of {now.astimezone(SHANGHAI):%-d %b %Y}"),
            (ADMIN, newest_run(portal), f"{late} days ago" if late > 1 else ""),
        ):
            seen = set()
            for page in pages:
                portal.sign_in(page, email)
                page.goto(portal.url + where, wait_until="networkidle")
                seen.add(page.locator("main").inner_text())
            [text] = seen
            assert told in text, (moment, where)


# ── UX 44 ────────────────────────────────────────────────────────────────────

KEPT = """async () => [
  localStorage.length, sessionStorage.length,
  (await indexedDB.databases()).length, (await caches.keys()).length,
]"""


def test_ux_44_nothing_stays_in_the_browser(browser_page: Page, portal: Portal):
    """UX 44: no storage, nothing cached, and after signing out `back` shows no balance."""
    page, statement = browser_page, portal.statement("HUADONG")
    portal.sign_in(page, CHEN)
    cached = []
    page.on(
        "response",
        lambda answer: (
            cached.append(answer.url)
            if "/static/" not in answer.url and answer.headers.get("cache-control") != "no-store"
            else None
        ),
    )
    for path in ("/", "/statements", "/invoices", portal.path(statement)):
        page.goto(portal.url + path)
    page.locator("#line-1-agree").click()
    expect(page.locator("#line-1-agree")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(KEPT) == [0, 0, 0, 0]
    assert cached == []

    page.locator("[data-menu] summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/login"))
    page.go_back()
    expect(page.locator("main table")).to_have_count(0)
    expect(page.locator("main")).not_to_contain_text(statement.number)


# ── UX 47 ────────────────────────────────────────────────────────────────────

#: What only a screen needs.
CONTROLS = ("Skip to the content", "Sign out", "Overview", "Agree to all others", "Review and")
CONTROLS += ("Apply", "Choose all", "Remind …", "Show", "Dark")


def paper(page: Page, folder: Path) -> list[str]:
    """What stands on each sheet when the page is printed."""
    file = folder / (page.url.rpartition("/")[2] + ".pdf")
    page.pdf(path=file, format="A4")
    told = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True)
    return told.stdout.decode().split("\f")[:-1]


def test_ux_47_pages_print_cleanly(open_page: OpenPage, portal: Portal, tmp_path: Path):
    """UX 47: no navigation nor controls; heads on every sheet with rows; no row is cut."""
    own, late = portal.path(portal.statement("HUADONG")), portal.statement("PINNACLE")
    rows, faults = r"(?m)^ *\d\d? Oct 2026 .*\d\.\d\d", []
    for email, path, row, head in (
        (CHEN, own, rows, "reference"),
        (CHEN, "/confirmations/batch", r"October 2026 +\d+ +CNY", "Overdue"),
        (CHEN, f"{own}/comparison", "nothing", ""),
        (DANA, f"{portal.path(late)}/differences", "nothing", ""),
        (ADMIN, newest_run(portal), r"202610-\w+-", "Closing balance"),
    ):
        page = open_page()
        portal.sign_in(page, email)
        page.goto(portal.url + path)
        sheets = paper(page, tmp_path)
        faults += [(path, word) for word in CONTROLS for text in sheets if word in text]
        faults += [
            (path, "no head") for text in sheets if re.search(row, text) and head not in text
        ]
        assert any(page.locator("h1").inner_text() in text for text in sheets), path
        page.emulate_media(media="print")
        cut = "one => getComputedStyle(one).breakInside !== 'avoid'"
        if page.locator("main tbody tr").count() and page.locator("main tbody tr").first.evaluate(
            cut
        ):
            faults.append((path, "rows may be cut"))

    assert faults == [], faults
