"""What is near due, gone through together: substitutes, statements not agreed, a list to print."""

import datetime as dt

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.core.period import Month
from portal.escalation.due import daily
from portal.tables.approvals import StandIn
from portal.tables.collecting import DueAnswer
from portal.tables.journal import Outbox
from tests.desk import DeskBrowser, Office, rows_of

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def owner(office: Office) -> DeskBrowser:
    return office.enter("sales")


def stand_in(office: Office, absent_id: int, other_id: int) -> None:
    with office.installation.work(SYSTEM) as w:
        w.session.add(
            StandIn(
                user_id=absent_id,
                stand_in_id=other_id,
                from_on=TODAY,
                until_on=TODAY,
                set_by=absent_id,
                set_at=w.now,
            )
        )


def test_a_substitute_is_asked_and_answers_in_an_owners_place(office: Office, owner: DeskBrowser):
    """S-095: who cannot be there names somebody else."""
    lead = office.enter("collections_lead")
    assert "INV-2" not in lead.visit("/desk/due").text
    stand_in(office, owner.user_id, lead.user_id)

    page = lead.visit("/desk/due")
    lead.fill(page, "/desk/due/answers?", answer_2_1="on_time")
    daily.run(office.installation, TODAY)

    with office.installation.reading(SYSTEM) as r:
        assert r.session.scalars(select(DueAnswer.user_id)).all() == [lead.user_id]
        mailed = select(Outbox.user_id).where(Outbox.kind == "due_list")
        assert set(r.session.scalars(mailed)) == {owner.user_id, lead.user_id}


def test_a_statement_is_agreed_before_its_money_is_chased(office: Office, owner: DeskBrowser):
    """S-082: until its customer has answered, the list says so first."""
    office.issue(Month(2026, 10))
    assert "Have statement" in owner.visit("/desk/due").text

    office.change("", "confirmed")

    assert "Have statement" not in owner.visit("/desk/due").text


def test_what_is_near_due_is_printed_with_what_was_said_of_it(owner: DeskBrowser):
    """S-094, S-106: a week or a month ahead, each item with an opinion."""
    page = owner.visit("/desk/due")
    said = {"answer_2_1": "problem", "reason_2_1": "short_of_cash", "note_2_1": "Visit on Monday."}
    owner.fill(page, "/desk/due/answers?", **said)

    [row] = rows_of(owner.visit("/desk/due/list?show=month"), "near-due")

    assert (row[0], row[3], row[-1]) == ("INV-2", "25 Nov 2026", "CNY 250.00")
    assert row[5] == "Short of cash Visit on Monday. Li Na"
    assert "Visit on Monday." in owner.client.get("/desk/due.csv?show=soon").text


def test_a_plan_is_made_from_how_the_customer_pays(owner: DeskBrowser):
    """S-143: both parts of Huadong that were due so far are late."""
    path = next(url for name, url in owner.visit("/desk/week").links.items() if "Huadong" in name)

    page = owner.visit(path)

    facts = [each.text for each in page.root.all("dt", "dd")]
    assert facts[:2] == ["Paid on time", "0 %"]
