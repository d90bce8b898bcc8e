"""A write-off needs three people, lowers what the house expects, and never the customer's claim."""

import pytest
from sqlalchemy import select

from portal.approvals.deciding import RefuseRequest, refuse_request
from portal.bad_debts import daily
from portal.bad_debts.proposing import WithdrawWriteOff, withdraw_write_off
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.errors import RuleBroken
from portal.invoices.checks import check_books
from portal.invoices.position import customer_position
from portal.tables.approvals import Approval, Task
from portal.tables.invoices import Entry
from portal.tables.settings import Policy
from tests.bad_debts.writing_off import approve, expected, pay, propose, write_off
from tests.credit.limiting import actor, customer_id
from tests.desk import Office, an_office
from tests.ledgers import count_on


@pytest.fixture
def office(any_installation: Installation) -> Office:
    made = an_office(any_installation)
    count_on(any_installation)
    return made


@pytest.fixture
def people(office: Office) -> dict[str, int]:
    roles = ("clerk", "collections_lead", "credit_manager", "admin")
    return {role: office.enter(role).user_id for role in roles}


def posted(office: Office, people: dict[str, int], amounts: dict[str, int]) -> None:
    propose(office, people["clerk"], amounts)
    approve(office, people["collections_lead"])
    approve(office, people["admin"])


def are_sound(office: Office) -> list[str]:
    with office.installation.reading(SYSTEM) as r:
        return [check.name for check in check_books(r) if not check.ok]


def claim(office: Office) -> int:
    """What the customer owes in its own eyes."""
    with office.installation.reading(SYSTEM) as r:
        whose = customer_id(office, "HUADONG")
        (told,) = [p for p in customer_position(r, whose) if p.currency == "CNY"]
        return told.balance.minor


def test_nothing_is_written_off_before_two_others_have_approved_it(
    office: Office, people: dict[str, int]
):
    """S-164."""
    propose(office, people["clerk"], {"INV-4": 40_00})
    approve(office, people["collections_lead"])
    assert (write_off(office).state, expected(office)["INV-4"]) == ("waiting", 40_00)

    approve(office, people["admin"])

    assert write_off(office).state == "posted"
    assert "INV-4" not in expected(office)


def test_the_claim_stays_and_the_books_are_sound(office: Office, people: dict[str, int]):
    """S-165."""
    before = claim(office)

    posted(office, people, {"INV-4": 40_00, "INV-1": 10_00})

    assert claim(office) == before
    assert expected(office)["INV-1"] == 60_00
    assert are_sound(office) == []


@pytest.mark.parametrize("role", ["clerk", "collections_lead"])
def test_nobody_who_had_a_hand_in_it_gives_the_second_approval(
    office: Office, people: dict[str, int], role: str
):
    propose(office, people["clerk"], {"INV-4": 40_00})
    approve(office, people["collections_lead"])

    with pytest.raises(Exception, match=r"approval\.|approval.decide"):
        approve(office, people[role])
    assert write_off(office).state == "waiting"


def test_a_small_one_needs_one_approval_where_the_policy_says_so(
    office: Office, people: dict[str, int]
):
    with office.installation.work(SYSTEM) as w:
        body = '{"write_off_with_one_approval": {"CNY": "40.00"}}'
        w.session.add(Policy(effective_on=w.today, body=body, author="test", created_at=w.now))
    propose(office, people["clerk"], {"INV-4": 40_00})

    approve(office, people["collections_lead"])

    assert write_off(office).state == "posted"


def test_sent_twice_it_is_one(office: Office, people: dict[str, int]):
    first = propose(office, people["clerk"], {"INV-4": 40_00}, key="same")

    assert propose(office, people["clerk"], {"INV-4": 40_00}, key="same") == first


def test_an_item_waits_in_one_write_off_only(office: Office, people: dict[str, int]):
    propose(office, people["clerk"], {"INV-4": 40_00})

    with pytest.raises(RuleBroken, match=r"write_off\.waiting"):
        propose(office, people["admin"], {"INV-4": 1_00})


def test_money_that_came_meanwhile_makes_the_approver_look_again(
    office: Office, people: dict[str, int]
):
    propose(office, people["clerk"], {"INV-4": 40_00})
    pay(office, people["clerk"], "INV-4", 15_00)

    with pytest.raises(RuleBroken, match=r"approval\.changed"):
        approve(office, people["collections_lead"])


def test_refused_or_withdrawn_nothing_happens(office: Office, people: dict[str, int]):
    propose(office, people["clerk"], {"INV-4": 40_00})
    with office.installation.work(actor(office.installation, people["admin"])) as w:
        waiting = w.session.scalars(select(Approval).where(Approval.state == "waiting")).one()
        refuse_request(w, RefuseRequest(waiting.id, "not yet"))
    assert write_off(office).state == "refused"
    with (
        office.installation.work(actor(office.installation, people["clerk"])) as w,
        pytest.raises(RuleBroken, match=r"write_off\.not_waiting"),
    ):
        withdraw_write_off(w, WithdrawWriteOff(write_off(office).id))
    assert expected(office)["INV-4"] == 40_00


def test_what_comes_in_after_all_takes_the_write_off_back_once(
    office: Office, people: dict[str, int]
):
    """S-165."""
    posted(office, people, {"INV-4": 40_00})
    pay(office, people["clerk"], "INV-4", 25_00)
    day = office.installation.clock.now().date()

    assert daily.run(office.installation, day)["recovered"] == 1
    assert daily.run(office.installation, day)["recovered"] == 0

    with office.installation.reading(SYSTEM) as r:
        memos = select(Entry.amount_minor).where(Entry.memo == 1).order_by(Entry.id)
        assert list(r.session.scalars(memos)) == [-40_00, 25_00]
    assert "INV-4" not in expected(office)
    assert are_sound(office) == []


def test_a_year_later_somebody_looks_at_it_again(office: Office, people: dict[str, int]):
    """S-165."""
    posted(office, people, {"INV-4": 40_00})
    office.pass_days(366)
    day = office.installation.clock.now().date()

    assert [daily.run(office.installation, day)["tasks"] for _ in range(2)] == [1, 0]
    with office.installation.reading(SYSTEM) as r:
        kinds = {task.kind for task in r.session.scalars(select(Task))}
    assert "write_off_look" in kinds
    assert "can be collected by now" in office.enter("sales").visit("/desk/tasks").text


def test_each_quarter_what_is_overdue_for_a_year_is_gone_through(office: Office):
    """S-166: INV-4 was due on 1 July 2026, INV-1 three months later; once a quarter, no oftener."""
    made = []
    for days in (223, 1, 60, 40):
        office.pass_days(days)
        today = office.installation.clock.now().date()
        made.append(daily.run(office.installation, today)["to_clear"])

    assert made == [0, 1, 0, 1]
    page = office.enter("sales").visit("/desk/tasks")
    assert "CNY 110.00 is overdue for more than a year" in page.text
