"""A limit is proposed by one and approved by another; what speaks against it is told and kept."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.approvals.deciding import RefuseRequest, refuse_request
from portal.base.access import SYSTEM, Denied, NotFound
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.credit.limits import limit_of
from portal.credit.proposing import WithdrawProposal, withdraw_proposal
from portal.tables.approvals import Approval
from portal.tables.credit import CreditLimit
from tests.credit.limiting import (
    TODAY,
    actor,
    approve,
    customer_id,
    grant,
    proposals,
    propose,
    rows,
    waiting,
    wanted,
)
from tests.desk import DeskBrowser, Office, an_office

LATER = TODAY + dt.timedelta(days=180)


@pytest.fixture
def manager(office: Office) -> DeskBrowser:
    return office.enter("credit_manager")


@pytest.fixture
def admin(office: Office) -> DeskBrowser:
    return office.enter("admin")


def held(office: Office, code: str = "HUADONG", on: dt.date = TODAY) -> Money | None:
    with office.installation.reading(SYSTEM) as r:
        found = limit_of(r, customer_id(office, code), on)
        return found.amount if found else None


def test_a_proposed_limit_holds_once_another_person_approves_it(
    office: Office, manager: DeskBrowser, admin: DeskBrowser
):
    propose(office, manager.user_id, "HUADONG", wanted(500_00, until=LATER))
    assert held(office) is None

    approve(office, admin.user_id)

    assert held(office) == Money(500_00, "CNY")
    (limit,) = rows(office, CreditLimit)
    assert (limit.valid_until, limit.author, limit.source) == (
        LATER,
        "The credit_manager",
        "decision",
    )
    assert proposals(office)[0].state == "approved"


def test_nobody_approves_their_own(office: Office, manager: DeskBrowser):
    propose(office, manager.user_id, "HUADONG", wanted(500_00))

    with pytest.raises(RuleBroken, match=r"approval\.own"):
        approve(office, manager.user_id)
    assert held(office) is None


@pytest.mark.parametrize(
    ("minor", "kind"),
    [
        (1_000_000_00, "limit"),
        (1_000_000_01, "large_limit"),
        (None, "large_limit"),
        (0, "limit"),
    ],
)
def test_large_ones_are_the_admins(
    office: Office, manager: DeskBrowser, minor: int | None, kind: str
):
    propose(office, manager.user_id, "HUADONG", wanted(minor))

    assert waiting(office).kind == kind


def test_a_credit_manager_does_not_decide_a_large_one(
    office: Office, manager: DeskBrowser, admin: DeskBrowser
):
    propose(office, admin.user_id, "HUADONG", wanted(2_000_000_00))

    with pytest.raises(RuleBroken, match=r"approval\.role"):
        approve(office, manager.user_id)


def test_of_one_customer_one_waits(office: Office, manager: DeskBrowser, admin: DeskBrowser):
    propose(office, manager.user_id, "HUADONG", wanted(500_00))

    with pytest.raises(RuleBroken, match=r"limit\.waiting"):
        propose(office, admin.user_id, "HUADONG", wanted(2_000_000_00))
    propose(office, admin.user_id, "BERGMANN", wanted(5_00))


def test_what_speaks_against_it_is_told_and_kept(office: Office, manager: DeskBrowser):
    propose(office, manager.user_id, "HUADONG", wanted(1_00))

    told = json.loads(waiting(office).before)
    # 70.00 of INV-1, 250.00 of INV-2 and 40.00 of INV-4 are open.
    assert told["below_exposure"] == "CNY 360.00"
    assert told["no_review"] == "never"
    assert "above_cap" not in told


def test_a_figure_that_moves_does_not_overtake_but_a_new_doubt_does(
    office: Office, manager: DeskBrowser, admin: DeskBrowser
):
    propose(office, manager.user_id, "HUADONG", wanted(500_00))
    grant(office, "HUADONG", 400_00)

    with pytest.raises(RuleBroken, match=r"approval\.changed"):
        approve(office, admin.user_id)


def test_approved_late_it_holds_from_that_day(
    office: Office, manager: DeskBrowser, admin: DeskBrowser
):
    propose(office, manager.user_id, "HUADONG", wanted(500_00, until=LATER))
    office.pass_days(3)
    approve(office, admin.user_id)

    assert held(office, on=TODAY + dt.timedelta(days=2)) is None
    assert held(office, on=TODAY + dt.timedelta(days=3)) == Money(500_00, "CNY")


def test_one_that_would_have_ended_is_not_approved(
    office: Office, manager: DeskBrowser, admin: DeskBrowser
):
    propose(office, manager.user_id, "HUADONG", wanted(500_00, until=TODAY))
    office.pass_days(1)

    with pytest.raises(RuleBroken, match=r"limit\.over"):
        approve(office, admin.user_id)


def test_refused_it_stays_as_it_was(office: Office, manager: DeskBrowser, admin: DeskBrowser):
    propose(office, manager.user_id, "HUADONG", wanted(500_00))
    approval_id = waiting(office).id
    with office.installation.work(actor(office.installation, admin.user_id)) as w:
        refuse_request(w, RefuseRequest(approval_id, "too early"))

    assert held(office) is None
    assert proposals(office)[0].state == "refused"
    propose(office, manager.user_id, "HUADONG", wanted(300_00))


def test_withdrawn_it_no_longer_waits(office: Office, manager: DeskBrowser):
    made = propose(office, manager.user_id, "HUADONG", wanted(500_00))
    with office.installation.work(actor(office.installation, manager.user_id)) as w:
        withdraw_proposal(w, WithdrawProposal(made))

    assert [row.state for row in rows(office, Approval)] == ["withdrawn"]
    propose(office, manager.user_id, "HUADONG", wanted(300_00))


@pytest.mark.parametrize("role", ["clerk", "collector", "auditor", "support"])
def test_who_does_not_decide_credit_proposes_nothing(office: Office, role: str):
    someone = office.enter(role)

    with pytest.raises(Denied):
        propose(office, someone.user_id, "HUADONG", wanted(500_00))


def test_sales_do_not_even_find_anothers_customer(office: Office):
    someone = office.enter("sales")

    with pytest.raises(NotFound):
        propose(office, someone.user_id, "BERGMANN", wanted(500_00, "EUR"))


def test_a_limit_in_another_currency_is_refused(office: Office, manager: DeskBrowser):
    grant(office, "HUADONG", 400_00)

    with pytest.raises(RuleBroken, match=r"limit\.currency_differs"):
        propose(office, manager.user_id, "HUADONG", wanted(500_00, "EUR"))


def test_twenty_proposals_at_once_leave_one(any_installation: Installation):
    office = an_office(any_installation)
    manager = office.enter("credit_manager")

    def try_one(_nth: int) -> str:
        try:
            propose(office, manager.user_id, "HUADONG", wanted(500_00))
        except RuleBroken as broken:
            return broken.code
        return "done"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(try_one, range(20)))

    assert said.count("done") == 1
    assert set(said) <= {"done", "limit.waiting"}
    assert [row.state for row in proposals(office)] == ["waiting"]


# ── On pages ─────────────────────────────────────────────────────────────────


def test_the_page_tells_what_speaks_against_it_before_it_is_proposed(
    office: Office, manager: DeskBrowser
):
    path = office.customer_path("HUADONG", "/credit/limit")
    page = manager.visit(path)
    typed = page.form(path) | {"what": "amount", "amount": "1.00", "reason": "less risk"}
    bad = manager.send(path, 422, data=typed | {"reason": ""})

    assert "below what is used already" in bad.text
    assert bad.form(path)["amount"] == "1.00"
    shown = manager.follow(manager.send(path, data=typed))
    assert shown.heading.startswith("Proposed limit")
    assert "CNY 360.00" in shown.text


def test_the_history_says_who_approved(office: Office, manager: DeskBrowser, admin: DeskBrowser):
    propose(office, manager.user_id, "HUADONG", wanted(500_00, until=LATER))
    approve(office, admin.user_id)

    page = manager.visit(office.customer_path("HUADONG", "/credit"))
    assert "The admin" in page.text
    assert "72 % of 500.00 (360.00)" in page.text.replace("\u202f", " ")
