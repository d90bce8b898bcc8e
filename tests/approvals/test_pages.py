"""The inbox on the desk, without script: seen, approved, refused, overtaken, exported."""

import pytest
from sqlalchemy import select

from portal.approvals.names import shown_changes, shown_facts
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.money import Money
from portal.tables.approvals import Approval, StandIn
from tests.approvals.inbox import Facts, Inbox, inbox_in
from tests.buyer import Buyer
from tests.desk import DeskBrowser, Office, an_office, foot_of, rows_of

INDEX = "/desk/approvals"


@pytest.fixture
def office(installation: Installation) -> Office:
    return an_office(installation)


@pytest.fixture
def inbox(office: Office, facts: Facts) -> Inbox:
    return inbox_in(office.installation, facts)


@pytest.fixture
def lead(office: Office) -> DeskBrowser:
    return office.enter("collections_lead")


def path(inbox: Inbox, approval_id: int, ending: str = "") -> str:
    with inbox.installation.reading(SYSTEM) as r:
        return f"{INDEX}/{r.refs.of('ap', approval_id)}{ending}"


def test_an_empty_inbox_says_what_will_come(lead: DeskBrowser):
    assert "Nothing waits for approval" in lead.visit(INDEX).text


def test_the_inbox_shows_what_changes_by_whom_and_the_sums(inbox: Inbox, lead: DeskBrowser):
    inbox.ask()
    page = lead.visit(INDEX)

    [[what, change, proposer, waiting, amount, decision]] = rows_of(page, "approvals")
    assert what.startswith("Extension, ")
    assert "1 Dec 2026" in change
    assert "15 Jan 2027" in change
    assert (proposer, waiting, amount) == ("Tom", "since today", "CNY 100.00")
    assert decision.startswith("Approve")
    assert foot_of(page, "approvals")[0][1] == "CNY 100.00"


def test_one_press_approves_and_the_next_row_has_the_focus(inbox: Inbox, lead: DeskBrowser):
    first, second = inbox.ask(), inbox.ask(subject="promise/18")
    inbox.ask(subject="promise/19")
    page = lead.follow(lead.fill(lead.visit(INDEX), path(inbox, first, "/approval")))

    assert inbox.row(first).state == "approved"
    region = page.source.partition('id="approvals-part"')[2].partition("<footer")[0]
    [focused] = [each for each in region.split('<tr role="row" id=')[1:] if " autofocus" in each]
    assert path(inbox, second, "/approval") in focused


def test_refusing_wants_a_comment_and_keeps_it(inbox: Inbox, lead: DeskBrowser):
    asked = inbox.ask()
    here, there = path(inbox, asked), path(inbox, asked, "/refusal")
    page = lead.fill(lead.visit(here), there, 422)
    assert "Write why you refuse it" in page.by_id("error-summary").text
    lead.fill(page, there, **{"refuse-comment": "Too late."})

    assert inbox.row(asked).comment == "Too late."


def test_what_has_changed_is_shown_anew_and_not_approved(inbox: Inbox, lead: DeskBrowser):
    asked = inbox.ask()
    here = path(inbox, asked)
    seen = lead.visit(here)
    inbox.facts.due = "2026-12-10"
    page = lead.fill(seen, f"{here}/approval", 409)

    assert "Something has changed since this was proposed" in page.text
    assert "10 Dec 2026" in page.text
    states = [row.state for row in all_rows(inbox)]
    assert states == ["overtaken", "waiting"]
    assert "See the request that stands in its place" in lead.visit(here).text


def all_rows(inbox: Inbox) -> list[Approval]:
    with inbox.installation.reading(SYSTEM) as r:
        return list(r.session.scalars(select(Approval).order_by(Approval.id)))


def test_a_changed_request_warns_before_anybody_presses(inbox: Inbox, lead: DeskBrowser):
    asked = inbox.ask()
    inbox.facts.due = "2026-12-10"

    assert "Look at it again" in lead.visit(path(inbox, asked)).text


def test_who_comes_second_reads_who_was_first(inbox: Inbox, lead: DeskBrowser):
    asked = inbox.ask()
    page = lead.visit(path(inbox, asked))
    inbox.approve(asked, "mo")
    page = lead.fill(page, path(inbox, asked, "/approval"), 409)

    assert "Mo has decided this already" in page.text


def test_ones_own_is_locked_with_the_reason(inbox: Inbox, office: Office):
    asked = inbox.ask("li")
    li = office.enter("credit_manager")
    inbox.facts.makers = (li.user_id,)

    assert "You had a hand in this" in li.visit(path(inbox, asked)).text


@pytest.mark.parametrize("role", ["clerk", "auditor"])
def test_others_see_it_and_decide_nothing(inbox: Inbox, office: Office, role: str):
    asked = inbox.ask()
    page = office.enter(role).visit(INDEX)

    actions = [form.get("action") for form in page.root.all("form")]
    assert path(inbox, asked, "/approval") not in actions
    assert "Somebody with another role decides it" in page.text


def test_a_customer_finds_none_of_it(inbox: Inbox, office: Office):
    chen = Buyer(office, "HUADONG", role="customer_admin")
    for there in (INDEX, f"{INDEX}.csv", path(inbox, inbox.ask()), f"{INDEX}/stand-ins"):
        chen.visit(there, 404)


def test_the_list_is_filtered_and_written_out(inbox: Inbox, lead: DeskBrowser):
    inbox.approve(inbox.ask(), "mo", "Fine.")
    inbox.ask(subject="plan/4", kind="plan")

    assert len(rows_of(lead.visit(f"{INDEX}?state=all"), "approvals")) == 2
    assert "Fine." in lead.visit(f"{INDEX}?state=decided").text
    assert "No request matches" in lead.visit(f"{INDEX}?kind=credit_note").text
    assert "No request matches" in lead.visit(f"{INDEX}?mine=1").text
    sheet = lead.client.get(f"{INDEX}.csv?state=all").get_data(as_text=True)
    assert "Due: 1 Dec 2026 → 15 Jan 2027; Open: CNY" in sheet


def test_what_one_may_decide_is_a_duty_of_the_first_page(inbox: Inbox, lead: DeskBrowser):
    inbox.ask()
    inbox.ask(subject="plan/4", kind="plan")
    page = lead.visit("/desk")

    assert "Decide 1 request that waits for a second person" in page.text
    assert Money(100_00, "CNY").major() in page.text


def test_a_stand_in_is_named_on_its_page_and_ended(inbox: Inbox, lead: DeskBrowser):
    here = f"{INDEX}/stand-ins"
    page = lead.fill(lead.visit(here), here, 422, stand_in=str(inbox.ids["zhao"]), until_on="")
    assert "Enter the last day." in page.text
    lead.fill(page, here, until_on="2026-11-30")
    page = lead.visit(here)
    assert rows_of(page, "stand-ins")[0][:2] == ["Zhao", "The collections_lead"]
    [end] = [
        form.get("action") for form in page.root.all("form") if form.get("action").endswith("/end")
    ]
    lead.fill(page, end)

    with inbox.installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(StandIn)).one().ended_at is not None


def test_an_administrator_chooses_who_is_away(inbox: Inbox, office: Office):
    ada, here = office.enter("admin"), f"{INDEX}/stand-ins"
    chosen = {"absent": str(inbox.ids["zhao"]), "stand_in": str(inbox.ids["li"])}
    ada.fill(ada.visit(here), here, until_on="2026-11-30", **chosen)

    assert rows_of(ada.visit(here), "stand-ins")[0][:2] == ["Li", "Zhao"]


def test_pages_take_few_statements_however_many_wait(inbox: Inbox, lead: DeskBrowser):
    asked = inbox.ask()
    before = [lead.count_statements(each) for each in (INDEX, path(inbox, asked))]
    for n in range(20):
        inbox.ask(subject=f"promise/{100 + n}")

    assert [lead.count_statements(each) for each in (INDEX, path(inbox, asked))] == before
    assert max(before) <= 12


def test_what_only_one_side_tells_stays_as_it_is():
    before = {"items": "INV-1", "due": "2026-11-05", "pay_on": "—", "open": "CNY 9.00"}
    after = {"due": "2026-12-05", "pay_on": "2026-12-05", "open": "CNY 9.00"}

    assert shown_changes(before, after) == [("Due", "5 Nov 2026", "5 Dec 2026")]
    assert [name for name, _ in shown_facts(before, after)] == ["Items", "Day of payment", "Open"]
