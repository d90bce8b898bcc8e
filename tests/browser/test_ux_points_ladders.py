"""UX points 34 and 35: what is previewed is what happens; a run goes as its button says, once."""

import datetime as dt
import json
import re
from collections import Counter

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from portal.base.access import SYSTEM, Actor
from portal.base.outbox import drain
from portal.escalation.planning import plan_day
from portal.escalation.running import prepare_run
from portal.escalation.runs.commands import HELD
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.escalation import Notice
from portal.tables.journal import Outbox
from portal.tables.people import User
from portal.worker import REGISTRY
from tests.browser.axe import violations
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage
from tests.demo import DEMO_DAY

LEAD, MANAGER = "david.osei@lindqvist-motion.example", "zhou.min@lindqvist-motion.example"
TOMORROW = dt.date.fromisoformat(DEMO_DAY) + dt.timedelta(days=1)
#: Monday after the demo's day: nobody has run it.
LATER = TOMORROW + dt.timedelta(days=2)
#: By then ten accounts of the demo have a step; what is run for it comes last.
NEXT_WEEK = TOMORROW + dt.timedelta(days=6)
LADDERS, RUNS = "/desk/policies", "/desk/dunning-runs"


def actor(portal: Portal, email: str) -> Actor:
    with portal.installation.reading(SYSTEM) as r:
        return actor_of(r, r.session.scalars(select(User.id).where(User.email == email)).one())


def cells(page: Page, table: str) -> list[list[str]]:
    rows = page.locator(f"#{table} tbody tr").all()
    return [[cell.inner_text().strip() for cell in row.locator("td").all()] for row in rows]


def names(portal: Portal) -> dict[str, str]:
    with portal.installation.reading(SYSTEM) as r:
        return dict(r.session.execute(select(Customer.code, Customer.name)).all())


def told(amount: str) -> str:
    """An amount without its grouping."""
    return amount.replace(",", "")


def _plain(row: tuple[str, str, str]) -> tuple[str, str, str]:
    name, step, amount = row
    return (
        name,
        step.removesuffix("needs approval").strip(),
        amount.replace("\N{NO-BREAK SPACE}", " "),
    )


@pytest.fixture
def held(portal: Portal) -> str:
    """The page of a run that waits for somebody."""
    lead = actor(portal, LEAD)
    with portal.installation.reading(lead, LATER) as r:
        plan = plan_day(r, LATER)
    with portal.installation.work(lead, LATER) as w:
        # The certificates that the demo leaves to its worker would be made first.
        others = update(Outbox).where(Outbox.channel == "task", Outbox.state == "pending")
        w.session.execute(others.values(not_before=w.now + dt.timedelta(days=365)))
        run_id = prepare_run(w, plan).id
    with portal.installation.reading(lead) as r:
        return f"{portal.url}{RUNS}/{r.refs.of('lr', run_id)}"


def messages(portal: Portal) -> Counter[str]:
    """The messages of ladders that have left, by their keys."""
    with portal.installation.reading(SYSTEM) as r:
        rows = select(Outbox.key).where(Outbox.kind == "ladder", Outbox.state == "sent")
        return Counter(r.session.scalars(rows))


def work(portal: Portal, *channels: str, most: int = 10_000) -> None:
    """A worker that is stopped after so many rows."""
    left = iter(range(most))
    stopping = lambda: next(left, None) is None  # noqa: E731
    drain(portal.installation, REGISTRY, channels=list(channels), stopping=stopping)


def test_ux_35_a_run_goes_as_its_button_says_and_each_message_leaves_once(
    portal: Portal, open_page: OpenPage, held: str
):
    """
    UX 35: the numbers stand on the button; stopped in the middle it goes on, nothing twice.

    tests/faults/test_ladders_killed.py kills schedulers and the worker that sends, by SIGKILL.
    """
    page = open_page()
    portal.sign_in(page, LEAD)
    page.goto(held)
    before = messages(portal)
    button = page.locator("#approve")
    expect(button).to_contain_text("customers")
    steps = len(cells(page, "planned"))
    assert str(steps) in button.inner_text() or "other step" in button.inner_text()
    assert violations(page) == []

    button.click()
    expect(page.get_by_text("Approved. A worker does it now")).to_be_visible()
    work(portal, "task")
    work(portal, "email", "sms", most=1)
    page.goto(held)
    page.get_by_role("button", name="Pause").click()
    work(portal, "email", "sms")
    paused = messages(portal)
    page.goto(held)
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Go on").click()
    work(portal, "email", "sms")
    work(portal, "email", "sms")

    with portal.installation.reading(SYSTEM) as r:
        rows = select(Notice.state).where(Notice.kind == "ladder", Notice.on == LATER)
        states = Counter(r.session.scalars(rows))
        held_back = select(Outbox.id).where(Outbox.state == "pending", Outbox.not_before == HELD)
        resting = r.session.scalars(held_back).all()
    sent = messages(portal) - before
    assert len(paused - before) <= 1
    # Where it is night, a message still waits for the morning.
    assert resting == []
    assert states["sent"] > len(paused - before)
    assert set(sent.values()) <= {1}
    assert sent.total() == states["sent"]


def test_a_ladder_is_drafted_without_script_and_approved_by_another(
    portal: Portal, open_page: OpenPage
):
    page = open_page(java_script_enabled=False)
    portal.sign_in(page, LEAD)
    page.goto(f"{portal.url}{LADDERS}")
    page.get_by_role("link", name=re.compile("^Edit ")).first.click()
    first = page.locator("[name=s0-name]").input_value()
    page.get_by_role("button", name="Move step 1 down").click()
    assert page.locator("[name=s1-name]").input_value() == first
    page.get_by_role("button", name="Move step 2 up").click()
    page.get_by_role("button", name="Add a step below step 1").click()
    assert page.url.endswith("#step-2")
    page.locator("[name=s1-name]").fill("call them")
    page.locator("[name=s1-days]").fill("3")
    page.locator("[name=s1-channel]").select_option("call")
    page.locator("[name=s1-responsible]").select_option("sales")
    page.get_by_label("Why?").fill("A call helps.")
    page.locator("#keep").click()
    expect(page.get_by_text("Kept as a draft")).to_be_visible()
    draft = page.url
    page.get_by_role("button", name="Hand in").click()
    page.get_by_role("link", name="See the request").click()
    request = page.url

    other = open_page()
    portal.sign_in(other, MANAGER)
    other.goto(request)
    other.get_by_role("button", name="Approve it").click()

    page.goto(draft)
    expect(page.locator(".stamp")).to_have_text("Approved")


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_pages_of_ladders_and_runs_are_open_to_everybody(
    portal: Portal, open_page: OpenPage, held: str, language: str
):
    """By axe, in both languages, in the dark, on a phone."""
    page = open_page(viewport={"width": 360, "height": 740}, color_scheme="dark")
    portal.sign_in(page, LEAD, language)
    edit = f"{LADDERS}/1/versions/0/edit"
    for path in (LADDERS, f"{LADDERS}/1/versions/0", edit, f"{LADDERS}/presets/twelve_steps", RUNS):
        page.goto(f"{portal.url}{path}")
        expect(page.locator(".htmx-request")).to_have_count(0)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    for show in ("", "?show=excluded", "?show=changed"):
        page.goto(f"{held}{show}")
        assert violations(page) == [], show


def test_a_step_is_moved_with_keys_alone(portal: Portal, open_page: OpenPage):
    page = open_page()
    portal.sign_in(page, LEAD)
    page.goto(f"{portal.url}{LADDERS}/1/versions/0/edit")
    first = page.locator("[name=s0-name]").input_value()
    down = page.get_by_role("button", name="Move step 1 down")
    for _ in range(60):
        if down.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**#step-2")
    assert page.locator("[name=s1-name]").input_value() == first
    expect(page.locator("#step-2")).to_be_focused()

    page.keyboard.press("Alt+ArrowUp")
    page.wait_for_url("**#step-1")
    assert page.locator("[name=s0-name]").input_value() == first
    expect(page.locator("#step-1")).to_be_focused()


def test_ux_34_what_is_previewed_for_tomorrow_is_what_is_done(portal: Portal, open_page: OpenPage):
    """UX 34: line by line, whom, which step, how much."""
    page = open_page(java_script_enabled=False)
    portal.sign_in(page, LEAD)
    with portal.installation.reading(SYSTEM) as r:
        in_force = r.policy.id
    page.goto(f"{portal.url}{LADDERS}/1/versions/{in_force}/preview?on={NEXT_WEEK.isoformat()}")
    expect(page.locator("#on")).to_have_value(NEXT_WEEK.isoformat())
    seen = [
        (row[0], row[2].split(" → ")[-1].split("\n")[0], told(row[7]))
        for row in cells(page, "ahead")
    ]

    called = names(portal)
    answer = json.loads(
        portal.accord("escalate", "--on", NEXT_WEEK.isoformat(), "--format", "json")
    )
    done = [
        (called[each["customer_id"]], each["step"], f"{each['currency']} {each['amount']}")
        for each in answer["actions"]
    ]

    assert seen
    assert Counter(_plain(row) for row in seen) == Counter(_plain(row) for row in done)
