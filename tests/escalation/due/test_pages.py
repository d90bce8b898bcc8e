"""The round and the week as people use them, without scripts."""

import pytest
from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.tables.collecting import DueAnswer, WeekPlan
from tests.desk import DeskBrowser, Office


@pytest.fixture
def owner(office: Office) -> DeskBrowser:
    return office.enter("sales")


def answers(office: Office) -> dict[int, tuple[str, bool]]:
    with office.installation.reading(SYSTEM) as r:
        rows = r.session.scalars(select(DueAnswer))
        return {row.entry_id: (row.answer, row.sent_at is not None) for row in rows}


def test_an_owner_answers_the_list_in_one_go(office: Office, owner: DeskBrowser):
    """S-091, S-185: whoever knows the customer says whether it pays, and why not."""
    page = owner.visit("/desk/due")

    sent = owner.fill(
        page,
        "/desk/due/answers?",
        answer_2_1="on_time",
        answer_4_1="problem",
        reason_4_1="short_of_cash",
        note_4_1="Waits for its own customer.",
    )

    assert answers(office) == {2: ("on_time", True), 4: ("problem", True)}
    assert "2 answers are sent in." in owner.follow(sent).text


def test_a_day_beyond_the_rule_is_refused_and_nothing_is_lost(office: Office, owner: DeskBrowser):
    page = owner.visit("/desk/due")

    again = owner.fill(
        page,
        "/desk/due/answers?",
        422,
        answer_4_1="later",
        reason_4_1="oversight",
        note_4_1="They said so.",
    )

    assert answers(office) == {}
    assert "They said so." in again.source


def test_notes_are_kept_on_the_way(office: Office, owner: DeskBrowser):
    page = owner.visit("/desk/due")
    data = page.form("/desk/due/answers?") | {"answer_2_1": "on_time"}

    owner.look(owner.client.post("/desk/due/notes", data=data), 303)

    assert answers(office) == {2: ("on_time", False)}
    assert "1 of 2 items on this page are answered" in owner.visit("/desk/due").text


def test_the_list_is_a_file(owner: DeskBrowser):
    lines = owner.client.get("/desk/due.csv").text.splitlines()

    assert "Open,Last answer,Reason" in lines[0]
    assert len(lines) == 3


def test_a_week_is_planned_and_its_outcome_told(office: Office, owner: DeskBrowser):
    """S-104: planned on Monday, reported on Friday."""
    path = next(url for name, url in owner.visit("/desk/week").links.items() if "Huadong" in name)
    page = owner.visit(path)
    action = path.partition("?")[0]
    query = "?week=2026-11-16&currency=CNY"

    owner.fill(page, f"{action}{query}", amount="40.00", measure="A call on Wednesday")

    with office.installation.reading(SYSTEM) as r:
        (plan,) = r.session.scalars(select(WeekPlan))
    assert (plan.amount_minor, plan.measure) == (40_00, "A call on Wednesday")
    page = owner.visit(path)
    owner.fill(page, f"{action}/remark{query}", remark="They pay next week.")
    assert "They pay next week." in owner.visit("/desk/week").text


def test_what_is_no_amount_is_said(owner: DeskBrowser):
    path = next(url for name, url in owner.visit("/desk/week").links.items() if "Huadong" in name)
    page = owner.visit(path)
    action = path.partition("?")[0]

    again = owner.fill(page, f"{action}?week=2026-11-16&currency=CNY", 422, amount="0")

    assert "Enter an amount above zero." in again.text


def test_a_past_week_is_only_looked_at(owner: DeskBrowser):
    page = owner.visit("/desk/week?week=2026-11-02")

    assert "Week of 2 Nov 2026" in page.text


@pytest.mark.parametrize("role", ["auditor", "support", "legal"])
def test_the_round_is_for_those_who_answer(office: Office, role: str):
    assert office.enter(role).client.get("/desk/due").status_code == 403


@pytest.mark.parametrize("week", ["0001-01-01", "9999-12-31"])
def test_a_week_at_the_end_of_the_calendar_is_this_one(owner: DeskBrowser, week: str):
    assert "16 Nov" in owner.visit(f"/desk/week?week={week}").text
