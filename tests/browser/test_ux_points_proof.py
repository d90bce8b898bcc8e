"""UX points 19 and 21 to 23: what is signed, what links do by themselves, what is proved."""

import hashlib
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from portal.base import formats
from portal.base.access import SYSTEM
from portal.core.money import Money
from portal.core.statement import read_statement
from portal.people.commands import AskToSignIn, Invite, ask_to_sign_in, invite
from portal.statements.commands import ReissueStatement, reissue_statement
from portal.tables.all import Base
from portal.tables.customers import Customer
from tests.browser.company import LINKS, Portal
from tests.browser.conftest import OpenPage
from tests.browser.person import REVIEW, certificate_file, confirmed, review

CHEN, DANA = "chen.wei@huadong.example", "dana.reyes@pinnacle.example"
NEWCOMER = "newcomer@huadong.example"


def test_ux_19_what_is_signed_is_all_on_the_page(browser_page: Page, portal: Portal):
    """UX 19: parties, period, balance, differences, version, hash; the button names the sum."""
    page, statement = browser_page, portal.statement("PINNACLE")
    portal.sign_in(page, DANA)
    page.goto(f"{portal.url}{portal.path(statement)}")
    page.locator("#line-2-differs").click()
    panel = page.locator("#line-2-panel")
    panel.get_by_label("What is different?").select_option("not_received")
    panel.get_by_role("button", name="Save the difference").click()
    expect(page.locator("#line-2-differs")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Review and confirm").click()
    page.wait_for_url(REVIEW)

    head = read_statement(statement.payload).head
    sum_ = formats.money(Money(statement.closing_minor, statement.currency))
    main = page.locator("main")
    for fact in (head.supplier.name, head.customer.name, "October 2026", sum_, statement.sha256):
        expect(main).to_contain_text(fact)
    expect(main).to_contain_text(re.compile(r"1, frozen on \d+ Nov 2026"))
    expect(page.locator("#differences tbody tr")).to_have_count(1)
    button = page.get_by_role("button", name=f"Confirm {sum_} with differences", exact=True)
    expect(button).to_be_visible()
    assert page.locator("main input[type=checkbox]:checked").count() == 0
    assert page.locator("canvas").count() == 0


@pytest.fixture(scope="module")
def mailed(portal: Portal) -> dict[str, str]:
    """The newest link of each kind that stands in a mail, by the beginning of its address."""
    with portal.installation.work() as w:
        huadong = w.session.scalars(select(Customer.id).where(Customer.code == "HUADONG")).one()
        invite(w, Invite(NEWCOMER, "New Comer", "customer_viewer", huadong))
        ask_to_sign_in(w, AskToSignIn(CHEN, "127.0.0.1", "/", wants_code=True))
    return portal.links()


def books(portal: Portal) -> dict[str, int]:
    """How many rows each table has."""
    with portal.installation.reading(SYSTEM) as r:
        return {
            name: r.session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


@pytest.mark.parametrize("kind", LINKS)
def test_ux_21_a_scanner_changes_nothing(
    browser_page: Page, portal: Portal, mailed: dict[str, str], kind: str
):
    """UX 21: five visits of a robot by HEAD and GET; then the link does what it is for."""
    page, link = browser_page, portal.url + mailed[kind]
    portal.set_cookies(page, accord_language="en")
    before = books(portal)
    for _ in range(5):
        for method in ("head", "get"):
            answer = getattr(page.request, method)(link, max_redirects=0)
            assert answer.status == 200, (method, answer.status)
    assert books(portal) == before

    page.goto(link)
    button = page.locator("main button[type=submit], main form button").first
    expect(button).to_be_visible()
    if kind == "login/link":
        button.click()
        expect(page.locator(".masthead__tools")).to_contain_text("Chen Wei")
    if kind == "unsubscribe":
        button.click()
        expect(page.locator("h1")).to_have_text("You get no more of these mails")


def stamp(page: Page, portal: Portal, code: str) -> str:
    """What the public check page says of a certificate."""
    page.goto(f"{portal.url}/verify/{code}")
    return page.locator("main .stamp").inner_text().lower()


def sign(page: Page, portal: Portal, email: str) -> str:
    """Answers Pinnacle's statement; tells the code of the certificate."""
    review(page, portal, email, portal.path(portal.statement("PINNACLE")))
    page.locator("#sign").click()
    return str(confirmed(page).locator(".stamp").inner_text())


def test_ux_22_23_a_certificate_is_checked_withdrawn_and_replaced(
    open_page: OpenPage, portal: Portal, tmp_path: Path
):
    """UX 22, 23: its hash is recomputed; the check page says valid, withdrawn, replaced."""
    page, stranger = open_page(), open_page()
    portal.sign_in(page, DANA)
    portal.set_cookies(stranger, accord_language="en")
    code = sign(page, portal, DANA)
    statement = portal.statement("PINNACLE")
    recomputed = hashlib.sha256(statement.payload.encode()).hexdigest()
    file = certificate_file(page, tmp_path)
    printed = subprocess.run(["pdftotext", file, "-"], capture_output=True, check=True)
    said = re.sub(r"\s", "", printed.stdout.decode())
    assert recomputed in said
    assert f"/verify/{code}" in said

    assert stamp(stranger, portal, code) == "valid"
    expect(stranger.locator("main")).to_contain_text(recomputed)
    stranger.locator("input[type=file]").set_input_files(file)
    stranger.get_by_role("button", name="Check the file").click()
    expect(stranger.locator("main .banner")).to_contain_text("This file is ours, and unchanged")

    page.get_by_role("button", name="Undo until").click()
    expect(page.get_by_role("button", name="Review and confirm")).to_be_visible()
    assert stamp(stranger, portal, code) == "withdrawn"
    again = sign(page, portal, DANA)
    with portal.installation.work(SYSTEM) as w:
        reissue_statement(w, ReissueStatement(statement.id, "posted late"))
    assert (stamp(stranger, portal, code), stamp(stranger, portal, again)) == (
        "withdrawn",
        "replaced",
    )
