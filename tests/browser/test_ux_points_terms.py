"""UX point 36: a change of terms shows what it does before it is saved; what was chosen moves."""

import datetime as dt

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import exists, select

from portal.base.access import SYSTEM, Actor
from portal.people.recognising import actor_of
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Invoice, Part
from portal.tables.people import User
from portal.tables.terms import TermsChange
from portal.terms import daily
from portal.terms.changes import get_change
from portal.terms.commands import DraftChange, Wanted, draft_change
from tests.browser.company import Portal
from tests.browser.conftest import OpenPage
from tests.demo import DEMO_DAY

ADMIN = "anna.berg@lindqvist-motion.example"
TODAY = dt.date.fromisoformat(DEMO_DAY)
IN_A_WEEK = TODAY + dt.timedelta(weeks=1)


def due_dates(portal: Portal) -> dict[tuple[int, int], dt.date | None]:
    with portal.installation.reading(SYSTEM) as r:
        rows = r.session.execute(select(Part.entry_id, Part.part, Part.due_on))
        return {(entry_id, part): due_on for entry_id, part, due_on in rows}


def somebody(portal: Portal, *roles: str, but: str = "") -> tuple[str, Actor]:
    """Somebody of our own with one of these roles: their address, and who they are."""
    with portal.installation.reading(SYSTEM) as r:
        found = select(User).where(
            User.staff_role.in_(roles), User.email != but, User.disabled_at.is_(None)
        )
        user = r.session.scalars(found.order_by(User.id)).first()
        assert user is not None
        return user.email, actor_of(r, user.id)


def customer_with_own_terms(portal: Portal) -> int:
    """Somebody with open invoices that are paid by their own terms."""
    with portal.installation.reading(SYSTEM) as r:
        found = (
            select(Customer.id)
            .join(Entry, Entry.customer_id == Customer.id)
            .join(Invoice, Invoice.entry_id == Entry.id)
            .where(
                Invoice.terms_source == "customer",
                Entry.dated_on > TODAY - dt.timedelta(40),
                ~exists().where(TermsChange.customer_id == Customer.id),
            )
        )
        return r.session.scalars(found.order_by(Customer.code)).first() or 0


@pytest.fixture
def draft(portal: Portal) -> str:
    """The page of a draft that gives a customer 90 days, for new invoices only."""
    customer_id = customer_with_own_terms(portal)
    assert customer_id
    wanted = Wanted(IN_A_WEEK, {"terms": "net 90"}, "They asked for more time.")
    with portal.installation.work(somebody(portal, "admin")[1]) as w:
        change_id = draft_change(w, DraftChange(wanted, customer_id))
    with portal.installation.reading(SYSTEM) as r:
        return f"{portal.url}/desk/terms/{get_change(r, change_id).ref}"


def change_of(portal: Portal) -> TermsChange:
    with portal.installation.reading(SYSTEM) as r:
        return r.session.scalars(select(TermsChange).order_by(TermsChange.id.desc())).first()


def test_ux_36_the_impact_is_seen_first_and_old_invoices_move_only_where_chosen(
    open_page: OpenPage, portal: Portal, draft: str
):
    """UX 36: shown before it is saved, from its day on, what is open untouched unless chosen."""
    before = due_dates(portal)
    page = open_page()
    portal.sign_in(page, ADMIN)
    page.goto(draft)
    page.get_by_role("link", name="See what it does").click()

    expect(page.get_by_text("No due date moves", exact=True)).to_be_visible()
    page.get_by_text("Also invoices that are open then").click()
    expect(page.locator("#moved tbody tr").first).to_be_visible()
    expect(page.get_by_text("This is not what the draft says")).to_be_visible()
    shown = page.locator("#moved tbody tr").count()
    assert "reach=open" in page.url
    assert due_dates(portal) == before

    page.get_by_role("button", name="Keep this day and reach").click()
    expect(page.get_by_text("Kept: the draft says this day and reach now.")).to_be_visible()
    page.goto(draft)
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("Handed in. Somebody else decides")).to_be_visible()
    approves(open_page(), portal, page.url)

    # Approved, and nothing moves before its day; then just what was shown.
    daily.run(portal.installation, IN_A_WEEK - dt.timedelta(days=1))
    assert due_dates(portal) == before
    daily.run(portal.installation, IN_A_WEEK)
    after = due_dates(portal)
    assert sum(after[part] != due_on for part, due_on in before.items()) == shown


def approves(page: Page, portal: Portal, url: str) -> None:
    """Somebody else approves what waits."""
    with portal.installation.reading(SYSTEM) as r:
        author = r.session.get_one(User, change_of(portal).author_id).email
    portal.sign_in(page, somebody(portal, "credit_manager", "admin", but=author)[0])
    page.goto(url)
    page.get_by_role("link", name="See the request").first.click()
    page.get_by_role("button", name="Approve").first.click()
    expect(page.get_by_text("Approved").first).to_be_visible()
    assert change_of(portal).state == "approved"


def test_ux_36_without_script_the_reach_is_chosen_as_well(
    open_page: OpenPage, portal: Portal, draft: str
):
    """UX 36: the same by a form and its button."""
    page = open_page(java_script_enabled=False)
    portal.sign_in(page, ADMIN)
    page.goto(f"{draft}/impact")
    page.get_by_text("Also invoices that are open then").click()
    page.get_by_role("button", name="Apply").click()

    expect(page.locator("#moved tbody tr").first).to_be_visible()
